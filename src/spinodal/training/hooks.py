"""Measures that can be asked for by name along a run.

Each is a function of the parameters at one step. Those of modular arithmetic see the network on all pairs; the key frequencies are chosen
anew at every step from the table of weights that reads the symbols, since later ones are not known yet: `train(..., measures={...})` takes
a function of your own where they should be those of the end.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ..compiling import one_thread
from ..measures import fourier
from ..problems import ModularArithmetic
from .settings import Measure


def known_measures(problem: Any, network: Any) -> dict[str, Measure]:
    """Name -> function of the parameters, of those that this problem and this network allow."""
    if not isinstance(problem, ModularArithmetic):
        return {"weight_norm": weight_norm}
    look = TableLook(problem, network)
    known: dict[str, Measure] = {
        "weight_norm": weight_norm,
        "key_frequency_count": look.key_frequency_count,
        "inverse_participation_ratio": look.inverse_participation_ratio,
        "least_margin": look.least_margin,
        "softmax_collapse": look.softmax_collapse,
    }
    if problem.operation in TRIG_OPERATIONS:
        trig = {"restricted_loss": look.restricted_loss, "excluded_loss": look.excluded_loss, "variance_explained": look.variance_explained}
        known |= trig
    return known


TRIG_OPERATIONS = ("add", "sub")


def weight_norm(parameters: dict[str, Any]) -> float:
    """Root of the sum of squares over all parameters."""
    return fourier.weight_norm({str(k): leaf for k, leaf in enumerate(jax.tree.leaves(parameters))})


def symbol_table(parameters: dict[str, Any], prime: int) -> np.ndarray:
    """(prime, features): the table that reads the first symbol."""
    for name in ("embedding", "first", "weights_0"):
        if name in parameters:
            return np.asarray(parameters[name])[:prime]
    raise ValueError(f"no table of symbols among the parameters {', '.join(parameters)}")


@functools.cache
def forward(network: Any) -> Callable[[Any, Any], tuple[jax.Array, jax.Array]]:
    """(parameters, pairs) -> activations of the last hidden layer (n, width) and logits (n, p), compiled once a network and shape."""

    def both(parameters: Any, pairs: Any) -> tuple[jax.Array, jax.Array]:
        return network.hidden(parameters, pairs)[-1], network.logits(parameters, pairs)

    return jax.jit(both, compiler_options=one_thread())


class TableLook:
    """A network of modular arithmetic on all pairs; the measures of one step share its logits and key frequencies."""

    def __init__(self, problem: ModularArithmetic, network: Any) -> None:
        self.problem, self.network = problem, network
        self._seen: dict[str, Any] | None = None

    def _at(self, parameters: dict[str, Any]) -> "TableLook":
        """This look with logits and frequencies of these parameters, computed once for each step."""
        if self._seen is not parameters:
            self._seen = parameters
            self._logits = np.asarray(forward(self.network)(parameters, self.problem.pairs)[1])
            prime = self.problem.prime
            found = fourier.key_frequencies(symbol_table(parameters, prime), prime, method="weights")
            self._frequencies = found.frequencies or tuple(range(1, (prime - 1) // 2 + 1))  # all of them if no set can be chosen
        return self

    def key_frequency_count(self, parameters: dict[str, Any]) -> int:
        """Of the table that reads the symbols."""
        return len(self._at(parameters)._frequencies)

    def inverse_participation_ratio(self, parameters: dict[str, Any]) -> float:
        """Mean over the features of the table that reads the symbols."""
        return float(np.nanmean(fourier.inverse_participation_ratio(symbol_table(parameters, self.problem.prime).T)))

    def least_margin(self, parameters: dict[str, Any]) -> float:
        """Over all pairs."""
        return float(fourier.margins(self._at(parameters)._logits, self.problem.true_labels).min())

    def softmax_collapse(self, parameters: dict[str, Any]) -> float:
        """Share of the training pairs."""
        return float(fourier.softmax_collapse(self._at(parameters)._logits[self.problem.train_mask]).fraction)

    def restricted_loss(self, parameters: dict[str, Any]) -> float:
        """Over all pairs, as published."""
        look, p = self._at(parameters), self.problem
        return fourier.restricted_loss(look._logits, p.true_labels, p.prime, look._frequencies, operation=p.operation)

    def excluded_loss(self, parameters: dict[str, Any]) -> float:
        """Over the training pairs, as published."""
        look, p = self._at(parameters), self.problem
        return fourier.excluded_loss(look._logits, p.true_labels, p.prime, look._frequencies, operation=p.operation, mask=p.train_mask)

    def variance_explained(self, parameters: dict[str, Any]) -> float:
        """By the key frequencies, over all pairs."""
        look, p = self._at(parameters), self.problem
        return fourier.variance_explained(look._logits, p.prime, look._frequencies, operation=p.operation)
