"""BVH: a hierarchy of joints with Euler channels, one row of numbers a frame.

Conventions: any channel order; rotations in degrees, applied in the written order; position
channels on any joint replace its offset (what motion-capture exporters write). The file says
neither unit nor up axis: both are detected (`lavimo.formats.units`).
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lavimo.errors import FormatError, MotionError
from lavimo.formats.settle import Raw, check_finite, check_size, settle
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import MAX_JOINTS
from lavimo.shapes import Float

_MOTION = re.compile(rb"(?im)^[ \t]*MOTION[ \t]*(?:(?:#|//)[^\n]*)?$")
_HEAD = re.compile(
    rb"(?i)\s*Frames\s*:\s*([^\s#/]+)[^\n]*\n\s*Frame\s+Time\s*:\s*([^\s#/]+)[^\n]*(?:\n|$)"
)
_COMMENT = re.compile(rb"(?m)(?:(?<=\s)|^)(?:#|//)[^\n]*")
_AXES = {"x": 0, "y": 1, "z": 2}


@dataclass
class _Hierarchy:
    names: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    offsets: list[tuple[float, ...]] = field(default_factory=list)
    channels: list[tuple[str, ...]] = field(default_factory=list)
    end_sites: list[tuple[int, tuple[float, float, float]]] = field(default_factory=list)


def read(
    path: str | Path,
    *,
    unit: float | None = None,
    up: str | None = None,
    fps: float | None = None,
) -> Motion:
    """A BVH file as a Motion in metres, y up; `fps` overrides the frame time of the file.

    Raises FormatError with the line that is wrong, MotionError on no frames or broken numbers.
    """
    name = str(path)
    data = Path(path).read_bytes()
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    split = _MOTION.search(data)
    if split is None:
        raise FormatError(f"{name} has no MOTION section; the file is cut off or no BVH file.")
    tree = _Parser(name).parse(_text(data[: split.start()]))
    width = sum(map(len, tree.channels))
    values, rate = _rows(name, data, split.end(), width)
    return settle(_raw(name, tree, values, fps or rate), unit=unit, up=up)


def write(motion: Motion, path: str | Path) -> Path:
    """Write a BVH file; see `bvh_write.write`."""
    from lavimo.formats.bvh_write import write as write_bvh

    return write_bvh(motion, path)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # names in another alphabet: keep them apart, whatever it was


class _Parser:
    """The hierarchy, read without recursion so that no nesting can exhaust the stack."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.tree = _Hierarchy()
        self.line = 1

    def parse(self, text: str) -> _Hierarchy:
        self.tokens = _tokens(text)
        open_: list[int] = []  # joint numbers, -1 for an end site
        opens = {"ROOT": self._joint, "JOINT": self._joint, "END": self._end}
        if self._next().upper() != "HIERARCHY":
            raise self._fault("a BVH file begins with HIERARCHY")
        for word in iter(self._next_or_none, None):
            kind = word.upper()
            if kind in opens:
                opens[kind](kind, open_)
            elif kind == "}" and open_:
                open_.pop()
            elif kind == "OFFSET" and open_:
                self._offset(open_)
            elif kind == "CHANNELS" and open_ and open_[-1] >= 0:
                self.tree.channels[open_[-1]] = self._channels()
            else:
                raise self._fault(f"{word[:40]!r} has no place here")
        if open_:
            raise self._fault("braces are left open; the file is cut off")
        if not self.tree.names:
            raise self._fault("there is no ROOT")
        return self.tree

    def _joint(self, kind: str, open_: list[int]) -> None:
        tree = self.tree
        if kind == "ROOT" and tree.names:
            raise self._fault("there are several roots; export one character a file")
        if (kind == "JOINT") != bool(open_) or (open_ and open_[-1] < 0):
            raise self._fault(f"{kind} has no place here")
        if len(tree.names) >= MAX_JOINTS:
            raise self._fault(f"there are more than {MAX_JOINTS} joints; export the body alone")
        tree.names.append(self._name())
        tree.parents.append(open_[-1] if open_ else -1)
        tree.offsets.append((0.0, 0.0, 0.0))
        tree.channels.append(())
        open_.append(len(tree.names) - 1)

    def _end(self, _: str, open_: list[int]) -> None:
        if not open_ or open_[-1] < 0:
            raise self._fault("End Site has no place here")
        self._name()
        self.tree.end_sites.append((open_[-1], (0.0, 0.0, 0.0)))
        if len(self.tree.end_sites) > 4 * MAX_JOINTS:
            raise self._fault("there are too many end sites; export the body alone")
        open_.append(-1)

    def _offset(self, open_: list[int]) -> None:
        offset = (self._number(), self._number(), self._number())
        if open_[-1] >= 0:
            self.tree.offsets[open_[-1]] = offset
        else:
            self.tree.end_sites[-1] = (self.tree.end_sites[-1][0], offset)

    def _channels(self) -> tuple[str, ...]:
        count = self._next()
        if not (count.isascii() and count.isdigit()) or int(count[:4]) > 12:
            raise self._fault(f"{count[:40]!r} is no count of channels")
        found = tuple(self._next().lower() for _ in range(int(count)))
        for channel in found:
            if channel[:1] not in _AXES or channel[1:] not in ("position", "rotation", "scale"):
                raise self._fault(f"{channel[:40]!r} is no channel that BVH knows")
        return found

    def _name(self) -> str:
        words: list[str] = []
        line = self.line
        while (word := self._next()) != "{":
            if self.line != line:
                raise self._fault("a '{' is missing after a joint's name")
            words.append(word)
        return " ".join(words)[:200] or f"joint {len(self.tree.names)}"

    def _number(self) -> float:
        word = self._next()
        try:
            value = float(word)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise self._fault(f"{word[:40]!r} is no number")
        return value

    def _next(self) -> str:
        word = self._next_or_none()
        if word is None:
            raise self._fault("the hierarchy ends too early; the file is cut off")
        return word

    def _next_or_none(self) -> str | None:
        word, self.line = next(self.tokens, (None, self.line))
        return word

    def _fault(self, what: str) -> FormatError:
        return FormatError(f"{self.path} line {self.line}: {what}.")


def _tokens(text: str):  # type: ignore[no-untyped-def]
    for number, line in enumerate(text.split("\n"), 1):
        if "#" in line or "//" in line:
            line = re.sub(r"(?:(?<=\s)|^)(?:#|//).*", "", line)
        for word in line.replace("{", " { ").replace("}", " } ").split():
            yield word, number


def _rows(
    path: str, data: bytes, start: int, width: int
) -> tuple[Float[np.ndarray, "frames channels"], float]:
    """The numbers of the MOTION section and the frame rate."""
    head = _HEAD.match(data, start)
    line = data.count(b"\n", 0, start) + 1
    if head is None:
        raise FormatError(
            f"{path} line {line}: after MOTION come 'Frames: n' and 'Frame Time: s'; "
            "the file is cut off."
        )
    declared, rate = _declared(path, line, head)
    body = data[head.end() :]
    if b"#" in body or b"//" in body:
        body = _COMMENT.sub(b"", body)
    # A number and its space take two bytes at least: a lying header is caught before any work.
    if declared * max(width, 1) * 2 > len(body) + 2:
        raise _fault_in_rows(path, data, head.end(), declared, width)
    if width == 0:
        raise FormatError(f"{path} has no channels, so nothing moves; export it with animation.")
    try:
        values = np.loadtxt(io.BytesIO(body), comments=None, ndmin=2, encoding="latin-1")
    except ValueError:
        raise _fault_in_rows(path, data, head.end(), declared, width) from None
    if values.shape != (declared, width):
        raise _fault_in_rows(path, data, head.end(), declared, width)
    check_finite(path, values)
    return values, rate


def _declared(path: str, line: int, head: re.Match[bytes]) -> tuple[int, float]:
    frames, seconds = (_text(group)[:30] for group in head.groups())
    try:
        count, time = int(frames), float(seconds)
    except ValueError:
        raise FormatError(
            f"{path} line {line}: {frames!r} frames of {seconds!r} s are no numbers."
        ) from None
    if count <= 0:
        raise MotionError(f"{path} holds no frames; record or export at least two.")
    if not (np.isfinite(time) and 1e-5 < time < 1e5):
        raise FormatError(
            f"{path} line {line}: a frame time of {seconds} s is not possible; "
            "give the rate with --fps-in or mend the line."
        )
    return count, 1.0 / time


def _fault_in_rows(path: str, data: bytes, start: int, declared: int, width: int) -> FormatError:
    """The first line that breaks the promise of the header, found by a slow second look."""
    first = data.count(b"\n", 0, start) + 1
    rows, last = 0, first
    for number, line in enumerate(data[start:].split(b"\n"), first):
        words = _COMMENT.sub(b"", line).split()
        if not words:
            continue
        rows, last = rows + 1, number
        if rows > declared:
            what = f"a row too many, the header declares {declared} frames; mend `Frames:`"
            return FormatError(f"{path} line {number}: {what}.")
        if len(words) != width:
            what = f"{len(words)} numbers, the hierarchy needs {width}"
            hint = "the file is cut off or was exported with another skeleton"
            return FormatError(f"{path} line {number}: {what}; {hint}.")
        wrong = next((word for word in words if not _is_number(word)), None)
        if wrong is not None:
            return FormatError(f"{path} line {number}: {_text(wrong)[:40]!r} is no number.")
    hint = "the file is cut off or its header is wrong"
    what = f"the file ends after {rows} frames, the header declares {declared}"
    return FormatError(f"{path} line {last}: {what}; {hint}.")


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return b"_" not in word


def _raw(
    path: str, tree: _Hierarchy, values: Float[np.ndarray, "frames channels"], fps: float
) -> Raw:
    offsets = np.array(tree.offsets, np.float64)
    frames, joints = len(values), len(tree.names)
    check_size(path, frames, joints)
    translations = np.broadcast_to(offsets, (frames, joints, 3)).copy()
    turns: dict[str, list[tuple[int, list[int]]]] = {}
    remarks: list[str] = []
    column = 0
    for joint, channels in enumerate(tree.channels):
        order, columns = "", []
        for at, channel in enumerate(channels, column):
            if channel.endswith("position"):
                translations[:, joint, _AXES[channel[0]]] = values[:, at]
            elif channel.endswith("rotation"):
                order += channel[0].upper()
                columns.append(at)
            else:
                remarks.append(f"scale channels of {tree.names[joint]} are ignored")
        column += len(channels)
        if order:
            turns.setdefault(order, []).append((joint, columns))
    rotations = np.zeros((frames, joints, 4))
    rotations[..., 0] = 1
    for order, group in turns.items():
        angles = values[:, [columns for _, columns in group]]
        rotations[:, [joint for joint, _ in group]] = rot.from_euler(np.radians(angles), order)
    parents = np.array(tree.parents, np.int16)
    sites = tuple(tree.end_sites)
    return Raw(path, tuple(tree.names), parents, offsets, rotations, translations, fps, sites,
               tuple(dict.fromkeys(remarks)))  # fmt: skip
