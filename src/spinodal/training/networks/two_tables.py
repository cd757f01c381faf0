"""Two tables of embeddings, one for each place, and one hidden layer: the network of the group compositions."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from ...errors import integer
from .interface import symbols_of
from .layers import checked_pairs, product, relu, rows, symbols_read


@dataclass(frozen=True)
class TwoTables:
    """A hidden layer on the embeddings of both symbols, each from a table of its own, without biases.

        f(a, b) = relu(concat(first[a], second[b]) @ mix) @ unembedding

    Parameters (p symbols): `first`, `second` (p, embedding), `mix` (2 embedding, hidden), `unembedding` (hidden, p).

    Arguments:
        embedding: columns of each table, default 256. hidden_units: default 128.
    At the start `first` and `second` are N(0, 1/embedding), `mix` N(0, 1/(2 embedding)), `unembedding` N(0, 1/hidden).
    Source: arXiv:2302.03025 and its released code.
    """

    embedding: int = 256
    hidden_units: int = 128

    def __post_init__(self):
        integer("embedding", self.embedding, minimum=1, why="the number of columns of each table")
        integer("hidden_units", self.hidden_units, minimum=1)

    def initialise(self, problem: Any, seed: int) -> dict[str, np.ndarray]:
        """Float32 parameters, drawn from `default_rng(seed)` in the order of the class's list."""
        generator = np.random.default_rng(integer("seed", seed, minimum=0))
        p, e, h = symbols_of(problem), self.embedding, self.hidden_units
        shapes = {"first": ((p, e), e), "second": ((p, e), e), "mix": ((2 * e, h), 2 * e), "unembedding": ((h, p), h)}
        return {name: (fan**-0.5 * generator.standard_normal(shape)).astype(np.float32) for name, (shape, fan) in shapes.items()}

    def hidden(self, parameters: dict[str, Any], pairs: Any) -> list[jax.Array]:
        """Activations after ReLU, (n, hidden_units), as the one entry of a list."""
        pairs = checked_pairs(pairs, symbols_read(self, parameters, "unembedding"))
        mix, e = parameters["mix"], self.embedding
        # What each symbol adds to the hidden layer: exact, and n/p times less work
        tables = parameters["first"] @ mix[:e], parameters["second"] @ mix[e:]
        return [relu(rows(tables[0], pairs[:, 0]) + rows(tables[1], pairs[:, 1]))]

    def logits(self, parameters: dict[str, Any], pairs: Any) -> jax.Array:
        """Logits, (n, p)."""
        return product(self.hidden(parameters, pairs)[0], parameters["unembedding"])

    training_logits = logits
