"""Two layers with a quadratic activation, whose grokked weights are known in closed form."""

from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int

from ...errors import choice, integer, positive, require
from .interface import symbols_of
from .layers import checked_pairs, product, rows, symbols_read

DOSHI_SCALE = 0.5


@dataclass(frozen=True)
class QuadraticMLP:
    """A two-layer network without biases that squares its hidden units.

        f(a, b) = c_out ((c_in (first[a] + first[p + b]))^2 @ readout),

    with c_in = c_out = 1, or c_in = 1/sqrt(2p) and c_out = 1/width for `init="mean-field"`.
    Parameters: `first` (2p, width), rows 0..p-1 for the first symbol and p..2p-1 for the second; `readout` (width, p).

    Arguments:
        width: hidden units, default 500.
        init: "doshi" draws all weights from N(0, s^2), s = init_scale / (2 width)^(1/3); "mean-field" from N(0, 1) and scales the
            forward pass instead.
        init_scale: the *standard deviation's* factor for "doshi", default 0.5 (a standard deviation because the published one is).
            "mean-field" has none, so any other value beside it is a ValueError.
    Source: arXiv:2301.02679, eq. 1 (mean field); arXiv:2310.13061 (doshi).
    """

    width: int = 500
    init: str = "doshi"
    init_scale: float = DOSHI_SCALE

    def __post_init__(self):
        integer("width", self.width, minimum=1, why="the number of hidden units")
        choice("init", self.init, ("doshi", "mean-field"))
        positive("init_scale", self.init_scale)
        require(
            self.init == "doshi" or self.init_scale == DOSHI_SCALE,
            f"init_scale belongs to init='doshi', got {self.init_scale} with init='mean-field', whose weights are N(0, 1): leave it out",
        )

    def initialise(self, problem: Any, seed: int) -> dict[str, np.ndarray]:
        """`first` and `readout`, float32, drawn in this order from `default_rng(seed)`."""
        generator = np.random.default_rng(integer("seed", seed, minimum=0))
        scale = self.init_scale / (2 * self.width) ** (1 / 3) if self.init == "doshi" else 1.0
        prime = symbols_of(problem)
        shapes = {"first": (2 * prime, self.width), "readout": (self.width, prime)}
        return {name: (scale * generator.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}

    def hidden(self, parameters: dict[str, Any], pairs: Any) -> list[jax.Array]:
        """The squares, (n, width), as the one entry of a list."""
        # With "doshi" the width has no part in the function: parameters of any, as of an analytic network, will do
        of = self if self.init == "mean-field" else replace(self, width=len(parameters.get("readout", ())) or self.width)
        prime = symbols_read(of, parameters, "readout")
        first = parameters["first"]
        pairs = checked_pairs(pairs, prime)
        # Gathered again in the backward pass: two more reads of a table that fits the cache, in place of two arrays of n rows in memory
        squares = jax.checkpoint(_squares)(first, pairs[:, 0], prime + pairs[:, 1])
        return [squares / (2 * prime) if self.init == "mean-field" else squares]

    def logits(self, parameters: dict[str, Any], pairs: Any) -> jax.Array:
        """Logits, (n, p)."""
        found = product(self.hidden(parameters, pairs)[0], parameters["readout"])
        return found / self.width if self.init == "mean-field" else found

    training_logits = logits


def _squares(first: Float[Any, "entries width"], index: Int[Any, " n"], other: Int[Any, " n"]) -> Float[jax.Array, "n width"]:
    return (rows(first, index) + rows(first, other)) ** 2
