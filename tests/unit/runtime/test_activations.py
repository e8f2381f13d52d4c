"""GELU against the error function of the standard library."""

import math

import numpy as np

from lavimo.runtime.activations import BLOCK, gelu


def test_gelu_equals_its_definition() -> None:
    x = np.linspace(-12, 12, 2 * BLOCK + 7).astype(np.float32)
    exact = [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.astype(float)]
    np.testing.assert_allclose(gelu(x), exact, atol=1e-6)


def test_gelu_takes_any_shape_and_leaves_its_input_alone() -> None:
    x = np.random.default_rng(0).standard_normal((3, 5, 4)).astype(np.float32)
    before = x.copy()
    turned = gelu(x.transpose(2, 0, 1))
    np.testing.assert_array_equal(turned, gelu(x).transpose(2, 0, 1))
    np.testing.assert_array_equal(x, before)
    assert gelu(np.empty((0, 4), np.float32)).shape == (0, 4)
