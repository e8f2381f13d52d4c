"""Choreographed clips of a range of seeds, made on first use and cached; the embedded gallery."""

import io
from dataclasses import asdict
from zipfile import BadZipFile

import msgspec
import numpy as np

from lavimo.data.choreography.captions import captions
from lavimo.data.choreography.compose import perform, random_programme
from lavimo.data.choreography.programme import (
    CHOREOGRAPHY_VERSION,
    GALLERY_SEEDS,
    Clip,
    Programme,
)
from lavimo.files import cache_folder, sha256_of_json, write_bytes
from lavimo.progress import Progress, Silent

_FORMAT, _VERSION = "lavimo-choreography", 1


def embedded_gallery() -> list[Clip]:
    """300 clips of all actions, labelled synthetic; made once, then read from the cache."""
    return choreographed(GALLERY_SEEDS)


def choreographed(seeds: range, progress: Progress | None = None) -> list[Clip]:
    """The clips of a range of seeds, made once and then read from the cache.

    Positions are kept in float32, so that a cached clip equals a fresh one bit by bit.
    """
    key = sha256_of_json([_FORMAT, _VERSION, CHOREOGRAPHY_VERSION, seeds.start, seeds.stop])
    path = cache_folder() / "choreography" / f"{key[:16]}.npz"
    if path.is_file():
        try:
            return _read(path.read_bytes())
        except (ValueError, KeyError, OSError, EOFError, BadZipFile, msgspec.DecodeError):
            path.unlink(missing_ok=True)  # a damaged cache is made anew
    clips = []
    with (progress or Silent()).task("Choreographing", len(seeds)) as task:
        for seed in seeds:
            clips.append(_make(seed))
            task.advance()
    write_bytes(path, _written(clips))
    return clips


def _make(seed: int) -> Clip:
    positions, programme = perform(random_programme(seed))
    return Clip(positions, programme, captions(programme), seed)


def _written(clips: list[Clip]) -> bytes:
    rows = [{"programme": asdict(clip.programme), "captions": clip.captions} for clip in clips]
    stream = io.BytesIO()
    np.savez(
        stream,
        positions=np.concatenate([clip.positions for clip in clips]),
        frames=np.array([len(clip.positions) for clip in clips]),
        rows=np.frombuffer(msgspec.json.encode(rows), np.uint8),
    )
    return stream.getvalue()


class _Row(msgspec.Struct):
    programme: Programme
    captions: tuple[str, ...]


def _read(content: bytes) -> list[Clip]:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        rows = msgspec.json.decode(arrays["rows"].tobytes(), type=list[_Row])
        parts = np.split(arrays["positions"], np.cumsum(arrays["frames"])[:-1])
    if len(rows) != len(parts):
        raise ValueError("the cached gallery is incomplete")
    return [
        Clip(np.ascontiguousarray(part), row.programme, row.captions, row.programme.seed)
        for part, row in zip(parts, rows, strict=True)
    ]
