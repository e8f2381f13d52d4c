"""Measure how landmarks err: the covariances that weigh limb directions in a search by film.

    python tools/landmark_errors.py OPENMOTION

Films the training clips that are free for any use (from the cache where they are there), compares
each window's signature and each row with the motion's own, and writes
`src/lavimo/features/landmark_errors.npz`: `orders` (8, 28, 28), a covariance for each order of the
cosine transform, and `rows` (27, 27), of limb directions at 5 Hz. Every clip weighs the same.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from lavimo.data import openmotion, tracks
from lavimo.data.openmotion import CLEAN_LICENCES
from lavimo.data.prepare import prepare
from lavimo.features import landmark_errors, signature, warping
from lavimo.features.canonical import FPS
from lavimo.features.directions import WIDTH, Poses, from_motion
from lavimo.files import atomic_path
from lavimo.progress import for_stream

MOST = 60
"""Windows of a clip that are compared."""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, help="OpenMotion's folder")
    orders, rows = measure(pairs(parser.parse_args().data))
    target = Path(landmark_errors.__file__).parent / landmark_errors.FILE
    with atomic_path(target) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, orders=orders.astype(np.float16), rows=rows.astype(np.float16))
    share = np.trace(orders[0]) / np.trace(orders, axis1=1, axis2=2).sum()
    print(f"{target}: {100 * share:.0f} % of the squared error lie in the mean over time")


def pairs(data: Path) -> Iterator[tuple[Poses, Poses]]:
    """Each clip's own poses and those of its film, in time with each other."""
    rows = openmotion.rows(data, split="train", licences=CLEAN_LICENCES)
    clips = [(one.id, one.positions) for one in prepare(rows, progress=for_stream()).samples
             if one.positions is not None]  # fmt: skip
    films = tracks.film(clips, tracks.Filming(), workers=2, progress=for_stream())
    for (_, positions), (film,) in zip(clips, films, strict=True):
        seen = film.poses(len(positions) / FPS)
        if seen is not None:
            own = from_motion(positions, FPS)
            count = min(len(own), len(seen))
            yield own.cut(0, count), seen.cut(0, count)


def measure(found: Iterable[tuple[Poses, Poses]]) -> tuple[np.ndarray, np.ndarray]:
    """Covariances of the errors of signatures, order by order, and of rows."""
    orders = np.zeros((signature.KEPT, WIDTH + 1, WIDTH + 1))
    rows = np.zeros((WIDTH, WIDTH))
    for count, (own, seen) in enumerate(found, 1):
        spans = signature.spans(len(own))[:MOST]
        apart = signature.signatures(seen, spans) - signature.signatures(own, spans)
        by_order = apart.reshape(len(spans), WIDTH + 1, signature.KEPT)
        mine = np.einsum("sao,sbo->oab", by_order, by_order) / len(spans)
        orders += (mine - orders) / count
        steps = warping.steps(seen) - warping.steps(own)
        rows += (steps.T @ steps / len(steps) - rows) / count
    return orders, rows


if __name__ == "__main__":
    main()
