"""LAVIMO: text, film and motion in one space (arXiv 2403.00691; METHOD.md B)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from lavimo.data.batch import Batch, Sequences, Targets, present
from lavimo.errors import DataError
from lavimo.models import objective
from lavimo.models.backbone import DistilBert
from lavimo.models.configs import LossConfig, Reconstruction
from lavimo.models.decoder import Decoder, reconstruction_loss
from lavimo.models.film import Film, FilmHeads, Vectors, mean_of, unit
from lavimo.models.frames import FramesEncoder
from lavimo.models.fusion import Fusion, Source
from lavimo.models.gather import gathered_constant, world_size
from lavimo.models.interface import Losses
from lavimo.models.motion_encoder import MotionEncoder, patched
from lavimo.models.pose_tower import PoseTower
from lavimo.models.text_encoder import TextEncoder
from lavimo.runtime.config import ModelConfig
from lavimo.runtime.directions import AXES
from lavimo.shapes import Float


class Lavimo(nn.Module):
    """Encoders of motion, text and film, alignment, and reconstruction through fusion.

    An embedding joins the pose space (motions and films; a text is zero there), the joint space
    and, where the config asks for them, the sentence vector (predicted of motions and films) and
    the signs of directions; the cosine of two embeddings is the weighted mean of their cosines.
    Without films in the config it is the two-modal form (B24).
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
        if loss.reconstructs:
            self.fusion, self.decoder = _reconstruction_parts(config, loss.reconstruction)
        fused = dim if loss.reconstructs else None
        if config.pose is not None:
            self.pose = PoseTower(config.pose)
            self.pose_film = FilmHeads(config, config.pose.tower.dim, fused)
            self.pose_logit_scale = nn.Parameter(torch.tensor(math.log(1 / loss.video.temperature)))
        if config.frames is not None:
            self.frames = FramesEncoder(config.frames)
            self.frames_film = FilmHeads(config, config.frames.tower.dim, fused)
        # Distinct captions of the training set as centred sentence vectors (constant).
        self.sentence_bank: Tensor
        self.register_buffer("sentence_bank", sentence_bank, persistent=False)

    def encode_motion(self, batch: Batch) -> Float[Tensor, "batch dim"]:
        """Unit embeddings of the motions."""
        motion = present(batch.motion, "motion")
        pooled, _, _ = self.motion(motion.values, motion.mask)
        found = self._motion_vectors(pooled)
        sentence, signs = found.sentence, found.signs
        if batch.known is not None:
            if sentence is not None:
                sentence = unit(sentence + self.config.sentence.linear * batch.known[0])
            signs = None if signs is None else (signs + batch.known[1]) / 2
        pose = None
        if self.config.pose is not None:
            if batch.pairs is None:
                raise DataError("This batch holds no pose rows of the motions; add them.")
            pose = unit(self.pose.head(self.pose(batch.pairs.motion, "motion")[0]))[: len(pooled)]
        return self._joined(pose, Vectors(found.joint, sentence, signs), "motion")

    def encode_text(self, batch: Batch) -> Float[Tensor, "batch dim"]:
        """Unit embeddings of the sentences."""
        states = self._token_states(batch)
        pooled, _, _ = self.text(states.values, states.mask)
        targets = _targets(batch) if self.config.sentence.share + self.config.sides.share else None
        sentence = targets.sentences if targets and self.config.sentence.share > 0 else None
        signs = targets.signs if targets and self.config.sides.share > 0 else None
        return self._joined(None, Vectors(self._text_vector(pooled), sentence, signs), "text")

    def encode_video(self, batch: Batch) -> Float[Tensor, "batch dim"]:
        """Unit embeddings of the films; what several encoders say of a film is averaged."""
        films, pose = self._films(batch), None
        if not films:
            raise DataError("This batch holds no films, which were to be encoded.")
        if "pose" in films:
            pose = unit(self.pose.head(films["pose"].pooled))
        return self._joined(pose, mean_of(list(films.values())), "film")

    def loss(self, batch: Batch) -> Losses:
        """L_align + w L_recon (+ the terms of ours), over the batch of all processes."""
        motion, states = present(batch.motion, "motion"), self._token_states(batch)
        targets = _targets(batch)
        pooled, tokens, seen = self.motion(motion.values, motion.mask)
        text_pooled, text_tokens, text_seen = self.text(states.values, states.mask)
        films = self._films(batch)
        vectors, text = self._motion_vectors(pooled), self._text_vector(text_pooled)
        pose = self._pose_term(batch, films)
        # Logits in half precision would be off by the difference that a rank is decided by.
        with torch.autocast(pooled.device.type, enabled=False):
            terms = self._alignment(vectors, text, films, targets)
            terms |= pose
        if self.loss_config.reconstructs:
            heard = {
                "motion": (pooled, tokens, seen),
                "text": (text_pooled, text_tokens, text_seen),
            }
            fused = self.fusion(pooled, self._sources(heard, films))
            weight = self.loss_config.reconstruction.weight
            terms["recon"] = weight * self._reconstruction(fused, motion)
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

    def _films(self, batch: Batch) -> dict[str, Film]:
        """The films of the batch's own clips, as each encoder of the config reads them."""
        films, own = {}, len(batch.ids)
        if self.config.pose is not None and batch.pairs is not None:
            everyone, tokens, seen = self.pose(batch.pairs.film, "film")
            pooled, there = everyone[:own], batch.pairs.film.there[:own]
            vectors = self.pose_film(pooled)
            films["pose"] = Film(pooled, tokens[:own], seen[:own], there, vectors, everyone)
        if self.config.frames is not None and batch.frames is not None:
            pooled, tokens, seen = self.frames(batch.frames)
            there, vectors = batch.frames.there, self.frames_film(pooled)
            films["frames"] = Film(pooled, tokens, seen, there, vectors, pooled)
        return films

    def _motion_vectors(self, pooled: Tensor) -> Vectors:
        config = self.config
        return Vectors(
            unit(self.motion_head(pooled) if hasattr(self, "motion_head") else pooled),
            unit(self.to_sentence(pooled)) if config.sentence.share > 0 else None,
            torch.tanh(self.to_sides(pooled.float())) if config.sides.share > 0 else None,
        )

    def _text_vector(self, pooled: Tensor) -> Tensor:
        return unit(self.text_head(pooled) if hasattr(self, "text_head") else pooled)

    def _joined(self, pose: Tensor | None, vectors: Vectors, side: str) -> Tensor:
        """Pose, joint, sentence and sides, each of its share of the squared length."""
        config = self.config
        shares = config.sentence.share, config.sides.share
        parts = [math.sqrt(1 - sum(shares)) * vectors.joint]
        if vectors.sentence is not None:
            parts.append(math.sqrt(shares[0]) * vectors.sentence)
        if vectors.signs is not None:
            parts.append(math.sqrt(shares[1]) * objective.side_vector(vectors.signs, side))
        rest = torch.cat(parts, dim=1)
        if config.pose is None:
            return rest
        if pose is None:
            return torch.cat([rest.new_zeros(len(rest), config.pose.dim), rest], dim=1)
        share = config.pose.film_share if side == "film" else config.pose.share
        return torch.cat([math.sqrt(share) * pose, math.sqrt(1 - share) * rest], dim=1)

    def _alignment(
        self, motion: Vectors, text: Tensor, films: dict[str, Film], targets: Targets
    ) -> dict[str, Tensor]:
        """Alignment of every pair of modalities, and what motions and films say of captions."""
        align, video = self.loss_config.align, self.loss_config.video
        spaces, scale = (self.config.sentence, self.config.sides), self.logit_scale
        similarity = objective.similarity_of(targets, align)
        told = (targets, self.sentence_bank, align.epsilon, spaces)
        terms = {"align": objective.aligned(motion.joint, text, similarity, scale, align)}
        terms |= objective.described(motion, *told)
        motions, texts, film_scale = (
            objective.pulled(other, video.pull) for other in (motion.joint, text, scale)
        )
        for kind, film in films.items():
            pairs = [
                objective.aligned(
                    other, film.vectors.joint, similarity, film_scale, align, film.there
                )
                for other in (motions, texts)
            ]
            terms[f"{kind}_align"] = video.align * (pairs[0] + pairs[1])
            for name, term in objective.described(film.vectors, *told, film.there).items():
                terms[f"{kind}_{name}"] = video.side * term
        return terms

    def _pose_term(self, batch: Batch, films: dict[str, Film]) -> dict[str, Tensor]:
        weight = self.loss_config.video.pose
        if "pose" not in films or batch.pairs is None or weight == 0:
            return {}
        motion = self.pose(batch.pairs.motion, "motion")[0]
        ours, theirs = (unit(self.pose.head(part)) for part in (motion, films["pose"].all_pooled))
        with torch.autocast(ours.device.type, enabled=False):
            term = objective.paired(ours, theirs, batch.pairs.film.there, self.pose_logit_scale)
        return {"pose": weight * term}

    def _sources(self, heard: dict[str, Any], films: dict[str, Film]) -> dict[str, Source]:
        """What the motion looks at: token sequences, or the single vectors in the literal form."""
        literal = self.loss_config.reconstruction.fusion == "vector"
        sources = {
            name: Source(pooled[:, None]) if literal else Source(tokens, seen)
            for name, (pooled, tokens, seen) in heard.items()
        }
        for kind, film in films.items():
            heads = self.pose_film if kind == "pose" else self.frames_film
            keys = film.pooled[:, None] if literal else film.tokens
            seen = None if literal else film.seen
            sources[kind] = Source(heads.to_fusion(keys), seen, film.there)
        return sources

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


def _reconstruction_parts(config: ModelConfig, recon: Reconstruction) -> tuple[Fusion, Decoder]:
    dim = config.motion_tower.dim
    if dim != config.text_tower.dim:
        raise ValueError("fusion needs towers of one width")
    width = MotionEncoder(config.motion, config.motion_tower).width * config.motion.patch
    fusion = Fusion(("motion", "text", *config.video), dim, recon.fusion_heads, recon.dropout)
    decoder = Decoder(width, recon.layers, dim, recon.heads, recon.ff, recon.dropout)
    return fusion, decoder
