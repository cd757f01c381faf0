"""Losses on logits."""

import jax
import jax.numpy as jnp


def cross_entropy(logits: jax.Array, labels: jax.Array, *, weighted: jax.Array | None = None) -> jax.Array:
    """Mean over rows of -log softmax at the label."""
    at_label = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return _mean(jax.nn.logsumexp(logits, axis=1) - at_label, weighted)


def mean_squared(logits: jax.Array, labels: jax.Array, *, weighted: jax.Array | None = None) -> jax.Array:
    """Squared error against one-hot labels, mean over rows and classes."""
    return _mean(((logits - jax.nn.one_hot(labels, logits.shape[1], dtype=logits.dtype)) ** 2).mean(axis=1), weighted)


def _mean(values: jax.Array, weighted: jax.Array | None) -> jax.Array:
    return values.mean() if weighted is None else values @ weighted.astype(values.dtype) / weighted.sum().astype(values.dtype)
