"""Embedding: equal texts once, the cache by content, features before positions."""

import numpy as np
import pytest

from lavimo.data.captions import Caption
from lavimo.data.sample import Sample
from lavimo.errors import DataError, EvaluationError
from lavimo.evaluation import embed


class Counting:
    """An encoder that counts what it is asked."""

    dim = 4
    modalities = ("text", "motion")
    calibration: dict = {}  # noqa: RUF012

    def __init__(self, model_id="counting"):
        self.model_id = model_id
        self.texts, self.motions, self.arrays = [], [], []

    def encode_text(self, texts):
        self.texts += texts
        return self._rows(len(t) for t in texts)

    def encode_motion(self, motions):
        self.motions += motions
        return self._rows(m.positions.sum() for m in motions)

    def encode_sentences(self, texts):
        return self.encode_text(texts)

    @staticmethod
    def _rows(values):
        return np.array([[v, 1, 0, 0] for v in values], np.float32)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path))


def sample(name, walk, frames=20):
    return Sample(name, walk.positions[:frames], captions=(Caption("walks"),))


def test_equal_texts_are_encoded_once():
    encoder = Counting()
    rows = embed.embed_texts(encoder, ["b", "aa", "b", "b"])
    assert sorted(encoder.texts) == ["aa", "b"]
    np.testing.assert_array_equal(rows[:, 0], [1, 2, 1, 1])


def test_cache_is_by_content_and_model(walk):
    encoder = Counting()
    first = embed.embed_motions(encoder, [sample("a", walk), sample("b", walk, 30)])
    again = embed.embed_motions(encoder, [sample("other name", walk), sample("b", walk, 30)])
    assert len(encoder.motions) == 2
    np.testing.assert_array_equal(first, again)
    embed.embed_motions(encoder, [sample("a", walk, 21), sample("b", walk, 30)])
    assert len(encoder.motions) == 4
    other = Counting("another model")
    embed.embed_motions(other, [sample("a", walk), sample("b", walk, 30)])
    assert len(other.motions) == 2


def test_stored_features_are_preferred(walk):
    class WithFeatures(Counting):
        def encode_features(self, blocks):
            self.arrays += blocks
            return self._rows(len(b) for b in blocks)

    encoder = WithFeatures()
    one = Sample("a", walk.positions, np.zeros((59, 263), np.float32))
    assert embed.embed_motions(encoder, [one])[0, 0] == 59
    assert encoder.motions == []


def test_what_cannot_be_embedded_is_said(tmp_path, walk):
    with pytest.raises(EvaluationError, match="neither"):
        embed.embed_motions(Counting(), [Sample("a")])
    with pytest.raises(EvaluationError, match="nothing to embed"):
        embed.embed_texts(Counting(), [])
    embed.embed_motions(Counting(), [sample("a", walk)])
    for path in tmp_path.rglob("*.npy"):
        path.write_bytes(b"cut off")
    with pytest.raises(DataError, match="damaged"):
        embed.embed_motions(Counting(), [sample("a", walk)])
