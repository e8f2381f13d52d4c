"""Geometry, boxes and the trimming of networks, without running one."""

import math
import struct

import numpy as np
import pytest

from lavimo.errors import MissingExtra, ModelError
from lavimo.video import landmarks, model_files
from lavimo.video.landmarks import Body, Region
from lavimo.video.trim import with_outputs


@pytest.mark.parametrize(
    ("edge", "angle"), [((0, -10), 0.0), ((10, 0), 90.0), ((0, 10), 180.0), ((-10, 0), -90.0)]
)
def test_a_region_points_up_the_body(edge: tuple[float, float], angle: float) -> None:
    region = landmarks._region(np.array([5.0, 7.0]), np.array([5.0, 7.0]) + edge)
    assert (region.x, region.y) == (5.0, 7.0)
    assert region.side == pytest.approx(2 * 10 * 1.25)
    assert math.cos(region.angle - math.radians(angle)) == pytest.approx(1.0)
    # The crop's upward direction is the direction of the edge in the picture.
    up = landmarks._turn(region.angle) @ np.array([0, -10], np.float32)
    assert up == pytest.approx(np.array(edge), abs=1e-5)


def test_anchors_are_the_middles_of_cells() -> None:
    anchors = landmarks._anchors()
    assert anchors.shape == (2254, 2)
    assert anchors[0] == pytest.approx([0.5 / 28] * 2)
    assert anchors[2] == pytest.approx([1.5 / 28, 0.5 / 28])
    assert anchors[28 * 28 * 2] == pytest.approx([0.5 / 14] * 2)
    assert anchors[-1] == pytest.approx([6.5 / 7] * 2)


def test_overlapping_boxes_are_averaged_by_score() -> None:
    def box(x: float) -> list[list[float]]:
        return [[x, 0.5], [0.2, 0.2], [x, 0.5], [x, 0.3]]

    boxes = np.array([box(0.2), box(0.8), box(0.24)], np.float32)
    merged = landmarks._merged(boxes, np.array([0.6, 0.9, 0.6], np.float32))
    assert len(merged) == 2
    assert merged[0][0, 0] == pytest.approx(0.8)
    assert merged[1][0, 0] == pytest.approx(0.22)


def body(x: float = 0.0, *, size: float = 100.0, turned: bool = False) -> Body:
    points = np.linspace(0, size, 33, dtype=np.float32)[:, None] * np.array([[0.3, 1.0]])
    if turned:
        points = points[::-1]
    return Body(
        picture=(points + np.array([x, 0])).astype(np.float32),
        world=np.zeros((33, 3), np.float32),
        visibility=np.full(33, 0.5, np.float32),
        score=0.8,
        region=Region(x, 50.0, size * 1.25, 0.0),
        outline=landmarks.NO_OUTLINE,
    )


def test_bodies_are_compared_by_their_limbs() -> None:
    assert body().quality == pytest.approx(0.4 * landmarks.UPRIGHT)
    assert body(turned=True).quality == pytest.approx(0.4)
    assert body().distance(body()) == 0
    assert body().distance(body(50.0)) == pytest.approx(0.5)
    assert body().distance(body(turned=True)) > 0.2
    assert body().overlap(body(turned=True)) == pytest.approx(1.0)
    assert body().overlap(body(500.0)) == 0


def test_a_missing_network_is_named(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match=r"fetch_pose_models\.py"):
        model_files.model_path(model_files.DETECTOR)


def test_a_missing_library_is_named(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "FOLDER", tmp_path)
    (tmp_path / model_files.LANDMARKS).write_bytes(network())
    monkeypatch.setitem(__import__("sys").modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(MissingExtra, match=r"lavimo\[video\]"):
        landmarks._network(model_files.LANDMARKS, (0,), threads=1)


def network() -> bytes:
    """A flatbuffer with one graph: 0 -> a -> 1 -> b -> 2 and 1 -> c -> 3; outputs 2 and 3."""
    flatbuffers = pytest.importorskip("flatbuffers")
    build = flatbuffers.Builder(0)

    def numbers(values: list[int]) -> int:
        build.StartVector(4, len(values), 4)
        for value in reversed(values):
            build.PrependInt32(value)
        return build.EndVector()

    def table(fields: dict[int, int], count: int) -> int:
        build.StartObject(count)
        for field, offset in fields.items():
            build.PrependUOffsetTRelativeSlot(field, offset, 0)
        return build.EndObject()

    def tables(offsets: list[int]) -> int:
        build.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            build.PrependUOffsetTRelative(offset)
        return build.EndVector()

    operators = []
    for source, target in ((0, 1), (1, 2), (1, 3)):
        inputs, outputs = numbers([source]), numbers([target])
        operators.append(table({1: inputs, 2: outputs}, 3))
    listed, outputs = tables(operators), numbers([2, 3])
    graph = table({2: outputs, 3: listed}, 5)
    build.Finish(table({2: tables([graph])}, 5), b"TFL3")
    return bytes(build.Output())


def read(model: bytes) -> tuple[list[int], list[tuple[int, int]]]:
    """Outputs, and (input, output) of each operator, through the library's own reader."""
    from flatbuffers import table as tables
    from flatbuffers.number_types import UOffsetTFlags

    root = tables.Table(bytearray(model), struct.unpack_from("<I", model)[0])

    def vector(of: tables.Table, field: int) -> tuple[int, int]:
        at = of.Offset(4 + 2 * field)
        return of.Vector(at), of.VectorLen(at)

    def numbers(of: tables.Table, field: int) -> list[int]:
        start, length = vector(of, field)
        return list(struct.unpack_from(f"<{length}i", of.Bytes, start))

    graph = tables.Table(root.Bytes, root.Indirect(vector(root, 2)[0]))
    start, length = vector(graph, 3)
    operators = [
        tables.Table(root.Bytes, root.Indirect(start + UOffsetTFlags.bytewidth * n))
        for n in range(length)
    ]
    return numbers(graph, 2), [(numbers(op, 1)[0], numbers(op, 2)[0]) for op in operators]


def test_what_nobody_asks_for_is_left_out() -> None:
    whole = network()
    assert read(whole) == ([2, 3], [(0, 1), (1, 2), (1, 3)])
    assert with_outputs(whole, (0, 1)) == whole
    assert read(with_outputs(whole, (1,))) == ([3], [(0, 1), (1, 3)])
    assert read(with_outputs(whole, (0,))) == ([2], [(0, 1), (1, 2)])
    assert len(with_outputs(whole, (0,))) == len(whole)
