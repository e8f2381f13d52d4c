"""Paints one avatar's texture texel by texel (RENDERING.md section 3.5)."""

import numpy as np
from PIL import Image

from avatars.fabric import bottom_colours, folds, mix, skirt_colours, top_colours
from avatars.masks import (
    ARM,
    T_LEG,
    X,
    Y,
    Z,
    bottom_field,
    hair_field,
    scarf_field,
    shoe_field,
    smoothstep,
    top_field,
)  # fmt: skip
from avatars.mesh import Part
from avatars.people import Person
from avatars.texels import finish, rasterise
from avatars.unwrap import Atlas

_SOCK, _IRIS, _PUPIL = (58, 58, 64), (82, 54, 34), (14, 12, 12)
_EYE_X, _EYE_Y = 0.305, 7.28


def _skin(a: np.ndarray, person: Person) -> np.ndarray:
    x, y, z = a[:, X], a[:, Y], a[:, Z]
    skin = np.array(person.skin, float)
    grain = np.sin(7 * x + 5 * np.sin(3 * y)) * np.sin(6 * y + 4 * z)
    colour = skin * (1 + 0.018 * grain)[:, None]
    face = z > 0.5
    ruddy = skin * [1.0, 0.84, 0.82]
    for at_x, at_y, radius, share in ((0.5, 6.95, 0.34, 0.45), (0.0, 6.98, 0.16, 0.35)):
        distance = np.hypot(np.abs(x) - at_x, y - at_y)
        colour = mix(colour, ruddy, face * share * (1 - smoothstep(distance, 0, radius)))
    socket = np.hypot((np.abs(x) - _EYE_X) / 1.4, y - (_EYE_Y + 0.04))
    return mix(colour, skin * 0.78, face * 0.4 * (1 - smoothstep(socket, 0.07, 0.2)))


def _face(colour: np.ndarray, a: np.ndarray, person: Person) -> np.ndarray:
    x, y, front = np.abs(a[:, X]), a[:, Y], a[:, Z] > 0.9
    across = np.minimum(x / 0.25, 1)
    lips = front & (x < 0.25) & (y < 6.72 - 0.10 * across**1.5) & (y > 6.505 + 0.105 * across**2)
    skin = np.array(person.skin, float)
    red = skin * ([0.86, 0.62, 0.62] if person.male < 0.5 else [0.9, 0.74, 0.72])
    colour = mix(colour, red, lips)
    slit = lips & (np.abs(y - 6.615) < 0.014)
    colour = np.where(slit[:, None], colour * 0.42, colour)
    lid = np.hypot((x - _EYE_X) / 0.175, (y - _EYE_Y) / 0.105)
    lash = (a[:, Z] > 0.7) & (np.abs(lid - 1) < 0.13) & (y > _EYE_Y + 0.01)
    colour = mix(colour, skin * 0.35, lash * (0.75 if person.male < 0.5 else 0.45))
    arch = 7.50 + 0.06 * np.sin(6 * (x - 0.12))
    thick = 0.024 if person.male < 0.5 else 0.034
    brow = (a[:, Z] > 0.6) & (x > 0.14) & (x < 0.52) & (np.abs(y - arch) < thick)
    # A white-haired person keeps greyish brows; a scarf or a cap hides the hair, not the brows.
    hair = (60, 42, 32) if person.hair in ("scarf", "cap") else person.hair_colour
    return mix(colour, np.array(hair, float) * 0.85, 0.88 * brow)


def _hair(a: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    azimuth = np.arctan2(a[:, X], -a[:, Z] + 0.3)
    strands = 0.07 * np.sin(34 * azimuth + 1.5 * a[:, Y]) + 0.05 * np.sin(71 * azimuth - a[:, Y])
    return np.array(colour, float) * (0.93 + strands)[:, None]


def _cap(a: np.ndarray, person: Person) -> np.ndarray:
    panel = (a[:, Z] > 0.55) & (np.abs(a[:, X]) < 0.62) & (a[:, Y] > 7.74)
    seams = np.abs(np.sin(3 * np.arctan2(a[:, X], a[:, Z] - 0.3))) < 0.06
    cloth = np.tile(np.array(person.hair_colour, float), (len(a), 1))
    cloth = mix(cloth, (225, 225, 228), panel)
    return np.where(seams[:, None], cloth * 0.8, cloth)


def _beard(a: np.ndarray) -> np.ndarray:
    x, y, z = np.abs(a[:, X]), a[:, Y], a[:, Z]
    cheek = y < 6.95 - 0.35 * np.clip(z - 0.6, 0, 0.7)
    mouth = np.hypot(x / 0.27, (y - 6.605) / 0.095) < 1
    moustache = (y < 6.83 - 0.5 * x**2) & (x < 0.42) & (z > 0.9)
    return (cheek | moustache) & ~mouth & (y > 5.98) & (z > 0.42) & (a[:, ARM] < 0.1)


def _body(a: np.ndarray, metres: np.ndarray, person: Person) -> np.ndarray:
    """Colours (n 3) of the body: skin, face, beard, hair, clothes, scarf, shoes in this order."""
    colour = _face(_skin(a, person), a, person)
    if person.beard is not None:
        curls = np.sin(31 * a[:, X] + 2 * np.sin(23 * a[:, Y])) * np.sin(
            29 * a[:, Y] + 17 * a[:, Z]
        )
        tint = np.array(person.beard, float) * (1 + 0.1 * curls)[:, None]
        colour = np.where(_beard(a)[:, None], tint, colour)
    grown = hair_field(a, person.hair)
    if person.hair == "cap":
        fringe = (grown > -0.4) & (a[:, Z] < 0.3) & (np.abs(a[:, X]) < 0.8) & (a[:, ARM] < 0.1)
        colour = mix(colour, person.beard or (60, 40, 30), fringe)
        colour = np.where(((grown > 0) & (a[:, ARM] < 0.1))[:, None], _cap(a, person), colour)
    elif person.hair not in ("bald", "scarf"):
        hair = (grown > 0) & (np.abs(a[:, X]) < np.where(a[:, Y] > 7.6, 1.2, 0.80))
        hair &= a[:, ARM] < 0.1
        colour = np.where(hair[:, None], _hair(a, person.hair_colour), colour)
    if person.bottom.length > 1.85:
        colour = mix(colour, _SOCK, (a[:, T_LEG] > 1.8) & (a[:, ARM] < 0.5))
    colour = np.where((bottom_field(a, person) > 0)[:, None], bottom_colours(a, person), colour)
    field = top_field(a, person)
    colour = np.where((field > 0)[:, None], top_colours(a, field, person), colour)
    if person.hair == "scarf":
        scarf = scarf_field(a)
        cloth = np.array(person.hair_colour, float) * folds(a)[:, None]
        cloth = np.where((scarf < 0.05)[:, None], cloth * 0.85, cloth)
        colour = np.where((scarf > 0)[:, None], cloth, colour)
    shoes = np.tile(np.array(person.shoes, float), (len(a), 1))
    rim = shoe_field(a) < 0.03
    shoes = np.where(rim[:, None], shoes * 0.75, shoes)
    dark = sum(person.shoes) > 600
    shoes = mix(shoes, (120, 116, 110) if dark else (226, 224, 218), metres < 0.004)
    return np.where((shoe_field(a) > 0)[:, None], shoes, colour)


def _eyes(a: np.ndarray) -> np.ndarray:
    from_centre = np.hypot(np.abs(a[:, X]) - _EYE_X, a[:, Y] - _EYE_Y)
    colour = np.tile(np.array([232.0, 229, 224]), (len(a), 1))
    colour = mix(colour, _IRIS, from_centre < 0.085)
    return mix(colour, _PUPIL, from_centre < 0.042)


def _loose_hair(a: np.ndarray, person: Person) -> np.ndarray:
    if person.hair == "cap":
        return np.tile(np.array(person.hair_colour, float), (len(a), 1)) * 0.92
    return _hair(a, person.hair_colour)


def paint(
    whole: Part, kinds: list[str], owner: np.ndarray, shade: np.ndarray, atlas: Atlas,
    person: Person,
) -> Image.Image:  # fmt: skip
    """The palette texture of one avatar.

    `kinds` names the parts, `owner` (t) is each triangle's part, `shade` (n) darkens vertices.
    """
    texels, triangle, weight = rasterise(atlas.uv, atlas.faces)
    corners = atlas.source[atlas.faces[triangle]]
    values = np.column_stack([whole.attributes, whole.points[:, 1], shade])
    spread = (values[corners] * weight[..., None]).sum(axis=1)
    a, metres, light = spread[:, :9], spread[:, 9], spread[:, 10]
    colours = np.zeros((len(a), 3))
    for number, kind in enumerate(kinds):
        on = owner[triangle] == number
        if kind == "body":
            colours[on] = _body(a[on], metres[on], person)
        elif kind == "eyes":
            colours[on], light[on] = _eyes(a[on]), 1
        elif kind == "skirt":
            colours[on] = skirt_colours(a[on], person)
        else:
            colours[on] = _loose_hair(a[on], person)
    return finish(texels, colours * light[:, None])
