"""Moments: a long clip is also searched in overlapping windows.

Clips over 6 s get windows of 4 s and of 8 s at half-window stride, so that every moment of 2 s
lies wholly inside one of 4 s. Windows of 2 s (GALLERY.md 7 has them too) would triple the rows
and double the time of indexing for moments that a 4 s window finds as well.
"""

LONG = 6.0
"""Clips above this many seconds get windows."""
LENGTHS = (4.0, 8.0)


def spans(duration: float) -> tuple[tuple[float, float], ...]:
    """(start, end) in seconds of the windows of a clip, shorter ones first.

    The last window of a length ends with the clip. A window is shorter than its clip.
    """
    if duration <= LONG:
        return ()
    found: list[tuple[float, float]] = []
    for length in LENGTHS:
        if length > duration - length / 4:
            continue  # it would be nearly the clip itself
        stride = length / 2
        starts = [i * stride for i in range(int((duration - length) / stride) + 1)]
        rest = duration - length - starts[-1]
        if rest > stride / 4:
            starts.append(duration - length)
        found += [(start, start + length) for start in starts]
    return tuple(found)
