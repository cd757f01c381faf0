"""What the networks share: checks of pairs, rows of a table, and a matrix product with a fast backward pass."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Float, Int, Shaped

from ...errors import even
from .interface import Network, Symbols


def checked_pairs(pairs: Any, prime: int) -> jax.Array:
    """`pairs` as an array (n, 2) of integers in 0..prime-1; values are looked at unless they are traced."""
    if not isinstance(pairs, jax.Array):
        pairs = even("pairs", pairs, "(n, 2)")
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.issubdtype(pairs.dtype, np.integer):
        raise ValueError(f"pairs must be integers of shape (n, 2), got {pairs.dtype} of shape {pairs.shape}")
    if not isinstance(pairs, Tracer) and pairs.size:
        known = np.asarray(pairs)  # an operation of JAX would be traced with the rest
        least, most = int(known.min()), int(known.max())
        if least < 0 or most >= prime:
            raise ValueError(f"pairs must hold symbols 0..{prime - 1}, got {least}..{most} (the parameters are those of prime {prime})")
    return jnp.asarray(pairs, jnp.int32)  # a narrower type would wrap where the networks add the number of symbols


@cache
def _shapes(network: Network, symbols: int) -> dict[str, tuple[int, ...]]:
    return {name: values.shape for name, values in network.initialise(Symbols(symbols), 0).items()}


def symbols_read(network: Network, parameters: Mapping[str, Any], output: str, others: int = 0) -> int:
    """How many symbols `parameters` are for: the columns of `output`, less `others` for tokens that are no symbols.

    Raises: ValueError where names or shapes are not those of `network`: a network of other settings would answer, and wrongly.
    """
    found = {name: np.shape(values) for name, values in parameters.items()}
    symbols = found[output][-1] - others if found.get(output) else 0
    if symbols < 1:
        raise ValueError(f"parameters of {network} must hold {output!r} with a column for each symbol, got {found}")
    expected = _shapes(network, symbols)
    wrong = [name for name in (*expected, *found) if found.get(name) != expected.get(name)]
    if wrong:
        name = wrong[0]
        wanted = f"must have shape {expected[name]}" if name in expected else "is none of its parameters"
        given = f"of shape {found[name]}" if name in found else "nothing"
        raise ValueError(f"parameters must be those of {network} for {symbols} symbols: {name!r} {wanted}, got {given}")
    return symbols


def rows(table: Shaped[Any, "entries ..."], index: Int[Any, " n"]) -> Shaped[jax.Array, "n ..."]:
    """`table[index]` for an index that is known to be in bounds."""
    return jnp.asarray(table).at[index].get(mode="promise_in_bounds")


def product(x: Float[Any, "n inputs"], weights: Float[Any, "inputs outputs"]) -> Float[jax.Array, "n outputs"]:
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
def relu(x: Float[Any, "*shape"]) -> Float[jax.Array, "*shape"]:
    """max(x, 0), with slope 0 at 0.

    Its slope is read off the result, as `jax.nn.relu` reads it off x: the backward pass then needs one array of n rows, not two.
    """
    return jnp.maximum(x, 0)


@relu.defjvp
def _relu_jvp(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    found = relu(*primals)
    return found, jnp.where(found > 0, tangents[0], 0)
