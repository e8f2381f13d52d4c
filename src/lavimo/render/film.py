"""Films of a clip: animated WebP and GIF, MP4 (extra `video`), a still PNG, a page."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lavimo.errors import MissingExtra, RenderError
from lavimo.files import atomic_path, write_text
from lavimo.progress import Progress, Silent
from lavimo.render import stick
from lavimo.shapes import Float32

if TYPE_CHECKING:
    from PIL.Image import Image

LONG = 400
"""Films of more pictures report their progress."""
MAX_HELD = 1_500_000_000
"""Bytes of pictures that Pillow may collect before it writes an animated WebP."""

SUFFIXES: tuple[str, ...] = (".webp", ".gif", ".mp4", ".png", ".html")
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
    title: str = "",
    lines: list[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write a clip of the 22 joints (metres, y up) as a film, a page or a strip of stills.

    The suffix chooses: .webp, .gif and .mp4 are films, .png a strip of six moments, .html a page
    with a figure that can be turned (it alone shows `title` and `lines`). Written whole or not at
    all. Raises RenderError for another suffix, MissingExtra for .mp4 without PyAV.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".html":
        from lavimo.render import page

        card = page.card(positions, title=title or path.stem, lines=lines or [], fps=fps_in)
        return write_text(path, page.page([("", "", [card])], title or path.stem))
    if suffix == ".png":
        return _save_strip(positions, path, size, theme)
    if suffix not in SUFFIXES:
        raise RenderError(
            f"{path.name} has no suffix that can be drawn; use one of {', '.join(SUFFIXES)}."
        )
    rate = fps or fps_in
    scene = stick.Scene(
        stick.resampled(positions, fps_in, fps), size=size, follow=follow, theme=theme
    )
    if suffix == ".webp" and len(scene.points) * scene.width * scene.height * 3 > MAX_HELD:
        raise RenderError(
            f"{path.name} would hold {len(scene.points)} pictures in memory; cut the clip, lower "
            "the size or the rate, or write .mp4 or .html."
        )
    write = {".webp": _write_webp, ".gif": _write_gif, ".mp4": _write_mp4}[suffix]
    with atomic_path(path) as temporary:
        write(_reported(scene, progress), temporary, rate)
    return path


def _reported(scene: stick.Scene, progress: Progress | None) -> "Iterator[Image]":
    """The pictures one by one; only a wait of some seconds is worth a report."""
    if len(scene.points) <= LONG:
        progress = None
    with (progress or Silent()).task("Drawing", len(scene.points), "pictures") as task:
        for picture in scene.play():
            yield picture
            task.advance()


def _save_strip(
    positions: Float32[np.ndarray, "frames 22 3"],
    path: Path,
    size: int | tuple[int, int],
    theme: str,
) -> Path:
    from lavimo.render.sheet import strip

    with atomic_path(path) as temporary:
        strip(positions, size=size, theme=theme).save(temporary)
    return path


def _write_webp(pictures: "Iterator[Image]", path: Path, fps: float) -> None:
    first, rest = next(pictures), pictures
    # Times are whole milliseconds; method 2 writes four times as fast as the default 4 here for
    # files about a tenth larger.
    first.save(
        path,
        save_all=True,
        append_images=rest,
        duration=max(1, round(1000 / fps)),
        loop=0,
        quality=80,
        method=2,
    )


def _write_gif(pictures: "Iterator[Image]", path: Path, fps: float) -> None:
    from PIL import Image

    # One palette for all frames, or the background would flicker; GIF counts in hundredths.
    first = next(pictures)
    palette = first.quantize(160, method=Image.Quantize.MEDIANCUT)
    dither = Image.Dither.NONE
    rest = (picture.quantize(palette=palette, dither=dither) for picture in pictures)
    palette.save(
        path,
        save_all=True,
        append_images=rest,
        duration=10 * max(2, round(100 / fps)),
        loop=0,
        optimize=False,
        disposal=1,
    )


def _write_mp4(pictures: "Iterator[Image]", path: Path, fps: float) -> None:
    try:
        import av
    except ImportError as error:
        raise MissingExtra(f"Writing {path.suffix} films", "video") from error
    rate = Fraction(fps).limit_denominator(1001)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "20"})
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.asarray(_even(picture)), format="rgb24")
            if number == 0:
                stream.width, stream.height = frame.width, frame.height
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _even(picture: "Image") -> "Image":
    """H.264 in 4:2:0 needs even edges: an odd one loses its last row or column."""
    width, height = picture.width // 2 * 2, picture.height // 2 * 2
    return picture.crop((0, 0, width, height))
