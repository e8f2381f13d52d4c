"""Puts one avatar together: dressed body, eyes, skirt, hair, each decimated."""

import numpy as np

from avatars.cloth import dress
from avatars.hair import grow_hair, hanging_hair, tied_hair
from avatars.masks import attributes, canonical_joints, print_coordinates
from avatars.mesh import Part, decimate, one_ring, select, triangulate, vertex_normals
from avatars.people import Person
from avatars.shape import Body
from avatars.skirt import hidden_by_skirt, make_skirt
from avatars.source import BODY, EYES, Base

_TRIANGLES = {"body": 5200, "eyes": 120, "skirt": 900, "hair": 500}


def _dressed_body(person: Person, base: Base, body: Body) -> Part:
    """The body's skin moved out to clothes, shoes and hair, at full resolution."""
    count = BODY.stop
    inside = (base.quads < count).all(axis=1)
    quads = base.quads[inside]
    faces, mean = triangulate(quads), one_ring(quads, count)
    points, weights = body.points[BODY], base.weights[BODY]
    prints = print_coordinates(points, body.joints, canonical_joints(base))
    table = attributes(base, base.canonical[BODY], weights, prints)
    toe = weights[:, 10] + weights[:, 11]
    points = dress(points, faces, mean, table, body.joints, toe, body.height, person)
    points = grow_hair(points, faces, mean, table, body.height, person)
    u, v = base.quad_uv[inside].T
    mouth_cavity = np.repeat((u > 0.772) & (v < 0.14), 2)
    return select(Part("body", points, faces, table, weights), ~mouth_cavity)


def _eyes(base: Base, body: Body) -> Part:
    quads = base.quads[((base.quads >= EYES.start) & (base.quads < EYES.stop)).all(axis=1)]
    weights = np.zeros((EYES.stop - EYES.start, 22))
    weights[:, 15] = 1
    canonical = base.canonical[EYES]
    table = attributes(base, canonical, weights, canonical[:, :2])
    return Part("eyes", body.points[EYES], triangulate(quads - EYES.start), table, weights)


def build_parts(person: Person, base: Base, body: Body) -> list[Part]:
    """All parts of one avatar, decimated (RENDERING.md 3.4)."""
    dressed = _dressed_body(person, base, body)
    rest_head = canonical_joints(base)[15]
    parts = [dressed, _eyes(base, body)]
    hem = person.bottom.hem
    if hem is not None:
        parts[0] = select(dressed, ~hidden_by_skirt(dressed, hem))
        parts.append(make_skirt(base, body, hem))
    if person.hair in ("long", "bob"):
        parts.append(hanging_hair(dressed, body, rest_head, person.hair))
    parts += tied_hair(dressed, body, rest_head, person.hair)
    return [decimate(part, _TRIANGLES[part.kind]) for part in parts]


def merge(parts: list[Part]) -> tuple[Part, np.ndarray, np.ndarray]:
    """One part of all, unit normals (n 3), and the number of each triangle's part (t)."""
    start = np.cumsum([0, *(len(p.points) for p in parts)])
    whole = Part(
        "all",
        np.concatenate([p.points for p in parts]),
        np.concatenate([p.faces + s for p, s in zip(parts, start, strict=False)]),
        np.concatenate([p.attributes for p in parts]),
        np.concatenate([p.weights for p in parts]),
    )
    owner = np.repeat(np.arange(len(parts)), [len(p.faces) for p in parts])
    return whole, vertex_normals(whole.points, whole.faces), owner
