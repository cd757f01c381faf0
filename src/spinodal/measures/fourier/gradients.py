"""Do the two symbols of a pair move a logit in the same direction?"""

import array
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import integer, require
from .checks import numbers


def gradient_symmetricity(
    logits_from_embeddings: Callable[[Any], Any], embedding: Any, *, triples: Any = None, count: int = 100, seed: int = 42
) -> float:
    """Mean cosine between the gradients of a logit in the two embedded symbols: high for a pizza, low for a clock.

        mean over (a, b, c) of cos(dQ_abc / dE_a, dQ_abc / dE_b),    Q_abc the logit of c for the pair (a, b).

    Arguments:
        logits_from_embeddings: a function that JAX can trace, (n, 2, d) embedded pairs, before positions, to (n, p) logits; no row may look
            at another one.
        embedding: (p, d). The function sees it in JAX's own precision.
        triples: (n, 3) integers a, b, c in 0..p-1; None is the published draw: all triples in lexicographic order, shuffled by
            `random.Random(seed)`, the first `count` (kept after the first call, since a large p has many triples).
        count: >= 1. seed: >= 0, 42 in the released code.
    Returns: -1..1; about 0 for unrelated gradients.
    Undefined (NaN): a gradient that is 0 or not finite at any of the triples.
    Source: arXiv:2306.17844 and its released notebook.
    """
    table = numbers("embedding", embedding, (None, None), "(symbols, embedding dimensions)")
    p = len(table)
    if triples is None:
        chosen = _published(p, integer("count", count, minimum=1), integer("seed", seed, minimum=0))
    else:
        chosen = numbers("triples", triples, (None, 3), "(n, 3)")
        if chosen.dtype.kind not in "iu":
            raise TypeError(f"triples must be integers, got dtype {chosen.dtype}")
        require(chosen.min() >= 0 and chosen.max() < p, f"triples must be in 0..{p - 1}, got {chosen.min()}..{chosen.max()}")
    import jax
    import jax.numpy as jnp

    def summed(pairs: Any) -> Any:  # rows do not look at one another, so one gradient holds those of all logits
        logits = logits_from_embeddings(pairs)
        require(
            jnp.shape(logits) == (len(chosen), p), f"logits_from_embeddings must return shape {(len(chosen), p)}, got {jnp.shape(logits)}"
        )
        return jnp.sum(logits[np.arange(len(chosen)), chosen[:, 2]])

    gradients = np.asarray(jax.jit(jax.grad(summed))(jnp.asarray(table[chosen[:, :2]] * 1.0)), dtype=np.float64)
    if not np.isfinite(gradients).all():
        return np.nan
    largest = np.abs(gradients).max(axis=2, keepdims=True)
    if not largest.all():
        return np.nan
    first, second = np.moveaxis(gradients / largest, 1, 0)
    return float(np.mean(np.sum(first * second, axis=1) / (np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1))))


@lru_cache(maxsize=8)
def _published(p: int, count: int, seed: int) -> np.ndarray:
    order = array.array("q", range(p**3))  # triples by their number: a shuffle depends on the length alone, and p^3 tuples fill memory
    random.Random(seed).shuffle(order)
    return np.stack(np.unravel_index(np.array(order[:count]), (p, p, p)), axis=1)
