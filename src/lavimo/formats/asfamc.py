"""ASF/AMC: Acclaim's skeleton and motion files, as the CMU and HDM05 databases use them.

Joints are named after the bones and stand at the START of their bone, as in a BVH: `lfemur` is
the left hip, `ltibia` the knee, `lfoot` the ankle, `ltoes` the foot; `lowerneck` the base of the
neck (the end of thorax), `upperneck` the head's joint, `lclavicle` the collar, `lhumerus` the
shoulder, `lradius` the elbow, `lwrist` the wrist. `lhipjoint` and `lowerback` stand on the root.
Conventions: one unit is 0.0254 m / the file's `length`; angles about fixed x, then y, then z in
the bone's own axes A, so that a bone turns by A R A^-1 (PROBE.md, "Reading the files"); y up.
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from lavimo.errors import FormatError
from lavimo.formats.settle import Raw, check_finite, check_size, settle
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import MAX_JOINTS
from lavimo.shapes import Float

INCH = 0.0254
RATE = 120.0
"""Frames a second of the CMU database and HDM05, taken where the file names none."""

_RATE_LINE = re.compile(r"(?im)^[ \t]*:SAMPLES[-_]PER[-_]SECOND[ \t]+(\S+)")
_RATE_COMMENT = (
    re.compile(r"(?im)^[ \t]*#.*?(\d+(?:\.\d+)?) ?(?:fps|frames (?:per|a) second)\b"),
    re.compile(r"(?im)^[ \t]*#.*?(\d+(?:\.\d+)?) ?Hz\b"),
)
_HEADER_ASF = re.compile(r"(?im)^[ \t]*#!OML:ASF[ \t]+(.+?)[ \t]*$")
_DOFS = ("tx", "ty", "tz", "rx", "ry", "rz", "l")


@dataclass
class _Bone:
    name: str = ""
    direction: tuple[float, ...] = (0.0, 0.0, 0.0)
    length: float = 0.0
    axis: tuple[float, ...] = (0.0, 0.0, 0.0)
    order: str = "XYZ"
    dofs: tuple[str, ...] = ()


@dataclass
class _Skeleton:
    bones: dict[str, _Bone] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    root: _Bone = field(default_factory=lambda: _Bone("root"))
    position: tuple[float, ...] = (0.0, 0.0, 0.0)
    length: float = 1.0
    degrees: bool = True


def read(
    path: str | Path,
    *,
    unit: float | None = None,
    up: str | None = None,
    fps: float | None = None,
) -> Motion:
    """An AMC file and its ASF skeleton as a Motion in metres, y up.

    The skeleton is looked for in the same folder: the same name, the name in the file's first
    lines, the longest name that begins the motion's, or the only one. The rate is `fps`, else
    what the file says, else 120. Raises FormatError with the line that is wrong, or when the
    skeleton is missing.
    """
    name = str(path)
    if Path(path).suffix.lower() == ".asf":
        raise FormatError(f"{name} is a skeleton without motion; give an .amc file beside it.")
    text = _text(Path(path))
    asf = find_skeleton(Path(path), text)
    stamp = asf.stat()
    skeleton = _parse_asf(str(asf), stamp.st_mtime_ns, stamp.st_size)
    rate, remarks = (fps, ()) if fps else _rate(name, text)
    if re.search(r"(?im)^[ \t]*:RADIANS", text[:4000]):
        skeleton = replace(skeleton, degrees=False)
    raw = _raw(name, skeleton, _frames(name, text, skeleton), rate)
    raw = replace(raw, remarks=(f"skeleton from {asf.name}", *remarks))
    return settle(raw, unit=unit, up=up, usual_unit=INCH / skeleton.length)


def find_skeleton(path: Path, text: str = "") -> Path:
    """The ASF file that belongs to an AMC file. Raises FormatError when there is none."""
    found = {p.name.lower(): p for p in path.parent.iterdir() if p.suffix.lower() == ".asf"}
    header = _HEADER_ASF.search(text[:4000])
    named = re.split(r"[\\/]", header[1])[-1].lower() if header else ""
    stem = path.stem.lower()
    prefixes = [key for key in found if re.match(re.escape(key[:-4]) + r"(?![a-z0-9])", stem)]
    for candidate in (f"{stem}.asf", named, max(prefixes, key=len, default="")):
        if candidate in found:
            return found[candidate]
    if len(found) == 1:
        return next(iter(found.values()))
    raise FormatError(
        f"{path} needs its skeleton: put the subject's .asf file into the same folder "
        f"(for example {path.stem.split('_')[0]}.asf)."
    )


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def _rate(path: str, text: str) -> tuple[float, tuple[str, ...]]:
    head = text[:4000]
    line = _RATE_LINE.search(head)
    comment = next((m for pattern in _RATE_COMMENT if (m := pattern.search(head))), None)
    match = line or comment
    if match is None:
        return RATE, (f"the file names no frame rate, so {RATE:g} is taken (see --fps-in)",)
    try:
        rate = float(match[1])
    except ValueError:
        rate = 0.0
    if not 0.01 < rate < 1e5:
        raise FormatError(f"{path}: {match[1][:30]!r} is no frame rate; give it with --fps-in.")
    why = "its header" if line else "a comment"
    return rate, (f"{rate:g} frames a second from {why}",)


@lru_cache(maxsize=64)
def _parse_asf(path: str, modified: int, size: int) -> _Skeleton:
    """The sections of an ASF file; unknown sections and words are skipped.

    Kept while the file stays as it is: many motions share one skeleton.
    """
    text = _text(Path(path))
    skeleton = _Skeleton()
    section, bone = "", _Bone()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        try:
            if words[0].startswith(":"):
                section = words[0].lower()
            elif section == ":units":
                _units(skeleton, words)
            elif section == ":root":
                _root(skeleton, words)
            elif section == ":bonedata":
                bone = _bone_line(skeleton, bone, words)
            elif section == ":hierarchy" and words[0] not in ("begin", "end"):
                skeleton.children.setdefault(words[0], []).extend(words[1:])
        except (ValueError, IndexError) as error:
            raise FormatError(f"{path} line {number}: {line.strip()[:60]!r} is damaged.") from error
        if len(skeleton.bones) > MAX_JOINTS:
            raise FormatError(f"{path} line {number}: there are more than {MAX_JOINTS} bones.")
    if not skeleton.bones or not skeleton.children:
        raise FormatError(f"{path} holds no bones or no hierarchy; the file is cut off.")
    return skeleton


def _numbers(words: list[str]) -> tuple[float, ...]:
    values = tuple(float(word.strip("(),")) for word in words[:3])
    if len(values) != 3 or not np.isfinite(values).all():
        raise ValueError("three numbers are needed")
    return values


def _units(skeleton: _Skeleton, words: list[str]) -> None:
    if words[0].lower() == "length":
        skeleton.length = float(words[1])
        if not 1e-6 < skeleton.length < 1e6:
            raise ValueError("no length")
    elif words[0].lower() == "angle":
        skeleton.degrees = not words[1].lower().startswith("rad")


def _root(skeleton: _Skeleton, words: list[str]) -> None:
    key = words[0].lower()
    if key == "order":
        skeleton.root.dofs = tuple(word.lower() for word in words[1:])
    elif key == "axis":
        skeleton.root.order = _order(words[1])
    elif key == "position":
        skeleton.position = _numbers(words[1:])
    elif key == "orientation":
        skeleton.root.axis = _numbers(words[1:])


def _bone_line(skeleton: _Skeleton, bone: _Bone, words: list[str]) -> _Bone:
    key = words[0].lower()
    if key == "begin":
        return _Bone()
    if key == "name":
        bone.name = words[1]
    elif key == "direction":
        bone.direction = _numbers(words[1:])
    elif key == "length":
        bone.length = float(words[1])
        if not abs(bone.length) < 1e9:
            raise ValueError("no length")
    elif key == "axis":
        bone.axis = _numbers(words[1:])
        bone.order = _order(words[4]) if len(words) > 4 else "XYZ"
    elif key == "dof":
        bone.dofs = tuple(word.lower() for word in words[1:])
        if not set(bone.dofs) <= set(_DOFS):
            raise ValueError("unknown degree of freedom")
    elif key == "end":
        skeleton.bones[bone.name] = bone
    return bone


def _order(word: str) -> str:
    if sorted(word.upper()) != ["X", "Y", "Z"]:
        raise ValueError("no axis order")
    return word.upper()


def _frames(path: str, text: str, skeleton: _Skeleton) -> dict[str, Float[np.ndarray, "frames n"]]:
    """For each bone that the motion names its numbers, one row a frame."""
    lines = [line for line in text.split("\n") if line.strip() and line.lstrip()[0] not in "#:"]
    if not lines or not lines[0].strip().isdigit():
        raise FormatError(f"{path} does not begin with frame 1; it is cut off or no AMC file.")
    size = next((at for at, line in enumerate(lines[1:], 1) if line.strip().isdigit()), len(lines))
    frames, rest = divmod(len(lines), size)
    check_size(path, frames, 1)
    if size == 1 or rest or not all(line.strip().isdigit() for line in lines[::size]):
        raise _fault_in_frames(path, text, lines, size)
    bones: dict[str, Float[np.ndarray, "frames n"]] = {}
    for at in range(1, size):
        rows = [line.split() for line in lines[at::size]]
        name, width = rows[0][0], len(rows[0])
        if len(rows) != frames or any(row[0] != name or len(row) != width for row in rows):
            raise _fault_in_frames(path, text, lines, size)
        try:
            bones[name] = np.array([list(map(float, row[1:])) for row in rows])
        except ValueError:
            raise _fault_in_frames(path, text, lines, size) from None
        check_finite(path, bones[name])
        bone = skeleton.root if name == "root" else skeleton.bones.get(name)
        if bone is None or len(bone.dofs) != width - 1:
            what = f"the skeleton has no bone {name[:40]!r} with {width - 1} numbers"
            raise FormatError(f"{path}: {what}; it belongs to another .asf file.")
    return bones


def _fault_in_frames(path: str, text: str, lines: list[str], size: int) -> FormatError:
    """The first line that differs from the pattern of frame 1, found by a slow second look."""
    expected = [line.split() for line in lines[:size]]
    at = 0
    number = 0
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words or words[0][0] in "#:":
            continue
        model = expected[at % size]
        if at % size == 0:
            good = len(words) == 1 and words[0].isdigit()
        else:
            good = words[0] == model[0] and len(words) == len(model) and all(map(_is, words[1:]))
        if not good:
            what = f"{line.strip()[:60]!r} breaks the pattern of the first frame"
            return FormatError(f"{path} line {number}: {what}; the file is cut off or damaged.")
        at += 1
    what = f"the last frame holds {at % size} of {size} lines"
    return FormatError(f"{path} line {number}: {what}; the file is cut off.")


def _is(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _order_of_bones(path: str, skeleton: _Skeleton) -> tuple[list[str], list[int]]:
    """Names from the root down and the parent of each, without recursion."""
    names, parents = ["root"], [-1]
    at = 0
    while at < len(names):
        for child in skeleton.children.get(names[at], ()):
            if child in names or child not in skeleton.bones:
                raise FormatError(f"{path}: bone {child[:40]!r} of its skeleton is damaged.")
            names.append(child)
            parents.append(at)
        at += 1
    return names, parents


def _raw(
    path: str, skeleton: _Skeleton, values: dict[str, Float[np.ndarray, "frames n"]], fps: float
) -> Raw:
    names, parents = _order_of_bones(path, skeleton)
    frames = len(next(iter(values.values())))
    offsets = np.zeros((len(names), 3))
    ends = {"root": np.zeros(3)}
    for name, parent in zip(names[1:], parents[1:], strict=True):
        bone = skeleton.bones[name]
        ends[name] = np.array(bone.direction) * bone.length
        offsets[names.index(name)] = ends[names[parent]]
    angles = np.zeros((frames, len(names), 3))
    translations = np.broadcast_to(offsets, (frames, *offsets.shape)).copy()
    translations[:, 0] = skeleton.position
    for name, numbers in values.items():
        bone = skeleton.root if name == "root" else skeleton.bones[name]
        joint = names.index(name) if name in names else None
        for column, dof in enumerate(bone.dofs if joint is not None else ()):
            place = angles if dof[0] == "r" else translations
            if dof != "l":
                place[:, joint, "xyz".index(dof[1])] += numbers[:, column]
    bones = [skeleton.root, *(skeleton.bones[name] for name in names[1:])]
    rotations = _turns(bones, angles, np.pi / 180 if skeleton.degrees else 1.0)
    tips = tuple(
        (joint, (float(end[0]), float(end[1]), float(end[2])))
        for joint, name in enumerate(names)
        if joint not in parents and np.any(end := ends[name])
    )
    return Raw(path, tuple(names), np.array(parents, np.int16), offsets, rotations, translations,
               fps, tips)  # fmt: skip


def _turns(
    bones: list[_Bone], angles: Float[np.ndarray, "frames bones 3"], unit: float
) -> Float[np.ndarray, "frames bones 4"]:
    """A R A^-1 of every bone, wxyz; bones of one axis order at once."""
    rotations = np.empty((*angles.shape[:2], 4))
    for order in {bone.order for bone in bones}:
        group = [at for at, bone in enumerate(bones) if bone.order == order]
        axes = np.array([bones[at].axis for at in group])
        # Fixed axes in one sequence are intrinsic turns in the opposite one.
        turned = ["XYZ".index(axis) for axis in reversed(order)]
        own = rot.from_euler(axes[:, turned] * unit, order[::-1])
        moved = rot.from_euler(angles[:, group][..., turned] * unit, order[::-1])
        rotations[:, group] = rot.multiply(rot.multiply(own, moved), rot.inverse(own))
    return rotations
