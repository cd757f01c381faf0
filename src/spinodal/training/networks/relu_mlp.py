"""Fully connected ReLU networks, with or without biases, on one-hot pairs or on a learned embedding."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ...errors import integer, positive, require
from .interface import symbols_of
from .layers import checked_pairs, product, relu, rows, symbols_read


@dataclass(frozen=True)
class ReluMLP:
    """A fully connected network on pairs of symbols,

        h_0 = relu(W_0[a] + W_0[p + b] + b_0),   h_i = relu(h_{i-1} @ W_i + b_i),   f = h_last @ W + b,

    that is, on the concatenated one-hot codes of a and b; with `embedding=e`, on concat(E[a], E[b]) of one shared table E (p, e).
    Parameters: `weights_0` (2p or 2e, widths[0]), `weights_1`, ..., the last one (widths[-1], p); `biases_i` where there are any;
    `embedding` (p, e).

    Arguments:
        widths: hidden units of each hidden layer, at least one layer; default (200, 200).
        bias: True in every layer, False in none (default), "first" in the first layer only, which keeps the network homogeneous in
            the sense of Lyu et al.
        embedding: columns of the shared table, or None (default).
        init_scale: multiplies all parameters at the start, default 1.
    At the start weights and biases are U(-1/sqrt(f), 1/sqrt(f)), f the number of inputs of their layer, and E is N(0, 1).
    Source: arXiv:2501.04697 (no biases), arXiv:2311.18817 (one hidden layer, a bias in the first).
    """

    widths: tuple[int, ...] = (200, 200)
    bias: bool | str = False
    embedding: int | None = None
    init_scale: float = 1.0

    def __post_init__(self):
        if isinstance(self.widths, str) or not hasattr(self.widths, "__iter__"):
            raise TypeError(f"widths must be a tuple with the width of each hidden layer, got {self.widths!r}")
        object.__setattr__(self, "widths", tuple(integer("widths", width, minimum=1) for width in self.widths))  # a list is no key
        require(len(self.widths) > 0, "widths must name at least one hidden layer, got ()")
        require(self.bias in (True, False, "first"), f"bias must be True, False or 'first', got {self.bias!r}")
        object.__setattr__(self, "bias", self.bias if self.bias == "first" else bool(self.bias))
        if self.embedding is not None:
            integer("embedding", self.embedding, minimum=1, why="the number of columns of the shared table, or None")
        positive("init_scale", self.init_scale)

    def initialise(self, problem: Any, seed: int) -> dict[str, np.ndarray]:
        """Float32 parameters: the embedding first, then weights and biases layer by layer, from `default_rng(seed)`."""
        generator = np.random.default_rng(integer("seed", seed, minimum=0))
        prime = symbols_of(problem)
        found = {} if self.embedding is None else {"embedding": generator.standard_normal((prime, self.embedding))}
        sizes = (2 * (self.embedding or prime), *self.widths, prime)
        for i, (inputs, outputs) in enumerate(pairwise(sizes)):
            bound = inputs**-0.5
            found[f"weights_{i}"] = generator.uniform(-bound, bound, (inputs, outputs))
            if self.bias is True or (self.bias == "first" and i == 0):
                found[f"biases_{i}"] = generator.uniform(-bound, bound, outputs)
        return {name: (self.init_scale * values).astype(np.float32) for name, values in found.items()}

    def hidden(self, parameters: dict[str, Any], pairs: Any) -> list[jax.Array]:
        """Activations after ReLU of each hidden layer, (n, widths[i])."""
        prime = symbols_read(self, parameters, f"weights_{len(self.widths)}")
        table = self._table(parameters)
        pairs = checked_pairs(pairs, prime)
        # Gathered again in the backward pass, as in the quadratic network
        found = [jax.checkpoint(_first_layer)(table, parameters.get("biases_0"), pairs[:, 0], prime + pairs[:, 1])]
        for i in range(1, len(self.widths)):
            found.append(relu(self._affine(parameters, i, found[-1])))
        return found

    def logits(self, parameters: dict[str, Any], pairs: Any) -> jax.Array:
        """Logits, (n, p)."""
        return self._affine(parameters, len(self.widths), self.hidden(parameters, pairs)[-1])

    training_logits = logits

    def _table(self, parameters: dict[str, Any]) -> Float[Any, "entries width"]:
        """What each symbol adds to the first layer, (2p, widths[0]); exact with an embedding too, and n/p times less work."""
        weights = parameters["weights_0"]
        if self.embedding is None:
            return weights
        embedding = parameters["embedding"]
        halves = [embedding @ weights[: self.embedding], embedding @ weights[self.embedding :]]
        return jnp.concatenate(halves)

    @staticmethod
    def _affine(parameters: dict[str, Any], i: int, inputs: Float[Any, "n inputs"]) -> Float[jax.Array, "n outputs"]:
        found = product(inputs, parameters[f"weights_{i}"])
        return found + parameters[f"biases_{i}"] if f"biases_{i}" in parameters else found


def _first_layer(
    table: Float[Any, "entries width"], bias: Float[Any, " width"] | None, index: Int[Any, " n"], other: Int[Any, " n"]
) -> Float[jax.Array, "n width"]:
    before = rows(table, index) + rows(table, other)
    return relu(before if bias is None else before + bias)
