"""Units and the up axis, from the body."""

import numpy as np
import pytest

from lavimo.formats.units import detect_unit, detect_up, longest_path
from lavimo.motion.skeleton import SMPL_22, SMPL_NAMES, SMPL_PARENTS


def _rest(up="y"):
    rest = SMPL_22.offsets.astype(np.float64)
    for joint in range(1, 22):
        rest[joint] += rest[SMPL_PARENTS[joint]]
    return (rest if up == "y" else rest[:, [0, 2, 1]] * [1, -1, 1])[None]


def _slow_longest(parents, lengths):
    """Every pair of joints, through their common ancestor."""
    parents = list(parents)

    def above(joint):
        way = {joint: 0.0}
        total = 0.0
        while parents[joint] >= 0:
            total += lengths[joint]
            joint = parents[joint]
            way[joint] = total
        return way

    ways = [above(joint) for joint in range(len(parents))]
    return max(
        min(a[k] + b[k] for k in a if k in b) for a in ways for b in ways
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_the_longest_path_is_that_of_all_pairs(seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 20))
    # The root branches, so that no bone is left out as a carrier of travel.
    parents = np.array([-1, 0, 0, *(random.integers(0, j) for j in range(3, count))], np.int16)
    lengths = random.uniform(0.1, 2, count)
    assert longest_path(parents, lengths) == pytest.approx(_slow_longest(parents, lengths))


def test_bones_above_the_first_fork_are_travel_and_tips_are_body():
    parents = np.array([-1, 0, 1, 1], np.int16)
    lengths = np.array([0.0, 50.0, 1.0, 2.0])
    assert longest_path(parents, lengths) == pytest.approx(3.0)
    assert longest_path(parents, lengths, ((2, 4.0),)) == pytest.approx(7.0)


@pytest.mark.parametrize("unit", [1.0, 0.01, 0.001, 0.056444, 0.0254, 0.3048])
@pytest.mark.parametrize("stature", [1.5, 1.7, 1.9])
def test_usual_units_are_found_for_usual_bodies(unit, stature):
    found = detect_unit(stature * 1.4 / unit)
    assert found.value == unit
    assert f"{stature:.2f} m" in found.why


def test_other_units_scale_the_body_and_say_so():
    found = detect_unit(1.7 * 1.4 / 0.037)
    assert found.value == pytest.approx(0.037, rel=0.01)
    assert "scaled to 1.7 m" in found.why
    assert detect_unit(0.0).value == 1.0


def test_the_formats_unit_stays_while_the_body_is_possible():
    assert detect_unit(1.0 * 1.4, usual=1.0).value == 1.0  # a child
    assert detect_unit(170 * 1.4, usual=1.0).value == 0.01


@pytest.mark.parametrize("up", ["y", "z"])
def test_heads_are_above_feet(up):
    assert detect_up(SMPL_NAMES, _rest(up), _rest(up)).value == up


def test_a_lying_body_is_judged_by_its_rest_pose():
    lying = _rest("z") - [0, 0, 10.0]
    assert detect_up(SMPL_NAMES, lying, _rest("y")).value == "y"


def test_a_standing_body_overrules_its_rest_pose():
    standing = _rest("z") - _rest("z").min(axis=(0, 1))
    assert detect_up(SMPL_NAMES, standing, _rest("y")).value == "z"


def test_without_names_the_longest_extent_decides():
    names = tuple(map(str, range(22)))
    assert detect_up(names, _rest("z"), _rest("z")).value == "z"
    assert detect_up(names, _rest("y"), _rest("y")).value == "y"
