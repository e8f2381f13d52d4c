"""From video files to items of a gallery: pose rows and vectors, no joints."""

from lavimo.features.directions import RATE
from lavimo.gallery.contract import NewItem, NewWindow
from lavimo.search import films
from lavimo.search.sources import Job, Segment
from lavimo.search.takes import Clock, Fault, attempt, reason
from lavimo.search.windows import spans


def items(
    number: int, job: Job, encoder: films.Dim, clock: Clock, *, windows: bool
) -> tuple[list[NewItem], list[Fault]]:
    """The segments of film number `number` of a batch, and those that cannot be used.

    An item covers the seconds in which its person is in sight. It has no joints: what is known of
    it are its captions, its pose rows, and its vector where the model reads films.
    """
    made: list[NewItem] = []
    faults: list[Fault] = []

    def item_of(segment: Segment) -> NewItem:
        with clock.stage("read"):
            film = films.read(job.path, start=segment.start, end=segment.end)
        with clock.stage("vectors"):
            return _item(film, segment, encoder, spans(film.poses.seconds) if windows else ())

    for segment in job.segments:
        item = attempt(item_of, segment)
        if isinstance(item, Exception):
            faults.append(Fault(number, segment.clip or "", reason(job.path, item)))
        else:
            made.append(item)
    return made, faults


def _item(
    film: films.Film,
    segment: Segment,
    encoder: films.Dim,
    moments: tuple[tuple[float, float], ...],
) -> NewItem:
    cut = [film.poses, *(film.poses.cut(*_rows(moment)) for moment in moments)]
    rows = films.vectors(encoder, cut)
    attrs = dict(segment.attrs)
    return NewItem(
        clip=segment.clip or "",
        start=film.start,
        end=film.start + film.poses.seconds,
        fps=film.fps,
        vector=rows[0],
        positions=None,
        captions=segment.captions,
        source=segment.source,
        licence=segment.licence,
        attrs=attrs,
        poses=film.poses.rows,
        windows=tuple(
            NewWindow(film.start + start, film.start + end, row, attrs=attrs)
            for (start, end), row in zip(moments, rows[1:], strict=True)
        ),
    )


def _rows(moment: tuple[float, float]) -> tuple[int, int]:
    return round(moment[0] * RATE), round(moment[1] * RATE)
