"""What searching knows of a model: sentences, motions and films to unit vectors, without torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from lavimo import files
from lavimo.errors import ModelError
from lavimo.motion.clip import Motion
from lavimo.runtime import checkpoint as folders
from lavimo.shapes import Float32

if TYPE_CHECKING:
    from lavimo.features.directions import Poses

DEFAULT_MODEL = "lavimo-open-small"


@runtime_checkable
class Encoder(Protocol):
    """A model that embeds sentences and motions in one space."""

    model_id: str
    dim: int
    modalities: tuple[str, ...]
    calibration: dict[str, Any]

    def encode_text(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """Unit rows for sentences."""
        ...

    def encode_motion(self, motions: Sequence[Motion]) -> Float32[np.ndarray, "motions dim"]:
        """Unit rows for motions of any humanoid skeleton."""
        ...

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts width"]:
        """Unit rows of the frozen sentence model: what stored captions are compared by."""
        ...


class LavimoEncoder:
    """A checkpoint folder as an encoder.

    `sentence_bank` holds sentence vectors of training captions: how near a query comes to them
    tells whether the model can know it. `modalities` holds "video" where the model reads films.
    """

    def __init__(self, opened: folders.Checkpoint) -> None:
        if opened.config.system != "lavimo":
            raise ModelError(f"{opened.path} holds a {opened.config.system}, not a lavimo model.")
        self.checkpoint = opened
        films = ("video",) if opened.config.video else ()
        self.modalities: tuple[str, ...] = ("text", "motion", *films)
        self.model_id = opened.model_id
        self.dim = opened.config.embedding_dim
        self.calibration = opened.calibration
        self.sentence_bank = opened.statistics.get("sentence_bank", np.zeros((0, 384), np.float32))

    def encode_text(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """Unit rows for sentences."""
        from lavimo.runtime import text

        return text.encode(self.checkpoint, texts)

    def encode_motion(self, motions: Sequence[Motion]) -> Float32[np.ndarray, "motions dim"]:
        """Unit rows for motions; any humanoid is first brought to canonical form."""
        from lavimo.features import canonical

        return self.encode_positions([canonical.from_motion(m).positions for m in motions])

    def encode_positions(
        self, clips: Sequence[Float32[np.ndarray, "_ 22 3"]]
    ) -> Float32[np.ndarray, "clips dim"]:
        """Unit rows for canonical positions (20 fps, metres)."""
        from lavimo.features import humanml
        from lavimo.features.canonical import FPS
        from lavimo.features.directions import from_motion
        from lavimo.runtime import motion

        known = self.checkpoint.config.pose is not None
        poses = [from_motion(clip, FPS) for clip in clips] if known else None
        features = humanml.encode_batch(list(clips), canonical=True)
        return motion.encode(self.checkpoint, features, poses)

    def encode_features(
        self, clips: Sequence[Float32[np.ndarray, "_ 263"]]
    ) -> Float32[np.ndarray, "clips dim"]:
        """Unit rows for arrays of 263 numbers a frame."""
        from lavimo.runtime import motion

        return motion.encode(self.checkpoint, clips)

    def encode_poses(
        self, poses: Sequence["Poses"], side: str = "film"
    ) -> Float32[np.ndarray, "clips dim"]:
        """Unit rows for pose rows: of films in all spaces, of motions ("motion") in that of poses.

        Raises ModelError where the model reads no films.
        """
        from lavimo.runtime import pose

        if side == "film":
            return pose.encode_films(self.checkpoint, poses)
        known = pose.pose_vectors(self.checkpoint, poses, side)
        rest = np.zeros((len(known), self.checkpoint.config.rest_dim), np.float32)
        return np.concatenate([known, rest], axis=1)

    def encode_video(self, path: str | Path, person: int = 1) -> Float32[np.ndarray, "1 dim"]:
        """The unit row of a video file; `person` 1 is the largest and most persistent.

        A model with both a pose and a frames encoder reads it as poses; add z-scores of
        `encode_frames` to hear both.
        Raises VideoError when it cannot be read or shows nobody, ModelError where the model reads
        no films, MissingExtra without the extra `video`.
        """
        from lavimo.runtime import frames, pose
        from lavimo.runtime.video import poses_in, silhouettes_in

        config = self.checkpoint.config
        if config.pose is not None or config.frames is None:
            pose.pose_of(self.checkpoint)
            return self.encode_poses([poses_in(path, person)])
        if config.frames.backbone != frames.SILHOUETTE:
            raise ModelError(
                f"{self.checkpoint.path} reads films with {config.frames.backbone}, which has no "
                "form without torch; open it with lavimo.models.encoder.TorchEncoder."
            )
        return self.encode_frames([silhouettes_in(path, person)])

    def encode_frames(
        self, films: Sequence[Float32[np.ndarray, "frames width"]]
    ) -> Float32[np.ndarray, "films dim"]:
        """Unit rows for films as features of eight pictures each (zero in the pose space).

        Raises ModelError where the model does not read films so.
        """
        from lavimo.runtime import frames

        return frames.encode(self.checkpoint, films)

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts width"]:
        """Unit rows of the frozen sentence model."""
        from lavimo.runtime.minilm import MiniLM

        return MiniLM.load().sentence(list(texts))

    def save_pretrained(self, folder: str | Path) -> str:
        """Write the checkpoint as a folder that `load_model` opens; returns its model id."""
        opened = self.checkpoint
        saved = folders.save(
            Path(folder),
            opened.config,
            opened.weights,
            opened.statistics,
            preset=opened.preset,
            licences=opened.licences,
        )
        if opened.calibration:
            files.write_json(Path(folder) / "calibration.json", opened.calibration)
        return saved

    @staticmethod
    def similarity(
        first: Float32[np.ndarray, "rows dim"], second: Float32[np.ndarray, "columns dim"]
    ) -> Float32[np.ndarray, "rows columns"]:
        """Cosines of unit rows."""
        cosines: np.ndarray = first @ second.T
        return cosines


def load_model(name_or_path: str | Path = DEFAULT_MODEL) -> LavimoEncoder:
    """The encoder of a shipped checkpoint (by name) or of a folder.

    Raises ModelError when there is none, or when it is damaged.
    """
    return LavimoEncoder(folders.load(name_or_path))
