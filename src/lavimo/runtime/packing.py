"""Ragged clips to blocks of tokens: windows of long ones, batches of like length, patches."""

import numpy as np

from lavimo.shapes import Bool, Float32

TOKENS_AT_ONCE = 2048
"""Rows of one matrix product: enough for BLAS, small enough for the cache."""


def windows(frames: int, longest: int) -> list[tuple[int, int]]:
    """Spans that cover a clip: itself, or windows of `longest` frames at half stride."""
    if frames <= longest:
        return [(0, frames)]
    starts = [*range(0, frames - longest, longest // 2), frames - longest]
    return [(s, s + longest) for s in starts]


def batches_of(lengths: list[int], patch: int) -> list[slice]:
    """Runs of lengths (in rising order) that make one matrix product each."""
    found, start = [], 0
    for end in range(1, len(lengths) + 1):
        full = end == len(lengths)
        if full or (end + 1 - start) * (-(-lengths[end] // patch) + 1) > TOKENS_AT_ONCE:
            found.append(slice(start, end))
            start = end
    return found


def patched(
    pieces: list[np.ndarray], patch: int
) -> tuple[Float32[np.ndarray, "batch tokens wide"], Bool[np.ndarray, "batch tokens"]]:
    """Ragged rows in groups of `patch`, zero-padded; the mask is True on real groups."""
    counts = [-(-len(p) // patch) for p in pieces]
    width = pieces[0].shape[1]
    tokens = np.zeros((len(pieces), max(counts), patch * width), np.float32)
    mask = np.zeros((len(pieces), max(counts)), bool)
    for row, (piece, count) in enumerate(zip(pieces, counts, strict=True)):
        tokens[row].reshape(-1)[: piece.size] = piece.reshape(-1)
        mask[row, :count] = True
    return tokens, mask
