"""Give a gallery what it lacks, from the clips that it stores: vectors of a model, pose rows."""

from pathlib import Path

import numpy as np

from lavimo.features import directions
from lavimo.features.canonical import FPS, canonical_batch
from lavimo.gallery.sqlite import SqliteGallery
from lavimo.progress import Progress, Silent
from lavimo.search import films
from lavimo.search.bank import poses_of
from lavimo.search.making import MotionEncoder, encode
from lavimo.shapes import Float32

AT_ONCE = 64


def reindex(
    gallery: str | Path, encoder: MotionEncoder, *, progress: Progress | None = None
) -> int:
    """Encode all rows again; returns how many were. The original files are not needed.

    The old vectors serve until the last new one is durable; a stopped run goes on where it was.
    Pose rows that an older version did not store are added, whatever the model.
    """
    with SqliteGallery.open(gallery, write=True) as opened:
        add_poses(opened, progress)
        if (opened.model_id, opened.dim) == (encoder.model_id, encoder.dim):
            return 0
        change = opened.remodel(encoder.model_id, encoder.dim)
        missing = change.missing()
        with (progress or Silent()).task("Encoding", len(missing), "rows") as task:
            for start in range(0, len(missing), AT_ONCE):
                seqs = missing[start : start + AT_ONCE]
                change.add(seqs, _rows(opened, seqs, encoder))
                task.advance(len(seqs))
        change.finish()
        return len(missing)


def complete(gallery: str | Path, *, progress: Progress | None = None) -> int:
    """Add the pose rows that an older version did not store; returns the clips that got them."""
    with SqliteGallery.open(gallery, write=True) as opened:
        return add_poses(opened, progress)


def _rows(
    gallery: SqliteGallery, seqs: list[int], encoder: MotionEncoder
) -> Float32[np.ndarray, "rows dim"]:
    """Vectors of clips from their positions, of films from their pose rows."""
    filmed = np.array([item.film for item in gallery.rows(seqs)], bool)
    clips = [seq for seq, film in zip(seqs, filmed, strict=True) if not film]
    seen = [seq for seq, film in zip(seqs, filmed, strict=True) if film]
    rows = np.empty((len(seqs), encoder.dim), np.float32)
    rows[~filmed] = encode(encoder, canonical_batch([gallery.positions(seq) for seq in clips]))
    poses = [poses_of(one) for one in gallery.poses(seen) if one is not None]
    rows[filmed] = films.vectors(encoder, poses)
    return rows


def add_poses(gallery: SqliteGallery, progress: Progress | None = None) -> int:
    """Store the pose rows of clips that have none, as version 1 left them; returns how many."""
    missing = gallery.unposed()
    if not missing:
        return 0
    with (progress or Silent()).task("Adding pose rows", len(missing), "clips") as task:
        for start in range(0, len(missing), AT_ONCE):
            seqs = missing[start : start + AT_ONCE]
            rows = [directions.from_motion(gallery.positions(seq), FPS).rows for seq in seqs]
            gallery.add_poses(seqs, rows)
            task.advance(len(seqs))
    return len(missing)
