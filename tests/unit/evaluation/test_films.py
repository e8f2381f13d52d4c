"""Six directions: films against motions and sentences, and who never had a film."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lavimo.data import choreography
from lavimo.data.captions import Caption
from lavimo.data.sample import Sample
from lavimo.errors import EvaluationError
from lavimo.evaluation import films, report
from lavimo.evaluation.films import FilmSet
from lavimo.evaluation.protocols import DIRECTIONS, Task, judge
from lavimo.evaluation.sets import Subset, TestSet
from lavimo.features import directions
from lavimo.features.canonical import canonical_positions


@pytest.fixture(scope="module")
def samples() -> tuple[Sample, ...]:
    return tuple(
        Sample(
            id=f"clip-{made.seed}",
            positions=canonical_positions(made.positions),
            captions=(Caption(made.captions[0], "programme"),),
            split="test",
        )
        for made in choreography.choreographed(range(12))
    )


@pytest.fixture(scope="module")
def perfect(samples: tuple[Sample, ...]) -> FilmSet:
    """Films that show exactly the motion, but for one in which nobody was found."""
    rows = [directions.from_motion(one.positions, 20.0) for one in samples]
    return FilmSet(samples, (*rows[:-1], None))


def test_limb_directions_find_perfect_films(perfect: FilmSet) -> None:
    scores = films.direction_scores(perfect)[DIRECTIONS[1]]
    assert scores[:-1].argmax(axis=1).tolist() == list(range(11))
    there, back = judge(Task(perfect.samples, scores, ways=DIRECTIONS[1]), "strict")
    assert (there.direction, back.direction) == ("V2M", "M2V")
    assert there.scores.at(1) == pytest.approx(100 * 11 / 12)  # nobody's film finds nothing
    assert there.ceiling.at(1) == back.ceiling.at(1) == 100
    assert there.chance.at(1) == pytest.approx(100 / 12)


def test_a_missing_film_ranks_by_chance_not_first(perfect: FilmSet) -> None:
    scores = films.direction_scores(perfect)[DIRECTIONS[1]]
    assert len(set(scores[-1])) == 1


def test_the_report_holds_six_directions(samples: tuple[Sample, ...], perfect: FilmSet) -> None:
    def score(some: object) -> np.ndarray:
        return np.eye(12, dtype=np.float32)

    def film_score(test: FilmSet) -> dict:
        return {ways: np.eye(12, dtype=np.float32) for ways in DIRECTIONS[1:]}

    test = TestSet("made", "test", samples, (Subset("all"),), ("strict",))
    made = report.make({"m": score}, test, films=(perfect, {"m": film_score}))
    assert [line.result.direction for line in made.lines] == [
        "T2M", "M2T", "V2M", "M2V", "T2V", "V2T",
    ]  # fmt: skip
    plain = report.make({"m": score}, test)
    assert [line.result.direction for line in plain.lines] == ["T2M", "M2T"]


def test_a_sentence_is_right_for_every_film_of_its_caption(samples: tuple[Sample, ...]) -> None:
    twice = (samples[0], Sample(id="again", captions=samples[0].captions), *samples[2:4])
    scores = np.eye(4, dtype=np.float32)[[1, 0, 2, 3]]
    there, back = judge(Task(twice, scores, ways=DIRECTIONS[2]), "same-caption")
    assert (there.direction, back.direction) == ("T2V", "V2T")
    assert there.scores.at(1) == back.scores.at(1) == 100
    strict = judge(Task(twice, scores, ways=DIRECTIONS[2]), "strict")[0]
    assert strict.scores.at(1) == 50


class Deaf:
    """A model of text and motion."""

    model_id, dim, modalities, calibration = "deaf", 2, ("text", "motion"), {}

    def encode_text(self, texts: object) -> np.ndarray:
        return np.zeros((0, 2), np.float32)

    encode_motion = encode_sentences = encode_text


class Reader:
    """A made-up model that reads films as poses, as silhouettes or both; film i is row i."""

    dim, modalities, calibration = 12, ("text", "motion", "video"), {}

    def __init__(self, *kinds: str, backbone: str = "silhouette") -> None:
        self.model_id = "-".join(["reader", *kinds])
        frames = SimpleNamespace(backbone=backbone) if "frames" in kinds else None
        config = SimpleNamespace(pose="pose" in kinds or None, frames=frames)
        self.checkpoint = SimpleNamespace(config=config)

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        return np.eye(12, dtype=np.float32)[: len(texts)]

    def encode_motion(self, motions: Sequence[object]) -> np.ndarray:
        return np.eye(12, dtype=np.float32)[: len(motions)]

    encode_sentences = encode_text

    def encode_poses(self, poses: Sequence[object]) -> np.ndarray:
        return np.eye(12, dtype=np.float32)[: len(poses)]

    def encode_frames(self, looks: Sequence[np.ndarray]) -> np.ndarray:
        """What the first number of the first silhouette says."""
        return np.eye(12, dtype=np.float32)[[int(one[0, 0]) for one in looks]]


def test_films_are_read_as_the_model_reads_them(perfect: FilmSet) -> None:
    looks = tuple(np.full((8, 117), (place + 1) % 11, np.float32) for place in range(11))
    shown = replace(perfect, silhouettes=(*looks, None))
    ways = DIRECTIONS[1]
    poses = films.film_scores(Reader("pose"))(shown)[ways]
    assert poses[:11].argmax(axis=1).tolist() == list(range(11))
    frames = films.film_scores(Reader("frames"))(shown)[ways]
    assert frames[:11].argmax(axis=1).tolist() == [*range(1, 11), 0]
    both = films.film_scores(Reader("pose", "frames"))(shown)[ways]
    np.testing.assert_allclose(both, films.sum_of_z([poses, frames]), rtol=1e-5)
    assert both[0, 0] == pytest.approx(both[0, 1])
    assert both[0, 0] > both[0, 2]


def test_an_image_model_cannot_be_judged_by_tracks() -> None:
    with pytest.raises(EvaluationError, match="reads films with clip"):
        films.film_scores(Reader("frames", backbone="clip"))


def test_a_model_without_films_says_so() -> None:
    with pytest.raises(EvaluationError, match="no films"):
        films.film_scores(Deaf())


def test_films_need_positions() -> None:
    with pytest.raises(EvaluationError, match="cannot be filmed"):
        films.film([Sample(id="x")])
