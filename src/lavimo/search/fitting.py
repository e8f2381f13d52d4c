"""Fit the confidence of a model: questions with an answer, and questions without one.

The gallery is made of training and val clips, the questions are val captions; captions that say
the same in nearly the same words are muted, since people ask in other words. A question without
an answer is the same caption asked of the gallery less every clip that has one alike, and a
sentence about something else altogether.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lavimo import files
from lavimo.data.sample import Sample
from lavimo.data.splits import refuse_test
from lavimo.errors import DataError
from lavimo.features.canonical import FPS
from lavimo.features.describe import describe
from lavimo.gallery.contract import Caption, FileRecord, NewItem
from lavimo.gallery.sqlite import SqliteGallery
from lavimo.progress import Progress, Silent
from lavimo.runtime.encoder import Encoder, load_model
from lavimo.search.calibrate import Signals, fit, off_topic
from lavimo.search.making import encode
from lavimo.search.query import sentence
from lavimo.search.ranking import By
from lavimo.search.searcher import Searcher
from lavimo.shapes import Float32

MOST_QUESTIONS = 200
VERBATIM = 0.85
"""Captions at least this near to a question are muted. Free sentences have a cosine of 0.55 to 0.9
with the best caption of what they mean; other captions of a data set's templates nearly 1."""
AT_ONCE = 64

Sentences = Mapping[str, Float32[np.ndarray, " width"]]


class _Question(NamedTuple):
    """What was seen of a question, whether it has an answer, and whether it is about nothing."""

    signals: Signals
    present: bool = False
    foreign: bool = False


def calibrate(
    checkpoint: str | Path,
    gallery: Sequence[Sample],
    questions: Sequence[Sample],
    progress: Progress | None = None,
) -> Path:
    """Calibrate a checkpoint folder: its calibration.json is written and its path returned.

    The model's id stays the same, so that galleries need not be indexed again.
    """
    model = load_model(checkpoint)
    found = calibration(model, gallery, questions, progress)
    return files.write_json(model.checkpoint.path / "calibration.json", found)


def calibration(
    encoder: Encoder,
    gallery: Sequence[Sample],
    questions: Sequence[Sample],
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The content of calibration.json for a model.

    `gallery` are training and val clips, `questions` those of val (first captions are asked; at
    most 200, evenly taken). Raises DataError when a test clip is among them or there are none.
    """
    refuse_test([*gallery, *questions])
    asked = [one for one in questions if len(set(one.texts)) > 1]
    if not asked:
        raise DataError("Calibration needs val clips with two captions or more.")
    asked = asked[:: max(1, len(asked) // MOST_QUESTIONS)][:MOST_QUESTIONS]
    with tempfile.TemporaryDirectory(prefix="lavimo-") as folder:
        place = Path(folder) / "calibration.gallery"
        with SqliteGallery.create(place, encoder.model_id, encoder.dim) as opened:
            texts = sorted({text for one in [*gallery, *asked] for text in one.texts})
            sentences = dict(zip(texts, _in_parts(encoder, texts), strict=True))
            ids = fill(opened, encoder, gallery, sentences)
            return _fit(Searcher(opened, encoder), asked, ids, sentences, progress)


def fill(
    gallery: SqliteGallery, encoder: Encoder, samples: Sequence[Sample], sentences: Sentences
) -> dict[str, str]:
    """Store samples as clips of a gallery; answers the row id of each sample id."""
    places = [one.positions for one in samples if one.positions is not None]
    if len(places) < len(samples):
        raise DataError("Calibration needs the positions of every clip.")
    motions = encode(encoder, places)
    records = [_record(one, row) for one, row in zip(samples, motions, strict=True)]
    gallery.add(records, sentences)
    everything, _ = gallery.scan(motions[0])
    return {Path(item.path).name: item.id for item in gallery.rows(everything)}


def _fit(
    searcher: Searcher,
    asked: Sequence[Sample],
    ids: dict[str, str],
    sentences: Sentences,
    progress: Progress | None,
) -> dict[str, Any]:
    foreign = off_topic()
    found: dict[str, list[_Question]] = {"text": [], "text-motion": [], "example": []}
    kinds: tuple[tuple[str, By], ...] = (("text", "both"), ("text-motion", "motion"))
    count = len(asked) + len(foreign)
    muted = _nearly_the_same([one.texts[0] for one in asked], sentences)
    with (progress or Silent()).task("Calibrating", count, "questions") as task:
        for one in asked:
            caption = one.texts[0]
            for name, by in kinds:
                answered = searcher.observe(caption, by, mute=muted[caption])
                hidden = searcher.observe(caption, by, hide=caption)
                found[name] += [_Question(answered, present=True), _Question(hidden)]
            found["example"] += _example(searcher, f"id:{ids[_name(one)]}", one)
            task.advance()
        for text in foreign:
            for name, by in kinds:
                found[name].append(_Question(searcher.observe(sentence(text), by), foreign=True))
            task.advance()
    confidence = {name: _fit_kind(rows) for name, rows in found.items() if _both(rows)}
    return {"confidence": confidence, "typical": _typical(searcher, asked, ids, sentences)}


def _fit_kind(rows: Sequence[_Question]) -> dict[str, Any]:
    far = [row.foreign for row in rows] if any(row.foreign for row in rows) else None
    return fit([row.signals for row in rows], [row.present for row in rows], far)


def _both(rows: Sequence[_Question]) -> bool:
    return len({row.present for row in rows}) == 2


def _nearly_the_same(captions: Sequence[str], sentences: Sentences) -> dict[str, frozenset[str]]:
    texts, rows = list(sentences), np.stack(list(sentences.values()))
    return {
        caption: frozenset(
            texts[number] for number in np.flatnonzero(rows @ sentences[caption] >= VERBATIM)
        )
        for caption in captions
    }


def _example(searcher: Searcher, query: str, one: Sample) -> list[_Question]:
    """A clip as a question: answered where another clip has the same caption."""
    others = searcher.search(query, k=1, by="motion", where=_says(one.texts[0]))
    rows = [_Question(searcher.observe(query, hide=one.texts[0]))]
    return [*rows, _Question(searcher.observe(query), present=True)] if others else rows


def _says(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"caption = '{quoted}'"


def _typical(
    searcher: Searcher, asked: Sequence[Sample], ids: dict[str, str], sentences: Sentences
) -> dict[str, dict[str, float]]:
    """Mean and deviation of the cosines of a question with a gallery, over the questions."""
    gallery, encoder = searcher.gallery, searcher.model
    texts = [one.texts[0] for one in asked]
    seqs = [gallery.row(ids[_name(one)]).seq for one in asked]
    rows = {
        "motion": [gallery.scan(row)[1] for row in encoder.encode_text(texts)],
        "example": [gallery.scan(row)[1] for row in gallery.vectors(seqs)],
        "captions": [gallery.sentence_scores(sentences[text])[1] for text in texts],
    }
    return {
        name: {
            "mean": float(np.mean([row.mean() for row in cosines])),
            "std": float(np.mean([row.std() for row in cosines])),
        }
        for name, cosines in rows.items()
    }


def _in_parts(encoder: Encoder, texts: Sequence[str]) -> list[Float32[np.ndarray, " width"]]:
    rows: list[Float32[np.ndarray, " width"]] = []
    for start in range(0, len(texts), AT_ONCE):
        rows.extend(encoder.encode_sentences(texts[start : start + AT_ONCE]))
    return rows


def _name(one: Sample) -> str:
    return one.id.replace("/", "_")


def _record(one: Sample, vector: Float32[np.ndarray, " dim"]) -> FileRecord:
    assert one.positions is not None
    facts = describe(one.positions, FPS)
    item = NewItem(
        clip="",
        start=0.0,
        end=len(one.positions) / FPS,
        fps=FPS,
        vector=vector,
        positions=one.positions,
        captions=tuple(Caption(text) for text in one.texts),
        tags=facts.tags,
        source=one.source,
        licence=one.licence,
    )
    # Stored under its own name as content: two equal clips are still two.
    content = one.id.encode().hex().rjust(64, "0")[-64:]
    return FileRecord(Path("/") / _name(one), content, 0, 0, "calibration", items=(item,))
