"""Which joint of any humanoid plays which of the 22 SMPL roles, and how sure that is.

Known families are found by their tables (`known_rigs`); any other skeleton by normalised names
and by the geometry of its pose (`anatomy`). Left and right are then tested against the body.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from lavimo.errors import SkeletonError
from lavimo.motion.clip import Motion
from lavimo.motion.known_rigs import match_known
from lavimo.motion.skeleton import SMPL_NAMES, Skeleton

Tip = tuple[int, tuple[float, float, float]]
TableTips = tuple[tuple[str, str, tuple[float, float, float]], ...]

NEEDED = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
"""Of each side; with pelvis and neck they make a humanoid. The rest can be derived."""


@dataclass(frozen=True)
class RoleReport:
    """What each joint is on a body. `roles` maps SMPL names to joints.

    `spine` are the joints between pelvis and neck in order; `tips` are roles at a place in a
    joint's frame (metres) where the rig has no joint, such as a toe known from an end site.
    `confidence` is 0 to 1; `remarks` say what matched by name, what by geometry, what is missing.
    """

    rig: str
    roles: Mapping[str, int]
    confidence: float
    remarks: tuple[str, ...] = ()
    spine: tuple[int, ...] = ()
    tips: Mapping[str, Tip] = field(default_factory=lambda: MappingProxyType({}))
    direct: bool = False


def match_roles(motion: Motion) -> RoleReport:
    """The roles of the motion's joints.

    Raises SkeletonError, saying what is missing, when this is no humanoid.
    """
    skeleton = motion.skeleton
    if skeleton.names == SMPL_NAMES:
        return _CANONICAL
    found = _by_name(skeleton.names, tuple(skeleton.parents.tolist()), skeleton.end_sites)
    if found is None:
        raise SkeletonError(
            f"{motion.source.path or 'This motion'}: no two arms and two legs were found among "
            f"its {len(skeleton)} joints; is it a human figure?"
        )
    return _with_table_tips(*found, skeleton)


_CANONICAL = RoleReport(
    rig="SMPL 22",
    roles=MappingProxyType({name: joint for joint, name in enumerate(SMPL_NAMES)}),
    confidence=1.0,
    spine=(3, 6, 9),
    direct=True,
)


@lru_cache(maxsize=512)
def _by_name(
    names: tuple[str, ...],
    parents: tuple[int, ...],
    ends: tuple[tuple[int, tuple[float, float, float]], ...],
) -> tuple[RoleReport, TableTips] | None:
    found = match_known(names)
    if found is None:
        return None
    tips: dict[str, Tip] = {}
    remarks = [f"joint names of {found.rig}"]
    sites = dict(ends)
    for side in ("left", "right"):
        ankle = found.roles.get(f"{side}_ankle")
        if f"{side}_foot" not in found.roles and ankle in sites:
            tips[f"{side}_foot"] = (ankle, sites[ankle])
            remarks.append(f"{side} toe from the end site of {names[ankle]}")
    known = {*found.roles, *tips, *(role for role, _, _ in found.tips)}
    missing = [r for r in SMPL_NAMES if r not in known]
    missing = [r for r in missing if r not in ("spine1", "spine2", "spine3") and "collar" not in r]
    if missing:
        remarks.append(f"estimated: {', '.join(missing)}")
    report = RoleReport(
        found.rig, MappingProxyType(found.roles), 0.98 - 0.02 * len(missing), tuple(remarks),
        found.spine, MappingProxyType(tips), found.direct,
    )  # fmt: skip
    return report, found.tips


def _with_table_tips(report: RoleReport, table: TableTips, skeleton: Skeleton) -> RoleReport:
    """Tips that a table gives in leg lengths, in metres."""
    if not table:
        return report
    leg = leg_length(skeleton, report.roles)
    tips = dict(report.tips)
    for role, base, (x, y, z) in table:
        tips[role] = (report.roles[base], (x * leg, y * leg, z * leg))
    return replace(report, tips=MappingProxyType(tips))


def leg_length(skeleton: Skeleton, roles: Mapping[str, int]) -> float:
    """Metres from hip to ankle along the rest bones, the mean of both legs."""
    total = 0.0
    for side in ("left", "right"):
        joint, hip = roles[f"{side}_ankle"], roles[f"{side}_hip"]
        while joint > hip:
            total += float(np.linalg.norm(skeleton.offsets[joint]))
            joint = int(skeleton.parents[joint])
    return total / 2
