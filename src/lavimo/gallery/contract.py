"""What a gallery stores and what every backend can do.

A gallery holds *rows*. A row is a whole clip, a whole film, or a window (a moment of a few seconds)
of a long one. Every row has a unit vector of one motion model; clips also have captions, tags,
their canonical positions and their pose rows (limb directions, `lavimo.features.directions`),
which windows borrow from their clip. A film has no positions: its pose rows are all that was seen.

The methods that score, `scan` and `sentence_scores`, answer for all rows that pass a filter, in
ascending `seq`: with the same `where` they return the same rows in the same order, so that
their scores can be added without a join.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from lavimo.shapes import Float32, Int64

Kind = Literal["clip", "window", "film"]

POSE_WIDTH = 31
"""Numbers of a pose row: 27 of limb directions, the turn, 3 of the path."""
POSE_RATE = 10.0
"""Pose rows a second."""
Attr = float | str


@dataclass(frozen=True)
class Caption:
    """A sentence about a clip, and who wrote it.

    Origins: those of `lavimo.data.captions` (`human`, `template`, `user` …), `data` for a label of
    a manifest, `file name` for the words of a file's or clip's name, `model:<id>`.
    """

    text: str
    origin: str = "data"


@dataclass(frozen=True)
class Item:
    """A stored row as a search shows it.

    `seq` is the row's number in this gallery (never used twice), `id` its stable name: the first
    20 hex digits of a hash over the file's content, the clip's name and the times, so the same
    motion has the same id in every gallery. `path` is absolute. `start` and `end` are seconds in
    the file; for a window they are the moment's. `duration` is the length of the whole clip, for
    windows too (`end - start` is the window's own). Captions of a window are its clip's; tags and
    attrs are measured over the row's own span. `travel` is in metres, `energy` the mean speed of
    the joints in m/s. `parent` is the id of a window's clip. `film` is true for a film and for its
    moments.
    """

    seq: int
    id: str
    path: str
    clip: str
    start: float
    end: float
    duration: float
    fps: float
    captions: tuple[Caption, ...] = ()
    tags: tuple[str, ...] = ()
    source: str = ""
    licence: str = "unknown"
    sha256: str = ""
    format: str = ""
    mirrored_of: str | None = None
    kind: Kind = "clip"
    parent: str | None = None
    loop: bool = False
    travel: float | None = None
    energy: float | None = None
    attrs: Mapping[str, Attr] = field(default_factory=dict)
    film: bool = False

    @property
    def span(self) -> tuple[float, float]:
        """Start and end in the file, in seconds."""
        return self.start, self.end


@dataclass(frozen=True, eq=False)
class NewWindow:
    """A moment of a clip that is about to be stored; `start` and `end` are seconds in the file."""

    start: float
    end: float
    vector: Float32[np.ndarray, " dim"]
    tags: tuple[str, ...] = ()
    travel: float | None = None
    energy: float | None = None
    attrs: Mapping[str, Attr] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class NewItem:
    """A clip or a film that is about to be stored, with its vector and windows.

    `positions` are canonical: 22 joints, 20 fps, metres, y up; a film has none. `poses` are the
    pose rows; a clip's may come later (`add_poses`). `vector` has unit length, or is zero for a
    film that the model knows nothing of.
    """

    clip: str
    start: float
    end: float
    fps: float
    vector: Float32[np.ndarray, " dim"]
    positions: Float32[np.ndarray, "frames 22 3"] | None
    captions: tuple[Caption, ...] = ()
    tags: tuple[str, ...] = ()
    source: str = ""
    licence: str = "unknown"
    mirrored_of: str | None = None
    loop: bool = False
    travel: float | None = None
    energy: float | None = None
    attrs: Mapping[str, Attr] = field(default_factory=dict)
    windows: tuple[NewWindow, ...] = ()
    poses: Float32[np.ndarray, "rows 31"] | None = None


@dataclass(frozen=True, eq=False)
class FileRecord:
    """One file and everything it holds: the unit that is added, replaced and removed whole.

    A file that could not be read has `error` and no items; it is kept, so that it is listed and
    not tried again until somebody asks for it. `signature` says how the items were made (segments,
    captions, windows, canonical form): the same content with another signature is made again.
    """

    path: Path
    sha256: str
    bytes: int
    mtime_ns: int
    format: str = ""
    error: str | None = None
    items: tuple[NewItem, ...] = ()
    signature: str = ""


@dataclass(frozen=True)
class KnownFile:
    """A file as the gallery remembers it: what a resumed build compares with the disk."""

    path: Path
    sha256: str
    bytes: int
    mtime_ns: int
    error: str | None
    signature: str
    items: int


@dataclass(frozen=True)
class Stats:
    """Counts and sizes of a gallery; `seconds` is the length of all clips and films together.

    `clips` counts films too; `unposed` counts clips whose pose rows are not stored.
    """

    path: Path
    model_id: str
    dim: int
    sentence_model_id: str
    files: int
    failed: int
    clips: int
    films: int
    windows: int
    unposed: int
    captions: int
    sentences: int
    seconds: float
    bytes: int
    sources: Mapping[str, int]
    licences: Mapping[str, int]


@runtime_checkable
class Backend(Protocol):
    """A gallery, wherever it is stored. One contract test runs every backend.

    Errors: GalleryError for the gallery itself, QueryError for a filter that cannot be read.
    Filters (`where`) are sentences of `lavimo.gallery.filters`, never SQL.
    """

    @property
    def model_id(self) -> str:
        """The motion model whose vectors are searched."""
        ...

    @property
    def dim(self) -> int:
        """Numbers of a motion vector."""
        ...

    @property
    def sentence_model_id(self) -> str:
        """The model of the captions' vectors."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything inside the block sees one state, whatever others commit meanwhile.

        Take it around a query that calls several methods; keep it short.
        """
        ...

    def expect_model(self, model_id: str, dim: int) -> None:
        """Raise GalleryError, naming the reindex command, when vectors of `model_id` do not fit."""
        ...

    @classmethod
    def create(cls, path: str | Path, model_id: str, dim: int) -> "Backend":
        """Make a new gallery (open for writing); refuses a path that holds something."""
        ...

    @classmethod
    def open(cls, path: str | Path, *, write: bool = False) -> "Backend":
        """Open a gallery; `write=True` takes the writer's lock or says who holds it."""
        ...

    def add(
        self,
        files: Sequence[FileRecord],
        sentences: Mapping[str, Float32[np.ndarray, " width"]] | None = None,
    ) -> int:
        """Store whole files in one transaction; returns the clips that are now durable.

        A path that is known is replaced. `sentences` holds unit vectors of caption texts.
        """
        ...

    def remove(self, *, where: str | None = None, paths: Sequence[str | Path] = ()) -> int:
        """Remove whole files by path, or the clips that pass a filter; returns clips removed."""
        ...

    def scan(
        self, vector: Float32[np.ndarray, " dim"], where: str | None = None
    ) -> tuple[Int64[np.ndarray, " rows"], Float32[np.ndarray, " rows"]]:
        """Seqs and exact cosines of all rows (clips and windows) that pass, ascending by seq."""
        ...

    def search(
        self, vector: Float32[np.ndarray, " dim"], k: int, where: str | None = None
    ) -> tuple[Int64[np.ndarray, " hits"], Float32[np.ndarray, " hits"]]:
        """The k best rows by cosine, best first; ties go to the lower seq."""
        ...

    def texts(self) -> tuple[str, ...]:
        """The distinct caption texts with a sentence vector; a text's index is its number."""
        ...

    def sentence_scores(
        self,
        vector: Float32[np.ndarray, " width"],
        where: str | None = None,
        penalty: Float32[np.ndarray, " texts"] | None = None,
    ) -> tuple[
        Int64[np.ndarray, " rows"], Float32[np.ndarray, " rows"], Int64[np.ndarray, " rows"]
    ]:
        """Per row the best cosine of a caption with a query sentence, and that text's number.

        Rows and order as `scan`; windows have their clip's captions; a row without any caption
        has -1 and text -1. `penalty` (one number a text, as `texts()`) is subtracted before the
        best is taken: the side rule, or infinity to leave a text out.
        """
        ...

    def owners(self, seqs: Int64[np.ndarray, " rows"]) -> Int64[np.ndarray, " rows"]:
        """Seq of the clip of each row: its own for a clip, its parent's for a window."""
        ...

    def rows(self, seqs: Sequence[int] | Int64[np.ndarray, " rows"]) -> list[Item]:
        """The rows in the order asked for. Raises GalleryError for a seq that is gone."""
        ...

    def row(self, id: str) -> Item:
        """The row of an id, or of an unambiguous beginning (4 signs) of one."""
        ...

    def vectors(
        self, seqs: Sequence[int] | Int64[np.ndarray, " rows"]
    ) -> Float32[np.ndarray, "rows dim"]:
        """Stored unit vectors (from float16) in the order asked for."""
        ...

    def positions(self, seq: int) -> Float32[np.ndarray, "frames 22 3"]:
        """Canonical positions at 20 fps, within 0.5 mm; a window's are a slice of its clip's.

        Raises GalleryError for a film, which has none.
        """
        ...

    @property
    def generation(self) -> int:
        """Changes with every committed change: what was computed of an older one is stale."""
        ...

    def cache_file(self, name: str) -> Path | None:
        """Where something that can be made again may be kept; None where nothing can be."""
        ...

    def seqs(self, where: str | None = None) -> Int64[np.ndarray, " rows"]:
        """Seqs of all rows that pass, as `scan` would give them."""
        ...

    def films(self) -> Int64[np.ndarray, " films"]:
        """Seqs of the whole films, ascending."""
        ...

    def poses(
        self, seqs: Sequence[int] | Int64[np.ndarray, " rows"]
    ) -> list[Float32[np.ndarray, "_ 31"] | None]:
        """Pose rows (10 Hz) in the order asked for; a window's are a slice of its clip's.

        None where a clip's are not stored; its positions are.
        """
        ...

    def unposed(self) -> list[int]:
        """Seqs of the clips whose pose rows are not stored."""
        ...

    def add_poses(
        self,
        seqs: Sequence[int] | Int64[np.ndarray, " rows"],
        rows: Sequence[Float32[np.ndarray, "_ 31"]],
    ) -> None:
        """Store pose rows of clips."""
        ...

    def text(
        self, query: str, k: int, where: str | None = None
    ) -> tuple[Int64[np.ndarray, " hits"], Float32[np.ndarray, " hits"]]:
        """Clips whose captions hold the query's words, by BM25 (higher is better)."""
        ...

    def facets(self, field: str, where: str | None = None) -> dict[str, int]:
        """How many clips have each value of a field, most frequent first."""
        ...

    def stats(self) -> Stats:
        """Counts and sizes."""
        ...

    def verify(self) -> list[str]:
        """Everything that is wrong with the gallery, one sentence each; empty when it is sound."""
        ...

    def compact(self) -> None:
        """Give back the space of removed rows and rebuild the caches."""
        ...

    def backup(self, target: str | Path) -> Path:
        """A copy of the gallery as of now, also while somebody writes."""
        ...

    def close(self) -> None:
        """Write the caches back and let go of the files."""
        ...
