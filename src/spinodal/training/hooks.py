"""Measures that can be asked for by name along a run.

Each is a function of the parameters at one step. Those of modular arithmetic see the network on all pairs; the key frequencies are chosen
anew at every step from the table of weights that reads the symbols, since later ones are not known yet: `train(..., measures={...})` takes
a function of your own where they should be those of the end.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np

from ..measures import fourier
from ..problems import ModularArithmetic
from .settings import Measure


def known_measures(problem: Any, network: Any) -> dict[str, Measure]:
    """Name -> function of the parameters, of those that this problem and this network allow."""
    known: dict[str, Measure] = {"weight_norm": weight_norm}
    if isinstance(problem, ModularArithmetic):
        known |= {name: partial(function, problem, network) for name, function in ON_TABLES.items()}
        if problem.operation in TRIG_OPERATIONS:
            known |= {name: partial(function, problem, network) for name, function in ON_TRIG_TABLES.items()}
    return known


def weight_norm(parameters: dict[str, Any]) -> float:
    """Root of the sum of squares over all parameters."""
    return fourier.weight_norm({str(k): leaf for k, leaf in enumerate(jax.tree.leaves(parameters))})


def symbol_table(parameters: dict[str, Any], prime: int) -> np.ndarray:
    """(prime, features): the table that reads the first symbol."""
    for name in ("embedding", "first", "weights_0"):
        if name in parameters:
            return np.asarray(parameters[name])[:prime]
    raise ValueError(f"no table of symbols among the parameters {', '.join(parameters)}")


def key_frequencies(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> tuple[int, ...]:
    """Those of the table that reads the symbols; all of them if no set can be chosen."""
    found = fourier.key_frequencies(symbol_table(parameters, problem.prime), problem.prime, method="weights")
    return found.frequencies or tuple(range(1, (problem.prime - 1) // 2 + 1))


def logits_on_all_pairs(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> np.ndarray:
    """(pairs, prime), in the order of `problem.pairs`."""
    return np.asarray(network.logits(parameters, problem.pairs))


def _key_frequency_count(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> int:
    return len(key_frequencies(problem, network, parameters))


def _participation(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> float:
    rows = symbol_table(parameters, problem.prime).T
    return float(np.nanmean(fourier.inverse_participation_ratio(rows)))


def _margin(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> float:
    logits = logits_on_all_pairs(problem, network, parameters)
    return float(fourier.margins(logits, problem.true_labels).min())


def _collapse(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> float:
    logits = np.asarray(network.logits(parameters, problem.pairs[problem.train_mask]))
    return float(fourier.softmax_collapse(logits).fraction)


def _restricted(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> float:
    return fourier.restricted_loss(*_trig(problem, network, parameters), operation=problem.operation)


def _excluded(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> float:
    return fourier.excluded_loss(*_trig(problem, network, parameters), operation=problem.operation, mask=problem.train_mask)


def _variance(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> float:
    logits, _, prime, frequencies = _trig(problem, network, parameters)
    return fourier.variance_explained(logits, prime, frequencies, operation=problem.operation)


def _trig(problem: ModularArithmetic, network: Any, parameters: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, int, tuple[int, ...]]:
    logits = logits_on_all_pairs(problem, network, parameters)
    return logits, problem.true_labels, problem.prime, key_frequencies(problem, network, parameters)


ON_TABLES: dict[str, Callable[..., Any]] = {
    "key_frequency_count": _key_frequency_count,
    "inverse_participation_ratio": _participation,
    "least_margin": _margin,
    "softmax_collapse": _collapse,
}
TRIG_OPERATIONS = ("add", "sub")
ON_TRIG_TABLES: dict[str, Callable[..., Any]] = {
    "restricted_loss": _restricted,  # of all pairs, as published
    "excluded_loss": _excluded,  # of the training pairs, as published
    "variance_explained": _variance,
}
