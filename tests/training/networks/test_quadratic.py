"""The quadratic network against its one-hot form, its known start, and weights whose margins are known exactly."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training.networks import QuadraticMLP


@dataclass(frozen=True)
class Task:
    prime: int


def all_pairs(prime):
    return np.array([(a, b) for a in range(prime) for b in range(prime)])


def one_hot_form(parameters, pairs, prime, scale_in=1.0, scale_out=1.0):
    """Float64 NumPy: the concatenated one-hot codes through two matrices; also the hidden layer."""
    first, readout = (np.asarray(parameters[name], float) for name in ("first", "readout"))
    codes = np.concatenate([np.eye(prime)[pairs[:, 0]], np.eye(prime)[pairs[:, 1]]], axis=1)
    hidden = (scale_in * codes @ first) ** 2
    return scale_out * hidden @ readout, hidden, codes


@pytest.mark.parametrize(("init", "scales"), [("doshi", (1, 1)), ("mean-field", (1 / np.sqrt(22), 1 / 13))])
def test_values_and_gradients_are_those_of_the_one_hot_form(init, scales):
    prime, network, pairs = 11, QuadraticMLP(13, init=init), all_pairs(11)[::3]
    with jax.enable_x64(True):
        parameters = {name: jnp.asarray(value, jnp.float64) for name, value in network.initialise(Task(prime), 0).items()}
        back = np.random.default_rng(1).normal(size=(len(pairs), prime))

        def weighed(p):
            return jnp.sum(network.logits(p, pairs) * back), network.hidden(p, pairs)

        (value, hidden), gradients = jax.jit(jax.value_and_grad(weighed, has_aux=True))(parameters)
    logits, squares, codes = one_hot_form(parameters, pairs, prime, *scales)
    assert float(value) == pytest.approx(np.sum(logits * back), rel=1e-12)
    assert len(hidden) == 1
    np.testing.assert_allclose(hidden[0], squares, rtol=1e-12)
    first, readout = np.asarray(parameters["first"]), np.asarray(parameters["readout"])
    to_hidden = scales[1] * back @ readout.T
    np.testing.assert_allclose(gradients["readout"], scales[1] * squares.T @ back, rtol=1e-10)
    np.testing.assert_allclose(gradients["first"], codes.T @ (2 * scales[0] ** 2 * (codes @ first) * to_hidden), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(
    ("prime", "per_frequency", "multipliers", "margin"), [(59, 6, (1, 4), 88.5), (97, 6, (1, 4), 145.5), (59, 8, (1, 2), 118.0)]
)
def test_the_lattice_network_has_the_same_margin_on_every_pair(prime, per_frequency, multipliers, margin):
    """Cosines with phases on a lattice: every unwanted term cancels and each margin is per_frequency * prime / 4, exactly."""
    frequency = np.repeat(np.arange(1, (prime + 1) // 2), per_frequency) * 2 * np.pi / prime
    turn = 2 * np.pi * np.tile(np.arange(per_frequency), (prime - 1) // 2) / per_frequency
    phi, psi = multipliers[0] * turn, multipliers[1] * turn
    symbols = np.arange(prime)[:, None]
    first = np.concatenate([np.cos(frequency * symbols + phi), np.cos(frequency * symbols + psi)])
    readout = np.cos(frequency * symbols + phi + psi).T
    pairs = all_pairs(prime)
    with jax.enable_x64(True):
        network = QuadraticMLP(len(frequency))
        logits = np.array(jax.jit(network.logits)({"first": jnp.asarray(first), "readout": jnp.asarray(readout)}, pairs))
    labels = pairs.sum(axis=1) % prime
    own = logits[np.arange(len(pairs)), labels].copy()
    logits[np.arange(len(pairs)), labels] = -np.inf
    np.testing.assert_allclose(own - logits.max(axis=1), margin, rtol=1e-10)


@pytest.mark.parametrize(
    ("settings", "deviation"), [({}, 0.5 / 1000 ** (1 / 3)), ({"init_scale": 2.0}, 2 / 1000 ** (1 / 3)), ({"init": "mean-field"}, 1.0)]
)
def test_the_start_has_the_stated_deviation(settings, deviation):
    parameters = QuadraticMLP(500, **settings).initialise(Task(97), 0)
    assert {name: value.shape for name, value in parameters.items()} == {"first": (194, 500), "readout": (500, 97)}
    for value in parameters.values():
        share = np.mean(np.asarray(value, float) ** 2) / deviation**2  # mean of squares of n standard normals
        assert abs(share - 1) / np.sqrt(2 / value.size) < 4
        assert abs(value.mean()) / (deviation / np.sqrt(value.size)) < 4


def test_mean_field_logits_start_at_the_scale_of_width_to_the_minus_half():
    """f = sum_i h_i c_i / N with h = u^2/(2p), u^2 of mean 2 and fourth moment 12, c standard normal: Var f = 12 / (2p)^2 / N."""
    prime, width, pairs = 23, 64, all_pairs(23)[:1]
    network, found = QuadraticMLP(width, init="mean-field"), []
    logits = jax.jit(lambda p: network.logits(p, pairs))
    for seed in range(100):
        found.append(np.asarray(logits(network.initialise(Task(prime), seed)), float).mean() * np.sqrt(prime))
    squares = np.array(found) ** 2 / (12 / (2 * prime) ** 2 / width)
    assert abs(squares.mean() - 1) / (squares.std(ddof=1) / 10) < 4


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"width": 0}, "width must be an integer >= 1, got 0"),
        ({"init": "doshy"}, "nearest: doshi"),
        ({"init_scale": 0.0}, "init_scale must be finite and > 0"),
        ({"init": "mean-field", "init_scale": 1.0}, "init_scale belongs to init='doshi', got 1.0"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings, why):
    with pytest.raises(ValueError, match=why):
        QuadraticMLP(**settings)
