"""Roles of a skeleton that no table knows: by the words in its names, then by its shape.

Words: a name is cut into tokens, its side taken out, and the rest looked up among synonyms; which
of "shoulder" and "arm" is the collar follows from what else is there. Shape: of all pairs of
like limbs that start at one joint, the pair that reaches lowest are the legs and the pair that
starts higher up are the arms; in each the knee or elbow stands between the two longest bones.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.motion.skeleton import Skeleton
from lavimo.shapes import Float32, Int16

_SIDES = {"l": "left", "left": "left", "lft": "left", "lf": "left", "r": "right", "right": "right",
          "rgt": "right", "rt": "right", "rg": "right"}  # fmt: skip
_NOISE = {"jnt", "joint", "bone", "bn", "def", "ctrl", "sk", "skel", "rig", "bip", "j", "c", "m",
          "org", "b", "base", "bind", "jt", "char", "character", "human", "mch"}  # fmt: skip
_WORDS: dict[str, tuple[str, ...]] = {
    "upperleg": ("thigh", "upleg", "upperleg", "legupper", "femur", "legup", "upperthigh"),
    "sidehip": ("hip", "hipjoint", "buttock", "groin"),
    "leg": ("leg",),
    "lowerleg": ("shin", "calf", "lowerleg", "leglower", "lowleg", "tibia", "knee", "foreleg",
                 "legdown", "crus"),
    "ankle": ("ankle", "talus"),
    "foot": ("foot", "feet"),
    "toe": ("toe", "toes", "toebase", "ball", "toeroot", "forefoot", "football"),
    "collar": ("clavicle", "collar", "clav", "collarbone", "scapula", "shoulderblade"),
    "shoulder": ("shoulder", "shldr"),
    "upperarm": ("upperarm", "uparm", "armupper", "humerus", "armup", "uarm"),
    "arm": ("arm",),
    "forearm": ("forearm", "lowerarm", "armlower", "lowarm", "elbow", "radius", "ulna", "farm",
                "foarm"),
    "hand": ("hand", "palm"),
    "wrist": ("wrist", "carpus"),
    "pelvis": ("pelvis", "hips", "hip", "cog", "hipcenter", "hipscenter"),
    "neck": ("neck", "cervical", "necklower", "lowerneck"),
    "head": ("head", "skull", "cranium"),
    "spine": ("spine", "chest", "torso", "abdomen", "back", "waist", "thorax", "ribcage",
              "lowerback", "upperback", "upperchest", "belly", "stomach", "trunk", "lumbar",
              "upperbody", "midback", "spinelower", "spineupper", "lowerchest"),
}  # fmt: skip
_MEANING = {word: kind for kind, words in _WORDS.items() for word in words}
_TOKENS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TRUNK = ("pelvis", "neck", "head", "spine")


@dataclass(frozen=True)
class Guess:
    """Roles found one way, and the spine between pelvis and neck."""

    roles: dict[str, int]
    spine: tuple[int, ...]


def by_words(skeleton: Skeleton) -> Guess:
    """The roles that the words in the names give; joints that stand in no order are left out."""
    found: dict[tuple[str, str], int] = {}
    spine = []
    for joint, name in enumerate(skeleton.names):
        side, kind = _reading(name)
        if kind == "spine":
            spine.append(joint)
        elif kind:
            found.setdefault((side, kind), joint)
    roles = {kind: joint for (side, kind), joint in found.items() if not side and kind in _TRUNK}
    for side in ("left", "right"):
        roles.update(_limbs(side, {kind: joint for (s, kind), joint in found.items() if s == side}))
    if "pelvis" in roles and "neck" in roles:
        above = ancestors(skeleton.parents, roles["neck"])
        spine = [joint for joint in spine if joint in above and joint != roles["pelvis"]]
    return Guess(roles, tuple(spine))


def _reading(name: str) -> tuple[str, str]:
    """Side ("" for none) and kind of a name; kind "" when it says nothing."""
    tokens = [t.casefold() for t in _TOKENS.findall(re.split(r"[:|]", name)[-1])]
    words = [t for t in tokens if not t.isdigit() and t not in _NOISE]
    side = next((_SIDES[w] for w in words if w in _SIDES), "")
    rest = "".join(w for w in words if w not in _SIDES)
    kind = _MEANING.get(rest, "")
    if not kind and not side and rest:
        for found, bare in ((rest[0], rest[1:]), (rest[-1], rest[:-1])):
            if found in "lr" and bare in _MEANING and _MEANING[bare] not in _TRUNK:
                return _SIDES[found], _MEANING[bare]
        for word in ("left", "right"):
            bare = rest.replace(word, "", 1)
            if word in rest and bare in _MEANING:
                side, kind = word, _MEANING[bare]
    if side and kind == "pelvis":
        kind = "sidehip"
    if not side and kind == "sidehip":
        kind = "pelvis"
    return side, kind


def _limbs(side: str, found: dict[str, int]) -> dict[str, int]:
    """Roles of one side; what "shoulder", "arm", "leg" and "foot" mean depends on the others."""
    arm = {
        "collar": found.get("collar", found.get("shoulder")),
        "shoulder": found.get("upperarm", found.get("arm")),
        "elbow": found.get("forearm"),
        "wrist": found.get("hand", found.get("wrist")),
    }
    if arm["shoulder"] is None or (arm["elbow"] is None and "arm" in found):
        arm["collar"], arm["shoulder"] = found.get("collar"), found.get("shoulder")
        arm["elbow"] = found.get("forearm", found.get("arm"))
    leg = {
        "hip": found.get("upperleg", found.get("sidehip")),
        "knee": found.get("lowerleg", found.get("leg")),
        "ankle": found.get("ankle", found.get("foot")),
        "foot": found.get("toe", found.get("foot") if "ankle" in found else None),
    }
    if leg["hip"] is None and "lowerleg" in found:
        leg["hip"] = found.get("leg")
    return {f"{side}_{role}": j for role, j in {**arm, **leg}.items() if j is not None}


def ancestors(parents: Int16[np.ndarray, " joints"], joint: int) -> list[int]:
    """The joints above `joint`, nearest first."""
    line = []
    while (joint := int(parents[joint])) >= 0:
        line.append(joint)
    return line


@dataclass(frozen=True)
class _Pair:
    branch: int
    chains: tuple[list[int], list[int]]
    length: float
    height: float


def by_shape(skeleton: Skeleton, pose: Float32[np.ndarray, "joints 3"]) -> Guess | None:
    """The roles that the shape of one upright pose gives, sides by chance (x decides).

    None when there are no two pairs of limbs. The caller settles left and right.
    """
    chains, lengths = _longest_chains(skeleton, pose)
    size = float(np.ptp(pose, axis=0).max()) or 1.0
    pairs = _like_pairs(skeleton, pose, chains, lengths, 0.2 * size)
    if len(pairs) < 2:
        return None
    legs = min(pairs, key=lambda pair: pair.height)
    taken = {*legs.chains[0], *legs.chains[1]}
    arms = max(
        (p for p in pairs if p.branch not in taken and p.chains[0][0] not in taken),
        key=lambda pair: (pose[pair.branch, 1], pair.length),
        default=None,
    )
    if arms is None or pose[arms.branch, 1] <= pose[legs.branch, 1]:
        return None
    spine = [j for j in reversed(ancestors(skeleton.parents, arms.branch)) if j > legs.branch]
    spine = [j for j in [*spine, arms.branch] if j != legs.branch]
    roles = {"pelvis": legs.branch, **_trunk(skeleton, pose, arms, chains)}
    for pair, parts, first in (
        (legs, ("hip", "knee", "ankle", "foot"), 0),
        (arms, ("shoulder", "elbow", "wrist"), 1),
    ):
        ordered = sorted(pair.chains, key=lambda chain: -pose[chain[-1], 0])
        for side, chain in zip(("left", "right"), ordered, strict=True):
            start = _middle(pose, chain) - 1
            if start < 0:
                return None
            if first and start > 0:
                roles[f"{side}_collar"] = chain[start - 1]
            roles.update(
                {f"{side}_{part}": j for part, j in zip(parts, chain[start:], strict=False)}
            )
    return Guess(roles, tuple(spine))


def _longest_chains(
    skeleton: Skeleton, pose: Float32[np.ndarray, "joints 3"]
) -> tuple[list[list[int]], list[float]]:
    """For each joint the line of joints from it to its farthest tip, and that line's length."""
    count = len(skeleton)
    chains, lengths = [[j] for j in range(count)], [0.0] * count
    for joint in range(count - 1, 0, -1):
        parent = int(skeleton.parents[joint])
        reach = lengths[joint] + float(np.linalg.norm(pose[joint] - pose[parent]))
        if reach > lengths[parent]:
            chains[parent], lengths[parent] = [parent, *chains[joint]], reach
    return chains, lengths


def _like_pairs(
    skeleton: Skeleton,
    pose: Float32[np.ndarray, "joints 3"],
    chains: Sequence[list[int]],
    lengths: Sequence[float],
    least: float,
) -> list[_Pair]:
    pairs = []
    for joint in range(len(skeleton)):
        limbs = [c for c in skeleton.children(joint) if lengths[c] >= least and len(chains[c]) > 2]
        for n, a in enumerate(limbs):
            for b in limbs[n + 1 :]:
                like = abs(len(chains[a]) - len(chains[b])) <= 1
                if like and min(lengths[a], lengths[b]) > 0.85 * max(lengths[a], lengths[b]):
                    height = float(pose[chains[a][-1], 1] + pose[chains[b][-1], 1]) / 2
                    pairs.append(_Pair(joint, (chains[a], chains[b]), lengths[a], height))
    return pairs


def _middle(pose: Float32[np.ndarray, "joints 3"], chain: list[int]) -> int:
    """Place in the chain of the knee or elbow: between the two longest neighbouring bones."""
    bones = np.linalg.norm(np.diff(pose[chain], axis=0), axis=-1)
    return int(np.argmax(np.minimum(bones[:-1], bones[1:]))) + 1 if len(bones) > 1 else -1


def _trunk(
    skeleton: Skeleton,
    pose: Float32[np.ndarray, "joints 3"],
    arms: _Pair,
    chains: Sequence[list[int]],
) -> dict[str, int]:
    """Neck and head: the line that leaves between the arms, else the joint the arms start from."""
    limbs = {arms.chains[0][0], arms.chains[1][0]}
    between = [c for c in skeleton.children(arms.branch) if c not in limbs]
    if not between:
        return {"neck": arms.branch}
    line = max((chains[c] for c in between), key=lambda chain: float(pose[chain[-1], 1]))
    return {"neck": line[0], "head": line[1]} if len(line) > 1 else {"neck": line[0]}
