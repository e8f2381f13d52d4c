"""Any humanoid to the 22 SMPL joints, and those back onto a rig.

Joint rules for every source: spine1 to spine3 stand at 23.8, 49.7 and 60.1 % of the polyline
from pelvis over the spine to the base of the neck; collar = neck + 0.35 (shoulder - neck)
- 0.25 (neck - spine3). So every canonical joint but the tips is a fixed mixture of source joints
and a whole clip is one matrix product. Source: PROBE.md, "Reading the files".
"""

from dataclasses import replace

import numpy as np

from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.roles import RoleReport, match_roles
from lavimo.motion.skeleton import SMPL_22, SMPL_NAMES
from lavimo.shapes import Float, Float32

SPINE_PLACES = (0.238, 0.497, 0.601)
TOE_LENGTH = 0.18
"""Ankle to toe as a share of the leg, where a rig has no toe (SMPL: 0.146 / 0.82)."""
NECK_LENGTH = 0.125
"""Neck to head as a share of the leg, where a rig has no head (SMPL: 0.103 / 0.82)."""

_AT = {name: joint for joint, name in enumerate(SMPL_NAMES)}
_DERIVED = ("spine1", "spine2", "spine3", "left_collar", "right_collar")


def to_smpl22(motion: Motion, report: RoleReport | None = None) -> Motion:
    """The motion as positions of the 22 SMPL joints, same frames and rate, no rotations.

    Lengths stay those of the source. A motion that is canonical already comes back as it is.
    Raises SkeletonError when no humanoid is found.
    """
    if motion.skeleton.names == SMPL_NAMES:
        return motion
    if report is None:
        report = match_roles(motion)
    mixture = _mixture(motion, report)
    positions = np.matmul(mixture, motion.positions)
    _add_missing(motion, report, positions)
    return replace(motion, skeleton=SMPL_22, positions=positions, rotations=None, translations=None)


def _mixture(motion: Motion, report: RoleReport) -> Float32[np.ndarray, "22 joints"]:
    """Row r: how much of each source joint makes canonical joint r; zero rows are filled later."""
    weights = np.zeros((22, len(motion.skeleton)), np.float32)
    for role, joint in report.roles.items():
        if report.direct or role not in _DERIVED:
            weights[_AT[role], joint] = 1
    if report.direct:
        return weights
    line = [report.roles["pelvis"], *report.spine, report.roles["neck"]]
    some = motion.positions[:: max(1, len(motion) // 16)][:, line]
    lengths = np.linalg.norm(np.diff(some, axis=1), axis=-1).mean(0)
    reached = np.concatenate([[0.0], np.cumsum(lengths)]) / max(float(lengths.sum()), 1e-9)
    for role, place in zip(("spine1", "spine2", "spine3"), SPINE_PLACES, strict=True):
        piece = min(int(np.searchsorted(reached, place, side="right")) - 1, len(line) - 2)
        share = (place - reached[piece]) / max(reached[piece + 1] - reached[piece], 1e-9)
        weights[_AT[role], line[piece]] += 1 - share
        weights[_AT[role], line[piece + 1]] += share
    neck, spine3 = weights[_AT["neck"]], weights[_AT["spine3"]]
    for side in ("left", "right"):
        shoulder = weights[_AT[f"{side}_shoulder"]]
        weights[_AT[f"{side}_collar"]] = neck + 0.35 * (shoulder - neck) - 0.25 * (neck - spine3)
    return weights


def _add_missing(
    motion: Motion, report: RoleReport, positions: Float32[np.ndarray, "frames 22 3"]
) -> None:
    """Fill in place the toes, heads and wrists for which the rig has no joint."""
    for role, (joint, place) in report.tips.items():
        if motion.rotations is not None:
            reach = rot.rotate(world_rotation(motion, joint), np.array(place, np.float32))
            positions[:, _AT[role]] = motion.positions[:, joint] + reach
    known = set(report.roles) | (set(report.tips) if motion.rotations is not None else set())
    leg = (
        np.linalg.norm(positions[:, 1] - positions[:, 4], axis=-1).mean()
        + np.linalg.norm(positions[:, 4] - positions[:, 7], axis=-1).mean()
    )
    if "head" not in known:
        up = rot.normalise(positions[:, _AT["neck"]] - positions[:, _AT["spine3"]])
        positions[:, _AT["head"]] = positions[:, _AT["neck"]] + NECK_LENGTH * leg * up
    for side in ("left", "right"):
        if f"{side}_wrist" not in known:
            elbow, shoulder = (
                positions[:, _AT[f"{side}_elbow"]],
                positions[:, _AT[f"{side}_shoulder"]],
            )
            positions[:, _AT[f"{side}_wrist"]] = 2 * elbow - shoulder
        if f"{side}_foot" not in known:
            knee, ankle = positions[:, _AT[f"{side}_knee"]], positions[:, _AT[f"{side}_ankle"]]
            positions[:, _AT[f"{side}_foot"]] = ankle + TOE_LENGTH * leg * _toe_direction(
                positions, rot.normalise(ankle - knee)
            )


def _toe_direction(
    positions: Float32[np.ndarray, "frames 22 3"], shin: Float32[np.ndarray, "frames 3"]
) -> Float32[np.ndarray, "frames 3"]:
    """Forward of the hips, at a right angle to the shin: a foot that stands flat under it."""
    across = positions[:, _AT["left_hip"]] - positions[:, _AT["right_hip"]]
    return rot.normalise(np.cross(shin, across))


def world_rotation(motion: Motion, joint: int) -> Float[np.ndarray, "frames 4"]:
    """World rotation of one joint over time; the motion must have rotations."""
    assert motion.rotations is not None
    turn = motion.rotations[:, joint]
    above = int(motion.skeleton.parents[joint])
    while above >= 0:
        turn = rot.multiply(motion.rotations[:, above], turn)
        above = int(motion.skeleton.parents[above])
    return turn


def to_rig(motion: Motion, rig: Motion) -> Motion:
    """A canonical motion on the skeleton of `rig`; see `lavimo.motion.to_rig`."""
    from lavimo.motion.to_rig import to_rig as onto

    return onto(motion, rig)
