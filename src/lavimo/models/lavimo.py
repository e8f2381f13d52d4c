"""LAVIMO with two modalities: text and motion in one space (arXiv 2403.00691; METHOD.md B24)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lavimo.data.batch import Batch, Sequences, Targets, present
from lavimo.errors import DataError
from lavimo.models.backbone import DistilBert
from lavimo.models.configs import LossConfig, Reconstruction
from lavimo.models.decoder import Decoder, reconstruction_loss
from lavimo.models.fusion import Fusion
from lavimo.models.gather import gathered, gathered_constant, world_size
from lavimo.models.interface import Losses
from lavimo.models.losses import alignment_loss, kl_rows, thresholded
from lavimo.models.motion_encoder import MotionEncoder, patched
from lavimo.models.text_encoder import TextEncoder
from lavimo.runtime.config import ModelConfig
from lavimo.runtime.directions import AXES
from lavimo.shapes import Float


class Lavimo(nn.Module):
    """Motion encoder, text encoder, alignment, and reconstruction through motion-as-query fusion.

    The embedding of a motion is its joint vector and, where the config asks for it, the sentence
    vector that it predicts; a text's is its joint vector and its own sentence vector. The cosine
    of two embeddings is then the weighted mean of both cosines.
    """

    def __init__(self, config: ModelConfig, loss: LossConfig, sentence_bank: Tensor) -> None:
        super().__init__()
        self.config, self.loss_config = config, loss
        dim = config.motion_tower.dim
        self.motion = MotionEncoder(config.motion, config.motion_tower)
        self.text = TextEncoder(config.text, config.text_tower)
        if config.text.backbone != "minilm":
            self.backbone = DistilBert(
                config.text.backbone, config.text.max_tokens, config.text.train_backbone
            )
        if config.dim != dim:
            self.motion_head = nn.Linear(dim, config.dim)
        if config.dim != config.text_tower.dim:
            self.text_head = nn.Linear(config.text_tower.dim, config.dim)
        if config.sentence.share > 0:
            self.to_sentence = nn.Linear(dim, config.sentence.width)
        if config.sides.share > 0:
            self.to_sides = nn.Linear(dim, len(AXES))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / loss.align.temperature)))
        if loss.reconstruction.weight > 0:
            self.fusion, self.decoder = _reconstruction_parts(config, loss.reconstruction)
        # Distinct captions of the training set as centred sentence vectors (constant).
        self.sentence_bank: Tensor
        self.register_buffer("sentence_bank", sentence_bank, persistent=False)

    def encode_motion(self, batch: Batch) -> Float[Tensor, "batch dim"]:
        """Unit embeddings of the motions."""
        motion = present(batch.motion, "motion")
        pooled, _, _ = self.motion(motion.values, motion.mask)
        joint, sentence = self._motion_vectors(pooled)
        signs = self._signs(pooled)
        if batch.known is not None:
            if sentence is not None:
                sentence = _unit(sentence + self.config.sentence.linear * batch.known[0])
            signs = None if signs is None else (signs + batch.known[1]) / 2
        return self._joined(joint, sentence, signs, "motion")

    def encode_text(self, batch: Batch) -> Float[Tensor, "batch dim"]:
        """Unit embeddings of the sentences."""
        states = self._token_states(batch)
        pooled, _, _ = self.text(states.values, states.mask)
        targets = _targets(batch) if self.config.sentence.share + self.config.sides.share else None
        return self._joined(
            self._text_vector(pooled),
            None if targets is None else targets.sentences,
            None if targets is None else targets.signs,
            "text",
        )

    def loss(self, batch: Batch) -> Losses:
        """L_align + w L_recon (+ the sentence space's loss), over the batch of all processes."""
        motion, states = present(batch.motion, "motion"), self._token_states(batch)
        targets = _targets(batch)
        pooled, tokens, seen = self.motion(motion.values, motion.mask)
        text_pooled, text_tokens, text_seen = self.text(states.values, states.mask)
        joint, sentence = self._motion_vectors(pooled)
        text = self._text_vector(text_pooled)
        # Logits in half precision would be off by the difference that a rank is decided by.
        with torch.autocast(joint.device.type, enabled=False):
            terms = {"align": self._alignment(joint, text, targets)}
            if sentence is not None:
                weight = self.config.sentence.weight
                terms["sentence"] = weight * self._sentence_loss(sentence, targets)
            signs = self._signs(pooled)
            if signs is not None:
                terms["sides"] = self.config.sides.weight * _side_loss(signs, targets.signs)
        recon = self.loss_config.reconstruction
        if recon.weight > 0:
            literal = recon.fusion == "vector"
            sources = {
                "motion": (pooled[:, None], None) if literal else (tokens, seen),
                "text": (text_pooled[:, None], None) if literal else (text_tokens, text_seen),
            }
            fused = self.fusion(pooled, sources)
            terms["recon"] = recon.weight * self._reconstruction(fused, motion)
        total = torch.stack(list(terms.values())).sum()
        return Losses(total, {name: value.detach().item() for name, value in terms.items()})

    def forward(self, batch: Batch) -> Losses:
        """The loss: what a data-parallel wrapper calls."""
        return self.loss(batch)

    def _token_states(self, batch: Batch) -> Sequences:
        # A frozen backbone's states come with the batch; one that is fine-tuned reads the texts.
        if self.config.text.backbone == "minilm":
            return present(batch.text, "text")
        if batch.texts is None:
            raise DataError("This batch holds no sentences, which the language model reads.")
        return Sequences(*self.backbone(batch.texts))

    def _motion_vectors(self, pooled: Tensor) -> tuple[Tensor, Tensor | None]:
        head = self.motion_head(pooled) if hasattr(self, "motion_head") else pooled
        sentence = self.to_sentence(pooled) if self.config.sentence.share > 0 else None
        return _unit(head), None if sentence is None else _unit(sentence)

    def _text_vector(self, pooled: Tensor) -> Tensor:
        return _unit(self.text_head(pooled) if hasattr(self, "text_head") else pooled)

    def _signs(self, pooled: Tensor) -> Tensor | None:
        return torch.tanh(self.to_sides(pooled.float())) if self.config.sides.share > 0 else None

    def _joined(
        self, joint: Tensor, sentence: Tensor | None, signs: Tensor | None, side: str
    ) -> Tensor:
        shares = self.config.sentence.share, self.config.sides.share
        parts = [math.sqrt(1 - sum(shares)) * joint]
        if sentence is not None and shares[0] > 0:
            parts.append(math.sqrt(shares[0]) * sentence)
        if signs is not None and shares[1] > 0:
            parts.append(math.sqrt(shares[1]) * _side_vector(signs, side))
        return torch.cat(parts, dim=1)

    def _alignment(self, motion: Tensor, text: Tensor, targets: Targets) -> Tensor:
        align = self.loss_config.align
        captions = gathered_constant(targets.captions)
        sides = gathered_constant(targets.sides)
        compatible = (sides[:, None] == sides[None]).all(-1) if align.side_rule else None
        similarity = thresholded(captions @ captions.T, align.epsilon, compatible)
        return alignment_loss(
            gathered(motion).float(),
            gathered(text).float(),
            similarity,
            self.logit_scale.exp().clamp(max=100),
            kind=align.kind,
            scale=align.scale,
        )

    def _sentence_loss(self, sentence: Tensor, targets: Targets) -> Tensor:
        # Against thousands of training captions, not only those of the batch.
        epsilon = self.loss_config.align.epsilon
        bank = torch.cat([self.sentence_bank, gathered_constant(targets.sentences)])
        cosines = targets.sentences @ bank.T
        target = torch.where(cosines >= epsilon, cosines, torch.zeros_like(cosines)) ** 4
        target = target / target.sum(dim=1, keepdim=True).clamp(min=1e-6)
        logits = sentence @ bank.T / self.config.sentence.temperature
        # Rows are independent, so the mean over processes is the mean over the whole batch.
        return kl_rows(target, logits)

    def _reconstruction(self, fused: Tensor, motion: Sequences) -> Tensor:
        patch = self.config.motion.patch
        real, seen = patched(motion.values, motion.mask, patch)
        made = self.decoder(fused, seen)
        error, count = reconstruction_loss(made.float(), real, motion.mask, patch)
        everyone = gathered_constant(count[None].float()).sum()
        return error * world_size() / everyone


def _targets(batch: Batch) -> Targets:
    if batch.targets is None:
        raise DataError("This batch holds no caption vectors, which the loss needs.")
    return batch.targets


def _unit(rows: Tensor) -> Tensor:
    return F.normalize(rows.float(), dim=-1)


def _side_loss(signs: Tensor, truth: Tensor) -> Tensor:
    # A caption that names no direction says little of the motion's, but not nothing.
    weight = torch.where(truth == 0, 0.2, 1.0)
    return (weight * (signs - truth).square()).mean()


def _side_vector(signs: Tensor, side: str) -> Tensor:
    kept = signs / signs.norm(dim=1, keepdim=True).clamp(min=1)
    left = (1 - kept.square().sum(dim=1, keepdim=True)).clamp(min=0).sqrt()
    nothing = torch.zeros_like(left)
    return torch.cat([kept, *((left, nothing) if side == "motion" else (nothing, left))], dim=1)


def _reconstruction_parts(config: ModelConfig, recon: Reconstruction) -> tuple[Fusion, Decoder]:
    dim = config.motion_tower.dim
    if dim != config.text_tower.dim:
        raise ValueError("fusion needs towers of one width")
    width = MotionEncoder(config.motion, config.motion_tower).width * config.motion.patch
    fusion = Fusion(("motion", "text"), dim, recon.fusion_heads, recon.dropout)
    decoder = Decoder(width, recon.layers, dim, recon.heads, recon.ff, recon.dropout)
    return fusion, decoder
