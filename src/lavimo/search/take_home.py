"""A hit as a file of one's own: the original segment, or the canonical clip, with its licence."""

from dataclasses import dataclass, replace
from pathlib import Path

from lavimo import files, formats
from lavimo.errors import FormatError, GalleryError, LavimoError, QueryError
from lavimo.features.canonical import FPS
from lavimo.gallery.contract import Backend, Item
from lavimo.motion.clip import Motion, Source, cut
from lavimo.motion.skeleton import SMPL_22
from lavimo.search.query import ID_PREFIX

LICENCE_SUFFIX = ".licence.txt"
CANONICAL = "canonical"
ORIGINAL = "original"


@dataclass(frozen=True)
class Taken:
    """What was written: the motion, its licence note, which form it has, and why not the other."""

    path: Path
    note: Path
    form: str
    remark: str = ""


def find(gallery: Backend, name: str) -> Item:
    """The row of an id, with or without `id:`, whole or its beginning.

    Raises GalleryError with the nearest id where there is none.
    """
    wanted = "".join(name.split()).removeprefix(ID_PREFIX).lower()
    if not wanted:
        raise QueryError("The id is empty; copy one from a search, such as id:3f9a0c12.")
    try:
        return gallery.row(wanted)
    except GalleryError as error:
        near = _nearest(gallery, wanted)
        if not near:
            raise
        raise GalleryError(f"{str(error).partition(';')[0]}; did you mean id:{near}?") from None


def take_home(
    gallery: Backend,
    item: Item,
    target: str | Path,
    *,
    rig: str | Path | None = None,
    canonical: bool = False,
) -> Taken:
    """Write a hit's motion to `target` (.bvh, .glb, .npy) and its licence beside it.

    The original file is read again and cut to the hit's span, so skeleton, rate and every joint
    are the author's. Where that is not possible, or with `canonical` or `rig`, the 22 joints of
    the gallery are written (20 fps, metres), with `rig` on that skeleton. Raises FormatError for
    a format that cannot be written, GalleryError for a row that is gone and for a film.
    """
    if item.film:
        raise GalleryError(
            f"{item.path} is a film, of which the gallery has no joints; copy the film itself."
        )
    target = Path(target)
    _check_target(target)
    remark = ""
    motion = None
    if not canonical and rig is None:
        motion, remark = _original(item)
    form = ORIGINAL if motion is not None else CANONICAL
    if motion is None:
        motion = _canonical(gallery, item)
    elif target.suffix.lower() == ".npy" and motion.skeleton.names != SMPL_22.names:
        from lavimo.motion.retarget import to_smpl22

        motion, remark = to_smpl22(motion), "An .npy file holds the 22 joints at the file's rate."
    formats.write(motion, target, rig=rig)
    if rig is not None:
        form = f"on the skeleton of {Path(rig).name}"
    note = files.write_text(target.with_name(target.name + LICENCE_SUFFIX), _licence(item, form))
    return Taken(target, note, form, remark)


def _original(item: Item) -> tuple[Motion | None, str]:
    """The segment of the original file; None and the reason where there is no such file."""
    path = Path(item.path)
    if not path.is_file():
        return None, f"{path} is not there any more, so the 22 joints of the gallery were written."
    if item.sha256 and files.sha256_of_file(path) != item.sha256:
        return None, f"{path} has changed since, so the 22 joints of the gallery were written."
    try:
        clip = item.clip if item.clip in formats.clips(path) else None
        return cut(formats.read(path, clip=clip), item.start, item.end), ""
    except LavimoError as error:
        return None, f"{str(error).rstrip('.')}, so the 22 joints of the gallery were written."


def _canonical(gallery: Backend, item: Item) -> Motion:
    source = Source(
        path=item.path,
        sha256=item.sha256,
        clip=item.clip or None,
        start=item.start,
        end=item.end,
        licence=item.licence,
        format=CANONICAL,
    )
    return replace(Motion(SMPL_22, gallery.positions(item.seq), FPS), source=source)


def _licence(item: Item, form: str) -> str:
    """One fact a line, as a person or a script reads it."""
    clip = f" # {item.clip}" if item.clip else ""
    lines = {
        "licence": item.licence or "unknown",
        "source": item.source or "unknown",
        "credit": f"{item.source or Path(item.path).name}, {item.licence or 'licence unknown'}",
        "file": f"{item.path}{clip}",
        "seconds": f"{item.start:.3f} to {item.end:.3f}",
        "id": item.id,
        "form": form,
        "sha256": item.sha256,
    }
    if item.mirrored_of:
        lines["mirror of"] = item.mirrored_of
    return "".join(f"{name}: {value}\n" for name, value in lines.items() if value)


def _check_target(target: Path) -> None:
    rows = [row for row in formats.FORMATS.values() if row.can_write]
    if not any(target.suffix.lower() in row.suffixes for row in rows):
        raise FormatError(
            f"{target} cannot be written: choose a name that ends in "
            f"{formats.known_suffixes(writable=True)}."
        )
    if target.is_dir():
        raise FormatError(f"{target} is a folder; name a file in it.")


def _nearest(gallery: Backend, wanted: str) -> str:
    """The id whose beginning a mistyped one shares the longest, if it shares four signs."""
    for length in range(min(len(wanted), 20) - 1, 3, -1):
        try:
            return gallery.row(wanted[:length]).id
        except GalleryError:
            continue
    return ""
