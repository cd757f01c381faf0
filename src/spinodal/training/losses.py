"""What training lowers: cross-entropy, squared error and StableMax, as means over rows."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Bool, Float, Int

from ..errors import even


def cross_entropy(logits: Any, labels: Any, *, weighted: Any = None) -> jax.Array:
    """Softmax cross-entropy in nats, the mean over rows.

        L = mean_i (log sum_c exp(z_ic) - z_iy_i)

    Arguments:
        logits: z, (n, c). The loss works in their dtype: cast them first for a loss in float64.
        labels: y, (n,) integers in 0..c-1.
        weighted: weights (n,) of the rows, >= 0, for rows that do not count: sum_i w_i l_i / sum_i w_i. Default: all 1.
    Returns: a scalar >= 0. In float32 its gradient becomes exactly 0 on rows with a large margin (softmax collapse).
    Undefined: no rows, or weights that are all 0, give NaN. Raises: ValueError for labels that are no class, unless they are traced.
    """
    logits, labels = _checked(logits, labels)
    shifted = logits - jax.lax.stop_gradient(jnp.max(logits, axis=1, keepdims=True))
    return _mean(jnp.log(jnp.sum(jnp.exp(shifted), axis=1)) - _own(shifted, labels), weighted)


def mean_squared(logits: Any, labels: Any, *, weighted: Any = None) -> jax.Array:
    """Squared distance to the one-hot label, the mean over rows *and* classes.

        L = mean_i mean_c (z_ic - [c = y_i])^2

    Arguments: as `cross_entropy`.
    Undefined: no rows, or weights that are all 0, give NaN.
    """
    logits, labels = _checked(logits, labels)
    return _mean(jnp.mean((logits - _one_hot(logits, labels)) ** 2, axis=1), weighted)


def stablemax(logits: Any, labels: Any, *, weighted: Any = None) -> jax.Array:
    """Cross-entropy with StableMax in place of softmax, in nats, the mean over rows.

        L = -mean_i log(s(z_iy_i) / sum_c s(z_ic)),   s(x) = x + 1 for x >= 0, 1/(1 - x) for x < 0

    s grows linearly, so the gradient does not vanish in float32 where that of cross-entropy does. s(0) = s'(0) = 1 from both sides.
    Arguments: as `cross_entropy`.
    Undefined: no rows, or weights that are all 0, give NaN.
    Source: Prieto et al. (2025), arXiv:2501.04697.
    """
    logits, labels = _checked(logits, labels)
    own = _own(logits, labels)
    # log1p, since s is near 1 for small logits; `where`, since minimum and maximum halve the slope at 0
    log_own = jnp.where(own < 0, -1, 1) * jnp.log1p(jnp.where(own < 0, -own, own))
    return _mean(jnp.log(jnp.sum(_stable_scores(logits), axis=1)) - log_own, weighted)


def _stable_scores(logits: Float[jax.Array, "n classes"]) -> Float[jax.Array, "n classes"]:
    # The branch that is not taken sees 0, so that it makes no infinity for `where` to multiply by 0 in the gradient
    below = jnp.where(logits < 0, logits, 0)
    return jnp.where(logits < 0, 1 / (1 - below), 1 + logits)


def _checked(logits: Any, labels: Any) -> tuple[Float[jax.Array, "n classes"], Int[jax.Array, " n"]]:
    if not isinstance(logits, jax.Array):
        logits = even("logits", logits, "(n, classes)")
    if not isinstance(labels, jax.Array):
        labels = even("labels", labels, "(n,)")
    logits, labels = jnp.asarray(logits), jnp.asarray(labels)
    if logits.ndim != 2 or labels.shape != logits.shape[:1] or not jnp.issubdtype(labels.dtype, jnp.integer):
        raise ValueError(
            f"logits must have shape (n, classes) and labels (n,) integers, got {logits.shape} and {labels.dtype} of shape {labels.shape}"
        )
    if not jnp.issubdtype(logits.dtype, jnp.floating):
        raise TypeError(f"logits must be floating-point numbers, got {logits.dtype}")
    if not isinstance(labels, Tracer) and labels.size:
        known = np.asarray(labels)  # an operation of JAX would be traced with the rest
        if known.min() < 0 or known.max() >= logits.shape[1]:
            raise ValueError(f"labels must be in 0..{logits.shape[1] - 1}, got {known.min()}..{known.max()}")
    return logits, labels


def _one_hot(logits: Float[jax.Array, "n classes"], labels: Int[jax.Array, " n"]) -> Bool[jax.Array, "n classes"]:
    return jnp.arange(logits.shape[1])[None, :] == labels[:, None]


def _own(logits: Float[jax.Array, "n classes"], labels: Int[jax.Array, " n"]) -> Float[jax.Array, " n"]:
    """The label's logit: a masked sum, whose gradient is elementwise where that of an indexed read is a scatter."""
    return jnp.sum(jnp.where(_one_hot(logits, labels), logits, 0), axis=1)


def _mean(losses: Float[jax.Array, " n"], weights: Any) -> Float[jax.Array, ""]:
    if weights is None:
        return jnp.mean(losses) if losses.size else jnp.full((), jnp.nan, losses.dtype)
    weights = jnp.asarray(weights, losses.dtype)
    if weights.shape != losses.shape:
        raise ValueError(f"weighted must have one weight for each of the {losses.shape[0]} rows, got shape {weights.shape}")
    return jnp.sum(weights * losses) / jnp.sum(weights)
