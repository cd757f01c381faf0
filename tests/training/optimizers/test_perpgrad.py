"""PerpGrad against its formula in float64, and where it has nothing to divide by."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training.optimizers import PerpGrad
from spinodal.training.optimizers.pytree import traced


@traced("rate")
@dataclass(frozen=True)
class Descent:
    """p <- p - rate g, so that differences of parameters show the gradient that came through."""

    rate: float = 1.0

    def init(self, parameters):
        return jnp.zeros((), jnp.int32)

    def step(self, parameters, gradients, state):
        return jax.tree.map(lambda p, g: -self.rate * g, parameters, gradients), state + 1


def seen_by_inner(weights, gradient, rescale=True, dtype=jnp.float32):
    optimizer = PerpGrad(Descent(), rescale=rescale)
    weights, gradient = jnp.asarray(weights, dtype), jnp.asarray(gradient, dtype)
    found, state = jax.jit(optimizer.step)(weights, gradient, optimizer.init(weights))
    assert state == 1
    return -np.asarray(found)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("rescale", [True, False])
def test_the_formula_in_float64(rescale):
    w, g = normal(6, 7), normal(6, 7, seed=1)
    expected = g - np.sum(w * g) / np.sum(w * w) * w
    if rescale:
        expected *= np.linalg.norm(g) / np.linalg.norm(expected)
    with jax.enable_x64(True):
        found = seen_by_inner(w, g, rescale, jnp.float64)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_float32_agrees_with_float64():
    w, g = normal(300, 40), normal(300, 40, seed=1)
    perpendicular = g - np.sum(w * g) / np.sum(w * w) * w
    expected = perpendicular * np.linalg.norm(g) / np.linalg.norm(perpendicular)
    np.testing.assert_allclose(seen_by_inner(w, g), expected, rtol=1e-4, atol=1e-5)


def test_what_comes_through_is_perpendicular_and_as_long_as_the_gradient():
    w, g = normal(50, 20), normal(50, 20) + 0.1 * normal(50, 20, seed=1)  # mostly along w
    found = seen_by_inner(w, g).astype(float)
    assert abs(np.sum(w * found)) < 1e-6 * np.linalg.norm(w) * np.linalg.norm(found)
    assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(g), rel=1e-5)


@pytest.mark.parametrize("rescale", [True, False])
@pytest.mark.parametrize("size", [3, 100_003])
def test_a_gradient_along_the_weights_gives_zero_not_round_off(rescale, size):
    w = normal(size).astype(np.float32)
    np.testing.assert_array_equal(seen_by_inner(w, np.float32(0.3) * w, rescale), 0)


def test_a_tensor_of_one_element_stands_still():
    assert seen_by_inner(0.7, -0.3) == 0


def test_weights_of_zero_have_no_direction_and_keep_the_gradient():
    g = normal(4, 5).astype(np.float32)
    np.testing.assert_allclose(seen_by_inner(np.zeros((4, 5)), g), g, rtol=1e-6)


def test_no_gradient_stays_no_gradient():
    np.testing.assert_array_equal(seen_by_inner(normal(5), np.zeros(5)), 0)


@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_tiny_and_huge_weights_and_gradients_do_not_leave_float32(scale):
    w, g = normal(30), normal(30, seed=1)
    plain = seen_by_inner(w, g)
    np.testing.assert_allclose(seen_by_inner(scale * w, g), plain, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(seen_by_inner(w, scale * g) / scale, plain, rtol=1e-4, atol=1e-6)


def test_each_tensor_is_projected_on_its_own():
    w, g = {"a": normal(4), "b": normal(3, 2)}, {"a": normal(4, seed=1), "b": normal(3, 2, seed=2)}
    optimizer = PerpGrad(Descent())
    found, _ = optimizer.step(jax.tree.map(jnp.float32, w), jax.tree.map(jnp.float32, g), optimizer.init(w))
    for name in w:
        np.testing.assert_allclose(-found[name], seen_by_inner(w[name], g[name]), rtol=1e-5)


def test_rates_compile_once_and_rescaling_is_structure():
    traces = []

    @jax.jit
    def step(optimizer, w, g):
        traces.append(optimizer.rescale)
        return optimizer.step(w, g, optimizer.init(w))[0]

    w, g = jnp.array([1.0, 0.0]), jnp.array([3.0, 4.0])
    np.testing.assert_allclose(step(PerpGrad(Descent(1.0)), w, g), [0, -5], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(step(PerpGrad(Descent(0.1)), w, g), [0, -0.5], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(step(PerpGrad(Descent(1.0), rescale=False), w, g), [0, -4], rtol=1e-6, atol=1e-6)
    assert traces == [True, False]


def test_wrong_settings_are_refused_in_words():
    with pytest.raises(TypeError, match="inner must be an optimiser"):
        PerpGrad(0.1)
    with pytest.raises(TypeError, match="rescale must be True or False, got 1"):
        PerpGrad(Descent(), rescale=1)
