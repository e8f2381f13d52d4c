"""One reader (and writer) a file format; `read`, `write`, `clips` and `sniff` choose it.

A new format is one module with `read(path, ...)` and, where sensible, `write(motion, path)` and
`clips(path)`, and one row in FORMATS.
"""

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from lavimo.errors import FormatError
from lavimo.files import sha256_of_file
from lavimo.formats.settle import check_options
from lavimo.motion.clip import Motion, cut

MAX_BYTES = 2**30
"""Larger files are refused before anything is read: a motion of nine hours is smaller."""

_HEAD_BYTES = 8192


class Format(NamedTuple):
    """One row of the table: `sniff(head, suffix)` says whether a file is of this format.

    `module` is imported on use. `options` are the options of `read` that its reader takes.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    module: str
    can_write: bool
    sniff: Callable[[bytes, str], bool]
    options: frozenset[str] = frozenset({"unit", "up", "fps"})

    def load(self) -> ModuleType:
        """The module of this format."""
        return importlib.import_module(self.module)


def _begins(*words: bytes) -> Callable[[bytes, str], bool]:
    def sniff(head: bytes, suffix: str) -> bool:
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith(words)

    return sniff


def _json_with(key: bytes, suffix_alone: str = "") -> Callable[[bytes, str], bool]:
    def sniff(head: bytes, suffix: str) -> bool:
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
        return key in head or suffix == suffix_alone

    return sniff


def _is_gltf(head: bytes, suffix: str) -> bool:
    return head.startswith(b"glTF") or _json_with(b'"asset"', ".gltf")(head, suffix)


def _is_acclaim(head: bytes, suffix: str) -> bool:
    if suffix in (".amc", ".asf"):
        return b"\0" not in head
    lines = head.upper().splitlines()
    return any(line.strip() in (b":FULLY-SPECIFIED", b":DEGREES", b":RADIANS") for line in lines)


FORMATS: dict[str, Format] = {
    "bvh": Format(
        "bvh", "Biovision hierarchy", (".bvh",), "lavimo.formats.bvh", True, _begins(b"HIERARCHY")
    ),
    "glb": Format(
        "glb", "glTF 2.0 animation, binary or JSON", (".glb", ".gltf"), "lavimo.formats.gltf", True,
        _is_gltf,
        frozenset({"clip", "unit", "up"}),
    ),
    "fbx": Format(
        "fbx", "Autodesk FBX (extra `fbx`)", (".fbx",), "lavimo.formats.fbx", False,
        _begins(b"KAYDARA FBX BINARY", b"; FBX"),
        frozenset({"clip", "unit", "up"}),
    ),
    "deepmimic": Format(
        "deepmimic", "DeepMimic clips", (".json", ".txt"), "lavimo.formats.deepmimic", False,
        _json_with(b'"Frames"'),
    ),
    "npy": Format(
        "npy", "HumanML3D arrays: joints (T, 22, 3) or features (T, 263)", (".npy",),
        "lavimo.formats.arrays", True, lambda head, suffix: head.startswith(b"\x93NUMPY"),
    ),
    "amass": Format(
        "amass", "AMASS parameters (needs the SMPL-H body model)", (".npz",),
        "lavimo.formats.amass", False, lambda head, suffix: head.startswith(b"PK\x03\x04"),
    ),
    "amc": Format(
        "amc", "Acclaim motion (.amc) with its skeleton (.asf)", (".amc",),
        "lavimo.formats.asfamc", False, _is_acclaim,
    ),
}  # fmt: skip
"""Every format that lavimo knows; sniffed in this order."""

MOTION_SUFFIXES: frozenset[str] = frozenset(s for f in FORMATS.values() for s in f.suffixes)
"""Suffixes of files that can be motion. `.json` and `.txt` often are not: see `is_motion`."""

_AMBIGUOUS = frozenset({".json", ".txt"})


def is_motion(path: str | Path) -> bool:
    """Whether a file looks like motion: by suffix, and by content where the suffix tells little."""
    suffix = Path(path).suffix.lower()
    if suffix not in MOTION_SUFFIXES:
        return False
    if suffix in _AMBIGUOUS:
        try:
            sniff(path)
        except FormatError:
            return False
    return True


def sniff(path: str | Path) -> Format:
    """The format of a file, by its content first and its suffix second.

    Raises FormatError when the file is missing, empty, too large or of no known format.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise FormatError(f"{path} is a folder, not a motion file; name a file in it.")
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise FormatError(f"{path} does not exist; check the name.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormatError(f"{path} cannot be opened ({reason}); check it.") from error
    if not head.strip():
        raise FormatError(f"{path} is empty; export it again.")
    if size > MAX_BYTES:
        raise FormatError(f"{path} is larger than {MAX_BYTES >> 30} GiB; cut it first.")
    for row in FORMATS.values():
        if row.sniff(head, path.suffix.lower()):
            return row
    raise FormatError(f"{path} is no motion file that lavimo knows ({known_suffixes()}).")


def known_suffixes(*, writable: bool = False) -> str:
    """The suffixes as words, for messages: `.bvh, .glb or .npy`."""
    rows = [row for row in FORMATS.values() if row.can_write or not writable]
    *most, last = [suffix for row in rows for suffix in row.suffixes]
    return f"{', '.join(most)} or {last}"


def read(
    path: str | Path,
    *,
    clip: str | None = None,
    unit: float | None = None,
    up: str | None = None,
    fps: float | None = None,
    start: float = 0.0,
    end: float | None = None,
) -> Motion:
    """A motion file as a Motion in metres, y up; `file.glb#Clip Name` names a clip in a file.

    `unit` (metres per file unit), `up` ("y" or "z") and `fps` override what the file says or
    what its body shows; `motion.source.remarks` tells what was decided and why. `start` and
    `end` are seconds. Raises FormatError, MotionError or SkeletonError in one sentence.
    """
    path, clip = split_clip(path, clip)
    row = sniff(path)
    if fps is not None and not 0.01 <= fps <= 10_000:
        raise FormatError(f"{path}: {fps} frames a second is not possible; give another rate.")
    check_options(str(path), unit, up)
    given = {"clip": clip, "unit": unit, "up": up, "fps": fps}
    if clip is not None and "clip" not in row.options:
        raise FormatError(f"{path} is a {row.name} file and holds one clip, none named {clip!r}.")
    options = {name: value for name, value in given.items() if name in row.options}
    try:
        motion: Motion = row.load().read(path, **options)
        digest = sha256_of_file(path)
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror or error}).") from error
    if fps is not None and "fps" not in row.options:
        motion = replace(motion, fps=fps)
    source = replace(motion.source, path=str(path), sha256=digest, format=row.name,
                     clip=motion.source.clip or clip)  # fmt: skip
    motion = replace(motion, source=source)
    return motion if start <= 0 and end is None else cut(motion, start, end)


def clips(path: str | Path) -> tuple[str, ...]:
    """The names of the clips in a file; empty when its format holds just one."""
    row = sniff(path)
    if "clip" not in row.options:
        return ()
    found: tuple[str, ...] = row.load().clips(path)
    return found


def split_clip(path: str | Path, clip: str | None = None) -> tuple[Path, str | None]:
    """`walk.glb#Run` as (walk.glb, "Run"); a file whose own name holds a # stays whole."""
    text = str(path)
    if clip is None and "#" in text and not Path(text).exists():
        file, clip = text.split("#", 1)
        return Path(file), clip or None
    return Path(text), clip


def write(motion: Motion, path: str | Path, *, rig: str | Path | None = None) -> Path:
    """Write a motion in the format that the suffix names, whole or not at all.

    With `rig` (a BVH or GLB file) the motion is first brought onto that file's skeleton, feet
    on the floor. Raises FormatError for a suffix that cannot be written, SkeletonError when the
    motion or the rig is no humanoid.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    row = next((row for row in FORMATS.values() if suffix in row.suffixes and row.can_write), None)
    if row is None:
        raise FormatError(
            f"{path} cannot be written: choose a name that ends in {known_suffixes(writable=True)}."
        )
    if rig is not None:
        from lavimo.motion.retarget import to_rig, to_smpl22

        if row.name == "npy":
            raise FormatError(
                f"{path}: an array has no rig; leave --rig out or write .bvh or .glb."
            )
        motion = to_rig(to_smpl22(motion), read(rig))
    written: Path = row.load().write(motion, path)
    return written
