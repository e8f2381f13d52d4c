"""The two BlazePose networks: where people are, and the 33 landmarks of one of them.

Pre- and post-processing are our own, after the numbers of ASSETS.md 2. Axes that leave this
module: pictures in pixels, x right, y down; the world in metres round the middle of the hips, x
right in the picture, y up, z towards the camera.
"""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lavimo.errors import MissingExtra
from lavimo.shapes import Float32, UInt8
from lavimo.video.model_files import DETECTOR, LANDMARKS, model_path
from lavimo.video.trim import with_outputs

COUNT = 33
"""Landmarks of a body, in BlazePose's order: odd numbers from 7 on are left."""
SHOULDERS, HIPS = (11, 12), (23, 24)
LIMBS: tuple[int, ...] = (11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
"""Shoulders, elbows, wrists, hips, knees, ankles: what two answers are compared by."""

DETECTOR_EDGE, CROP_EDGE = 224, 256
LEAST = 0.5
"""Least score of a person, in the detector and in the landmark network."""
SAME_BOX = 0.3
"""Detections whose boxes overlap more (intersection over union) are averaged to one."""
ROOM = 1.25
"""The crop is this much wider than the circle round the body."""
STANDING = 0.93
"""Height of a standing person as a share of that circle (median of four filmed people)."""
UPRIGHT = 1.08
"""How much more a body with its head up counts."""
OUTLINE = 16
"""Cells along an edge of an outline."""
NO_OUTLINE = np.zeros((OUTLINE, OUTLINE), np.float32)


@dataclass(frozen=True)
class Region:
    """A square of the picture: centre and side in pixels, turned clockwise by `angle` (radians)."""

    x: float
    y: float
    side: float
    angle: float

    def upside_down(self) -> "Region":
        """The same square, turned by half a circle."""
        return Region(self.x, self.y, self.side, self.angle + math.pi)


@dataclass(frozen=True, eq=False)
class Body:
    """One person in one picture."""

    picture: Float32[np.ndarray, "33 2"]
    world: Float32[np.ndarray, "33 3"]
    visibility: Float32[np.ndarray, "33"]
    score: float
    region: Region
    """Where to look for the person in the next picture."""
    outline: Float32[np.ndarray, "16 16"]
    """The silhouette in the square that was looked at: the covered share of each cell; all 0
    unless asked for."""

    @cached_property
    def quality(self) -> float:
        """Score times mean visibility: the score alone does not notice a body upside down.

        Of two answers that are nearly as good the upright one counts: a body seen from behind or
        running is read upside down now and then, people on their hands are rare.
        """
        shoulders, hips = (self.picture[list(pair), 1].mean() for pair in (SHOULDERS, HIPS))
        likely = UPRIGHT if hips > shoulders else 1.0
        return self.score * float(self.visibility.mean()) * likely

    @cached_property
    def height(self) -> float:
        """Pixels that the person would be high standing, as the circle round the body tells."""
        return STANDING * self.diameter

    @property
    def diameter(self) -> float:
        """Of the circle round the whole body with its limbs spread, in pixels."""
        return self.region.side / ROOM

    def distance(self, other: "Body") -> float:
        """Mean distance of shoulders, limbs and hips, as a share of the circle round the body."""
        apart = np.linalg.norm(self.picture[list(LIMBS)] - other.picture[list(LIMBS)], axis=1)
        return float(apart.mean()) / max(min(self.diameter, other.diameter), 1e-6)

    def overlap(self, other: "Body") -> float:
        """Intersection of the two bodies' boxes over the smaller box."""
        mine, theirs = self._box, other._box
        low, high = np.maximum(mine[0], theirs[0]), np.minimum(mine[1], theirs[1])
        both = float(np.prod(np.maximum(high - low, 0)))
        least = min(float(np.prod(mine[1] - mine[0])), float(np.prod(theirs[1] - theirs[0])))
        return both / max(least, 1e-6)

    @cached_property
    def _box(self) -> Float32[np.ndarray, "2 2"]:
        return np.stack([self.picture.min(axis=0), self.picture.max(axis=0)])


class Detector:
    """Finds the people in a whole picture, with `threads`. Not to be shared between threads."""

    def __init__(self, *, threads: int = 1) -> None:
        self._network = _network(DETECTOR, (0, 1), threads)
        self._anchors = _anchors()
        self._input = np.empty((DETECTOR_EDGE, DETECTOR_EDGE, 3), np.float32)

    def find(self, picture: UInt8[np.ndarray, "height width 3"]) -> list[Region]:
        """A region a person, best score first."""
        from lavimo.video.warp import crop

        height, width = picture.shape[:2]
        scale = max(height, width) / DETECTOR_EDGE
        crop(picture, self._input, (width / 2, height / 2), scale, 0.0, -1.0, 1.0)
        boxes, scores = _run(self._network, self._input)
        scores = _sigmoid(scores[:, 0])
        keep = scores >= LEAST
        raw = boxes[keep, :8].reshape(-1, 4, 2) / DETECTOR_EDGE
        raw[:, 0] += self._anchors[keep]
        raw[:, 2:] += self._anchors[keep][:, None]
        found = _merged(raw, scores[keep])
        corner = np.array([width, height]) / 2 - max(height, width) / 2
        return [_region(*(points[2:] * max(height, width) + corner)) for points in found]


class Landmarker:
    """Finds the landmarks of the person in a region. Not to be shared between threads.

    With `outlines` it can also give silhouettes; a look that does takes more than twice the time.
    Each look is shared by `threads`; the answer does not depend on them.
    """

    def __init__(self, *, outlines: bool = False, threads: int = 1) -> None:
        self._network = _network(LANDMARKS, (0, 1, 4), threads)
        self._drawing = _network(LANDMARKS, (0, 1, 2, 4), threads) if outlines else None
        self._input = np.empty((CROP_EDGE, CROP_EDGE, 3), np.float32)

    def look(
        self,
        picture: UInt8[np.ndarray, "height width 3"],
        region: Region,
        *,
        outline: bool = False,
    ) -> Body:
        """The body in the region, whatever its score; its silhouette where it is asked for."""
        from lavimo.video.warp import crop

        scale = region.side / CROP_EDGE
        crop(picture, self._input, (region.x, region.y), scale, region.angle, 0.0, 1.0)
        network = self._drawing if outline and self._drawing is not None else self._network
        points, score, *drawn, world = _run(network, self._input)
        points, world = points.reshape(39, 5), world.reshape(39, 3)
        turn = _turn(region.angle)
        middle = np.array([region.x, region.y], np.float32)
        placed = (points[:, :2] - CROP_EDGE / 2) * np.float32(scale) @ turn.T + middle
        flat = world[:COUNT, :2] @ turn.T
        return Body(
            picture=placed[:COUNT],
            world=np.stack([flat[:, 0], -flat[:, 1], -world[:COUNT, 2]], axis=1),
            visibility=_sigmoid(points[:COUNT, 3]),
            score=float(score.reshape(())),
            region=_region(placed[COUNT], placed[COUNT + 1]),
            outline=_coverage(drawn[0][..., 0]) if drawn else NO_OUTLINE,
        )


def _network(name: str, outputs: tuple[int, ...], threads: int) -> Any:
    """A network ready to run, with these of its outputs."""
    content = with_outputs(model_path(name).read_bytes(), outputs)
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise MissingExtra("Finding people in a film", "video") from error
    with _quiet():
        network = Interpreter(model_content=content, num_threads=threads)
        network.allocate_tensors()
    return network


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the library's C code says while it loads off the user's terminal."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _run(network: Any, picture: Float32[np.ndarray, "rows columns 3"]) -> list[Any]:
    network.set_tensor(network.get_input_details()[0]["index"], picture[None])
    network.invoke()
    return [network.get_tensor(output["index"])[0] for output in network.get_output_details()]


def _sigmoid(values: Float32[np.ndarray, "..."]) -> Float32[np.ndarray, "..."]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -80, 80))), np.float32)


def _coverage(logits: Float32[np.ndarray, "256 256"]) -> Float32[np.ndarray, "16 16"]:
    cells = (logits > 0).reshape(OUTLINE, CROP_EDGE // OUTLINE, OUTLINE, CROP_EDGE // OUTLINE)
    return np.asarray(cells.mean(axis=(1, 3)), np.float32)


def _turn(angle: float) -> Float32[np.ndarray, "2 2"]:
    """Crop to picture: clockwise by `angle`, as y points down."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]], np.float32)


def _region(centre: Any, edge: Any) -> Region:
    """The square round a circle through `edge`, with the line from `centre` to `edge` upwards."""
    right, down = (float(v) for v in edge - centre)
    side = 2 * ROOM * math.hypot(right, down)
    return Region(float(centre[0]), float(centre[1]), side, math.atan2(right, -down))


def _anchors() -> Float32[np.ndarray, "2254 2"]:
    """Middles of the detector's cells in 0..1: strides 8, 16 and (three layers) 32."""
    layers = []
    for cells, each in ((28, 2), (14, 2), (7, 6)):
        y, x = np.mgrid[:cells, :cells].astype(np.float32)
        middles = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        layers.append(np.repeat(middles, each, axis=0))
    return np.concatenate(layers)


def _merged(
    boxes: Float32[np.ndarray, "boxes 4 2"], scores: Float32[np.ndarray, "boxes"]
) -> list[Float32[np.ndarray, "4 2"]]:
    """Boxes (middle, size, two key points) that overlap, averaged by score; best first."""
    low, high = boxes[:, 0] - boxes[:, 1] / 2, boxes[:, 0] + boxes[:, 1] / 2
    area = np.prod(high - low, axis=1)
    found, left = [], np.argsort(-scores, kind="stable")
    while len(left):
        best = left[0]
        shared = np.minimum(high[left], high[best]) - np.maximum(low[left], low[best])
        both = np.prod(np.maximum(shared, 0), axis=1)
        same = both / (area[left] + area[best] - both) > SAME_BOX
        same[0] = True
        weights = scores[left[same]] / scores[left[same]].sum()
        found.append(np.asarray((boxes[left[same]] * weights[:, None, None]).sum(axis=0)))
        left = left[~same]
    return found
