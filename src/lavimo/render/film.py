"""A clip saved as an animated WebP, GIF or MP4 (extra `video`), a strip of stills or a page."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lavimo.errors import RenderError
from lavimo.files import atomic_path, write_text
from lavimo.progress import Progress, Silent
from lavimo.render import stick, writers
from lavimo.render.actor import Actor, staged
from lavimo.render.avatar import Avatar
from lavimo.shapes import Float32, UInt8

LONG = 400
"""Films of more pictures report their progress."""
MAX_HELD = 1_500_000_000
"""Bytes of pictures that may be collected before an animated WebP is written."""

SUFFIXES: tuple[str, ...] = (*writers.SUFFIXES, ".png", ".html")
"""What `save` can write, told by the suffix."""


def save(
    positions: Float32[np.ndarray, "frames 22 3"],
    path: str | Path,
    *,
    fps_in: float = 20.0,
    size: int | tuple[int, int] = 320,
    fps: float | None = None,
    follow: bool | None = None,
    theme: str = "light",
    avatar: Avatar | None = None,
    title: str = "",
    lines: list[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write a clip of the 22 joints (metres, y up) as a film, a page or a strip of stills.

    The suffix chooses: .webp, .gif and .mp4 are films, .png a strip of six moments, .html a page
    that can be turned (it alone shows `title` and `lines`). Without an `avatar` a figure is drawn.
    Written whole or not at all. Raises RenderError for another suffix, MissingExtra for .mp4
    without PyAV and for an avatar in anything but a page without numba.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".html":
        from lavimo.render import page

        card = page.card(positions, title=title or path.stem, lines=lines or [], fps=fps_in,
                         avatar=avatar)  # fmt: skip
        own = [avatar] if avatar else []
        return write_text(path, page.page([("", "", [card])], title or path.stem, avatars=own))
    if suffix == ".png":
        return _save_strip(positions, path, size, theme, fps_in, avatar)
    if suffix not in SUFFIXES:
        raise RenderError(
            f"{path.name} has no suffix that can be drawn; use one of {', '.join(SUFFIXES)}."
        )
    rate = fps or fps_in
    shown = stick.resampled(positions, fps_in, fps)
    scene = staged(shown, rate, avatar, size=size, follow=follow, theme=theme)
    if suffix == ".webp" and scene.frames * scene.width * scene.height * 3 > MAX_HELD:
        raise RenderError(
            f"{path.name} would hold {scene.frames} pictures in memory; cut the clip, lower "
            "the size or the rate, or write .mp4 or .html."
        )
    return writers.write(_reported(scene, progress), path, rate)


def _reported(
    scene: Actor | stick.Scene, progress: Progress | None
) -> Iterator[UInt8[np.ndarray, "height width 3"]]:
    """The pictures one by one; only a wait of some seconds is worth a report."""
    if scene.frames <= LONG:
        progress = None
    with (progress or Silent()).task("Drawing", scene.frames, "pictures") as task:
        for picture in scene.play():
            yield np.asarray(picture)
            task.advance()


def _save_strip(
    positions: Float32[np.ndarray, "frames 22 3"],
    path: Path,
    size: int | tuple[int, int],
    theme: str,
    fps: float,
    avatar: Avatar | None,
) -> Path:
    from lavimo.render.sheet import strip

    with atomic_path(path) as temporary:
        strip(positions, size=size, theme=theme, fps=fps, avatar=avatar).save(temporary)
    return path
