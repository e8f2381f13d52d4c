"""Turns one person's body axes into a shaped mesh with joints and relaxed fingers."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from avatars.people import Person
from avatars.source import BODY, Archive, Base

Axis = dict[str, float]


@dataclass
class Body:
    """A shaped mesh: `points` (19158 3) and `joints` (22 3) in metres, bare soles at y = 0."""

    points: np.ndarray
    joints: np.ndarray
    height: float


def _thirds(x: float, names: tuple[str, str, str]) -> Axis:
    return dict(zip(names, (max(0, 1 - 2 * x), 1 - abs(2 * x - 1), max(0, 2 * x - 1)), strict=True))


def _ages(a: float) -> Axis:
    knots = (0.0, 0.1875, 0.5, 1.0)
    names = ("baby", "child", "young", "old")
    return {n: float(np.interp(a, knots, row)) for n, row in zip(names, np.eye(4), strict=True)}


def target_weights(person: Person) -> dict[str, float]:
    """Weight of each MakeHuman shape target: products of axis weights (RENDERING.md 3.1)."""
    gender = {"female": 1 - person.male, "male": person.male}
    age = _ages(person.age)
    muscle = _thirds(person.muscle, ("minmuscle", "averagemuscle", "maxmuscle"))
    weight = _thirds(person.weight, ("minweight", "averageweight", "maxweight"))
    height = {
        "minheight": max(0, 1 - 2 * person.height),
        "maxheight": max(0, 2 * person.height - 1),
    }
    race = dict(zip(("african", "asian", "caucasian"), person.race, strict=True))
    cup = _thirds(0.5, ("mincup", "averagecup", "maxcup"))
    firmness = _thirds(0.6, ("minfirmness", "averagefirmness", "maxfirmness"))
    parts: list[tuple[str, tuple[Axis, ...]]] = [
        ("macrodetails/{}-{}-{}", (race, gender, age)),
        ("macrodetails/universal-{}-{}-{}-{}", (gender, age, muscle, weight)),
        ("macrodetails/height/{}-{}-{}-{}-{}", (gender, age, muscle, weight, height)),
        (
            "macrodetails/proportions/{}-{}-{}-{}-{}",
            (gender, age, muscle, weight, {"idealproportions": 0.4}),
        ),
        ("breast/{}-{}-{}-{}-{}-{}", (gender, age, muscle, weight, cup, firmness)),
    ]
    weights = {"mouth/mouth-angles-up": 0.5}
    for pattern, axes in parts:
        for chosen in product(*(axis.items() for axis in axes)):
            value = float(np.prod([x for _, x in chosen]))
            if value > 0:
                weights[pattern.format(*(name for name, _ in chosen))] = value
    return weights


def _rotation(axis: np.ndarray, degrees: float) -> np.ndarray:
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def _finger_axis(chains: np.ndarray) -> np.ndarray:
    bones = np.diff(chains, axis=1)
    turns = np.cross(bones[:, :-1], bones[:, 1:])
    axis = turns.sum(axis=(0, 1))
    return axis / np.linalg.norm(axis)


def _relax_fingers(points: np.ndarray, base: Base) -> np.ndarray:
    """Curl the four fingers by 14, 24, 18 degrees a phalanx, a little more to the pinky."""
    out = points.copy()
    for side in "lr":
        cubes = [
            [base.cubes[f"joint-{side}-finger-{f}-{k}"] for k in (1, 2, 3, 4)] for f in (2, 3, 4, 5)
        ]
        chains = np.array([[points[c].mean(axis=0) for c in row] for row in cubes])
        common = _finger_axis(chains)
        for n, name in enumerate(("index", "middle", "ring", "pinky")):
            along = chains[n, 3] - chains[n, 0]
            along /= np.linalg.norm(along)
            axis = common - along * (common @ along)
            axis /= np.linalg.norm(axis)
            turn, origin = np.eye(3), chains[n, 0].copy()
            for k, degrees in enumerate((14, 24, 18)):
                if k:
                    origin = origin + turn @ (chains[n, k] - chains[n, k - 1])
                turn = _rotation(axis, degrees * (0.8 + 0.15 * n)) @ turn
                weight = base.fingers[f"{name}_0{k + 1}_{side}"][:, None]
                out += weight * ((points - chains[n, k]) @ turn.T + origin - points)
    return out


def shape_body(person: Person, base: Base, archive: Archive) -> Body:
    """The bare body of one person in MakeHuman's A-pose (RENDERING.md 3.1 and 3.4 step 0)."""
    points = base.canonical.copy()
    for name, weight in target_weights(person).items():
        target = archive.target(name)
        if target is not None:
            points[target[0]] += weight * target[1]
    points /= 10
    points[:, 1] -= points[BODY, 1].min()
    height = float(points[BODY, 1].max())
    joints = np.array([points[base.cubes[name]].mean(axis=0) for name in base.heads])
    return Body(_relax_fingers(points, base), joints, height)
