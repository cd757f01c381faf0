"""Every network keeps the rules of the interface."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.problems import GroupComposition
from spinodal.training.networks import Decoder, Network, OneLayerTransformer, QuadraticMLP, ReluMLP, TwoTables


@dataclass(frozen=True)
class Task:
    prime: int


PRIME = 7
PAIRS = np.array([[0, 0], [6, 1], [3, 3], [1, 6], [2, 5]])
NETWORKS = [
    QuadraticMLP(6),
    ReluMLP((5, 9)),
    ReluMLP((5, 4), bias=True, embedding=3),
    ReluMLP((6,), bias="first"),
    OneLayerTransformer(d_model=8, heads=2, d_mlp=10),
    OneLayerTransformer(d_model=8, heads=2, d_mlp=10, attention=0.3, equals_token=False),
    Decoder(1, 8, 2, 10),
    Decoder(1, 8, 2, 10, "grokfast2024"),
    TwoTables(5, 6),
]
every_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: str(network).replace("OneLayer", "")[:60])


def in_float64(network, seed=0):
    return {name: jnp.asarray(value, jnp.float64) for name, value in network.initialise(Task(PRIME), seed).items()}


@every_network
def test_a_network_is_a_key_and_offers_the_interface(network):
    assert isinstance(network, Network)
    assert {network: 1}[type(network)(**network.__dict__)] == 1


@every_network
def test_the_start_is_numpy_float32_and_depends_on_the_seed_alone(network):
    first, again, other = (network.initialise(Task(PRIME), seed) for seed in (3, 3, 4))
    assert list(first) == list(again)
    for name, value in first.items():
        assert type(value) is np.ndarray
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, again[name])
        assert np.ptp(value) == 0 or not np.array_equal(value, other[name])


@every_network
def test_one_program_gives_the_logits_in_the_dtype_of_the_parameters(network):
    """Pairs and parameters are traced: other seeds and other pairs compile nothing. The training logits may have more columns."""
    traces = []

    @jax.jit
    def both(parameters, pairs):
        traces.append(1)
        return network.logits(parameters, pairs), network.training_logits(parameters, pairs)

    single, training = both(network.initialise(Task(PRIME), 0), PAIRS)
    turned, _ = both(network.initialise(Task(PRIME), 0), PAIRS[::-1])
    other, _ = both(network.initialise(Task(PRIME), 1), PAIRS)
    assert len(traces) == 1
    signs = 2 if isinstance(network, Decoder) else getattr(network, "equals_token", 0)  # tokens that are no symbol
    assert single.shape == (len(PAIRS), PRIME)
    assert training.shape == (len(PAIRS), PRIME + signs)
    np.testing.assert_array_equal(single, training[:, :PRIME])
    np.testing.assert_allclose(turned[::-1], single, rtol=1e-5, atol=1e-6)
    assert not np.allclose(other, single)
    with jax.enable_x64(True):
        precise, _ = both(in_float64(network), PAIRS)
    assert (single.dtype, precise.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single, precise, rtol=1e-4, atol=1e-5 * np.abs(precise).max())


@every_network
def test_gradient_agrees_with_finite_differences_along_a_line(network):
    """All parameters at once: the slope of sum(weights * training logits) along a random direction."""
    generator = np.random.default_rng(5)
    start = {name: value.astype(float) for name, value in network.initialise(Task(PRIME), 0).items()}
    along = {name: generator.normal(size=value.shape) for name, value in start.items()}
    weights = generator.normal(size=(len(PAIRS), PRIME + 2))
    with jax.enable_x64(True):

        @jax.jit
        @jax.value_and_grad
        def value(parameters):
            logits = network.training_logits(parameters, PAIRS)
            return jnp.sum(weights[:, : logits.shape[1]] * logits)

        gradient = value(start)[1]
        step = 1e-6
        ends = [float(value({name: start[name] + sign * step * along[name] for name in start})[0]) for sign in (1, -1)]
    slope = sum(np.sum(np.asarray(gradient[name]) * along[name]) for name in start)
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("network", [ReluMLP((9, 5), bias=True), NETWORKS[5], NETWORKS[6]], ids=["relu", "transformer", "decoder"])
def test_forward_mode_agrees_with_reverse_mode(network):
    start = network.initialise(Task(PRIME), 0)
    along = {name: np.random.default_rng(1).normal(size=value.shape).astype(np.float32) for name, value in start.items()}

    @jax.jit
    def slopes(parameters):
        value = lambda p: jnp.sum(jnp.sin(network.logits(p, PAIRS)))  # noqa: E731
        backward = jax.grad(value)(parameters)
        return jax.jvp(value, (parameters,), (along,))[1], sum(jnp.sum(backward[name] * along[name]) for name in along)

    forward, backward = slopes(start)
    assert float(forward) == pytest.approx(float(backward), rel=1e-4)


@every_network
def test_no_pairs_give_no_rows(network):
    parameters = network.initialise(Task(PRIME), 0)
    assert jax.eval_shape(network.logits, parameters, np.zeros((0, 2), int)).shape == (0, PRIME)


@every_network
def test_wrong_pairs_are_refused_in_words(network):
    parameters = network.initialise(Task(PRIME), 0)
    with pytest.raises(ValueError, match=r"symbols 0..6, got 0..7 \(the parameters are those of prime 7\)"):
        network.logits(parameters, np.array([[0, 7]]))
    with pytest.raises(ValueError, match=r"symbols 0..6, got -1..2"):
        network.logits(parameters, jnp.array([[-1, 2]]))
    with pytest.raises(ValueError, match=r"integers of shape \(n, 2\), got int64 of shape \(2,\)"):
        network.logits(parameters, np.array([1, 2]))
    with pytest.raises(ValueError, match=r"integers of shape \(n, 2\), got float64"):
        network.logits(parameters, [[1.0, 2.0]])


@every_network
def test_wrong_seeds_are_refused(network):
    with pytest.raises(ValueError, match="seed must be an integer >= 0, got -1"):
        network.initialise(Task(PRIME), -1)


@every_network
@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int16])
def test_pairs_of_narrow_integers_are_the_same_pairs(network, kind):
    """A symbol plus the number of symbols would wrap."""
    prime = 113
    parameters = network.initialise(Task(prime), 0)
    pairs = np.stack([np.arange(prime), np.arange(prime)[::-1]], axis=1)
    np.testing.assert_array_equal(network.logits(parameters, pairs.astype(kind)), network.logits(parameters, pairs))


@every_network
def test_a_network_starts_on_a_group_too(network):
    group = GroupComposition("S3")
    for name, value in network.initialise(group, 4).items():
        np.testing.assert_array_equal(value, network.initialise(Task(6), 4)[name])


@pytest.mark.parametrize(
    ("network", "other", "said"),
    [
        (ReluMLP((6,)), ReluMLP((6, 5)), "'weights_0' must have shape .10, 6., got of shape .14, 6."),
        (ReluMLP((6,)), ReluMLP((6,), bias="first"), "'biases_0' is none of its parameters, got of shape .6,."),
        (QuadraticMLP(9, init="mean-field"), QuadraticMLP(6), "'first' must have shape .14, 9., got of shape .14, 6."),
        (OneLayerTransformer(8, 4, 10), OneLayerTransformer(8, 2, 10), "'query' must have shape .4, 8, 2., got of shape .2, 8, 4."),
        (OneLayerTransformer(8, 2, 10, equals_token=False), OneLayerTransformer(8, 2, 10), "'position' must have shape .2, 8."),
        (TwoTables(5, 6), ReluMLP((5, 9)), "must hold 'unembedding' with a column for each symbol"),
    ],
)
def test_parameters_of_another_network_are_refused(network, other, said):
    with pytest.raises(ValueError, match=said):
        network.logits(other.initialise(Task(PRIME), 0), PAIRS)
