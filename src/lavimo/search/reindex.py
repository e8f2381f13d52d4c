"""Give a gallery vectors of another model, from the clips that it stores."""

from pathlib import Path

from lavimo.features.canonical import canonical_batch
from lavimo.gallery.sqlite import SqliteGallery
from lavimo.progress import Progress, Silent
from lavimo.search.making import MotionEncoder, encode

AT_ONCE = 64


def reindex(
    gallery: str | Path, encoder: MotionEncoder, *, progress: Progress | None = None
) -> int:
    """Encode all rows again; returns how many were. The original files are not needed.

    The old vectors serve until the last new one is durable; a stopped run goes on where it was.
    """
    with SqliteGallery.open(gallery, write=True) as opened:
        if (opened.model_id, opened.dim) == (encoder.model_id, encoder.dim):
            return 0
        change = opened.remodel(encoder.model_id, encoder.dim)
        missing = change.missing()
        with (progress or Silent()).task("Encoding", len(missing), "rows") as task:
            for start in range(0, len(missing), AT_ONCE):
                seqs = missing[start : start + AT_ONCE]
                pieces = canonical_batch([opened.positions(seq) for seq in seqs])
                change.add(seqs, encode(encoder, pieces))
                task.advance(len(seqs))
        change.finish()
        return len(missing)
