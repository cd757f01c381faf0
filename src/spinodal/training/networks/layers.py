"""What the networks share: checks of pairs, rows of a table, and a matrix product with a fast backward pass."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer


def checked_pairs(pairs: Any, prime: int) -> jax.Array:
    """`pairs` as an array (n, 2) of integers in 0..prime-1; values are looked at unless they are traced."""
    if not isinstance(pairs, jax.Array):
        pairs = np.asarray(pairs)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.issubdtype(pairs.dtype, np.integer):
        raise ValueError(f"pairs must be integers of shape (n, 2), got {pairs.dtype} of shape {pairs.shape}")
    if not isinstance(pairs, Tracer) and pairs.size:
        known = np.asarray(pairs)  # an operation of JAX would be traced with the rest
        least, most = int(known.min()), int(known.max())
        if least < 0 or most >= prime:
            raise ValueError(f"pairs must hold symbols 0..{prime - 1}, got {least}..{most} (the parameters are those of prime {prime})")
    return jnp.asarray(pairs)


def rows(table: jax.Array, index: jax.Array) -> jax.Array:
    """`table[index]` for an index that is known to be in bounds."""
    return jnp.asarray(table).at[index].get(mode="promise_in_bounds")


def product(x: jax.Array, weights: jax.Array) -> jax.Array:
    """`x @ weights`, shapes (n, inputs) and (inputs, outputs).

    With more inputs than outputs the gradient of the weights is computed as (outputs, inputs) and then turned: XLA's CPU back end is
    faster when the longer side of a product comes last. Without the barrier it folds the two transpositions and undoes that.
    benchmarks/networks.py measures what this and the other layers here bring over the plain form.
    """
    if weights.shape[0] <= weights.shape[1]:
        return x @ weights
    turned = jax.lax.optimization_barrier(weights.T)
    return jax.lax.dot_general(x, turned, (((1,), (1,)), ((), ())))


@jax.custom_jvp
def relu(x: jax.Array) -> jax.Array:
    """max(x, 0), with slope 0 at 0.

    Its slope is read off the result, as `jax.nn.relu` reads it off x: the backward pass then needs one array of n rows, not two.
    """
    return jnp.maximum(x, 0)


@relu.defjvp
def _relu_jvp(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    found = relu(*primals)
    return found, jnp.where(found > 0, tangents[0], 0)
