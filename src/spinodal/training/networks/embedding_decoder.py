"""Trainable embeddings of symbols and a decoder that sees their sum or their matrix product."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ...errors import choice, integer, require
from .mlp import layers, uniform_layers


class OneHotPairs(NamedTuple):
    """`first` and `second` (n, symbols): products with them are faster on a CPU than a gather, whose gradient scatters."""

    first: Any
    second: Any


@dataclass(frozen=True)
class EmbeddingDecoder:
    """f(i, j) = Dec(E_i + E_j), or Dec(E_i E_j) with square matrices; Dec is an MLP with tanh.

    Arguments:
        embedding_dim: entries of an embedding, a square number for "product". combine: "sum" or "product".
    Parameters: `embedding` (symbols, embedding_dim), `weights` [(in, out), ...], `biases` [(out,), ...].
    Source: arXiv:2205.10343.
    """

    embedding_dim: int = 1
    combine: str = "sum"

    def __post_init__(self):
        integer("embedding_dim", self.embedding_dim, minimum=1)
        choice("combine", self.combine, ("sum", "product"))
        square = self.combine == "sum" or math.isqrt(self.embedding_dim) ** 2 == self.embedding_dim
        require(square, f"embedding_dim must be a square number where combine='product', got {self.embedding_dim}")

    def initialise(self, problem: Any, seed: int) -> dict[str, Any]:
        """Uniform parameters of this seed, float32, at the scales of the problem."""
        rng = np.random.default_rng(seed)
        embedding = rng.uniform(-0.5, 0.5, (problem.symbols, self.embedding_dim)) * problem.embedding_scale
        sizes = (self.embedding_dim, *problem.hidden_widths, problem.outputs)
        return {"embedding": embedding.astype(np.float32), **uniform_layers(rng, sizes, problem.decoder_scale)}

    def prepare(self, pairs: np.ndarray, symbols: int) -> OneHotPairs:
        """What `logits` wants of the pairs (n, 2)."""
        return OneHotPairs(*(np.eye(symbols, dtype=np.float32)[pairs[:, side]] for side in (0, 1)))

    def logits(self, parameters: dict[str, Any], inputs: OneHotPairs) -> jax.Array:
        """(n, outputs)."""
        embedding = parameters["embedding"]
        if self.combine == "sum":
            h = (inputs.first + inputs.second) @ embedding
        else:
            side = math.isqrt(self.embedding_dim)
            first, second = ((x @ embedding).reshape(-1, side, side) for x in inputs)
            h = jnp.einsum("nij,njk->nik", first, second).reshape(-1, self.embedding_dim)
        return layers(parameters, h, "tanh")
