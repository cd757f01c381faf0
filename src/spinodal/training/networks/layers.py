"""What the networks share: checks of pairs, rows of a table, and a matrix product with a fast backward pass."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def checked_pairs(pairs: Any, prime: int) -> jax.Array:
    """`pairs` as an array (n, 2) of integers in 0..prime-1; values are looked at unless they are traced."""
    if not isinstance(pairs, jax.Array):
        pairs = np.asarray(pairs)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.issubdtype(pairs.dtype, np.integer):
        raise ValueError(f"pairs must be integers of shape (n, 2), got {pairs.dtype} of shape {pairs.shape}")
    if not isinstance(pairs, jax.core.Tracer) and pairs.size:
        least, most = int(pairs.min()), int(pairs.max())
        if least < 0 or most >= prime:
            raise ValueError(f"pairs must hold symbols 0..{prime - 1}, got {least}..{most} (the parameters are those of prime {prime})")
    return jnp.asarray(pairs)


def rows(table: jax.Array, index: jax.Array) -> jax.Array:
    """`table[index]` for an index that is known to be in bounds."""
    return table.at[index].get(mode="promise_in_bounds")


def product(x: jax.Array, weights: jax.Array) -> jax.Array:
    """`x @ weights`, shapes (n, inputs) and (inputs, outputs).

    The gradient of the weights is then computed as outputs x inputs, which XLA's CPU back end does faster than inputs x outputs for n
    much larger than both; without the barrier it folds the two transpositions (benchmarks/networks.py measures both).
    """
    turned = jax.lax.optimization_barrier(weights.T)
    return jax.lax.dot_general(x, turned, (((1,), (1,)), ((), ())))
