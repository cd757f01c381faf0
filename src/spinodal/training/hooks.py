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
from ..measures.fourier.trig_part import OPERATIONS, symbol_order
from ..problems import ModularArithmetic
from .settings import Measure


def known_measures(problem: Any, network: Any) -> dict[str, Measure]:
    """Name -> function of the parameters, of those that this problem and this network allow."""
    if not isinstance(problem, ModularArithmetic):
        return {"weight_norm": weight_norm}
    look = TableLook(problem, network)
    names = ("least_margin", "softmax_collapse", *(OF_SUMS if problem.operation in OPERATIONS else ()))
    return {"weight_norm": weight_norm, **{name: getattr(look, name) for name in names}}


OF_SUMS = ("key_frequency_count", "inverse_participation_ratio", "restricted_loss", "excluded_loss", "variance_explained")


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
            p = self.problem
            if p.operation in OPERATIONS:
                table = symbol_table(parameters, p.prime)
                self._frequencies = fourier.key_frequencies(table, p.prime, method="weights", operation=p.operation).frequencies
        return self

    def key_frequency_count(self, parameters: dict[str, Any]) -> int:
        """Of the table that reads the symbols; 0 where it is constant. Products and quotients: over the discrete logarithms."""
        return len(self._at(parameters)._frequencies)

    def inverse_participation_ratio(self, parameters: dict[str, Any]) -> float:
        """Mean over the features of the table that reads the symbols, in the order of `key_frequency_count`; NaN where all are constant."""
        if not self._at(parameters)._frequencies:
            return np.nan
        table = symbol_table(parameters, self.problem.prime)[symbol_order(self.problem.prime, self.problem.operation)]
        found = fourier.inverse_participation_ratio(table.T)
        found = found[~np.isnan(found)]
        return float(found.mean()) if found.size else np.nan

    def least_margin(self, parameters: dict[str, Any]) -> float:
        """Over all pairs."""
        return float(fourier.margins(self._at(parameters)._logits, self.problem.true_labels).min())

    def softmax_collapse(self, parameters: dict[str, Any]) -> float:
        """Share of the training pairs, in float32 whatever `loss_dtype` is, summed pairwise; the bracket: `fourier.softmax_collapse`."""
        return float(fourier.softmax_collapse(self._at(parameters)._logits[self.problem.train_mask]).fraction)

    def restricted_loss(self, parameters: dict[str, Any]) -> float:
        """Over all pairs, as published; NaN, as the two below, where the table that reads the symbols is constant."""
        return self._by_keys(fourier.restricted_loss, parameters, self.problem.true_labels)

    def excluded_loss(self, parameters: dict[str, Any]) -> float:
        """Over the training pairs, as published."""
        return self._by_keys(fourier.excluded_loss, parameters, self.problem.true_labels, mask=self.problem.train_mask)

    def variance_explained(self, parameters: dict[str, Any]) -> float:
        """By the key frequencies, over all pairs."""
        return self._by_keys(fourier.variance_explained, parameters)

    def _by_keys(self, measure: Callable[..., Any], parameters: dict[str, Any], *labels: np.ndarray, **options: Any) -> float:
        look, p = self._at(parameters), self.problem
        if not look._frequencies:
            return np.nan
        return measure(look._logits, *labels, p.prime, look._frequencies, operation=p.operation, **options)
