"""The table form of the transformer against the usual form at all positions, and the numbers of its start."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training.networks import OneLayerTransformer, transformer


@dataclass(frozen=True)
class Task:
    prime: int


PRIME = 7
SETTINGS = [{}, {"attention": 0.0}, {"equals_token": False, "attention": 0.4}]


def small(**settings):
    return OneLayerTransformer(d_model=12, heads=3, d_mlp=20, **settings)


def all_positions(network, p, pairs, xp, embeddings=None):
    """The usual form: every position attends under the causal mask, MLP and unembedding everywhere, then the last position is read."""
    tokens = xp.concatenate([pairs, xp.full((len(pairs), 1), PRIME)], axis=1) if network.equals_token else pairs
    x = p["embedding"][tokens]
    if embeddings is not None:
        x = xp.concatenate([embeddings, x[:, 2:]], axis=1)
    x = x + p["position"]
    length = x.shape[1]
    query, key, value = (xp.einsum("nsd,hdk->nhsk", x, p[name]) for name in ("query", "key", "value"))
    scores = xp.einsum("nhsk,nhtk->nhst", query, key) / np.sqrt(network.d_model // network.heads)
    if network.equals_token:
        scores = xp.where(np.tril(np.ones((length, length), bool)), scores, -1e30)
    weights = xp.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = network.attention * weights / weights.sum(axis=-1, keepdims=True) + (1 - network.attention)
    x = x + xp.einsum("nhst,nhtk,hkd->nsd", weights, value, p["output"])
    hidden = xp.maximum(x @ p["mlp_in"] + p["mlp_in_bias"], 0)
    x = x + hidden @ p["mlp_out"] + p["mlp_out_bias"]
    return (x @ p["unembedding"])[:, -1], hidden[:, -1]


def parameters_of(network, seed=0):
    """The start, with biases that are not 0, in float64."""
    found = {name: np.asarray(value, float) for name, value in network.initialise(Task(PRIME), seed).items()}
    generator = np.random.default_rng(9)
    return found | {name: generator.normal(size=found[name].shape) for name in ("mlp_in_bias", "mlp_out_bias")}


def all_pairs(copies=1):
    return np.tile(np.array([(a, b) for a in range(PRIME) for b in range(PRIME)])[::2], (copies, 1))


@pytest.mark.parametrize(("settings", "copies"), [*((settings, 1) for settings in SETTINGS), ({"attention": 0.7}, 3)], ids=str)
def test_values_and_every_gradient_are_those_of_all_positions(settings, copies):
    network, pairs = small(**settings), all_pairs(copies)
    assert transformer._composing_saves(len(pairs), 12, 20, PRIME + 1) == (copies > 1)
    parameters = parameters_of(network)
    logits, hidden = all_positions(network, parameters, pairs, np)
    back = np.random.default_rng(1).normal(size=logits.shape)

    def ours(p):
        found = network.training_logits(p, pairs)
        return jnp.sum(back * found), (found, *network.hidden(p, pairs))

    with jax.enable_x64(True):
        gradients, found = jax.jit(jax.grad(ours, has_aux=True))(parameters)
        expected = jax.jit(jax.grad(lambda p: jnp.sum(back * all_positions(network, p, pairs, jnp)[0])))(parameters)
    np.testing.assert_allclose(found[0], logits, rtol=1e-12, atol=1e-12)
    assert len(found) == 2
    np.testing.assert_allclose(found[1], hidden, rtol=1e-12, atol=1e-12)
    for name, gradient in expected.items():
        # without attention queries and keys do nothing, and their gradient is exactly 0
        assert np.linalg.norm(gradients[name] - gradient) <= 1e-9 * np.linalg.norm(gradient), name
        assert np.linalg.norm(gradient) > 0 or (network.attention == 0 and name in ("query", "key"))


@pytest.mark.parametrize("settings", SETTINGS[::2], ids=str)
def test_logits_from_embeddings_are_those_of_the_pairs_and_of_any_embedding(settings):
    network, pairs = small(**settings), all_pairs()
    parameters = parameters_of(network)
    embeddings = np.random.default_rng(2).normal(size=(len(pairs), 2, 12))

    def ours(e):
        found = network.logits_from_embeddings(parameters, e)
        return found.sum(), found

    with jax.enable_x64(True):
        compiled = jax.jit(jax.grad(ours, has_aux=True))
        slopes, elsewhere = compiled(embeddings)
        own = compiled(parameters["embedding"][pairs])[1]
        arrays = {name: jnp.asarray(value) for name, value in parameters.items()}
        expected = jax.jit(jax.grad(lambda e: all_positions(network, arrays, pairs, jnp, e)[0][:, :PRIME].sum()))(embeddings)
    np.testing.assert_allclose(own, all_positions(network, parameters, pairs, np)[0][:, :PRIME], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(elsewhere, all_positions(network, parameters, pairs, np, embeddings)[0][:, :PRIME], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(slopes, expected, rtol=1e-9, atol=1e-11)


def test_huge_scores_do_not_overflow():
    network = small()
    parameters = {name: value.astype(np.float32) for name, value in parameters_of(network).items()}
    parameters["query"] = 1e6 * parameters["query"]
    assert np.isfinite(jax.jit(network.logits)(parameters, all_pairs())).all()


def test_the_published_size_has_its_number_of_parameters():
    parameters = OneLayerTransformer().initialise(Task(113), 0)
    assert sum(value.size for value in parameters.values()) == 226_816
    shapes = {
        "embedding": (114, 128), "position": (3, 128), "query": (4, 128, 32), "key": (4, 128, 32), "value": (4, 128, 32),
        "output": (4, 32, 128), "mlp_in": (128, 512), "mlp_in_bias": (512,), "mlp_out": (512, 128), "mlp_out_bias": (128,),
        "unembedding": (128, 114),
    }  # fmt: skip
    assert {name: value.shape for name, value in parameters.items()} == shapes
    without = OneLayerTransformer(equals_token=False).initialise(Task(59), 0)
    assert {name: without[name].shape for name in ("embedding", "position", "unembedding")} == {
        "embedding": (59, 128),
        "position": (2, 128),
        "unembedding": (128, 59),
    }


def test_the_start_has_the_stated_variances():
    parameters = OneLayerTransformer().initialise(Task(113), 0)
    for name, value in parameters.items():
        if name.endswith("bias"):
            assert not value.any()
            continue
        variance = 1 / 114 if name == "unembedding" else 1 / 128
        share = np.mean(np.asarray(value, float) ** 2) / variance
        assert abs(share - 1) / np.sqrt(2 / value.size) < 4, name


@pytest.mark.parametrize(
    ("settings", "error", "why"),
    [
        ({"heads": 3}, ValueError, "heads must divide d_model, got heads=3 and d_model=128"),
        ({"attention": 1.5}, ValueError, r"attention must be in \[0, 1\], got 1.5"),
        ({"attention": "full"}, TypeError, "attention must be a finite number"),
        ({"d_mlp": 0}, ValueError, "d_mlp must be an integer >= 1"),
        ({"equals_token": 1}, TypeError, "equals_token must be True or False, got 1"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings, error, why):
    with pytest.raises(error, match=why):
        OneLayerTransformer(**settings)


def test_wrong_embeddings_are_refused_in_words():
    network = small()
    with pytest.raises(ValueError, match=r"embeddings must have shape \(n, 2, 12\), got \(4, 3, 12\)"):
        network.logits_from_embeddings(parameters_of(network), np.zeros((4, 3, 12)))
