"""Where garments and hair lie, as formulas over canonical coordinates (RENDERING.md 3.2, 3.3).

Canonical coordinates are those of the unshaped base mesh (decimetres, y up, feet near -8.2), so
one set of formulas dresses every body. Every mask is a signed field: positive = covered.
"""

import numpy as np

from avatars.people import Person
from avatars.source import Base

# Columns of an attribute table. PRINT_X and PRINT_Y are canonical coordinates with the waves of
# the unshaped chest taken out: straight hems and prints are cut along them.
X, Y, Z, T_ARM, T_LEG, ARM, LEG, PRINT_X, PRINT_Y = range(9)

_ARM_JOINTS = (16, 17, 18, 19, 20, 21)
_LEG_JOINTS = (1, 2, 4, 5, 7, 8, 10, 11)
HIP_Y, KNEE_Y, ANKLE_Y = 0.49, -3.69, -7.45

_NECKLINES = {"crew": (5.52, 0.74), "v": (5.45, 0.78), "wide": (5.30, 0.98),
              "polo": (5.85, 0.62), "high": (6.02, 0.30)}  # fmt: skip
_HAIR_LOW = {"long": 6.2, "bob": 6.3, "bun": 6.3, "pony": 6.3, "afro": 6.4, "short": 6.45,
             "buzz": 6.5, "cap": 6.5, "bald": 6.5, "scarf": 6.3}  # fmt: skip


def smoothstep(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _limb_position(points: np.ndarray, chain: np.ndarray) -> np.ndarray:
    """Position along shoulder, elbow, wrist: 0, 1, 2; continued linearly beyond both ends."""
    upper, lower = chain[1] - chain[0], chain[2] - chain[1]
    first = (points - chain[0]) @ upper / (upper @ upper)
    second = (points - chain[1]) @ lower / (lower @ lower)
    return np.where(second > 0, 1 + second, np.minimum(first, 1))


def canonical_joints(base: Base) -> np.ndarray:
    """The 22 joints (22 3) of the unshaped mesh, dm."""
    return np.array([base.canonical[base.cubes[name]].mean(axis=0) for name in base.heads])


def print_coordinates(points: np.ndarray, joints: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Canonical x and y (n 2) of shaped points, metres, mapped joint height by joint height.

    `joints` are the shaped ones, metres, `rest` the canonical ones, dm; both (22 3).
    """
    spine = [0, 6, 9, 12, 15]
    low, high = joints[7, 1], joints[15, 1]
    heights = np.array([low, joints[4, 1], *joints[spine, 1], high + 0.3])
    known = np.array([rest[7, 1], rest[4, 1], *rest[spine, 1], rest[15, 1] + 3])
    width = (rest[12, 1] - rest[0, 1]) / (joints[12, 1] - joints[0, 1])
    return np.column_stack([points[:, 0] * width, np.interp(points[:, 1], heights, known)])


def attributes(
    base: Base, canonical: np.ndarray, weights: np.ndarray, prints: np.ndarray
) -> np.ndarray:
    """The nine attributes (n 9) of vertices given in canonical space with 22-joint weights."""
    arm, leg = weights[:, _ARM_JOINTS].sum(axis=1), weights[:, _LEG_JOINTS].sum(axis=1)
    chains = canonical_joints(base)[[[16, 18, 20], [17, 19, 21]]]
    side = (canonical[:, 0] < 0).astype(np.int64)
    along = np.where(
        side == 0, _limb_position(canonical, chains[0]), _limb_position(canonical, chains[1])
    )
    hand = weights[:, 20] + weights[:, 21]
    t_arm = np.where(arm > 0.35, np.maximum(along, 0), 0)
    t_arm = np.where(hand > 0.5, np.maximum(t_arm, 2), t_arm)
    y = canonical[:, 1]
    thigh = np.clip((HIP_Y - y) / (HIP_Y - KNEE_Y), 0, 1)
    shin = np.maximum((KNEE_Y - y) / (KNEE_Y - ANKLE_Y), 0)
    return np.column_stack([canonical, t_arm, thigh + shin, arm, leg, prints])


def hem_height(person: Person) -> float:
    """Canonical height at which the top ends."""
    if person.top.style == "band":
        return 2.6
    return 0.1 if person.bottom.hem is None else 1.7


def neckline(a: np.ndarray, neck: str) -> np.ndarray:
    """Signed field of the neck opening: positive = cloth."""
    x, y, z = a[:, X], a[:, Y], a[:, Z]
    top, radius = _NECKLINES[neck]
    around = np.hypot(x, 0.95 * (z - 0.12))
    field = np.maximum(top - 0.4 * np.clip(z, -0.6, 1.2) - y, around - radius)
    if neck == "v":
        wedge = 0.55 - np.abs(x) - 0.42 * (5.4 - y)
        field = np.where((z > 0.25) & (wedge > 0), -wedge, field)
    if neck == "wide":
        scoop = 0.7 * (np.hypot(x / 0.78, (y - 5.6) / 0.95) - 1)
        field = np.where(z > 0.2, np.minimum(field, scoop), field)
    if neck == "high":
        collar = 6.02 - 0.35 * np.clip(z, 0, None) - y
        return np.minimum(np.maximum(field, collar), 6.05 - y)
    return np.minimum(field, 6.0 - y)


def top_field(a: np.ndarray, person: Person) -> np.ndarray:
    """Signed field of the upper garment."""
    hem = hem_height(person)
    field = np.minimum(a[:, PRINT_Y] - hem, neckline(a, person.top.neck))
    sleeve = person.top.sleeve - a[:, T_ARM]
    return np.where(a[:, ARM] > 0.5, np.minimum(field, sleeve), field)


def bottom_field(a: np.ndarray, person: Person) -> np.ndarray:
    """Signed field of trousers, or of the yoke that a skirt hangs from."""
    waist = 0.9 if person.bottom.hem is None else 1.7
    field = np.minimum(waist - a[:, PRINT_Y], person.bottom.length - a[:, T_LEG])
    return np.where(a[:, ARM] > 0.5, -1.0, field)


def hair_field(a: np.ndarray, hair: str) -> np.ndarray:
    """Signed field of the scalp: positive = hair."""
    if hair == "cap":
        return a[:, Y] - np.interp(a[:, Z], [-0.6, 0.2, 1.3], [6.85, 7.3, 7.62])
    low = _HAIR_LOW[hair]
    line = np.interp(
        a[:, Z],
        [-0.6, 0.05, 0.25, 0.45, 0.75, 1.0, 1.3, 1.7],
        [low, low + 0.25, 6.95, 7.42, 7.25, 7.7, 7.95, 8.0],
    )
    return a[:, Y] - line


def scarf_field(a: np.ndarray) -> np.ndarray:
    """Signed field of a headscarf: head and neck but the oval of the face."""
    x, y, z = a[:, X], a[:, Y], a[:, Z]
    # The opening is an ellipse seen from the front: a smooth rim, also below the chin.
    face = 1 - np.hypot(x / 0.74, (y - 7.06) / 0.76)
    opening = np.minimum(face * 0.7, z - 0.55 - 0.6 * np.clip(6.8 - y, 0, None))
    shoulders = np.where(y < 5.9, 1.12 - np.hypot(x, z - 0.15), 1.0)
    return np.minimum(np.minimum(-opening, y - 5.15 + 0.2 * np.clip(z, -1, 1)), shoulders)


def shoe_field(a: np.ndarray) -> np.ndarray:
    """Signed field of the shoes: positive from just above the ankle downwards."""
    return np.where(a[:, ARM] > 0.5, -1.0, a[:, T_LEG] - 1.95)
