"""What there is to index: motion files and videos in folders, single files, and manifests."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lavimo.data import manifest, openmotion
from lavimo.errors import DataError
from lavimo.formats import is_motion, known_suffixes
from lavimo.gallery.contract import Caption
from lavimo.search.films import CONTAINERS
from lavimo.search.names import words_of

MANIFEST_NAMES = ("manifest.jsonl", "manifest.jsonl.gz")
MOST_NOTES = 200
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Segment:
    """A part of a file that becomes one clip. `clip` None: every clip that the file holds."""

    clip: str | None = None
    start: float = 0.0
    end: float | None = None
    fps: float | None = None
    captions: tuple[Caption, ...] = ()
    source: str = ""
    licence: str = "unknown"
    attrs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Job:
    """A file to be indexed, with its segments."""

    path: Path
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Failure:
    """A file or entry that could not be indexed, and why."""

    path: str
    reason: str
    before: bool = False
    """It failed in an earlier run and was not tried again."""


@dataclass
class Found:
    """What the sources hold: jobs by path, and what is wrong with them."""

    jobs: dict[Path, Job] = field(default_factory=dict)
    problems: list[Failure] = field(default_factory=list)

    def add(self, path: Path, segment: Segment) -> None:
        """Another segment of a file; a segment that is known is not added twice."""
        job = self.jobs.get(path, Job(path, ()))
        if segment not in job.segments:
            self.jobs[path] = replace(job, segments=(*job.segments, segment))


def find(sources: Sequence[str | Path], *, licence: str | None = None) -> Found:
    """Motion files and videos of folders (with all below), files, manifests (.jsonl, .jsonl.gz).

    A folder that holds `manifest.jsonl[.gz]` is described by it: the files that it names get its
    segments and captions, other motion files are taken whole. `licence` holds where a manifest
    says nothing. Raises DataError for a source that is not there or holds no motion.
    """
    found = Found()
    for source in map(Path, sources):
        if source.is_dir():
            _folder(source, found, licence)
        elif not source.exists():
            raise DataError(f"{source} is not there; name a folder, a motion file or a manifest.")
        elif source.name.endswith((".jsonl", ".jsonl.gz")):
            _manifest(source, found, licence)
        else:
            _file(source.resolve(), found, licence, source.resolve().parent.name)
    found.jobs = dict(sorted(found.jobs.items()))
    return found


def _folder(folder: Path, found: Found, licence: str | None) -> None:
    if (folder / openmotion.SUMS).is_file() and (folder / openmotion.MANIFEST).is_file():
        _manifest(openmotion.unpack(folder) / openmotion.MANIFEST, found, licence)
        return
    before = len(found.jobs)
    for name in MANIFEST_NAMES:
        if (folder / name).is_file():
            _manifest(folder / name, found, licence)
    described = set(found.jobs)
    source = folder.resolve().name
    for path in _walk(folder.resolve(), found):
        if path not in described:
            _file(path, found, licence, source)
    if len(found.jobs) == before:
        raise DataError(
            f"{folder} holds no motion files ({known_suffixes()}) and no videos "
            f"({', '.join(CONTAINERS)}); name another folder."
        )


def _walk(folder: Path, found: Found) -> list[Path]:
    def unreadable(error: OSError) -> None:
        reason = f"the folder cannot be read ({error.strerror}); check its permissions."
        found.problems.append(Failure(str(error.filename), reason))

    paths = []
    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and not (Path(place, name) / "gallery.sqlite").exists()
        ]
        paths += [Path(place, name) for name in files if not name.startswith(".")]
    return sorted(path for path in paths if is_motion(path) or _is_video(path))


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in CONTAINERS


def _file(path: Path, found: Found, licence: str | None, source: str) -> None:
    captions = _notes(path, found)
    words = words_of(path.stem) or words_of(path.parent.name)
    if words:
        captions.append(Caption(words, "file name"))
    segment = Segment(captions=tuple(captions), source=source, licence=licence or "unknown")
    found.add(path, segment)


def _notes(path: Path, found: Found) -> list[Caption]:
    """The user's notes beside a motion file: `walk.txt`, one sentence a line.

    What follows a # is left out (HumanML3D writes its tokens there).
    """
    notes = path.with_suffix(".txt")
    if notes == path or not notes.is_file():
        return []
    try:
        text = notes.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        found.problems.append(Failure(str(notes), f"{why}; its notes were left out."))
        return []
    lines = (" ".join(line.partition("#")[0].split())[:LONGEST_NOTE] for line in text.splitlines())
    return [Caption(line, "user") for line in dict.fromkeys(lines) if line][:MOST_NOTES]


def _manifest(path: Path, found: Found, licence: str | None) -> None:
    read = manifest.read(path)
    for problem in read.problems:
        found.problems.append(Failure(problem.entry, problem.reason))
    for row in read.rows:
        found.add(row.file.resolve(), _segment(row, licence))


def _segment(row: manifest.Row, licence: str | None) -> Segment:
    captions = [Caption(caption.text, caption.origin) for caption in row.captions]
    if not captions:
        words = row.action or words_of(row.clip or row.file.stem)
        captions = [Caption(words, "data" if row.action else "file name")] if words else []
    named = {"name": row.id, "action": row.action, "style": row.style, "subject": row.subject}
    return Segment(
        clip=row.clip,
        start=row.start,
        end=row.end,
        fps=row.fps,
        captions=tuple(captions),
        source=row.source,
        licence=row.licence or licence or "unknown",
        attrs=tuple((key, value) for key, value in named.items() if value),
    )
