"""Contact sheets: clips as strips of moments, with labels, in one picture."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lavimo.errors import RenderError
from lavimo.render.actor import staged
from lavimo.render.avatar import Avatar
from lavimo.render.figure import THEMES
from lavimo.shapes import Float32, Int64

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

TILE = (96, 132)
GAP = 14
INK = {"light": ("#1d2630", "#5b6775", "#d8dee6"), "dark": ("#edf1f5", "#a3afbd", "#303943")}
"""Colours of headings, of captions and of rules."""

Clip = tuple[str, Float32[np.ndarray, "_ 22 3"]]


def moments(frames: int, count: int) -> Int64[np.ndarray, " count"]:
    """Frame numbers in the middle of `count` equal parts of a clip."""
    return ((np.arange(count) + 0.5) / count * frames).astype(np.int64)


def key_moment(positions: Float32[np.ndarray, "frames 22 3"]) -> int:
    """The frame that tells best what a clip is about: far from its start and its usual pose.

    The usual (median) pose alone would show a person who falls and lies as standing.
    """
    pose = positions - positions[:, :1] * np.array([1, 0, 1], np.float32)
    usual = np.linalg.norm(pose - np.median(pose, axis=0), axis=-1).mean(axis=1)
    start = np.linalg.norm(pose - pose[0], axis=-1).mean(axis=1)
    return int(np.argmax(usual + start))


def strip(
    positions: Float32[np.ndarray, "frames 22 3"],
    *,
    size: int | tuple[int, int] = 320,
    count: int = 6,
    theme: str = "light",
    fps: float = 20.0,
    avatar: Avatar | None = None,
) -> "Image":
    """`count` moments of a clip (metres, y up) side by side, the body kept in the middle.

    An integer `size` is the height; a moment is then three quarters as wide. Without an `avatar`
    the figure is drawn.
    """
    from PIL import Image

    width, height = (round(size * 0.75), size) if isinstance(size, int) else size
    if len(positions) == 0 or count < 1:
        raise RenderError("A strip needs at least one frame and one moment.")
    chosen = moments(len(positions), count)
    # Even steps may miss a quick kick: the nearest one gives way to the most telling moment.
    telling = key_moment(positions)
    chosen[np.argmin(np.abs(chosen - telling))] = telling
    scene = staged(positions, fps, avatar, size=(width, height), follow=True, theme=theme)
    picture = Image.new("RGB", (width * count, height))
    for column, frame in enumerate(chosen):
        picture.paste(scene.draw(int(frame)), (column * width, 0))
    return picture


def contact_sheet(
    rows: Sequence[tuple[str, Sequence[Clip]]],
    *,
    columns: int = 5,
    tile: tuple[int, int] = TILE,
    theme: str = "light",
    title: str = "",
    fps: float = 20.0,
    avatars: Sequence[Avatar] = (),
) -> "Image":
    """One row a label, in it its clips as strips of `columns` moments, each under its caption.

    `rows` holds (label, [(caption, positions), ...]); positions are the 22 joints in metres, y
    up, all at `fps`. `avatars` take turns; without any the figure is drawn. Long texts end in an
    ellipsis. Raises RenderError without any clip.
    """
    from PIL import Image, ImageDraw

    most = max((len(clips) for _, clips in rows), default=0)
    if most == 0:
        raise RenderError("A contact sheet needs at least one clip.")
    wide = columns * tile[0]
    label_height = 26 if any(label for label, _ in rows) else 4
    row_height = label_height + 20 + tile[1] + GAP
    top = 44 if title else GAP
    picture = Image.new(
        "RGB",
        (GAP + most * (wide + GAP), top + len(rows) * row_height),
        THEMES[theme]["sky"] if theme == "dark" else "#ffffff",
    )
    draw = ImageDraw.Draw(picture)
    heading, caption_ink, rule = INK[theme]
    if title:
        draw.text((GAP, 12), title, fill=heading, font=_font(18))
    cast = itertools.cycle(avatars or [None])
    for number, (label, clips) in enumerate(rows):
        y = top + number * row_height
        draw.line((GAP, y, picture.width - GAP, y), fill=rule)
        text = shortened(label, picture.width - 2 * GAP, _font(15))
        draw.text((GAP, y + 5), text, fill=heading, font=_font(15))
        for column, (caption, positions) in enumerate(clips):
            x = GAP + column * (wide + GAP)
            text = shortened(caption, wide, _font(12))
            draw.text((x, y + label_height + 1), text, fill=caption_ink, font=_font(12))
            shot = strip(
                positions, size=tile, count=columns, theme=theme, fps=fps, avatar=next(cast)
            )
            picture.paste(shot, (x, y + label_height + 20))
    return picture


def shortened(text: str, width: int, font: "FreeTypeFont | ImageFont") -> str:
    """`text` on one line, cut with an ellipsis where it would be wider than `width` pixels."""
    line = " ".join(text.split())
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"


def _font(size: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)
