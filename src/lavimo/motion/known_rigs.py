"""Bone-name tables of the skeletons one meets, as data.

A table names, for every role, the joint that stands at that place (several names with `|` are
alternatives, `{}` takes the side). Names are compared by `key`: without namespace, exporter's
prefix, case, dots, spaces and underscores. `tips` are places in the frame of a joint, in bone
lengths of the leg, for rigs that lack a joint there; `@end` is the end site of the ankle or neck.
Source: PROBE.md, "Reading the files"; the tables of the tools themselves.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from lavimo.motion.skeleton import SMPL_NAMES

_PREFIX = re.compile(r"^(mixamorig\d*|ccbase|valvebipedbip\d*|bip\d+|jbip(?=[clr])|def(?=\w))")


@lru_cache(maxsize=8192)
def key(name: str) -> str:
    """A joint's name as tables compare it: `mixamorig:LeftUpLeg` -> `leftupleg`."""
    bare = re.split(r"[:|]", name)[-1]
    bare = "".join(c for c in bare.casefold() if c.isalnum())
    return _PREFIX.sub("", bare) or bare


@dataclass(frozen=True)
class Rig:
    """One family of skeletons. `joints` maps roles to names; `spine` lies between pelvis and neck.

    `tips` gives a role a place beside a joint: (joint's role, offset in its frame as a multiple
    of the leg's length). `direct` rigs have every SMPL joint themselves.
    """

    name: str
    joints: tuple[tuple[str, str], ...]
    spine: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    tips: tuple[tuple[str, str, tuple[float, float, float]], ...] = ()
    direct: bool = False


_ARM = ("collar", "shoulder", "elbow", "wrist")
_LEG = ("hip", "knee", "ankle", "foot")


def _rig(
    name: str,
    sides: str,
    trunk: str,
    spine: str,
    arm: str,
    leg: str,
    *,
    optional: str = "",
    tips: tuple[tuple[str, str, tuple[float, float, float]], ...] = (),
) -> Rig:
    """A table from short strings: `trunk` is pelvis, neck, head; `-` means no such joint."""
    rows = list(zip(("pelvis", "neck", "head"), trunk.split(), strict=True))
    for side, letters in zip(("left", "right"), sides.split(), strict=True):
        for part, names in ((_ARM, arm.split()), (_LEG, leg.split())):
            rows += [
                (f"{side}_{role}", pattern.replace("{}", letters))
                for role, pattern in zip(part, names, strict=True)
            ]
    free = {f"{side}_{role}" for side in ("left", "right") for role in optional.split()}
    return Rig(
        name,
        tuple(row for row in rows if row[1] != "-"),
        tuple(spine.split()),
        frozenset(free | set(optional.split())),
        tips,
    )


_LR = "Left Right"
_UPSTREAM = "{}Shoulder {}Arm {}ForeArm {}Hand"
_L_R = "L R"

_L_HIP = (
    "Pelvis L_Hip R_Hip Spine1|Torso L_Knee R_Knee Spine2|Spine L_Ankle R_Ankle Spine3|Chest "
    "L_Foot|L_Toe R_Foot|R_Toe Neck L_Collar|L_Thorax R_Collar|R_Thorax Head L_Shoulder "
    "R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist"
)

RIGS: tuple[Rig, ...] = (
    Rig("SMPL", tuple(zip(SMPL_NAMES, SMPL_NAMES, strict=True)), (), direct=True),
    Rig(
        "SMPL (L_Hip names)",
        tuple(zip(SMPL_NAMES, _L_HIP.split(), strict=True)),
        (),
        direct=True,
    ),
    _rig("CMU", _LR, "Hips Neck Neck1", "LowerBack Spine Spine1",
         _UPSTREAM, "{}UpLeg {}Leg {}Foot {}ToeBase", optional="foot"),
    _rig("CMU (hip/knee names)", _LR, "Hips lowerneck Neck", "lowerback Chest Chest2",
         "{}Collar {}Shoulder {}Elbow {}Wrist", "{}Hip {}Knee {}Ankle {}Toe", optional="foot"),
    _rig("CMU/HDM05 ASF", "l r", "root lowerneck upperneck", "lowerback upperback thorax",
         "{}clavicle {}humerus {}radius {}wrist", "{}femur {}tibia {}foot {}toes"),
    _rig("Bandai-Namco", _L_R, "Hips Neck Head", "Spine Chest",
         "Shoulder_{} UpperArm_{} LowerArm_{} Hand_{}",
         "UpperLeg_{} LowerLeg_{} Foot_{} Toes_{}"),
    _rig("Daz/Poser", "l r", "hip neck head", "abdomen abdomen2 chest",
         "{}Collar {}Shldr {}ForeArm {}Hand", "{}Thigh {}Shin {}Foot {}Toe", optional="foot"),
    _rig("DeepMimic", "left_ right_", "root|pelvis neck head", "chest",
         "- {}shoulder {}elbow {}wrist", "{}hip {}knee {}ankle {}toe|{}foot",
         optional="foot head wrist"),
    _rig("MotionBuilder/HIK/Mixamo", _LR, "Hips Neck Head",
         "Spine Spine1 Spine2 Spine3 Spine4", _UPSTREAM,
         "{}UpLeg {}Leg {}Foot {}ToeBase|{}Toe|{}Toe_Base", optional="foot collar"),
    _rig("Rokoko", _LR, "Hips|Hip Neck Head", "Spine Spine1 Spine2 Spine3 Spine4 Chest",
         _UPSTREAM, "{}Thigh {}Shin {}Foot {}Toe", optional="foot"),
    _rig("Xsens", _LR, "Hips|Pelvis Neck Head",
         "L5 L3 T12 T8 Chest Chest2 Chest3 Chest4",
         "{}Shoulder|{}Collar {}UpperArm|{}Shoulder {}ForeArm|{}Elbow {}Hand|{}Wrist",
         "{}UpperLeg|{}Hip {}LowerLeg|{}Knee {}Foot|{}Ankle {}Toe", optional="foot"),
    _rig("OptiTrack", _L_R, "Hip Neck Head", "Ab Chest",
         "{}Shoulder {}UArm {}FArm {}Hand", "{}Thigh {}Shin {}Foot {}Toe", optional="foot"),
    _rig("CC_Base", "L_ R_", "CC_Base_Hip CC_Base_NeckTwist01|CC_Base_Neck CC_Base_Head",
         "CC_Base_Waist CC_Base_Spine01 CC_Base_Spine02",
         "CC_Base_{}Clavicle CC_Base_{}Upperarm CC_Base_{}Forearm CC_Base_{}Hand",
         "CC_Base_{}Thigh CC_Base_{}Calf CC_Base_{}Foot CC_Base_{}ToeBase", optional="foot"),
    _rig("3ds Max Biped", "L_ R_", "Bip01_Pelvis Bip01_Neck Bip01_Head",
         "Bip01_Spine Bip01_Spine1 Bip01_Spine2 Bip01_Spine3 Bip01_Spine4",
         "Bip01_{}Clavicle Bip01_{}UpperArm Bip01_{}Forearm Bip01_{}Hand",
         "Bip01_{}Thigh Bip01_{}Calf Bip01_{}Foot Bip01_{}Toe0", optional="foot"),
    _rig("Unreal mannequin/Mesh2Motion", "l r", "pelvis neck_01 head",
         "spine_01 spine_02 spine_03 spine_04 spine_05",
         "clavicle_{} upperarm_{} lowerarm_{} hand_{}", "thigh_{} calf_{} foot_{} ball_{}",
         optional="foot"),
    _rig("Quaternius", _L_R, "Hips Neck Head", "Abdomen Torso Chest",
         "Shoulder.{} UpperArm.{} LowerArm.{} Hand.{}|Palm.{}",
         "UpperLeg.{} LowerLeg.{} LowerLeg.{}_end Foot.{}_end"),
    _rig("KayKit", "l r", "hips head -", "spine chest",
         "- upperarm.{} lowerarm.{} wrist.{}", "upperleg.{} lowerleg.{} foot.{} toes.{}",
         tips=(("head", "neck", (0.0, 0.15, 0.0)),)),
)  # fmt: skip
"""Most particular first is not needed: the table that explains most joints wins."""


@dataclass(frozen=True)
class Names:
    """What a table found in a skeleton: joints by role, the spine in order, tips."""

    rig: str
    roles: dict[str, int]
    spine: tuple[int, ...]
    tips: tuple[tuple[str, str, tuple[float, float, float]], ...]
    direct: bool


def match_known(names: tuple[str, ...]) -> Names | None:
    """The table that explains most of these joint names, or None when no table fits whole.

    A joint named twice counts once, the first in the file.
    """
    place: dict[str, int] = {}
    for joint, name in enumerate(names):
        place.setdefault(key(name), joint)
    found = [match for rig in RIGS if (match := _fit(rig, place)) is not None]
    return max(found, key=lambda m: len({*m.roles.values(), *m.spine}), default=None)


def _fit(rig: Rig, place: dict[str, int]) -> Names | None:
    roles: dict[str, int] = {}
    for role, alternatives in rig.joints:
        joint = next((place[k] for a in alternatives.split("|") if (k := key(a)) in place), None)
        if joint is not None:
            roles[role] = joint
        elif role not in rig.optional:
            return None
    spine = tuple(place[key(name)] for name in rig.spine if key(name) in place)
    return Names(rig.name, roles, spine, rig.tips, rig.direct)
