"""An encoder for checkpoints whose language or image model needs torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lavimo.data.frames import plain
from lavimo.models.backbone import ClipImages, DistilBert
from lavimo.models.text_encoder import TextEncoder
from lavimo.motion.clip import Motion
from lavimo.runtime import embedding, transformer
from lavimo.runtime.checkpoint import Checkpoint
from lavimo.runtime.encoder import LavimoEncoder
from lavimo.runtime.frames import frames_of
from lavimo.shapes import Float32, UInt8

AT_ONCE = 64


class TorchEncoder:
    """The numpy encoder for motions, torch for sentences and pictures; extras `train` and `hub`."""

    def __init__(self, opened: Checkpoint) -> None:
        config = opened.config
        self.plain = LavimoEncoder(opened)
        self.modalities = self.plain.modalities
        self.checkpoint, self.model_id, self.dim = opened, opened.model_id, self.plain.dim
        self.calibration: dict[str, Any] = opened.calibration
        backbone = DistilBert(config.text.backbone, config.text.max_tokens, train=False)
        text = TextEncoder(config.text, config.text_tower)
        _load(backbone, opened, "backbone.")
        _load(text, opened, "text.")
        self._backbone, self._text = backbone.eval(), text.eval()

    def encode_text(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """Unit rows for sentences."""
        rows = []
        with torch.inference_mode():
            for start in range(0, len(texts), AT_ONCE):
                states, mask = self._backbone(tuple(texts[start : start + AT_ONCE]))
                rows.append(self._text(states, mask)[0].float().numpy())
        config = self.checkpoint.config
        joint = transformer.head(self.checkpoint.weights, "text_head", np.concatenate(rows))
        rest = embedding.joined(config, joint, None, None, "text")
        return embedding.with_pose(config, None, rest, "text")

    def encode_motion(self, motions: Sequence[Motion]) -> Float32[np.ndarray, "motions dim"]:
        """Unit rows for motions of any humanoid skeleton."""
        return self.plain.encode_motion(motions)

    def encode_pictures(
        self, films: Sequence[UInt8[np.ndarray, "frames _ _ 3"]]
    ) -> Float32[np.ndarray, "films dim"]:
        """Unit rows for films as eight RGB pictures each, by the model's image model."""
        frames = frames_of(self.checkpoint)
        images = ClipImages(frames.backbone, train=False)
        if frames.train_backbone:
            _load(images, self.checkpoint, "frames.backbone.")
        images.eval()
        pixels = [plain(film, images.edge).reshape(len(film), -1) for film in films]
        with torch.inference_mode():
            features = [images(torch.from_numpy(one[None]))[0].numpy() for one in pixels]
        return self.plain.encode_frames(features)

    def encode_video(self, path: str | Path) -> Float32[np.ndarray, "1 dim"]:
        """The unit row of a video file, from the centres of eight equal parts (B6)."""
        from lavimo.video.frames import sample

        return self.encode_pictures([sample(path)])

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts width"]:
        """Unit rows of the frozen sentence model."""
        return self.plain.encode_sentences(texts)


def _load(module: torch.nn.Module, opened: Checkpoint, prefix: str) -> None:
    module.load_state_dict(
        {
            name.removeprefix(prefix): torch.from_numpy(value)
            for name, value in opened.weights.items()
            if name.startswith(prefix)
        }
    )
