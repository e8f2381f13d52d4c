"""Films as eight pictures, for training: silhouettes of tracks, or features of an image model.

Features of a frozen image model are computed once for several augmentations of each film, plain
and mirrored (a mirrored picture goes with a mirrored motion and caption alone, METHOD.md B9,
B20). An image model that is trained with the rest reads the pictures themselves.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch

from lavimo.data import films
from lavimo.data.batch import Sequences
from lavimo.data.frames import augmented, plain
from lavimo.data.tracks import Filmed
from lavimo.errors import DataError
from lavimo.features.canonical import FPS
from lavimo.files import atomic_path, cache_folder, sha256_of_file
from lavimo.models.backbone import ClipImages
from lavimo.progress import Progress
from lavimo.runtime.config import FramesVideo
from lavimo.runtime.frames import FRAMES, PYRAMID, SILHOUETTE, pyramid, segments
from lavimo.shapes import Float32, UInt8
from lavimo.training.augment import Change

VARIANTS = 4
"""Augmentations of a film that are kept (B20)."""
AT_ONCE = 16


@runtime_checkable
class Looks(Protocol):
    """What a frames encoder reads of a clip's films."""

    def rows(
        self, clip: str, change: Change, rng: np.random.Generator | None
    ) -> Float32[np.ndarray, "frames width"] | None:
        """Eight rows of one film, None where there is none; without `rng` the first, plainly."""
        ...


@dataclass(frozen=True)
class Outlines:
    """Silhouettes of the person in landmark tracks, as a fixed vector each."""

    films: Mapping[str, Sequence[Filmed]]

    def rows(
        self, clip: str, change: Change, rng: np.random.Generator | None
    ) -> Float32[np.ndarray, "frames width"] | None:
        """The silhouettes of eight moments of the visit's window."""
        there = [one for one in self.films.get(clip, ()) if len(one.times) > 1]
        if not there:
            return None
        film = there[0 if rng is None else int(rng.integers(len(there)))]
        moments = change.start + segments(max(1, change.end - change.start), rng)
        outlines = film.outlines_at((moments * change.speed / FPS).astype(np.float32))
        return pyramid(outlines[:, :, ::-1] if change.mirrored else outlines)


@dataclass(frozen=True)
class Features:
    """Features of a frozen image model: (variants + 1, plain or mirrored, frames, width) a film;
    the first variant is not augmented.
    """

    films: Mapping[str, Sequence[np.ndarray]]

    def rows(
        self, clip: str, change: Change, rng: np.random.Generator | None
    ) -> Float32[np.ndarray, "frames width"] | None:
        """One variant of one film."""
        there = self.films.get(clip, ())
        if not there:
            return None
        if rng is None:
            return there[0][0, int(change.mirrored)].astype(np.float32)
        film = there[int(rng.integers(len(there)))]
        variant = int(rng.integers(1, len(film)))
        found: np.ndarray = film[variant, int(change.mirrored)].astype(np.float32)
        return found


@dataclass(frozen=True)
class Photographs:
    """The pictures themselves, augmented anew at each visit and flattened."""

    folder: Path
    films: Mapping[str, Sequence[films.Filmed]]
    edge: int

    def rows(
        self, clip: str, change: Change, rng: np.random.Generator | None
    ) -> Float32[np.ndarray, "frames width"] | None:
        """Pixels of eight pictures of one film."""
        there = self.films.get(clip, ())
        if not there:
            return None
        film = there[0 if rng is None else int(rng.integers(len(there)))]
        seen = pictures(self.folder, film, rng)
        if rng is None:
            return plain(seen, self.edge, change.mirrored).reshape(FRAMES, -1)
        return augmented(seen, self.edge, rng, change.mirrored).reshape(FRAMES, -1)


def looks_of(
    frames: FramesVideo,
    tracked: Mapping[str, Sequence[Filmed]],
    folder: Path | None,
    progress: Progress,
) -> Looks:
    """What a config's frames encoder reads: of tracks, or of a folder made by `lavimo render`.

    Raises DataError when an image model has no folder of films to read.
    """
    if frames.backbone == SILHOUETTE:
        if frames.width != PYRAMID or frames.train_backbone:
            raise DataError(
                f"A silhouette is {PYRAMID} fixed numbers; set model.frames.width={PYRAMID} and "
                "model.frames.train_backbone=false."
            )
        return Outlines(tracked)
    rows: dict[str, list[films.Filmed]] = {}
    for row in films.read(folder) if folder else []:
        rows.setdefault(row.clip, []).append(row)
    if folder is None or not rows:
        raise DataError(
            "This model reads films as pictures: make them with `lavimo render --data DATA "
            "--frames-only -o FILMS` and add `--films FILMS`, or train with "
            "--set sampling.video=off."
        )
    model = ClipImages(frames.backbone, train=frames.train_backbone).eval()
    if frames.train_backbone:
        return Photographs(folder, rows, model.edge)
    return Features(_features(frames, model, rows, folder, progress))


def as_sequences(
    rows: Sequence[Float32[np.ndarray, "frames width"] | None],
    video: str,
    rng: np.random.Generator | None = None,
) -> Sequences | None:
    """Rows of films as a block, None for missing ones; of other films or noise where asked."""
    there = [row for row in rows if row is not None]
    if not there:
        return None
    values = np.zeros((len(rows), *there[0].shape), np.float32)
    mask = np.zeros((len(rows), len(there[0])), bool)
    for place, row in enumerate(rows):
        if row is not None:
            values[place], mask[place] = row, True
    if rng is not None and video == "shuffled" and len(rows) > 1:
        shift = int(rng.integers(1, len(rows)))
        values, mask = np.roll(values, shift, axis=0), np.roll(mask, shift, axis=0)
    if rng is not None and video == "noise":
        values = rng.normal(values.mean(), values.std() + 1e-6, values.shape).astype(np.float32)
    return Sequences(torch.from_numpy(values), torch.from_numpy(mask))


def pictures(
    folder: Path, film: films.Filmed, rng: np.random.Generator | None = None
) -> UInt8[np.ndarray, "frames height width 3"]:
    """Eight pictures of a rendered clip: its stills, or drawn from its video."""
    from PIL import Image

    from lavimo.video.frames import sample

    if film.frames is None:
        return sample(folder / film.files[0], FRAMES, rng)
    return np.stack([np.asarray(Image.open(folder / name).convert("RGB")) for name in film.files])


def _features(
    frames: FramesVideo,
    model: ClipImages,
    rows: Mapping[str, Sequence[films.Filmed]],
    folder: Path,
    progress: Progress,
) -> dict[str, list[np.ndarray]]:
    count = sum(map(len, rows.values()))
    found: dict[str, list[np.ndarray]] = {}
    weights = hashlib.sha256(
        b"".join(p.detach().numpy().tobytes() for p in model.parameters())
    ).hexdigest()
    with progress.task("Looking at films", count, "films") as task:
        for clip, there in rows.items():
            for film in there:
                found.setdefault(clip, []).append(_cached(weights, model, film, folder))
                task.advance()
    width = next(iter(found.values()))[0].shape[-1]
    if width != frames.width:
        raise DataError(
            f"{frames.backbone} gives {width} numbers a picture; set model.frames.width={width}."
        )
    return found


def _cached(weights: str, model: ClipImages, film: films.Filmed, folder: Path) -> np.ndarray:
    shown = "".join(sha256_of_file(folder / name) for name in film.files)
    key = hashlib.sha256(f"1 {weights} {VARIANTS} {shown}".encode()).hexdigest()
    path = cache_folder() / "frames" / key[:2] / f"{key[2:34]}.npy"
    if not path.is_file():
        made = _look(model, film, folder, np.random.default_rng(int(key[:12], 16)))
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            np.save(stream, made)
    stored: np.ndarray = np.load(path)
    return stored


@torch.inference_mode()
def _look(
    model: ClipImages, film: films.Filmed, folder: Path, rng: np.random.Generator
) -> np.ndarray:
    variants = []
    for number in range(VARIANTS + 1):
        seen = pictures(folder, film, rng if number else None)
        for mirrored in (False, True):
            if number:
                variants.append(augmented(seen, model.edge, rng, mirrored))
            else:
                variants.append(plain(seen, model.edge, mirrored))
    pixels = torch.from_numpy(np.stack(variants).reshape(len(variants), FRAMES, -1))
    rows = torch.cat([model(part) for part in pixels.split(max(1, AT_ONCE // FRAMES))])
    return rows.numpy().astype(np.float16).reshape(VARIANTS + 1, 2, FRAMES, -1)
