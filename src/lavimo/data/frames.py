"""Pictures of a film as an image model wants them (METHOD.md B7-B9).

Every random draw is made once a film and done to all of its pictures, as a camera would.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from lavimo.shapes import Float32, UInt8

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
SHORT = 256 / 224
"""The shorter side before the crop, in edges of the model's input."""
SCALES = (1.0, 0.875, 0.75, 0.66)
JITTER, JITTER_P = (0.4, 0.4, 0.2, 0.1), 0.8
GRAY_P, BLUR_P = 0.2, 0.1
OPERATIONS, MAGNITUDE = 2, 9 / 30
"""RandAugment N = 2, M = 9 of 30."""

Change = Callable[[Image.Image], Image.Image]
Pictures = UInt8[np.ndarray, "frames height width 3"]
Pixels = Float32[np.ndarray, "frames 3 edge edge"]


def plain(pictures: Pictures, edge: int, mirrored: bool = False) -> Pixels:
    """The test transform (B7): shorter side, centre crop, normalised."""
    return _pixels(pictures, [_centre(edge)], edge, mirrored)


def augmented(
    pictures: Pictures, edge: int, rng: np.random.Generator, mirrored: bool = False
) -> Pixels:
    """The training transform (B7, B8). `mirrored` only where motion and caption are (B9)."""
    changes = [_operation(rng) for _ in range(OPERATIONS)]
    changes += [_crop(edge, rng), _jitter(rng)]
    if rng.random() < GRAY_P:
        changes.append(lambda image: ImageOps.grayscale(image).convert("RGB"))
    if rng.random() < BLUR_P:
        blur = ImageFilter.GaussianBlur(rng.uniform(0.1, 2) * edge / 224)
        changes.append(lambda image: image.filter(blur))
    return _pixels(pictures, changes, edge, mirrored)


def _pixels(pictures: Pictures, changes: list[Change], edge: int, mirrored: bool) -> Pixels:
    found = np.empty((len(pictures), 3, edge, edge), np.float32)
    for number, picture in enumerate(pictures):
        image = Image.fromarray(picture[:, ::-1] if mirrored else picture)
        for change in changes:
            image = change(image)
        values = (np.asarray(image, np.float32) / 255 - MEAN) / STD
        found[number] = values.transpose(2, 0, 1)
    return found


def _shorter(image: Image.Image, short: int) -> Image.Image:
    scale = short / min(image.size)
    width, height = (max(short, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR)


def _centre(edge: int) -> Change:
    def change(image: Image.Image) -> Image.Image:
        image = _shorter(image, round(edge * SHORT))
        left, top = ((side - edge) // 2 for side in image.size)
        return image.crop((left, top, left + edge, top + edge))

    return change


def _crop(edge: int, rng: np.random.Generator) -> Change:
    """A crop of one of four scales a side, at one of thirteen places, to the model's edge."""
    wide, high = _SIZES[int(rng.integers(len(_SIZES)))]
    across, down = _PLACES[int(rng.integers(len(_PLACES)))]

    def change(image: Image.Image) -> Image.Image:
        image = _shorter(image, round(edge * SHORT))
        width, height = image.size
        side = min(width, height)
        w, h = round(side * wide), round(side * high)
        left, top = round((width - w) * across / 4), round((height - h) * down / 4)
        box = (left, top, left + w, top + h)
        return image.resize((edge, edge), Image.Resampling.BILINEAR, box=box)

    return change


_SIZES = [
    (wide, high)
    for i, wide in enumerate(SCALES)
    for j, high in enumerate(SCALES)
    if abs(i - j) <= 1
]
# In quarters of what is left: corners and centre, middles of the sides, quarter points.
_PLACES = [
    (0, 0), (4, 0), (0, 4), (4, 4), (2, 2), (0, 2), (4, 2), (2, 4), (2, 0), (1, 1), (3, 1), (1, 3),
    (3, 3),
]  # fmt: skip


def _jitter(rng: np.random.Generator) -> Change:
    """Brightness, contrast, saturation and hue, in random order."""
    if rng.random() >= JITTER_P:
        return lambda image: image
    kinds = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
    factors = [rng.uniform(1 - most, 1 + most) for most in JITTER[:3]]
    hue = round(255 * rng.uniform(-JITTER[3], JITTER[3]))
    order = rng.permutation(4)

    def change(image: Image.Image) -> Image.Image:
        for number in order:
            if number < 3:
                image = kinds[number](image).enhance(factors[number])
            else:
                parts = list(image.convert("HSV").split())
                parts[0] = parts[0].point([(value + hue) % 256 for value in range(256)])
                image = Image.merge("HSV", parts).convert("RGB")
        return image

    return change


@dataclass(frozen=True)
class _Shift:
    """A shear or a shift that leaves up and down where they are."""

    shear: float = 0.0
    across: float = 0.0
    down: float = 0.0

    def __call__(self, image: Image.Image) -> Image.Image:
        moved = self.across * image.width, self.down * image.height
        matrix = (1, self.shear, moved[0], 0, 1, moved[1])
        transform, method = Image.Transform.AFFINE, Image.Resampling.BILINEAR
        return image.transform(image.size, transform, matrix, method)


def _operation(rng: np.random.Generator) -> Change:
    """One operation of RandAugment; of the geometric ones those that keep up and down."""
    sign = 1 if rng.random() < 0.5 else -1
    more, level = 1 + sign * 0.9 * MAGNITUDE, sign * MAGNITUDE
    operations: list[Change] = [
        lambda image: image,
        ImageOps.autocontrast,
        ImageOps.equalize,
        lambda image: ImageOps.posterize(image, 8 - round(4 * MAGNITUDE)),
        lambda image: ImageOps.solarize(image, round(256 * (1 - MAGNITUDE))),
        lambda image: ImageEnhance.Color(image).enhance(more),
        lambda image: ImageEnhance.Contrast(image).enhance(more),
        lambda image: ImageEnhance.Brightness(image).enhance(more),
        lambda image: ImageEnhance.Sharpness(image).enhance(more),
        _Shift(shear=0.3 * level),
        _Shift(across=0.45 * level),
        _Shift(down=0.45 * level),
    ]
    return operations[int(rng.integers(len(operations)))]
