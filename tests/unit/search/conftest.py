"""A small gallery and an encoder that reads words: a text's vector is the sum of its words'."""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lavimo.gallery import Caption, FileRecord, Gallery, NewItem, NewWindow
from lavimo.motion.clip import Motion
from lavimo.search.searcher import Searcher

DIM = 384


class WordEncoder:
    """Texts with common words are near; motions are found by the caption in their source's path."""

    model_id = "words"
    dim = DIM
    modalities: tuple[str, ...] = ("text", "motion")

    def __init__(self) -> None:
        self.calibration: dict[str, Any] = {}
        self.calls = 0

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        self.calls += 1
        return np.stack([self._vector(text) for text in texts])

    def encode_motion(self, motions: Sequence[Motion]) -> np.ndarray:
        return np.stack([self._vector(Path(motion.source.path).stem) for motion in motions])

    def encode_sentences(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vector(text) for text in texts])

    @staticmethod
    def _vector(text: str) -> np.ndarray:
        words = re.findall(r"[a-z]+", text.lower()) or ["nothing"]
        seeds = [zlib.crc32(word.encode()) for word in words]
        total = sum(np.random.default_rng(seed).standard_normal(DIM) for seed in seeds)
        return (total / np.linalg.norm(total)).astype(np.float32)


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


Put = Callable[..., str]


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    with Gallery.create(tmp_path / "test.gallery", "words", DIM) as opened:
        yield opened


@pytest.fixture
def put(gallery: Gallery, encoder: WordEncoder, tmp_path: Path) -> Put:
    """Store one clip: `put("walks left", ...)`; answers its id."""

    def store(
        shows: str,
        *captions: str,
        windows: Sequence[tuple[float, float, str]] = (),
        vector: np.ndarray | None = None,
        end: float = 2.0,
        content: str = "",
        **fields: Any,
    ) -> str:
        name = f"{shows}.bvh"
        captions = captions or (shows,)
        item = NewItem(
            clip="",
            start=fields.pop("start", 0.0),
            end=end,
            fps=30.0,
            vector=encoder.encode_text([shows])[0] if vector is None else vector,
            positions=np.zeros((round(20 * end), 22, 3), np.float32),
            captions=tuple(Caption(text) for text in captions if text),
            windows=tuple(
                NewWindow(start, stop, encoder.encode_text([text])[0])
                for start, stop, text in windows
            ),
            **fields,
        )
        sha = f"{zlib.crc32((content or name).encode()):064x}"
        record = FileRecord(tmp_path / name, sha, 1, 1, "bvh", items=(item,))
        texts = [text for text in captions if text]
        rows = encoder.encode_sentences(texts) if texts else []
        gallery.add([record], dict(zip(texts, rows, strict=True)))
        seq = int(gallery.search(item.vector, 1000)[0].max())
        owner = gallery.owners(np.array([seq], np.int64))
        return gallery.rows(owner)[0].id

    return store


@pytest.fixture
def searcher(gallery: Gallery, encoder: WordEncoder) -> Searcher:
    return Searcher(gallery, encoder)
