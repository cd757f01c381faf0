"""ReLU networks against their one-hot and concatenated forms in float64 NumPy."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training.networks import ReluMLP


@dataclass(frozen=True)
class Task:
    prime: int


SETTINGS = [
    {"widths": (8, 5, 9)},
    {"widths": (8, 5), "bias": True},
    {"widths": (10,), "bias": "first"},
    {"widths": (8, 6), "embedding": 4},
    {"widths": (8,), "bias": True, "embedding": 4},
]


def plain(parameters, pairs, prime, back):
    """Forward and backward written out: logits, hidden layers, gradients of sum(back * logits)."""
    p = {name: np.asarray(value, float) for name, value in parameters.items()}
    depth = sum(name.startswith("weights") for name in p)
    codes = [np.eye(prime)[pairs[:, i]] for i in range(2)]
    inputs = [np.concatenate([c @ p["embedding"] if "embedding" in p else c for c in codes], axis=1)]
    for i in range(depth):
        outputs = inputs[-1] @ p[f"weights_{i}"] + p.get(f"biases_{i}", 0)
        inputs.append(np.maximum(outputs, 0) if i < depth - 1 else outputs)
    gradients, slope = {}, back
    for i in reversed(range(depth)):
        gradients[f"weights_{i}"] = inputs[i].T @ slope
        if f"biases_{i}" in p:
            gradients[f"biases_{i}"] = slope.sum(axis=0)
        slope = (slope @ p[f"weights_{i}"].T) * (1 if i == 0 else inputs[i] > 0)
    if "embedding" in p:
        width = p["embedding"].shape[1]
        gradients["embedding"] = codes[0].T @ slope[:, :width] + codes[1].T @ slope[:, width:]
    return inputs[-1], inputs[1:-1], gradients


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_values_hidden_layers_and_every_gradient_are_those_of_the_plain_form(settings):
    prime, network = 7, ReluMLP(**settings)
    pairs = np.random.default_rng(0).integers(0, prime, (30, 2))
    back = np.random.default_rng(1).normal(size=(30, prime))
    with jax.enable_x64(True):
        parameters = {name: jnp.asarray(value, jnp.float64) for name, value in network.initialise(Task(prime), 0).items()}

        def weighed(p):
            found = network.logits(p, pairs)
            return jnp.sum(back * found), (found, network.hidden(p, pairs))

        gradients, (logits, hidden) = jax.jit(jax.grad(weighed, has_aux=True))(parameters)
    expected, expected_hidden, expected_gradients = plain(parameters, pairs, prime, back)
    np.testing.assert_allclose(logits, expected, rtol=1e-12, atol=1e-14)
    assert len(hidden) == len(network.widths)
    for found, layer in zip(hidden, expected_hidden, strict=True):
        np.testing.assert_allclose(found, layer, rtol=1e-12, atol=1e-14)
    assert set(gradients) == set(expected_gradients)
    for name, gradient in expected_gradients.items():
        np.testing.assert_allclose(gradients[name], gradient, rtol=1e-9, atol=1e-12 * np.abs(gradient).max())


@pytest.mark.parametrize(
    ("settings", "shapes"),
    [
        ({}, {"weights_0": (226, 200), "weights_1": (200, 200), "weights_2": (200, 113)}),
        ({"widths": (50,), "bias": "first"}, {"weights_0": (226, 50), "biases_0": (50,), "weights_1": (50, 113)}),
        (
            {"widths": (50,), "bias": True, "embedding": 16},
            {"embedding": (113, 16), "weights_0": (32, 50), "biases_0": (50,), "weights_1": (50, 113), "biases_1": (113,)},
        ),
    ],
)
def test_parameters_have_the_names_and_shapes_of_the_contract(settings, shapes):
    found = ReluMLP(**settings).initialise(Task(113), 0)
    assert {name: value.shape for name, value in found.items()} == shapes


def test_the_start_is_uniform_within_the_root_of_the_fan_in_biases_too():
    parameters = ReluMLP((200, 300), bias=True, embedding=128).initialise(Task(113), 0)
    for i, inputs in enumerate((256, 200, 300)):
        for name in (f"weights_{i}", f"biases_{i}"):
            scaled = np.asarray(parameters[name], float) * np.sqrt(inputs)
            assert 0.95 < np.abs(scaled).max() <= 1 + 1e-6
            # x^2 of a uniform on (-1, 1) has mean 1/3 and variance 4/45
            assert abs(np.mean(scaled**2) - 1 / 3) / np.sqrt(4 / 45 / scaled.size) < 4
    table = np.asarray(parameters["embedding"], float)
    assert abs(np.mean(table**2) - 1) / np.sqrt(2 / table.size) < 4


def test_init_scale_multiplies_all_parameters():
    plain, scaled = (ReluMLP((6,), bias=True, embedding=3, init_scale=s).initialise(Task(7), 0) for s in (1.0, 4.0))
    for name, value in plain.items():
        np.testing.assert_array_equal(scaled[name], 4 * value)


@pytest.mark.parametrize(("settings", "degree"), [({"widths": (6, 5)}, 3), ({"widths": (6,), "bias": "first"}, 2)])
def test_without_later_biases_the_network_is_homogeneous(settings, degree):
    network, pairs = ReluMLP(**settings), np.array([[0, 1], [4, 4], [2, 6]])
    parameters = network.initialise(Task(7), 0)
    doubled = {name: 2 * value for name, value in parameters.items()}
    logits = jax.jit(lambda p: network.logits(p, pairs))
    np.testing.assert_allclose(logits(doubled), 2**degree * logits(parameters), rtol=1e-5, atol=1e-7)


def test_widths_may_come_as_a_list_and_the_network_stays_a_key():
    assert hash(ReluMLP([4, 5])) == hash(ReluMLP((4, 5)))


@pytest.mark.parametrize(
    ("settings", "error", "why"),
    [
        ({"widths": ()}, ValueError, "at least one hidden layer"),
        ({"widths": 200}, TypeError, "widths must be a tuple"),
        ({"widths": (3, 0)}, ValueError, "widths must be an integer >= 1, got 0"),
        ({"bias": "last"}, ValueError, "bias must be True, False or 'first', got 'last'"),
        ({"embedding": 0}, ValueError, "embedding must be an integer >= 1, got 0"),
        ({"init_scale": -1.0}, ValueError, "init_scale must be finite and > 0"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings, error, why):
    with pytest.raises(error, match=why):
        ReluMLP(**settings)
