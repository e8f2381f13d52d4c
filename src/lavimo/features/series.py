"""Series over time: smoothing, runs of true frames, swings between turning points."""

import numpy as np

from lavimo.shapes import Bool, Float

Run = tuple[int, int]
"""First frame and the one after the last."""


def smooth(rows: Float[np.ndarray, "*n frames"], width: int) -> Float[np.ndarray, "*n frames"]:
    """Mean over `width` frames, done twice (a triangular window); edge frames are repeated."""
    if width <= 1:
        return rows
    for left in ((width - 1) // 2, width // 2):
        first = np.repeat(rows[..., :1], left + 1, axis=-1)
        last = np.repeat(rows[..., -1:], width - 1 - left, axis=-1)
        total = np.cumsum(np.concatenate([first, rows, last], axis=-1), axis=-1)
        rows = (total[..., width:] - total[..., :-width]) / width
    return rows


def lowest_nearby(
    rows: Float[np.ndarray, "*n frames"], reach: int
) -> Float[np.ndarray, "*n frames"]:
    """Minimum within `reach` frames on both sides."""
    first = np.repeat(rows[..., :1], reach, axis=-1)
    last = np.repeat(rows[..., -1:], reach, axis=-1)
    padded = np.concatenate([first, rows, last], axis=-1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=-1)
    lowest: Float[np.ndarray, "*n frames"] = windows.min(axis=-1)
    return lowest


def runs(mask: Bool[np.ndarray, " frames"], shortest: int = 1, gap: int = 0) -> list[Run]:
    """Stretches of true frames; gaps of up to `gap` frames are closed, short runs dropped."""
    if not mask.any():
        return []
    padded = np.zeros(len(mask) + 2, np.int8)
    padded[1:-1] = mask
    edges = np.flatnonzero(np.diff(padded)).tolist()
    found: list[list[int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if found and start - found[-1][1] <= gap:
            found[-1][1] = end
        else:
            found.append([start, end])
    return [(a, b) for a, b in found if b - a >= shortest]


def pivots(values: Float[np.ndarray, " frames"], swing: float) -> list[int]:
    """Turning points between which a series changes by at least `swing`; its ends included.

    From one to the next the series rises or falls, smaller reversals within are ignored. An
    empty list: it never changes by so much.
    """
    series = values.tolist()
    found: list[int] = []
    low = high = rising = 0
    for frame, value in enumerate(series):
        if rising >= 0 and value > series[high]:
            high = frame
        if rising <= 0 and value < series[low]:
            low = frame
        if rising == 0 and series[high] - series[low] >= swing:
            rising = 1 if high > low else -1
            found.append(low if high > low else high)
        elif rising > 0 and series[high] - value >= swing:
            found.append(high)
            rising, low = -1, frame
        elif rising < 0 and value - series[low] >= swing:
            found.append(low)
            rising, high = 1, frame
    if rising:
        found.append(high if rising > 0 else low)
    return found
