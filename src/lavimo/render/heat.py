"""What a motion looked at, as a picture: weights under filmstrips and behind words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lavimo.render.actor import staged
from lavimo.render.avatar import Avatar
from lavimo.render.sheet import moments, shortened
from lavimo.shapes import Float, UInt8

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH, MARGIN, GAP = 1200, 24, 20
COUNT, BAR, LINE = 10, 26, 22
PAPER, INK, FAINT = (250, 250, 248), (30, 32, 36), (120, 124, 130)
COLD, HOT = np.array([236, 238, 240]), np.array([226, 88, 34])
"""No weight, and the largest weight of its row."""


@dataclass(frozen=True)
class Strip:
    """Pictures of equal parts of a clip, and the weights of its moments (fractions of 1)."""

    label: str
    pictures: "Sequence[Image]"
    weights: Float[np.ndarray, " parts"]
    rest: float


@dataclass(frozen=True)
class Sentence:
    """A weight for each word; the rest fell on no word."""

    label: str
    words: Sequence[tuple[str, float]]
    rest: float


def draw(title: str, rows: Sequence[Strip | Sentence]) -> "Image":
    """The rows under each other on one sheet."""
    from PIL import Image, ImageDraw, ImageFont

    parts = [_strip(row) if isinstance(row, Strip) else _sentence(row) for row in rows]
    height = MARGIN + 2 * LINE + sum(part.height + LINE + GAP for part in parts) + MARGIN
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    pen.text((MARGIN, MARGIN), shortened(title, WIDTH - 2 * MARGIN, font), INK, font)
    top = MARGIN + 2 * LINE
    for row, part in zip(rows, parts, strict=True):
        pen.text((MARGIN, top), f"{row.label} ({row.rest:.0%} elsewhere)", FAINT, font)
        sheet.paste(part, (MARGIN, top + LINE))
        top += LINE + part.height + GAP
    return sheet


def motion_pictures(
    positions: Float[np.ndarray, "frames 22 3"], fps: float, avatar: Avatar | None
) -> "list[Image]":
    """The middles of ten equal parts of a clip of the 22 joints (metres, y up)."""
    side = _side()
    scene = staged(positions, fps, avatar, size=(side, side), follow=True, theme="light")
    return [scene.draw(int(frame)) for frame in moments(len(positions), COUNT)]


def film_pictures(pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]]) -> "list[Image]":
    """The middles of ten equal parts of a film, each cut to its middle square."""
    from PIL import Image, ImageOps

    side = _side()
    chosen = [pictures[int(n)] for n in moments(len(pictures), COUNT)]
    return [ImageOps.fit(Image.fromarray(one), (side, side)) for one in chosen]


def colour(weight: float, most: float) -> tuple[int, int, int]:
    """From cold to hot, in proportion to the largest weight of a row."""
    share = weight / most if most > 0 else 0.0
    red, green, blue = (COLD + (HOT - COLD) * min(max(share, 0.0), 1.0)).astype(int)
    return int(red), int(green), int(blue)


def _side() -> int:
    return (WIDTH - 2 * MARGIN) // COUNT


def _strip(row: Strip) -> "Image":
    from PIL import Image, ImageDraw

    side = _side()
    width = side * COUNT
    picture = Image.new("RGB", (width, side + BAR), PAPER)
    for place, shown in enumerate(row.pictures):
        picture.paste(shown, (place * side, 0))
    pen = ImageDraw.Draw(picture)
    edges = np.linspace(0, width, len(row.weights) + 1).round().astype(int)
    most = float(row.weights.max())
    for weight, left, right in zip(row.weights, edges, edges[1:], strict=False):
        box = (int(left), side + 3, int(right) - 1, side + BAR - 1)
        pen.rectangle(box, colour(float(weight), most))
    return picture


def _sentence(row: Sentence) -> "Image":
    from PIL import Image, ImageDraw, ImageFont

    big, small = ImageFont.load_default(24), ImageFont.load_default(14)
    most = max((weight for _, weight in row.words), default=0.0)
    width = WIDTH - 2 * MARGIN
    places, left, top, high = [], 0, 0, 64
    for word, weight in row.words:
        text = shortened(word, width - 20, big)
        wide = max(int(big.getlength(text)), 40) + 20
        if left + wide > width and left:
            left, top = 0, top + high
        places.append((text, weight, left, top, wide))
        left += wide + 8
    picture = Image.new("RGB", (width, top + high), PAPER)
    pen = ImageDraw.Draw(picture)
    for text, weight, x, y, wide in places:
        pen.rounded_rectangle((x, y, x + wide, y + 36), 6, colour(weight, most))
        pen.text((x + wide / 2, y + 18), text, INK, big, anchor="mm")
        pen.text((x + wide / 2, y + 48), f"{weight:.0%}", FAINT, small, anchor="mm")
    return picture
