"""Which joint of any humanoid plays which of the 22 SMPL roles, and how sure that is.

Known families are found by their tables (`known_rigs`); any other skeleton by the words in its
names and by its shape (`unknown_rigs`). Left and right are then tested against the body
(`anatomy`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from lavimo.errors import SkeletonError
from lavimo.motion import anatomy, unknown_rigs
from lavimo.motion.clip import Motion
from lavimo.motion.known_rigs import match_known
from lavimo.motion.skeleton import SMPL_NAMES, Skeleton, mirrored_name

Tip = tuple[int, tuple[float, float, float]]
TableTips = tuple[tuple[str, str, tuple[float, float, float]], ...]

NEEDED = (
    "pelvis",
    *(f"{side}_{part}" for part in ("hip", "knee", "ankle") for side in ("left", "right")),
    *(f"{side}_{part}" for part in ("shoulder", "elbow", "wrist") for side in ("left", "right")),
    "neck",
)
"""A humanoid has these; toes, head, collars and the spine can be derived."""

SURE_OF_TABLE, SURE_OF_WORDS, SURE_OF_SHAPE = 0.98, 0.9, 0.7
SURE_AFTER_EXCHANGE = 0.8


@dataclass(frozen=True)
class RoleReport:
    """What each joint is on a body. `roles` maps SMPL names to joints.

    `spine` are the joints between pelvis and neck in order; `tips` are roles at a place in a
    joint's frame (metres) where the rig has no joint, such as a toe known from an end site.
    `confidence` is 0 to 1; `remarks` say what matched by name, what by shape, what is missing.
    """

    rig: str
    roles: Mapping[str, int]
    confidence: float
    remarks: tuple[str, ...] = ()
    spine: tuple[int, ...] = ()
    tips: Mapping[str, Tip] = field(default_factory=lambda: MappingProxyType({}))
    direct: bool = False


def match_roles(motion: Motion) -> RoleReport:
    """The roles of the motion's joints, sides tested against the body.

    Raises SkeletonError, saying what is missing, when this is no humanoid.
    """
    skeleton = motion.skeleton
    if skeleton.names == SMPL_NAMES:
        return _CANONICAL
    parents = tuple(skeleton.parents.tolist())
    found = _by_table(skeleton.names, parents, skeleton.end_sites)
    if found is not None:
        return _tested(motion, _with_table_tips(*found, skeleton))
    report = _by_words(skeleton)
    if report is not None:
        return _tested(motion, report)
    return _by_shape(motion)


_CANONICAL = RoleReport(
    rig="SMPL 22",
    roles=MappingProxyType({name: joint for joint, name in enumerate(SMPL_NAMES)}),
    confidence=1.0,
    spine=(3, 6, 9),
    direct=True,
)


@lru_cache(maxsize=512)
def _by_table(
    names: tuple[str, ...],
    parents: tuple[int, ...],
    ends: tuple[tuple[int, tuple[float, float, float]], ...],
) -> tuple[RoleReport, TableTips] | None:
    found = match_known(names)
    if found is None:
        return None
    report = RoleReport(
        found.rig, MappingProxyType(found.roles), SURE_OF_TABLE,
        (f"joint names of {found.rig}",), found.spine, direct=found.direct,
    )  # fmt: skip
    return _with_gaps_named(report, names, ends, {role for role, _, _ in found.tips}), found.tips


def _with_gaps_named(
    report: RoleReport,
    names: tuple[str, ...],
    ends: tuple[tuple[int, tuple[float, float, float]], ...],
    known: set[str],
) -> RoleReport:
    """Toes and heads from end sites where joints are missing; what is estimated is said."""
    tips, remarks, sites = dict(report.tips), list(report.remarks), dict(ends)
    for role, base in (("left_foot", "left_ankle"), ("right_foot", "right_ankle")):
        joint = report.roles[base]
        if role not in report.roles and joint in sites and any(sites[joint]):
            tips[role] = (joint, sites[joint])
            remarks.append(f"{role} at the end site of {names[joint]}")
    missing = [
        role
        for role in SMPL_NAMES
        if role not in report.roles and role not in tips and role not in known
        and not role.startswith("spine") and "collar" not in role
    ]  # fmt: skip
    if missing:
        remarks.append(f"estimated, as no joint stands there: {', '.join(missing)}")
    return replace(
        report,
        tips=MappingProxyType(tips),
        remarks=tuple(remarks),
        confidence=report.confidence - 0.02 * len(missing),
    )


def _with_table_tips(report: RoleReport, table: TableTips, skeleton: Skeleton) -> RoleReport:
    """Tips that a table gives in leg lengths, in metres."""
    if not table:
        return report
    leg = leg_length(skeleton, report.roles)
    tips = dict(report.tips)
    for role, base, (x, y, z) in table:
        tips[role] = (report.roles[base], (x * leg, y * leg, z * leg))
    return replace(report, tips=MappingProxyType(tips))


def _by_words(skeleton: Skeleton) -> RoleReport | None:
    guess = unknown_rigs.by_words(skeleton)
    roles, remarks = dict(guess.roles), ["joints found by the words in their names"]
    parents = skeleton.parents
    if "neck" not in roles and "head" in roles:
        roles["neck"] = roles.pop("head")
        remarks.append("no neck: the head joint serves as its base")
    if "pelvis" not in roles and {"left_hip", "right_hip"} <= roles.keys():
        lines = [unknown_rigs.ancestors(parents, roles[f"{s}_hip"]) for s in ("left", "right")]
        shared = [joint for joint in lines[0] if joint in lines[1]]
        if shared:
            roles["pelvis"] = shared[0]
            remarks.append(f"pelvis at {skeleton.names[shared[0]]}, where the legs meet")
    if any(role not in roles for role in NEEDED) or not _hangs_together(skeleton, roles):
        return None
    spine = guess.spine or _between(skeleton, roles["pelvis"], roles["neck"])
    report = RoleReport(
        "unknown (by names)", MappingProxyType(roles), SURE_OF_WORDS, tuple(remarks), spine
    )
    return _with_gaps_named(report, skeleton.names, skeleton.end_sites, set())


def _hangs_together(skeleton: Skeleton, roles: Mapping[str, int]) -> bool:
    """Knees below hips, elbows below shoulders, each joint used once."""
    pairs = (("hip", "knee"), ("shoulder", "elbow"), ("elbow", "wrist"))
    in_order = all(
        roles[f"{side}_{upper}"]
        in unknown_rigs.ancestors(skeleton.parents, roles[f"{side}_{lower}"])
        for side in ("left", "right")
        for upper, lower in pairs
    )
    return in_order and len(set(roles.values())) == len(roles)


def _between(skeleton: Skeleton, low: int, high: int) -> tuple[int, ...]:
    line = unknown_rigs.ancestors(skeleton.parents, high)
    return tuple(reversed(line[: line.index(low)])) if low in line else ()


def _by_shape(motion: Motion) -> RoleReport:
    skeleton = motion.skeleton
    some = motion.positions[:: max(1, len(motion) // 64)]
    pose = some[int(np.argmax(np.ptp(some[..., 1], axis=1)))]
    guess = unknown_rigs.by_shape(skeleton, pose)
    if guess is None or any(role not in guess.roles for role in NEEDED):
        missing = "two arms and two legs on an upright spine"
        raise SkeletonError(
            f"{motion.source.path or 'This motion'}: {missing} were not found among its "
            f"{len(skeleton)} joints, neither by name nor by shape; only humanoids can be used."
        )
    evidence = anatomy.side_evidence(motion.positions, guess.roles)
    leaning = evidence.feet * evidence.feet_frames + evidence.knees * evidence.knee_frames
    roles = anatomy.exchange_sides(guess.roles) if leaning < 0 else dict(guess.roles)
    remarks = ["joints found by the shape of the skeleton, their names say nothing"]
    if evidence.feet_frames + evidence.knee_frames:
        remarks.append("left and right follow from feet and knees")
    else:
        remarks.append("left and right are a guess: neither feet nor knees tell")
    report = RoleReport(
        "unknown (by shape)", MappingProxyType(roles),
        SURE_OF_SHAPE if evidence.feet_frames + evidence.knee_frames else 0.5,
        tuple(remarks), guess.spine,
    )  # fmt: skip
    return _with_gaps_named(report, skeleton.names, skeleton.end_sites, set())


def _tested(motion: Motion, report: RoleReport) -> RoleReport:
    """The report with sides that agree with the body, and what was found said."""
    evidence = anatomy.side_evidence(motion.positions, report.roles)
    if evidence.exchanged:
        return replace(
            report,
            roles=MappingProxyType(anatomy.exchange_sides(report.roles)),
            tips=MappingProxyType({mirrored_name(r): tip for r, tip in report.tips.items()}),
            confidence=min(report.confidence, SURE_AFTER_EXCHANGE),
            remarks=(
                *report.remarks,
                "left and right exchanged: feet or knees point backwards as the joints are named",
            ),
        )
    if evidence.arms_crossed and evidence.confirmed:
        arms = ("collar", "shoulder", "elbow", "wrist")
        return replace(
            report,
            roles=MappingProxyType(anatomy.exchange_sides(report.roles, only=arms)),
            confidence=min(report.confidence, SURE_AFTER_EXCHANGE),
            remarks=(*report.remarks, "arms exchanged: they hang on the other side of the legs"),
        )
    if evidence.confirmed:
        return replace(report, remarks=(*report.remarks, "sides confirmed by feet and knees"))
    return replace(report, remarks=(*report.remarks, "sides as named; the body does not tell"))


def leg_length(skeleton: Skeleton, roles: Mapping[str, int]) -> float:
    """Metres from hip to ankle along the rest bones, the mean of both legs."""
    total = 0.0
    for side in ("left", "right"):
        joint, hip = roles[f"{side}_ankle"], roles[f"{side}_hip"]
        while joint > hip:
            total += float(np.linalg.norm(skeleton.offsets[joint]))
            joint = int(skeleton.parents[joint])
    return total / 2
