"""Put motion and films into a gallery: find, skip what is there, make in worker processes, store.

The parent is the only writer. Every file is stored in one transaction as soon as it is made, and
what was stored is never made again: a killed build goes on where it was and repeats no more than
the file that each worker had in hand.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lavimo.errors import DataError
from lavimo.features.canonical import CANONICAL_VERSION
from lavimo.files import sha256_of_file, sha256_of_json
from lavimo.gallery.contract import KnownFile
from lavimo.gallery.schema import DATABASE
from lavimo.gallery.sqlite import SqliteGallery
from lavimo.progress import Progress, Silent, Task
from lavimo.search import films
from lavimo.search.crew import done
from lavimo.search.making import Known, Made, MotionEncoder, Order
from lavimo.search.reindex import add_poses
from lavimo.search.sources import Failure, Found, Job, find
from lavimo.search.takes import Clock

SMALL = 24
"""Fewer files than this are made in this process: starting others takes longer."""
SENTENCES_AT_ONCE = 32
"""Captions that are encoded together, alike in length: shorter ones are padded to the longest."""


@dataclass
class IndexReport:
    """What became of an index run. Clips and windows count those added now."""

    gallery: Path
    clips: int = 0
    windows: int = 0
    files: int = 0
    skipped: int = 0
    moved: int = 0
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    """CPU seconds by stage, added up over the worker processes."""

    @property
    def clips_per_second(self) -> float:
        """Clips added per second of the whole run."""
        return self.clips / self.seconds if self.seconds > 0 else 0.0


def index(
    sources: Sequence[str | Path],
    gallery: str | Path,
    encoder: MotionEncoder,
    *,
    progress: Progress | None = None,
    workers: int = 2,
    licence: str | None = None,
    windows: bool = True,
    retry: bool = False,
    acknowledged: Callable[[Sequence[Path]], None] | None = None,
) -> IndexReport:
    """Index folders, motion files, videos and manifests into a gallery; makes it where needed.

    Unchanged files are skipped by content; a file that failed before is tried again only with
    `retry`. `acknowledged` is called with files after they are durable.
    Raises DataError when there is no motion in a source or nothing of it can be read, and
    GalleryError when the gallery is locked, full, or belongs to another model.
    """
    begin = time.perf_counter()
    place = Path(gallery)
    fresh = not (place / DATABASE).is_file()
    found = find(sources, licence=licence)
    report = IndexReport(place, failures=list(found.problems))
    with _open(place, encoder) as opened:
        run = _Run(opened, encoder, report, acknowledged or (lambda paths: None))
        orders = run.plan(found, windows=windows, retry=retry)
        count = sum(len(order.jobs) for order in orders)
        with (progress or Silent()).task("Indexing", count, "files") as task:
            run.store_all(done(orders, encoder, workers if count >= SMALL else 1), task)
        run.complete_sentences()
        add_poses(opened, progress)
        empty = opened.stats().clips == 0
    report.seconds = time.perf_counter() - begin
    if empty:
        if fresh:
            shutil.rmtree(place)
        raise DataError(_nothing(report))
    return report


def _open(place: Path, encoder: MotionEncoder) -> SqliteGallery:
    if (place / DATABASE).is_file():
        opened = SqliteGallery.open(place, write=True)
        try:
            opened.expect_model(encoder.model_id, encoder.dim)
        except BaseException:
            opened.close()
            raise
        return opened
    return SqliteGallery.create(
        place, encoder.model_id, encoder.dim, canonical_version=CANONICAL_VERSION
    )


class _Run:
    """One index run over an open gallery."""

    def __init__(
        self,
        gallery: SqliteGallery,
        encoder: MotionEncoder,
        report: IndexReport,
        acknowledged: Callable[[Sequence[Path]], None],
    ) -> None:
        self.gallery, self.encoder, self.report = gallery, encoder, report
        self.acknowledged = acknowledged
        self.clock = Clock()
        report.stages = self.clock.seconds
        files = gallery.files()
        self.by_path = {file.path: file for file in files}
        self.by_content = {file.sha256: file for file in files if file.error is None}

    def plan(self, found: Found, *, windows: bool, retry: bool) -> list[Order]:
        """The orders for what is new or changed: captions first, then files, the largest first."""
        todo: list[tuple[Job, Known]] = []
        for job in self._readable(found):
            known = self._look(job, windows)
            if isinstance(known, Failure):
                self.report.failures.append(known)
                continue
            there = self._there(job, known)
            if there is None or there.signature != known.signature or (retry and there.error):
                todo.append((job, known))
            elif there.error is None:
                self.report.skipped += 1
            else:
                self.report.failures.append(Failure(str(job.path), there.error, before=True))
        # A pack of many clips first, so that it does not stand alone at the end.
        todo.sort(key=lambda pair: -pair[1].bytes)
        files = [Order((job,), (known,), windows=windows) for job, known in todo]
        return [*self._sentence_orders([job for job, _ in todo]), *files]

    def _readable(self, found: Found) -> list[Job]:
        """The jobs that this installation can do: films need an extra, which may come later."""
        filmed = [job for job in found.jobs.values() if films.is_film(job.path)]
        reason = films.cannot() if filmed else ""
        if not reason:
            return list(found.jobs.values())
        for job in filmed:
            self.report.failures.append(Failure(str(job.path), f"{job.path} is a film. {reason}"))
        return [job for job in found.jobs.values() if job not in filmed]

    def store_all(self, results: Iterable[Made], task: Task) -> None:
        """Store each result as it comes."""
        begin, captions = time.perf_counter(), 0
        for made in results:
            self._store(made)
            captions += len(made.sentences)
            rate = self.report.clips / max(time.perf_counter() - begin, 1e-9)
            clips = f"{self.report.clips} clips, {rate:.1f} clips/s"
            note = clips if self.report.clips else f"{captions} captions encoded"
            task.advance(len(made.records), note=note)

    def complete_sentences(self) -> None:
        """Encode captions that only the reading of a file showed: the names of its clips."""
        missing = self.gallery.texts_without_vector()
        for start in range(0, len(missing), SENTENCES_AT_ONCE):
            some = missing[start : start + SENTENCES_AT_ONCE]
            rows = self.encoder.encode_sentences(some)
            self.gallery.add_sentences(dict(zip(some, rows, strict=True)))

    def _look(self, job: Job, windows: bool) -> Known | Failure:
        """The file as it is now; unchanged size and time stand for unchanged content."""
        there = self.by_path.get(job.path)
        try:
            job.path.name.encode()
            status = job.path.stat()
            same = there is not None and (there.bytes, there.mtime_ns) == (
                status.st_size,
                status.st_mtime_ns,
            )
            content = there.sha256 if same and there else sha256_of_file(job.path)
        except OSError as error:
            return Failure(str(job.path), f"{job.path} cannot be read ({error.strerror}).")
        except UnicodeEncodeError:
            name = str(job.path).encode(errors="backslashreplace").decode()
            return Failure(name, "the file's name is not UTF-8; rename it.")
        signature = _signature(job, windows)
        return Known(content, status.st_size, status.st_mtime_ns, signature)

    def _there(self, job: Job, known: Known) -> KnownFile | None:
        """What the gallery has of this content under this path, or under one that is gone."""
        there = self.by_path.get(job.path)
        if there is not None:
            return there if there.sha256 == known.sha256 else None
        twin = self.by_content.get(known.sha256)
        if twin is None or twin.path.exists():
            return None
        self.gallery.move(twin.path, job.path)
        self.report.moved += 1
        del self.by_content[known.sha256]
        return twin

    def _sentence_orders(self, jobs: list[Job]) -> list[Order]:
        """Orders for the captions that are known before their files are read."""
        captions = (c.text for job in jobs for part in job.segments for c in part.captions)
        texts = sorted(
            set(captions) - set(self.gallery.texts()), key=lambda text: (len(text), text)
        )
        return [
            Order(texts=tuple(texts[start : start + SENTENCES_AT_ONCE]))
            for start in range(0, len(texts), SENTENCES_AT_ONCE)
        ]

    def _store(self, made: Made) -> None:
        with self.clock.stage("store"):
            self.gallery.add(made.records, made.sentences)
        self.acknowledged([record.path for record in made.records])
        report = self.report
        for record in made.records:
            report.files += record.error is None
            report.clips += len(record.items)
            report.windows += sum(len(item.windows) for item in record.items)
            if record.error is not None:
                report.failures.append(Failure(str(record.path), record.error))
        for fault in made.faults:
            record = made.records[fault.file]
            if record.error is None:
                report.failures.append(Failure(f"{record.path}#{fault.clip}", fault.reason))
        for stage, seconds in made.seconds.items():
            self.clock.seconds[stage] += seconds


def _signature(job: Job, windows: bool) -> str:
    """Changes when the same file would be stored in another way.

    The model is not part of it: a gallery has one, and `reindex` changes it for all rows.
    """
    segments = [asdict(segment) for segment in job.segments]
    return sha256_of_json([CANONICAL_VERSION, windows, segments])[:32]


def _nothing(report: IndexReport) -> str:
    first = report.failures[0].reason if report.failures else "they hold no clip."
    return f"Nothing could be indexed: {first}"
