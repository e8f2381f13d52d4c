"""Frozen token states of every caption, computed once and cached by content."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lavimo import files
from lavimo.progress import Progress
from lavimo.runtime.directions import DIRECTIONS, direction_signs, direction_words
from lavimo.runtime.minilm import MiniLM
from lavimo.shapes import Bool, Float16, Float32, Int64

BATCH = 64


@dataclass(frozen=True)
class TextTable:
    """Distinct captions with their token states (ragged, float16), sentence vectors and sides."""

    texts: tuple[str, ...]
    rows: dict[str, int]
    states: Float16[np.ndarray, "tokens width"]
    starts: Int64[np.ndarray, " texts_and_one"]
    sentences: Float32[np.ndarray, "texts width"]
    sides: Bool[np.ndarray, "texts words"]
    signs: Float32[np.ndarray, "texts axes"]

    def tokens(
        self, rows: Int64[np.ndarray, " batch"]
    ) -> tuple[Float32[np.ndarray, "batch length width"], Bool[np.ndarray, "batch length"]]:
        """Padded token states and mask of the chosen captions."""
        counts = self.starts[rows + 1] - self.starts[rows]
        states = np.zeros((len(rows), int(counts.max()), self.states.shape[1]), np.float32)
        mask = np.arange(states.shape[1])[None] < counts[:, None]
        for place, row in enumerate(rows):
            states[place, : counts[place]] = self.states[self.starts[row] : self.starts[row + 1]]
        return states, mask


def side_bits(text: str) -> Bool[np.ndarray, " words"]:
    """Which direction words a caption holds, as bits in a fixed order."""
    found = direction_words(text)
    return np.array([word in found for word in DIRECTIONS], bool)


def build(groups: Sequence[Sequence[str]], progress: Progress) -> TextTable:
    """The table of the distinct captions of all groups, each group cached by its own hash.

    Real and choreographed captions are groups of their own, so that a run on other data reads the
    choreographed ones from the cache.
    """
    folder = files.cache_folder() / "text"
    ordered = [tuple(sorted(set(group))) for group in groups if group]
    parts = [_cached(texts, folder, progress) for texts in ordered]
    texts = tuple(text for group in ordered for text in group)
    shift = np.cumsum([0] + [len(states) for states, _, _ in parts])
    starts = [part[1][:-1] + offset for part, offset in zip(parts, shift, strict=False)]
    return TextTable(
        texts=texts,
        rows={text: row for row, text in enumerate(texts)},
        states=np.concatenate([states for states, _, _ in parts]),
        starts=np.concatenate([*starts, shift[-1:]]),
        sentences=np.concatenate([sentences for _, _, sentences in parts]),
        sides=np.stack([side_bits(text) for text in texts]),
        signs=direction_signs(texts),
    )


def _cached(
    texts: tuple[str, ...], folder: Path, progress: Progress
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    path = folder / f"{files.sha256_of_json(['minilm-l6', *texts])[:24]}.npz"
    if not path.exists():
        states, starts, sentences = _encode(texts, progress)
        with files.atomic_path(path) as temporary:
            np.savez(temporary, states=states, starts=starts, sentences=sentences)
    with np.load(path) as stored:
        return stored["states"], stored["starts"], stored["sentences"]


def _encode(
    texts: tuple[str, ...], progress: Progress
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    model = MiniLM.load()
    by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    ragged: list[np.ndarray] = [np.empty(0)] * len(texts)
    with progress.task("Encoding captions", len(texts), "captions") as task:
        for start in range(0, len(texts), BATCH):
            chosen = by_length[start : start + BATCH]
            states, mask = model.tokens([texts[i] for i in chosen])
            for place, row in enumerate(chosen):
                ragged[row] = states[place][mask[place]].astype(np.float16)
            task.advance(len(chosen))
    starts = np.concatenate([[0], np.cumsum([len(r) for r in ragged])])
    means = np.stack([r.astype(np.float32).mean(axis=0) for r in ragged])
    sentences = means / np.linalg.norm(means, axis=1, keepdims=True)
    return np.concatenate(ragged), starts, sentences.astype(np.float32)
