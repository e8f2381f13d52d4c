"""What is suspicious about a recording: rest poses, glitches, stretching bones, wrong feet.

Nothing is mended here: a recording is a recording. The checks are those that found real faults
in published data (PROBE.md, "checks worth shipping" and "data faults").
"""

from dataclasses import dataclass

import numpy as np

from lavimo.motion.anatomy import FEWEST_FRAMES, SURE, side_evidence
from lavimo.motion.clip import Motion
from lavimo.motion.roles import RoleReport
from lavimo.shapes import Float32

FASTEST = 12.0
"""Metres a second; a thrown hand reaches about 10, a tracking error more."""

STRETCH = 0.05
"""Share of its length by which a bone may vary."""

SHORTEST_BONE = 0.02
"""Metres; shorter ones are helpers and their share says nothing."""


@dataclass(frozen=True)
class Fault:
    """One finding: a short name for programs and a sentence for people."""

    kind: str
    sentence: str


def faults(motion: Motion, report: RoleReport | None = None) -> tuple[Fault, ...]:
    """Everything suspicious about a motion; `report` adds the checks that need a known body."""
    found: list[Fault | None] = [_too_short(motion)]
    rest = begins_with_rest_pose(motion)
    if rest:
        found.append(
            Fault("rest-pose", f"frame 0 looks like a rest pose; --start {_start(motion)} skips it")
        )
    found += [_glitch(motion, report, rest), _stretch(motion, report)]
    if report is not None:
        found.append(_feet(motion, report))
    return tuple(fault for fault in found if fault is not None)


def begins_with_rest_pose(motion: Motion) -> bool:
    """Whether frame 0 is a pose without rotations from which the body jumps into the motion.

    Measured on OpenMotion's 713 BVH and AMC files: all 118 marked rest poses, one unmarked.
    """
    if motion.rotations is None or len(motion) < 3 or len(motion.skeleton) < 4:
        return False
    turned = np.abs(motion.rotations[0, 1:, 0]) < np.cos(np.radians(1) / 2)
    some = motion.positions[: max(3, int(0.5 * motion.fps) + 2)]
    about_root = some - some[:, :1]
    speeds = np.linalg.norm(np.diff(about_root, axis=0), axis=-1).mean(axis=1) * motion.fps
    return bool(turned.mean() < 0.4 and speeds[0] > max(1.0, 2 * float(np.median(speeds[1:]))))


def _start(motion: Motion) -> str:
    # One frame; a melted-in rest pose takes some more (0.1 s covers those we met).
    return f"{max(1 / motion.fps, 0.1):.3g}"


def _too_short(motion: Motion) -> Fault | None:
    if len(motion) == 1:
        return Fault("one-frame", "one frame is a pose, not a motion: it can be read, not searched")
    return None


def _glitch(motion: Motion, report: RoleReport | None, rest: bool) -> Fault | None:
    first = 1 + round(0.1 * motion.fps) if rest else 0
    joints = _joints(motion, report)
    seen = motion.positions[first:, joints]
    if len(seen) < 2:
        return None
    speeds = np.linalg.norm(np.diff(seen, axis=0), axis=-1) * motion.fps
    too_fast = int((speeds.max(axis=1) > FASTEST).sum())
    if too_fast == 0:
        return None
    frame, joint = np.unravel_index(int(np.argmax(speeds)), speeds.shape)
    name = motion.skeleton.names[joints[int(joint)]]
    at = first + int(frame)
    return Fault(
        "glitch",
        f"{name} moves at {speeds.max():.0f} m/s after frame {at} ({at / motion.fps:.2f} s); "
        f"{too_fast} frame{'s' if too_fast > 1 else ''} faster than {FASTEST:g} m/s",
    )


def _joints(motion: Motion, report: RoleReport | None) -> list[int]:
    return sorted(set(report.roles.values())) if report else list(range(len(motion.skeleton)))


def _stretch(motion: Motion, report: RoleReport | None) -> Fault | None:
    skeleton = motion.skeleton
    joints = _joints(motion, report)  # tools in a hand and IK targets may move as they like
    body = [joint for joint in joints if joint > 0 and _hangs_on_body(motion, joint)]
    if not body:
        return None
    bones = motion.positions[:, body] - motion.positions[:, skeleton.parents[body]]
    lengths: Float32[np.ndarray, "frames bones"] = np.linalg.norm(bones, axis=-1)
    usual = np.median(lengths, axis=0)
    share = np.ptp(lengths, axis=0) / np.maximum(usual, SHORTEST_BONE)
    share[usual < SHORTEST_BONE] = 0
    worst = int(np.argmax(share))
    if share[worst] <= STRETCH:
        return None
    return Fault(
        "stretch",
        f"the bone to {skeleton.names[body[worst]]} varies by {share[worst]:.0%} of its length",
    )


def _hangs_on_body(motion: Motion, joint: int) -> bool:
    """Whether some joint above branches: bones before the first fork carry travel, not body."""
    above = int(motion.skeleton.parents[joint])
    while above >= 0:
        if len(motion.skeleton.children(above)) > 1:
            return True
        above = int(motion.skeleton.parents[above])
    return False


def _feet(motion: Motion, report: RoleReport) -> Fault | None:
    evidence = side_evidence(motion.positions, report.roles)
    if evidence.feet_frames < FEWEST_FRAMES or evidence.feet > -SURE:
        return None
    return Fault(
        "feet",
        "the feet point against the way the body faces while it stands: look whether left and "
        "right are exchanged (fast runs can look like that)",
    )
