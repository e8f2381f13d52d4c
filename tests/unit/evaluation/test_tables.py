"""Reports: subsets, tables, JSON and the published keys."""

import json

import numpy as np
import pytest

from lavimo.data.captions import Caption
from lavimo.data.sample import Sample
from lavimo.errors import EvaluationError
from lavimo.evaluation import report, tables
from lavimo.evaluation.protocols import Task, judge
from lavimo.evaluation.sets import OPENMOTION, TestSet, subsets_of


def clip(number, source):
    side = "left" if number % 2 else "right"
    return Sample(
        f"{source}-{number}",
        captions=(Caption(f"waves the {side} hand, {number}"),),
        source=source,
        action=f"wave-{side}-hand",
    )


@pytest.fixture
def test_set():
    samples = tuple(clip(i, source) for source in ("cmu", "deepmimic") for i in range(4))
    return TestSet("toy", "test", samples, subsets_of(samples), ("same-caption", "strict"))


def perfect(samples):
    return np.eye(len(samples), dtype=np.float32)


def collapsed(samples):
    return np.zeros((len(samples),) * 2, np.float32)


def test_openmotion_subsets_are_found(test_set):
    assert [subset.name for subset in test_set.subsets] == ["all", "CMU", "never-trained rigs"]
    assert [len(subset.chosen(test_set.samples)) for subset in test_set.subsets] == [8, 4, 4]
    assert [subset.own for subset in test_set.subsets] == [False, False, True]
    assert subsets_of([clip(0, "mine"), clip(1, "yours")])[1].name == "mine"
    assert OPENMOTION[0].sources == ()


def test_report_frames_every_figure(test_set):
    made = report.make({"perfect": perfect, "collapsed": collapsed}, test_set, model_id="m")
    assert len(made.lines) == 3 * 2 * 2 * 2
    by_system = {line.system: line.result for line in made.lines}
    assert by_system["perfect"].scores.at(1) == 100
    assert by_system["collapsed"].scores.at(1) == 0
    own = [line.result.scores.gallery for line in made.lines if line.own_gallery]
    assert set(own) == {4}
    assert made.sides["perfect"].accuracy > made.sides["collapsed"].accuracy == 0.5


def test_markdown_and_json_say_the_same(test_set):
    made = report.make({"perfect": perfect}, test_set)
    text = tables.markdown(made)
    assert "### T2M, same-caption" in text
    assert "| never-trained rigs (4, own) | ceiling |" in text
    assert "| CMU (4/8) | ceiling | 100.0 |" in text
    assert text.count("| chance |") == 12
    twin = json.loads(json.dumps(tables.as_json(made)))
    assert twin["format"] == "lavimo-evaluation"
    assert twin["lines"][0]["scores"]["R@1"] == 100
    assert twin["lines"][0]["low"]["MedR"] == 1


def test_terminal_table_has_every_row(test_set):
    made = report.make({"perfect": perfect}, test_set)
    for table in tables.rich_tables(made, width=80):
        assert table.row_count == 9


def test_published_keys():
    samples = [clip(i, "cmu") for i in range(3)]
    scores = np.array([[3, 2, 1], [3, 2, 1], [3, 2, 1]], np.float32)
    keys = tables.published_keys(judge(Task(samples, scores), "strict"))
    assert keys["t2m/R01"] == 33.33
    assert keys["t2m/MedR"] == 2.0
    assert keys["m2t/len"] == 3.0
    assert len(keys) == 14


def test_unknown_protocol_is_said(test_set):
    with pytest.raises(EvaluationError, match="no protocol"):
        report.make({"perfect": perfect}, test_set, protocols=["all"])
