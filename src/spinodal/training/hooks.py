"""Measures that can be asked for by name along a run."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from .settings import Measure


def weight_norm(parameters: dict[str, Any]) -> float:
    """Root of the sum of squares over all parameters."""
    return float(np.sqrt(sum(np.sum(np.asarray(leaf, np.float64) ** 2) for leaf in jax.tree.leaves(parameters))))


def known_measures(problem: Any, network: Any) -> dict[str, Measure]:
    """Name -> function of the parameters, of those that this problem and this network allow."""
    known: dict[str, Callable[[dict[str, Any]], Any]] = {"weight_norm": weight_norm}
    return known
