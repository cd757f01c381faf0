"""The decoder against the usual form at all positions, and the numbers of its start."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf

from spinodal.training.losses import cross_entropy
from spinodal.training.networks import Decoder
from spinodal.training.networks.decoder import sines


@dataclass(frozen=True)
class Task:
    prime: int


PRIME = 7
CASES = [Decoder(1, 12, 3, 20), Decoder(2, 12, 3, 20), Decoder(2, 12, 3, 20, "grokfast2024")]
QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0}
every_case = pytest.mark.parametrize("network", CASES, ids=lambda network: f"{network.variant}-{network.layers}")


def layer_norm(p, name, x, xp):
    centred = x - x.mean(axis=-1, keepdims=True)
    scale, shift = (p[name.replace("*", word)] for word in ("scale", "shift"))
    return centred / xp.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * scale + shift


def all_positions(network, p, pairs, xp):
    """Every position attends under the causal mask and goes through every MLP, then the last one is read."""
    ones, pre = xp.ones((len(pairs), 1), int), network.variant == "grokfast2024"
    tokens = xp.concatenate([pairs[:, :1], PRIME * ones, pairs[:, 1:], (PRIME + 1) * ones], axis=1)
    x = p["embedding"][tokens] + (p["position"] if pre else sines(network.d_model))
    hidden = []
    for i in range(network.layers):

        def affine(name, y, i=i):
            return y @ p[f"{name}_{i}"] + (p[f"{name}_bias_{i}"] if pre else 0)

        seen = layer_norm(p, f"attention_*_{i}", x, xp) if pre else x
        shape = (len(pairs), 4, network.heads, -1)
        query, key, value = (affine(name, seen).reshape(shape) for name in ("query", "key", "value"))
        scores = xp.einsum("nshk,nthk->nhst", query, key) / np.sqrt(network.d_model // network.heads)
        scores = xp.where(np.tril(np.ones((4, 4), bool)), scores, -1e30)
        weights = xp.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = weights / weights.sum(axis=-1, keepdims=True)
        x = x + affine("output", xp.einsum("nhst,nthk->nshk", weights, value).reshape(len(pairs), 4, -1))
        x = x if pre else layer_norm(p, f"attention_*_{i}", x, xp)
        before = affine("mlp_in", layer_norm(p, f"mlp_*_{i}", x, xp) if pre else x)
        gauss = (erf if xp is np else jax.scipy.special.erf)(before / np.sqrt(2))
        active = before * (1 + gauss) / 2 if pre else xp.maximum(before, 0)
        hidden.append(active[:, -1])
        x = x + affine("mlp_out", active)
        x = x if pre else layer_norm(p, f"mlp_*_{i}", x, xp)
    x = layer_norm(p, "final_*", x, xp) if pre else x
    return (x @ p["unembedding"])[:, -1], hidden


def parameters_of(network):
    """The start, moved a little, so that nothing is 0 or 1."""
    generator = np.random.default_rng(9)
    return {name: value + 0.1 * generator.normal(size=value.shape) for name, value in network.initialise(Task(PRIME), 0).items()}


def all_pairs():
    pairs = np.array([(a, b) for a in range(PRIME) for b in range(PRIME)])[::2]
    return pairs, pairs.sum(axis=1) % PRIME


@pytest.mark.parametrize(
    "network", [*CASES[:2], pytest.param(CASES[2], marks=pytest.mark.slow)], ids=lambda network: f"{network.variant}-{network.layers}"
)
def test_values_and_every_gradient_are_those_of_all_positions(network):
    (pairs, labels), parameters = all_pairs(), parameters_of(network)

    def ours(p):
        found = network.training_logits(p, pairs)
        return cross_entropy(found, labels), (found, network.hidden(p, pairs))

    with jax.enable_x64(True):
        compiled = jax.jit(jax.value_and_grad(ours, has_aux=True), compiler_options=QUICK_TO_COMPILE)
        (loss, (logits, hidden)), gradients = compiled(parameters)
        plain = jax.value_and_grad(lambda p: cross_entropy(all_positions(network, p, jnp.asarray(pairs), jnp)[0], labels))
        by_hand = jax.jit(plain, compiler_options=QUICK_TO_COMPILE)
        expected_loss, expected = by_hand(parameters)
        single = {name: value.astype(np.float32) for name, value in parameters.items()}
        (single_loss, _), single_gradients = compiled(single)
        gradients, single_gradients, expected = (
            {name: np.asarray(x, float) for name, x in tree.items()} for tree in (gradients, single_gradients, expected)
        )
    expected_logits, expected_hidden = all_positions(network, parameters, pairs, np)
    np.testing.assert_allclose(logits, expected_logits, rtol=1e-11, atol=1e-11)
    for found, wanted in zip(hidden, expected_hidden, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-11)
    assert float(loss) == pytest.approx(float(expected_loss), rel=1e-12)
    assert float(single_loss) == pytest.approx(float(expected_loss), rel=1e-5)
    largest = max(np.linalg.norm(gradient) for gradient in expected.values())
    for name, gradient in expected.items():
        length = np.linalg.norm(gradient)
        # a bias of the keys adds the same to all scores of a query: its gradient is 0
        assert length > 1e-6 * largest or name.startswith("key_bias"), name
        assert np.linalg.norm(gradients[name] - gradient) <= 1e-11 * largest, name
        assert np.linalg.norm(single_gradients[name] - gradient) <= 1e-5 * largest, name


def test_huge_scores_do_not_overflow():
    parameters = {name: value.astype(np.float32) for name, value in parameters_of(CASES[1]).items()}
    parameters["query_0"] = 1e6 * parameters["query_0"]
    assert np.isfinite(jax.jit(CASES[1].logits)(parameters, all_pairs()[0])).all()


def test_positions_are_the_sines_of_the_released_code():
    found = sines(6)
    assert found.shape == (4, 6)
    np.testing.assert_array_equal(found[0], [0, 1, 0, 1, 0, 1])
    np.testing.assert_allclose(found[3], [f(3 / 10000 ** (i / 6)) for i in (0, 2, 4) for f in (np.sin, np.cos)], rtol=1e-15)


def test_the_published_sizes_have_their_numbers_of_parameters():
    """Of each layer 12 d^2 in matrices; with biases 9 d more; two LayerNorms have 4 d."""
    count = {v: sum(x.size for x in Decoder(variant=v).initialise(Task(97), 0).values()) for v in ("power2022", "grokfast2024")}
    d = 128
    assert count["power2022"] == 2 * (12 * d * d + 4 * d) + 2 * 99 * d
    assert count["grokfast2024"] == 2 * (12 * d * d + 13 * d) + 2 * 99 * d + 4 * d + 2 * d


def test_the_start_has_the_stated_spread():
    for variant, inner in (("power2022", 1 / 128), ("grokfast2024", 6 / (4 * 128))):
        parameters = Decoder(variant=variant).initialise(Task(113), 0)
        bounds = {
            "query_0": inner,
            "value_1": inner,
            "output_1": 1 / 128,
            "mlp_in_0": 1 / 128,
            "mlp_out_1": 1 / 512,
            "unembedding": 1 / 128,
        }
        for name, square in bounds.items():
            share = np.mean(np.asarray(parameters[name], float) ** 2) / (square / 3)
            assert abs(share - 1) / np.sqrt(0.8 / parameters[name].size) < 4, name  # var(x^2) / mean(x^2)^2 = 4/5 of a uniform x
        assert abs(np.mean(parameters["embedding"] ** 2.0) - 1) / np.sqrt(2 / parameters["embedding"].size) < 4
        assert (parameters["mlp_scale_1"] == 1).all()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"heads": 3}, "heads must divide d_model, got heads=3 and d_model=128"),
        ({"layers": 0}, "layers must be an integer >= 1"),
        ({"variant": "power"}, "variant must be one of 'power2022', 'grokfast2024', got 'power'; nearest: power2022"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings, why):
    with pytest.raises(ValueError, match=why):
        Decoder(**settings)
