"""A transformer encoder's forward pass in numpy, equal to its torch twin within 1e-4."""

from collections.abc import Mapping

import numpy as np

from lavimo.runtime.activations import gelu
from lavimo.runtime.config import Tower
from lavimo.shapes import Bool, Float32

Weights = Mapping[str, np.ndarray]
Tokens = Float32[np.ndarray, "batch tokens dim"]
Mask = Bool[np.ndarray, "batch tokens"]


def encode(
    weights: Weights,
    prefix: str,
    tower: Tower,
    tokens: Tokens,
    mask: Mask,
) -> Float32[np.ndarray, "batch dim"]:
    """Pooled output of the tower whose weights start with `prefix`; mask is True on real tokens."""
    return encode_all(weights, prefix, tower, tokens, mask)[0]


def encode_all(
    weights: Weights, prefix: str, tower: Tower, tokens: Tokens, mask: Mask
) -> tuple[
    Float32[np.ndarray, "batch dim"],
    Float32[np.ndarray, "batch longer dim"],
    Bool[np.ndarray, "batch longer"],
]:
    """Pooled output, all output tokens (the learned one first) and their mask."""
    batch, length, dim = tokens.shape
    first = np.broadcast_to(weights[f"{prefix}.token"], (batch, 1, dim))
    x = np.concatenate([first, tokens], axis=1)
    x = x + sinusoidal_positions(length + 1, dim)
    seen = np.concatenate([np.ones((batch, 1), bool), mask], axis=1)
    for layer in range(tower.layers):
        x = _layer(weights, f"{prefix}.layers.{layer}", tower, x, seen)
    if tower.norm == "pre":
        x = layer_norm(x, weights[f"{prefix}.norm.weight"], weights[f"{prefix}.norm.bias"])
    if tower.pool == "cls":
        return x[:, 0], x, seen
    counts = np.maximum(mask.sum(axis=1, keepdims=True), 1).astype(np.float32)
    pooled: np.ndarray = x[:, 0] + (x[:, 1:] * mask[..., None]).sum(axis=1) / counts
    return pooled, x, seen


def sinusoidal_positions(length: int, dim: int) -> Float32[np.ndarray, "length dim"]:
    """Sine on even columns, cosine on odd ones, wavelengths from 2 pi to 10,000 x 2 pi (C1)."""
    place = np.arange(length, dtype=np.float32)[:, None]
    rate = np.exp(np.arange(0, dim, 2, dtype=np.float32) * np.float32(-np.log(10000.0) / dim))
    table = np.empty((length, dim), np.float32)
    table[:, 0::2], table[:, 1::2] = np.sin(place * rate), np.cos(place * rate)
    return table


def layer_norm(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    """Normalise the last axis, then scale and shift."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    found: np.ndarray = centred / np.sqrt(variance + np.float32(eps)) * weight + bias
    return found


def linear(weights: Weights, name: str, x: np.ndarray) -> np.ndarray:
    """x W' + b with torch's layout of W."""
    return _product(x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def head(weights: Weights, name: str, x: np.ndarray) -> np.ndarray:
    """The linear map of that name; where widths agree there is none, and x passes."""
    return linear(weights, name, x) if f"{name}.weight" in weights else x


def _product(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    # One matrix product over all rows: numpy would make one for each clip of the batch.
    rows: np.ndarray = x.reshape(-1, x.shape[-1]) @ weight.T
    rows += bias
    return rows.reshape(*x.shape[:-1], -1)


def _layer(
    weights: Weights, name: str, tower: Tower, x: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    def norm(which: int, value: np.ndarray) -> np.ndarray:
        return layer_norm(
            value, weights[f"{name}.norm{which}.weight"], weights[f"{name}.norm{which}.bias"]
        )

    if tower.norm == "pre":
        x = x + attention(weights, f"{name}.attention", tower.heads, norm(1, x), seen)
        found: np.ndarray = x + _feed_forward(weights, name, norm(2, x))
        return found
    x = norm(1, x + attention(weights, f"{name}.attention", tower.heads, x, seen))
    return norm(2, x + _feed_forward(weights, name, x))


def _feed_forward(weights: Weights, name: str, x: np.ndarray) -> np.ndarray:
    return linear(weights, f"{name}.linear2", gelu(linear(weights, f"{name}.linear1", x)))


def attention(
    weights: Weights, name: str, heads: int, x: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    """Self-attention over the tokens that `seen` marks."""
    batch, length, dim = x.shape
    packed = _product(x, weights[f"{name}.in_proj_weight"], weights[f"{name}.in_proj_bias"])
    q, k, v = packed.reshape(batch, length, 3, heads, dim // heads).transpose(2, 0, 3, 1, 4)
    mixed = _looks(q, k, seen) @ v
    merged = mixed.transpose(0, 2, 1, 3).reshape(batch, length, dim)
    return linear(weights, f"{name}.out_proj", merged)


def looks(
    weights: Weights, name: str, heads: int, query: np.ndarray, keys: np.ndarray
) -> Float32[np.ndarray, " keys"]:
    """How much one query vector looks at each of the keys: sums to 1, mean over the heads."""
    dim = query.shape[-1]
    wq, wk = weights[f"{name}.in_proj_weight"][: 2 * dim].reshape(2, dim, dim)
    bq, bk = weights[f"{name}.in_proj_bias"][: 2 * dim].reshape(2, dim)
    q = _product(query[None], wq, bq).reshape(1, 1, heads, -1).transpose(0, 2, 1, 3)
    k = _product(keys, wk, bk).reshape(1, len(keys), heads, -1).transpose(0, 2, 1, 3)
    found: np.ndarray = _looks(q, k, np.ones((1, len(keys)), bool)).mean(axis=1)[0, 0]
    return found


def _looks(q: np.ndarray, k: np.ndarray, seen: np.ndarray) -> np.ndarray:
    scores = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(q.shape[-1]))
    scores = np.where(seen[:, None, None, :], scores, np.float32(-1e9))
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    found: np.ndarray = scores / scores.sum(axis=-1, keepdims=True)
    return found
