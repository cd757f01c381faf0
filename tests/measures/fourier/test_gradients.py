"""Gradient symmetricity: networks with gradients that are known, and a published one."""

import itertools
import random

import numpy as np
import pytest

from spinodal.measures.fourier import gradient_symmetricity

P, D = 7, 4
EMBEDDING = np.random.default_rng(0).normal(size=(P, D)).astype(np.float32)
READOUT = np.random.default_rng(1).normal(size=(D, P)).astype(np.float32)


def test_a_function_of_the_sum_is_one_and_of_the_difference_minus_one():
    for sign in (1, -1):

        def logits(pairs, sign=sign):
            x = (pairs[:, 0] + sign * pairs[:, 1]) @ READOUT
            return x + x**3

        found = gradient_symmetricity(logits, EMBEDDING)
        assert found == pytest.approx(sign, abs=1e-6)


def test_a_product_has_the_cosine_of_its_factors():
    """Q_c = E_a . M_c E_b: gradients M_c E_b and M_c^T E_a."""
    forms = np.random.default_rng(2).normal(size=(P, D, D)).astype(np.float32)
    triples = np.array([[0, 1, 2], [3, 3, 4], [6, 0, 5]])
    expected = []
    for a, b, c in triples:
        first, second = forms[c] @ EMBEDDING[b], forms[c].T @ EMBEDDING[a]
        expected.append(first @ second / np.linalg.norm(first) / np.linalg.norm(second))

    def logits(pairs):
        import jax.numpy as jnp

        return jnp.einsum("nd,cde,ne->nc", pairs[:, 0], forms, pairs[:, 1])

    assert gradient_symmetricity(logits, EMBEDDING, triples=triples) == pytest.approx(np.mean(expected), abs=1e-5)
    shuffled = list(itertools.product(range(P), repeat=3))
    random.Random(42).shuffle(shuffled)
    same = gradient_symmetricity(logits, EMBEDDING, triples=np.array(shuffled[:20]))
    assert gradient_symmetricity(logits, EMBEDDING, count=20) == pytest.approx(same, abs=1e-7)
    assert gradient_symmetricity(logits, EMBEDDING, count=20, seed=1) != pytest.approx(same, abs=1e-3)


def test_a_gradient_of_zero_is_undefined():
    assert np.isnan(gradient_symmetricity(lambda pairs: pairs[:, 0] @ READOUT, EMBEDDING))
    assert np.isnan(gradient_symmetricity(lambda pairs: pairs.sum(axis=1) @ READOUT * np.float32(np.nan), EMBEDDING))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"embedding": EMBEDDING[0]}, "embedding must have shape"), ({"triples": [[0, 1]]}, r"triples must have shape \(n, 3\)"),
        ({"triples": [[0, 1, P]]}, r"triples must be in 0\.\.6"), ({"triples": [[0.0, 1, 2]]}, "triples must be integers"),
        ({"count": 0}, "count"), ({"seed": -1}, "seed"),
        ({"logits_from_embeddings": lambda pairs: pairs[:, 0]}, r"logits_from_embeddings must return shape \(100, 7\), got \(100, 4\)"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(change, words):
    given = {"logits_from_embeddings": lambda pairs: pairs.sum(axis=1) @ READOUT, "embedding": EMBEDDING} | change
    with pytest.raises((ValueError, TypeError), match=words):
        gradient_symmetricity(**given)


def transformer(weights):
    """The attention-coefficient transformer: two tokens, read at the second, A = attention softmax + 1 - attention."""
    import jax
    import jax.numpy as jnp

    attention = float(weights["attention"])

    def logits(pairs):
        x = pairs + weights["position"]
        query = jnp.einsum("nd,hde->nhe", x[:, 1], weights["query"])
        key, value = (jnp.einsum("nsd,hde->nshe", x, weights[name]) for name in ("key", "value"))
        scores = jnp.einsum("nhe,nshe->nhs", query, key) / np.sqrt(query.shape[-1])
        mixed = jnp.einsum("nhs,nshe->nhe", attention * jax.nn.softmax(scores) + 1 - attention, value)
        x = x[:, 1] + jnp.einsum("nhe,hed->nd", mixed, weights["output"])
        hidden = jax.nn.relu(x @ weights["mlp_in"] + weights["mlp_in_bias"])
        return (x + hidden @ weights["mlp_out"] + weights["mlp_out_bias"]) @ weights["unembedding"]

    return logits


def test_the_published_clock_has_its_published_value(clock_pizza):
    """Published .33364. Weights are kept in float16; rounding errors of that size, drawn 12 times, spread the value by 2.2e-4."""
    import jax

    weights = {name[2:]: array.astype(np.float32) for name, array in clock_pizza.items() if name.startswith("B_")}
    network, embedding = transformer(weights), weights["embedding"]
    rows = np.arange(0, 59**2, 29)
    a, b = np.divmod(rows, 59)
    correct = np.asarray(jax.jit(network)(embedding[np.stack([a, b], axis=1)]))[np.arange(len(rows)), (a + b) % 59]
    assert np.abs(correct - clock_pizza["B_correct"][rows]).max() < 1e-3 * np.abs(correct).max()
    assert abs(gradient_symmetricity(network, embedding) - 0.33364) < 4 * 2.2e-4
