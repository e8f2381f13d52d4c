"""Colours of cloth: stripes, checks, dots, number, hoodie, suit (RENDERING.md section 3.5)."""

import numpy as np

from avatars.masks import (
    ARM,
    PRINT_X,
    PRINT_Y,
    T_ARM,
    T_LEG,
    X,
    Y,
    Z,
    bottom_field,
    hem_height,
    neckline,
    smoothstep,
)  # fmt: skip
from avatars.people import Colour, Person

_TIE, _SHIRT = (150, 26, 36), (240, 240, 240)
# Strokes of a "7" and a "1": x from, x to, y from, y to; the seven's slope is drawn apart.
_DIGITS = ((-0.52, 0.02, 0.84, 1.06), (0.30, 0.52, 0.0, 1.06))


def mix(base: np.ndarray, colour: Colour | np.ndarray, share: np.ndarray) -> np.ndarray:
    """Paint `colour` over `base` (n 3) by a share (n) in 0..1."""
    return base + np.asarray(share, np.float64)[:, None] * (np.asarray(colour, float) - base)


def folds(a: np.ndarray) -> np.ndarray:
    """Small shading (n) of cloth folds, about 1."""
    x, y, z = a[:, X], a[:, Y], a[:, Z]
    wave = np.sin(5 * x + 3 * np.sin(1.7 * y)) * np.sin(2.3 * y + 1.1 * z)
    return 1 + 0.025 * wave + 0.012 * np.sin(9 * y + 4 * z + 3 * x)


def _around(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (n) along and around a torso or a sleeve, dm."""
    arm = a[:, ARM] > 0.5
    around = np.where(arm, a[:, Z], 1.2 * np.arctan2(a[:, PRINT_X] / 1.35, (a[:, Z] - 0.25) / 0.75))
    return np.where(arm, 2.6 * a[:, T_ARM], a[:, PRINT_Y]), around


def _pattern(a: np.ndarray, style: str) -> np.ndarray:
    """Share (n) of the second colour in an all-over pattern."""
    along, around = _around(a)
    if style == "stripes":
        return (np.mod(along / 0.62, 1) < 0.45).astype(float)
    if style == "check":
        bars = (np.mod(along / 0.6, 1) < 0.3).astype(float)
        posts = (np.mod(around / 0.6 + 0.15, 1) < 0.3).astype(float)
        return 0.42 * bars + 0.42 * posts
    row = np.floor(along / 0.42)
    across = np.mod(around / 0.48 + 0.5 * np.mod(row, 2), 1) - 0.5
    return (np.hypot(across * 0.48, along - (row + 0.5) * 0.42) < 0.115).astype(float)


def _number(a: np.ndarray, front: np.ndarray) -> np.ndarray:
    """Where (n) the number 71 stands, on chest and back."""
    x = np.where(front, a[:, PRINT_X], -a[:, PRINT_X])
    y = a[:, PRINT_Y] - 2.85
    on = np.zeros(len(a), bool)
    for left, right, low, high in _DIGITS:
        on |= (x > left) & (x < right) & (y > low) & (y < high)
    slope = -0.42 + 0.34 * y
    return on | ((np.abs(x - slope) < 0.12) & (y > 0) & (y < 0.95))


def _suit(colour: np.ndarray, a: np.ndarray, person: Person) -> np.ndarray:
    x, y, front = np.abs(a[:, PRINT_X]), a[:, PRINT_Y], a[:, Z] > 0.2
    wedge = 0.19 * (y - 2.45)
    shirt = front & (x < wedge) & (a[:, ARM] < 0.5)
    collar = (neckline(a, "polo") < 0.2) & (a[:, ARM] < 0.5)
    lapel = front & ~shirt & (x < wedge + 0.42 * smoothstep(5.2 - y, 0, 0.8)) & (y > 2.45)
    colour = np.where(lapel[:, None], colour * 0.86, colour)
    colour = np.where((shirt | collar)[:, None], np.array(_SHIRT, float), colour)
    tie = shirt & (x < 0.085 + 0.035 * (5.2 - y)) & (y < 5.05)
    knot = shirt & (x < 0.15) & (y >= 5.0) & (y < 5.35)
    colour = np.where((tie | knot)[:, None], np.array(_TIE, float), colour)
    opening = front & (x < 0.022) & (y < 2.45)
    button = front & (np.hypot(x, np.abs(y - 1.85) - 0.35) < 0.07)
    colour = np.where(opening[:, None], colour * 0.55, colour)
    return np.where(button[:, None], np.array([18.0, 18, 20]), colour)


def _hoodie(colour: np.ndarray, a: np.ndarray, person: Person) -> np.ndarray:
    x, y, front = np.abs(a[:, PRINT_X]), a[:, PRINT_Y], a[:, Z] > 0.2
    second = np.array(person.top.second, float)
    lining = (a[:, Y] > 5.45 - 0.25 * np.clip(a[:, Z], -1, 1)) & (a[:, ARM] < 0.5)
    lining &= np.hypot(a[:, X], a[:, Z] - 0.1) < 0.95
    colour = np.where(lining[:, None], second, colour)
    zip_ = front & (x < 0.045) & (y < 5.2)
    colour = np.where(zip_[:, None], second * 0.9, colour)
    edge = np.abs(x - (1.05 - 0.35 * (y - 0.7))) < 0.045
    pocket = front & edge & (y > 0.7) & (y < 1.8)
    colour = np.where(pocket[:, None], colour * 0.55, colour)
    string = front & (np.abs(x - 0.2) < 0.035) & (y > 4.1) & (y < 5.3)
    return np.where(string[:, None], np.array([235.0, 235, 230]), colour)


def top_colours(a: np.ndarray, field: np.ndarray, person: Person) -> np.ndarray:
    """Colours (n 3) of the upper garment; `field` is its signed mask."""
    top = person.top
    first, second = np.array(top.colour, float), np.array(top.second, float)
    colour = np.tile(first, (len(a), 1))
    front, torso = a[:, Z] > 0.2, a[:, ARM] < 0.5
    neck = np.where(torso, neckline(a, top.neck), 9)
    if top.style in ("stripes", "check", "dots"):
        colour = mix(colour, second, _pattern(a, top.style))
    if top.style == "number":
        colour = mix(colour, second, _number(a, front) & torso)
        side = (np.abs(np.arctan2(a[:, X], a[:, Z] + 0.1)) - 1.62) ** 2 < 0.02
        colour = mix(colour, second, torso & side & (a[:, PRINT_Y] < 4.2))
        colour = mix(colour, second, ((field < 0.09) & (a[:, PRINT_Y] > 3)).astype(float))
    if top.style == "band":
        colour = mix(colour, second, torso & (a[:, PRINT_Y] < hem_height(person) + 0.3))
    if top.style == "suit":
        colour = _suit(colour, a, person)
    if top.style == "hoodie":
        colour = _hoodie(colour, a, person)
    if top.style == "check":
        colour = mix(colour, second * 0.9, neck < 0.16)
        placket = front & torso & (np.abs(a[:, PRINT_X]) < 0.05)
        colour = mix(colour, first * 0.6, placket & (neck >= 0.16))
    if top.style == "plain" and top.sleeve < 1:
        badge = np.hypot(a[:, PRINT_X] - 0.62, a[:, PRINT_Y] - 4.1) < 0.14
        colour = mix(colour, _SHIRT, badge & front & torso)
    hem = (field < 0.07) | (torso & (neck < 0.1)) | (~torso & (top.sleeve - a[:, T_ARM] < 0.035))
    colour = np.where(hem[:, None], colour * 0.82, colour)
    return colour * folds(a)[:, None]


def bottom_colours(a: np.ndarray, person: Person) -> np.ndarray:
    """Colours (n 3) of trousers, shorts, or the yoke under a skirt."""
    bottom = person.bottom
    colour = np.tile(np.array(bottom.colour, float), (len(a), 1)) * folds(a)[:, None]
    side = np.abs(np.arctan2(np.abs(a[:, X]) - 1.0 * (a[:, Y] < 0), a[:, Z] + 0.1) - 1.57)
    outer = np.abs(a[:, X]) > np.interp(a[:, Y], [-7, -3.7, 0, 1], [1.75, 1.35, 1.2, 1.0])
    if bottom.stripe is not None:
        colour = mix(colour, bottom.stripe, outer & (side < 0.3))
    elif bottom.hem is None:
        colour = np.where((outer & (side < 0.05))[:, None], colour * 0.72, colour)
    hem = (bottom.length - a[:, T_LEG] < 0.02) | (bottom_field(a, person) < 0.05)
    return np.where(hem[:, None], colour * 0.78, colour)


def skirt_colours(a: np.ndarray, person: Person) -> np.ndarray:
    """Colours (n 3) of a skirt with soft pleats and a darker hem."""
    angle = np.arctan2(a[:, X], a[:, Z])
    hem = person.bottom.hem or 0.0
    pleats = 1 + 0.09 * np.sin(22 * angle) * smoothstep(-a[:, Y], -1.4, 1.0)
    pleats *= 0.9 + 0.1 * smoothstep(a[:, Y] - hem, 0.06, 0.1)
    return np.array(person.bottom.colour, float) * pleats[:, None]
