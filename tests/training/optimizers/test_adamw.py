"""AdamW and SGD against plain NumPy, and what is traced."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training import SGD, AdamW, PerGroup

RNG = np.random.default_rng(0)
START = {"embedding": RNG.normal(size=(4, 2)), "weights": [RNG.normal(size=(2, 3))]}


def moved(optimizer, updates):
    """Parameters after as many updates with gradients sin(k theta), in the package and the float64 twin's hands."""
    parameters = jax.tree.map(lambda x: jnp.asarray(x, jnp.float32), START)
    state = optimizer.init(parameters)
    for k in range(1, updates + 1):
        parameters, state = optimizer.step(parameters, jax.tree.map(lambda x, k=k: jnp.sin(k * x), parameters), state)
    return parameters


@pytest.mark.parametrize("warmup", [0, 4])
def test_adamw_equals_numpy(warmup):
    optimizer = AdamW(0.05, weight_decay=0.3, beta1=0.8, beta2=0.95, epsilon=1e-6, warmup=warmup)
    theta = START["embedding"].copy()
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t in range(1, 11):
        g = np.sin(t * theta)
        rate = 0.05 * (min((t - 1) / warmup, 1) if warmup else 1)
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
        theta = theta * (1 - rate * 0.3) - rate * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-6)
    np.testing.assert_allclose(moved(optimizer, 10)["embedding"], theta, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"beta1": 1 - 1e-9}, "beta1 must be below 1 in float32 too"),
        ({"beta2": 0.99999999}, "beta2 must be below 1 in float32 too, in which training computes, got 0.99999999"),
        ({"epsilon": 1e-50}, "epsilon must be at least 1.2e-38, the least number of float32, got 1e-50"),
    ],
)
def test_numbers_that_float32_makes_0_or_1_are_refused(settings, why):
    """They gave 0/0 in the first update, which was reported as a rate that is too large."""
    with pytest.raises(ValueError, match=why):
        AdamW(**settings)
    assert AdamW(beta2=1 - 1e-7, epsilon=1e-30).epsilon == 1e-30


def test_with_warm_up_the_first_update_does_nothing():
    np.testing.assert_array_equal(moved(AdamW(0.1, 1.0, warmup=10), 1)["embedding"], START["embedding"].astype(np.float32))


def test_sgd_equals_numpy():
    theta, v = START["embedding"].copy(), 0.0
    for t in range(1, 9):
        v = 0.7 * v + np.sin(t * theta) + 0.2 * theta
        theta = theta - 0.05 * v
    np.testing.assert_allclose(moved(SGD(0.05, momentum=0.7, weight_decay=0.2), 8)["embedding"], theta, rtol=1e-4, atol=1e-6)


def test_groups_move_as_if_they_were_alone():
    both = moved(PerGroup(AdamW(0.1), SGD(0.02)), 5)
    np.testing.assert_array_equal(both["embedding"], moved(AdamW(0.1), 5)["embedding"])
    np.testing.assert_array_equal(both["weights"][0], moved(SGD(0.02), 5)["weights"][0])
    alike, alone = moved(PerGroup(AdamW(0.1, 1.0), AdamW(0.1, 1.0)), 5), moved(AdamW(0.1, 1.0), 5)
    np.testing.assert_array_equal(alike["weights"][0], alone["weights"][0])


def test_rates_and_decays_are_leaves_and_groups_nest():
    assert jax.tree.leaves(PerGroup(AdamW(0.1, 0.2), SGD(0.3))) == [0.1, 0.2, 0.9, 0.999, 1e-8, 0, 0.3, 0.0, 0.0]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: AdamW(-1e-3), "learning_rate must be finite and > 0, got -0.001"),
        (lambda: AdamW(float("nan")), "learning_rate"),
        (lambda: AdamW(weight_decay=-1.0), "weight_decay must be >= 0"),
        (lambda: AdamW(beta2=1.0), "beta2 must be at least 0 and less than 1"),
        (lambda: AdamW(epsilon=0.0), "epsilon"),
        (lambda: AdamW(warmup=3_000_000_000), "warmup must be below"),
        (lambda: SGD(momentum=1.0), "momentum must be"),
    ],
)
def test_bad_settings_name_themselves(make, why):
    with pytest.raises(ValueError, match=why):
        make()


def test_in_float64_small_decays_keep_their_digits():
    optimizer = AdamW(1e-6, weight_decay=1e-2)
    with jax.enable_x64(True):
        theta = jnp.ones(3, jnp.float64)
        moved_by = 1 - np.asarray(optimizer.step(theta, jnp.zeros(3, jnp.float64), optimizer.init(theta))[0])
    np.testing.assert_allclose(moved_by, 1e-8, rtol=1e-7)
