"""A canonical 22-joint motion onto a rig of the user's own, feet on the floor.

The rig is known from a clip (or rest pose) of it: in one frame of that, the reference, both its
joint frames and its 22 canonical points are known, whatever its rest pose or bone axes are. What
the body does is then told by deltas, world rotations that take the reference pose to the wanted
one: for the pelvis and chest from two directions each, for every limb the shortest swing from the
delta above it that points the bone where it shall point, and a twist that lets knees and elbows
bend about their hinge. Joints without a role (fingers, twist bones) keep the reference pose.

Glossary: D = delta (world rotation, wxyz), Q = world rotation of a joint of the rig.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lavimo.errors import SkeletonError
from lavimo.motion import kinematics
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.retarget import SPINE_PLACES, to_smpl22
from lavimo.motion.roles import RoleReport, match_roles
from lavimo.motion.skeleton import SMPL_NAMES
from lavimo.motion.unknown_rigs import ancestors
from lavimo.shapes import Float

HIGHEST_SOLE = 0.12
"""The lowest foot joint of a rig may stand this share of a leg above its floor: its sole."""
SMOOTHING = 0.05
"""Seconds over which the vertical correction is smoothed."""
BEND_COUNTS = (0.2, 0.5)
"""Sine of the bend of a knee or elbow at which its hinge begins to count, and counts wholly."""

Places = Float[np.ndarray, "frames 22 3"]
Rest = Float[np.ndarray, "1 22 3"]
Turns = Float[np.ndarray, "frames 4"]
Vectors = Float[np.ndarray, "frames 3"]

_AT = {name: joint for joint, name in enumerate(SMPL_NAMES)}
_LIMBS = (
    ("hip", "knee", "ankle"), ("knee", "ankle", "foot"), ("ankle", "foot", ""),
    ("shoulder", "elbow", "wrist"), ("elbow", "wrist", ""),
)  # fmt: skip
_FEET = [_AT[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]


@dataclass(frozen=True, eq=False)
class Reference:
    """One frame of the rig: joint places, world rotations Q, local places, canonical points."""

    report: RoleReport
    local: Float[np.ndarray, "joints 3"]
    positions: Float[np.ndarray, "joints 3"]
    turns: Float[np.ndarray, "joints 4"]
    points: Rest
    sole: float


def to_rig(motion: Motion, rig: Motion) -> Motion:
    """The canonical 22-joint `motion` on the skeleton of `rig`, rotations filled.

    Limb directions are those of the motion; travel and height are scaled by the ratio of the
    legs; the lowest foot follows the motion's, with the floor at y = 0. The rig is a humanoid
    clip or rest pose with rotations. Raises SkeletonError otherwise.
    """
    if motion.skeleton.names != SMPL_NAMES:
        motion = to_smpl22(motion)
    reference = _reference(rig)
    wanted = motion.positions.astype(np.float64)
    deltas = _deltas(wanted, reference, rig)
    turns = rot.multiply(deltas, np.broadcast_to(reference.turns, deltas.shape))
    scale = _leg(reference.points) / max(_leg(wanted), 1e-6)
    floor = float(wanted[:, _FEET, 1].min())
    target = (wanted[:, 0] - [0, floor, 0]) * scale
    translations = _translations(rig, reference, turns, target)
    local = _local_rotations(rig, turns)
    translations = _detached_feet(rig, reference, turns, local, translations)
    placed = _assembled(motion, rig, reference, local, translations)
    lowest = (wanted[:, _FEET, 1].min(1) - floor) * scale + reference.sole
    feet = to_smpl22(placed, reference.report).positions[:, _FEET, 1].min(1)
    lift = _smooth(lowest - feet, motion.fps)
    lift += np.maximum(0, reference.sole - (feet + lift))
    carrier = _carrier(rig, reference.report)
    above = int(rig.skeleton.parents[carrier])
    up = np.zeros((len(lift), 3))
    up[:, 1] = lift
    translations[:, carrier] += up if above < 0 else rot.rotate(rot.inverse(turns[:, above]), up)
    translations = _detached_feet(rig, reference, turns, local, translations)
    return _assembled(motion, rig, reference, local, translations)


def _reference(rig: Motion) -> Reference:
    if rig.rotations is None:
        raise SkeletonError(
            f"{rig.source.path or 'The rig'} holds positions only; "
            "a rig needs a file with rotations, such as BVH or GLB."
        )
    report = match_roles(rig)
    canonical = to_smpl22(rig, report).positions.astype(np.float64)
    frame = _most_upright(canonical)
    local = (rig.skeleton.offsets if rig.translations is None else rig.translations[frame]).astype(
        np.float64
    )
    local = local.copy()
    local[0] = rig.positions[frame, 0]
    positions, turns = kinematics.forward(
        rig.skeleton, rig.rotations[frame : frame + 1].astype(np.float64), local[None]
    )
    points = canonical[frame : frame + 1]
    lowest = float(canonical[:, _FEET, 1].min())
    sole = lowest if 0 <= lowest <= HIGHEST_SOLE * _leg(points) else 0.0
    return Reference(report, local, positions[0], rot.normalise(turns[0]), points, sole)


def _most_upright(points: Places) -> int:
    """The frame that stands straightest: legs and spine along the vertical."""
    score = rot.normalise(points[:, _AT["neck"]] - points[:, 0])[:, 1]
    for side in ("left", "right"):
        hip, knee, ankle = (points[:, _AT[f"{side}_{part}"]] for part in ("hip", "knee", "ankle"))
        score = score + rot.normalise(hip - knee)[:, 1] + rot.normalise(knee - ankle)[:, 1]
    return int(np.argmax(score))


def _leg(points: Places) -> float:
    lengths = [
        np.linalg.norm(points[:, _AT[f"{side}_{a}"]] - points[:, _AT[f"{side}_{b}"]], axis=-1)
        for side in ("left", "right")
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    return float(np.mean(lengths)) * 2


def _frame(across: Vectors, up: Vectors) -> Turns:
    """Rotation whose x axis is `across` and whose y axis lies on the side of `up`."""
    x = rot.normalise(across)
    z = rot.normalise(np.cross(x, up))
    return rot.from_matrix(np.stack([x, np.cross(z, x), z], axis=-1))


def _pelvis_frame(points: Places) -> Turns:
    across = points[:, _AT["left_hip"]] - points[:, _AT["right_hip"]]
    return _frame(across, points[:, _AT["spine2"]] - points[:, 0])


def _chest_frame(points: Places) -> Turns:
    across = points[:, _AT["left_shoulder"]] - points[:, _AT["right_shoulder"]]
    return _frame(across, points[:, _AT["neck"]] - points[:, _AT["spine2"]])


def _deltas(wanted: Places, reference: Reference, rig: Motion) -> Float[np.ndarray, "frames j 4"]:
    """The delta of every joint of the rig."""
    roles, skeleton = reference.report.roles, rig.skeleton
    pelvis = rot.multiply(_pelvis_frame(wanted), rot.inverse(_pelvis_frame(reference.points)))
    chest = rot.multiply(_chest_frame(wanted), rot.inverse(_chest_frame(reference.points)))
    spine = _spine_deltas(wanted, reference, pelvis, chest)
    bones, body = _bones(roles), _body(rig, reference.report)
    deltas = np.tile(np.array([1.0, 0, 0, 0]), (len(wanted), len(skeleton), 1))
    for joint in range(len(skeleton)):
        above = int(skeleton.parents[joint])
        base = deltas[:, above] if above >= 0 else deltas[:, 0]
        if joint in body:
            deltas[:, joint] = pelvis
        elif joint in spine:
            deltas[:, joint] = spine[joint]
        elif joint in bones:
            deltas[:, joint] = _limb_delta(wanted, reference.points, base, bones[joint])
        else:
            deltas[:, joint] = base
    for side in ("left", "right"):
        foot, ankle = roles.get(f"{side}_foot", -1), roles[f"{side}_ankle"]
        holder = _detached_holder(rig, foot, ankle)
        if holder >= 0:
            deltas[:, [holder, foot]] = deltas[:, [ankle]]
    return deltas


def _bones(roles: Mapping[str, int]) -> dict[int, tuple[str, str, str]]:
    """For each joint that points a bone: the canonical points from, to, and after (hinge)."""
    bones = {roles["neck"]: ("neck", "head", "")}
    for side in ("left", "right"):
        for start, end, then in _LIMBS:
            names = (f"{side}_{start}", f"{side}_{end}", f"{side}_{then}" if then else "")
            bones[roles[names[0]]] = names
        if f"{side}_collar" in roles:
            bones[roles[f"{side}_collar"]] = ("neck", f"{side}_shoulder", "")
    return bones


def _limb_delta(wanted: Places, rest: Rest, base: Turns, bone: tuple[str, str, str]) -> Turns:
    """Swing from the delta above so that the bone points as wanted, then turn its hinge."""
    start, end, then = bone
    before = rest[:, _AT[end]] - rest[:, _AT[start]]
    after = wanted[:, _AT[end]] - wanted[:, _AT[start]]
    swung = rot.multiply(rot.between(rot.rotate(base, before), after), base)
    if not then or then.endswith("foot"):
        return swung
    hinge = _hinge(rest, bone)
    now = rot.rotate(swung, hinge)
    bend = np.cross(rot.normalise(after), rot.normalise(wanted[:, _AT[then]] - wanted[:, _AT[end]]))
    sine = np.linalg.norm(bend, axis=-1)
    axis = rot.normalise(after)
    shall = rot.normalise(bend)
    angle = np.arctan2(np.sum(np.cross(now, shall) * axis, -1), np.sum(now * shall, -1))
    low, high = BEND_COUNTS
    share = np.clip((sine - low) / (high - low), 0, 1)
    # A hinge that seems turned by more than a quarter is a joint bent the wrong way by noise.
    share = share**2 * (3 - 2 * share) * np.clip(2 - np.abs(angle) / (np.pi / 3), 0, 1)
    return rot.multiply(rot.from_axis_angle(axis, angle * share), swung)


def _hinge(rest: Rest, bone: tuple[str, str, str]) -> Float[np.ndarray, "1 3"]:
    """The axis about which a knee or elbow bends, in the reference pose.

    Knees bend about the line from right to left hip, elbows of hanging arms about its opposite;
    a limb that does not hang takes the axis along in its swing.
    """
    start, end, _ = bone
    across = rest[:, _AT["left_hip"]] - rest[:, _AT["right_hip"]]
    up = rest[:, _AT["neck"]] - rest[:, 0]
    side = rot.normalise(across) * (1 if start.endswith("hip") else -1)
    limb = rest[:, _AT[end]] - rest[:, _AT[start]]
    axis = rot.rotate(rot.between(-up, limb), side)
    limb = rot.normalise(limb)
    return rot.normalise(axis - limb * np.sum(axis * limb, -1, keepdims=True))


def _spine_deltas(
    wanted: Places, reference: Reference, pelvis: Turns, chest: Turns
) -> dict[int, Turns]:
    """Deltas of the spine: from the pelvis's to the chest's, each bone along the wanted curve."""
    spine = reference.report.spine
    if reference.report.direct:
        spine = tuple(reference.report.roles[f"spine{n}"] for n in (1, 2, 3))
    line = [reference.report.roles["pelvis"], *spine, reference.report.roles["neck"]]
    rest = reference.positions[line]
    reached = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(rest, axis=0), axis=-1))])
    reached = reached / max(reached[-1], 1e-9)
    curve = [_on_curve(wanted, float(place)) for place in reached]
    deltas: dict[int, Turns] = {}
    for number, joint in enumerate(spine, 1):
        share = np.full(len(wanted), number / len(spine))
        delta = rot.slerp(pelvis, chest, share)
        ahead = next((n for n in range(number + 1, len(line)) if reached[n] > reached[number]), 0)
        if ahead:
            bone = np.broadcast_to(rest[ahead] - rest[number], curve[0].shape)
            swing = rot.between(rot.rotate(delta, bone), curve[ahead] - curve[number])
            delta = rot.multiply(swing, delta)
        deltas[joint] = delta
    return deltas


def _on_curve(points: Places, place: float) -> Vectors:
    """The point at a share of the way from pelvis to neck along the canonical spine."""
    stops = (0.0, *SPINE_PLACES, 1.0)
    joints = [_AT[name] for name in ("pelvis", "spine1", "spine2", "spine3", "neck")]
    piece = min(max(int(np.searchsorted(stops, place, side="right")) - 1, 0), 3)
    share = (place - stops[piece]) / (stops[piece + 1] - stops[piece])
    return (1 - share) * points[:, joints[piece]] + share * points[:, joints[piece + 1]]


def _body(rig: Motion, report: RoleReport) -> list[int]:
    """The joints from the pelvis up to where the legs hang, nearest to the pelvis first.

    One joint in most rigs; in others the pelvis and the legs are siblings below a body joint.
    """
    parents, roles = rig.skeleton.parents, report.roles
    line = [roles["pelvis"], *ancestors(parents, roles["pelvis"])]
    legs = [{roles[hip], *ancestors(parents, roles[hip])} for hip in ("left_hip", "right_hip")]
    last = next((n for n, joint in enumerate(line) if joint in legs[0] & legs[1]), 0)
    return line[: last + 1]


def _carrier(rig: Motion, report: RoleReport) -> int:
    """The joint that carries travel: the body where the rig's own file moves it, else the root."""
    return _body(rig, report)[-1] if rig.translations is not None else 0


def _translations(
    rig: Motion, reference: Reference, turns: Float[np.ndarray, "frames j 4"], pelvis: Vectors
) -> Float[np.ndarray, "frames j 3"]:
    """Local places of all joints that bring the pelvis to its path."""
    parents, carrier = rig.skeleton.parents, _carrier(rig, reference.report)
    translations = np.tile(reference.local, (len(pelvis), 1, 1))
    translations[:, 0] *= [0, 1, 0]  # the rig's own clip may stand anywhere

    def reach(joint: int, top: int) -> Vectors:
        """From joint `top` to `joint` in the world."""
        way = np.zeros_like(pelvis)
        while joint != top:
            above = int(parents[joint])
            way += rot.rotate(turns[:, above], translations[:, joint])
            joint = above
        return way

    place = pelvis - reach(reference.report.roles["pelvis"], carrier)
    if carrier == 0:
        translations[:, 0] = place
        return translations
    above = int(parents[carrier])
    place = place - translations[:, 0] - reach(above, 0)
    translations[:, carrier] = rot.rotate(rot.inverse(turns[:, above]), place)
    return translations


def _local_rotations(
    rig: Motion, turns: Float[np.ndarray, "frames j 4"]
) -> Float[np.ndarray, "frames j 4"]:
    local = turns.copy()
    if len(rig.skeleton) > 1:
        above = turns[:, rig.skeleton.parents[1:]]
        local[:, 1:] = rot.multiply(rot.inverse(above), turns[:, 1:])
    return rot.normalise(local)


def _detached_holder(rig: Motion, foot: int, ankle: int) -> int:
    """The joint that a toe turns about where feet hang on the root (IK rigs), else -1."""
    if foot < 0:
        return -1
    joint = int(rig.skeleton.parents[foot])
    while joint >= 0:
        if joint == ankle:
            return -1
        joint = int(rig.skeleton.parents[joint])
    return int(rig.skeleton.parents[foot])


def _detached_feet(
    rig: Motion,
    reference: Reference,
    turns: Float[np.ndarray, "frames j 4"],
    local: Float[np.ndarray, "frames j 4"],
    translations: Float[np.ndarray, "frames j 3"],
) -> Float[np.ndarray, "frames j 3"]:
    """Feet of IK rigs follow the ankles that they do not hang on."""
    roles = reference.report.roles
    for side in ("left", "right"):
        ankle = roles[f"{side}_ankle"]
        holder = _detached_holder(rig, roles.get(f"{side}_foot", -1), ankle)
        if holder <= 0:
            continue
        positions, _ = kinematics.forward(rig.skeleton, local, translations)
        gap = reference.positions[holder] - reference.positions[ankle]
        delta = rot.multiply(turns[:, ankle], rot.inverse(reference.turns[ankle])[None])
        place = positions[:, ankle] + rot.rotate(delta, np.broadcast_to(gap, (len(delta), 3)))
        above = int(rig.skeleton.parents[holder])
        translations[:, holder] = rot.rotate(
            rot.inverse(turns[:, above]), place - positions[:, above]
        )
    return translations


def _assembled(
    motion: Motion,
    rig: Motion,
    reference: Reference,
    local: Float[np.ndarray, "frames j 4"],
    translations: Float[np.ndarray, "frames j 3"],
) -> Motion:
    positions, _ = kinematics.forward(rig.skeleton, local, translations)
    offsets = reference.local.astype(np.float32)
    offsets[0] = rig.skeleton.offsets[0]
    moving = bool(np.abs(translations[:, 1:] - offsets[1:]).max(initial=0) > 1e-6)
    remark = f"retargeted onto {rig.source.path or 'a rig'} ({reference.report.rig})"
    return replace(
        motion,
        skeleton=replace(rig.skeleton, offsets=offsets),
        positions=positions.astype(np.float32),
        rotations=local.astype(np.float32),
        translations=translations.astype(np.float32) if moving else None,
        source=replace(motion.source, remarks=(*motion.source.remarks, remark)),
    )


def _smooth(values: Float[np.ndarray, " frames"], fps: float) -> Float[np.ndarray, " frames"]:
    reach = int(np.ceil(2 * SMOOTHING * fps))
    if reach < 1 or len(values) < 2:
        return values
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (SMOOTHING * fps)) ** 2)
    padded = np.pad(values, reach, mode="edge")
    return np.convolve(padded, weights / weights.sum(), mode="valid")
