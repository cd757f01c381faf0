"""Grokfast against its recursion written plainly, and the traps of its definition."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training.optimizers import Grokfast
from spinodal.training.optimizers.pytree import traced


@traced("rate")
@dataclass(frozen=True)
class Descent:
    """p <- p - rate g, so that differences of parameters show the gradient that came through."""

    rate: float = 1.0

    def init(self, parameters):
        return ()

    def step(self, parameters, gradients, state):
        return jax.tree.map(lambda p, g: p - self.rate * g, parameters, gradients), state


def seen_by_inner(optimizer, gradients):
    """What `inner` gets for each of some gradients of shape (steps, ...)."""
    zeros = jnp.zeros(gradients.shape[1:], gradients.dtype)

    def step(state, gradient):
        moved, state = optimizer.step(zeros, gradient, state)
        return state, -moved

    return np.asarray(jax.jit(lambda: jax.lax.scan(step, optimizer.init(zeros), gradients)[1])())


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_a_constant_gradient_is_amplified_from_the_first_step():
    found = seen_by_inner(Grokfast(Descent(), decay=0.9, amplification=4.0), jnp.full((5, 3), 2.0))
    np.testing.assert_allclose(found, 10.0, rtol=1e-6)


def test_ema_follows_its_recursion():
    gradients, decay, amplification = normal(40, 2, 3), 0.8, 3.0
    expected, m = [], gradients[0]
    for g in gradients:
        m = decay * m + (1 - decay) * g
        expected.append(g + amplification * m)
    with jax.enable_x64(True):
        found = seen_by_inner(Grokfast(Descent(), decay=decay, amplification=amplification), jnp.asarray(gradients))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_moving_average_waits_until_its_window_is_full():
    gradients, window = normal(30, 2), 7
    expected = [g + (2.0 * gradients[t + 1 - window : t + 1].mean(axis=0) if t + 1 >= window else 0) for t, g in enumerate(gradients)]
    with jax.enable_x64(True):
        found = seen_by_inner(Grokfast(Descent(), kind="ma", window=window), jnp.asarray(gradients))
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)


def test_a_window_of_one_is_the_present_gradient():
    gradients = jnp.asarray(normal(4, 2), jnp.float32)
    found = seen_by_inner(Grokfast(Descent(), kind="ma", window=1, amplification=2.0), gradients)
    np.testing.assert_allclose(found, 3 * gradients, rtol=1e-6)


def test_round_off_of_the_running_sum_does_not_pile_up():
    """A gradient of 1e6 that has left the window leaves nothing of itself behind once the window was summed anew."""
    gradients = np.full((30, 1), 1e-3, np.float32)
    gradients[0] = 1e6
    found = seen_by_inner(Grokfast(Descent(), kind="ma", window=5, amplification=1.0), jnp.asarray(gradients))
    np.testing.assert_allclose(found[10:], 2e-3, rtol=1e-5)


@pytest.mark.parametrize("kind", ["ema", "ma"])
def test_no_amplification_is_the_inner_optimiser(kind):
    gradients = jnp.asarray(normal(6, 3), jnp.float32)
    np.testing.assert_array_equal(seen_by_inner(Grokfast(Descent(), kind=kind, amplification=0.0, window=3), gradients), gradients)


@pytest.mark.parametrize("kind", ["ema", "ma"])
def test_any_tree_in_a_compiled_loop_equals_single_steps(kind):
    parameters = {"a": jnp.ones((2, 3)), "b": [jnp.zeros(4), jnp.array(2.0)]}
    gradients = jax.tree.map(lambda p: jnp.asarray(normal(12, *p.shape), jnp.float32), parameters)
    optimizer = Grokfast(Descent(0.1), kind=kind, window=4)

    @jax.jit
    def run(optimizer, parameters):
        step = lambda carry, g: (optimizer.step(carry[0], g, carry[1]), None)  # noqa: E731
        return jax.lax.scan(step, (parameters, optimizer.init(parameters)), gradients)[0][0]

    plain, state, one_step = parameters, optimizer.init(parameters), jax.jit(optimizer.step)
    for t in range(12):
        plain, state = one_step(plain, jax.tree.map(lambda g, t=t: g[t], gradients), state)
    looped = run(optimizer, parameters)
    jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-6), looped, plain)


def test_rates_decays_and_amplifications_compile_once():
    traces = []

    @jax.jit
    def step(optimizer, parameters, gradients):
        traces.append(optimizer.kind)
        return optimizer.step(parameters, gradients, optimizer.init(parameters))[0]

    ones = jnp.ones(3)
    found = [step(Grokfast(Descent(r), decay=d, amplification=a), 0 * ones, ones)[0] for r, d, a in [(1.0, 0.9, 2), (0.5, 0.5, 3.0)]]
    np.testing.assert_allclose(found, [-3.0, -2.0], rtol=1e-6)
    assert traces == ["ema"]


@pytest.mark.parametrize(
    ("settings", "error", "why"),
    [
        ({"decay": 1.0}, ValueError, r"decay must be in \[0, 1\), got 1.0"),
        ({"amplification": -1.0}, ValueError, "amplification must be >= 0, got -1.0"),
        ({"kind": "emma"}, ValueError, "nearest: ema"),
        ({"window": 0}, ValueError, "window must be an integer >= 1"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings, error, why):
    with pytest.raises(error, match=why):
        Grokfast(Descent(), **settings)


@pytest.mark.parametrize("inner", [0.1, None, Descent])
def test_something_that_is_no_optimiser_is_refused(inner):
    with pytest.raises(TypeError, match="inner must be an optimiser of spinodal"):
        Grokfast(inner)
