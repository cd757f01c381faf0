"""Exact information of discrete variables from their joint table: the ground truth that no estimator enters."""

from typing import Any

import numpy as np
from scipy.special import xlogy

from ...errors import integer, require
from .arrays import as_float64
from .records import Information, RedundancySynergy


def discrete_information(probabilities: Any) -> Information:
    """The four quantities of discrete variables, exactly.

        TC = sum_j H(X_j) - H(X),  DTC = sum_j H(X_-j) - (n - 1) H(X),  O = TC - DTC,  S = TC + DTC,  H = -sum p ln p

    Arguments:
        probabilities: joint table, one axis per variable; entries >= 0 with sum 1.
    Returns: `Information` in nats. O negative: synergy (XOR gives -ln 2); positive: redundancy (three copies of a bit: +ln 2).
    Undefined (`ValueError`): negative or infinite entries, a sum other than 1 (1e-9), no axis.
    Source: Rosas et al. (2019), arXiv:1902.11239.
    """
    p = _table(probabilities)
    n, joint = p.ndim, _entropy(p)
    singles = sum(_entropy(p.sum(axis=tuple(k for k in range(n) if k != j))) for j in range(n))
    others = sum(_entropy(p.sum(axis=j)) for j in range(n))
    total, dual = singles - joint, others - (n - 1) * joint
    return Information(total, dual, total - dual if n > 2 else 0.0, total + dual)


def discrete_mmi(probabilities: Any, target: int = -1) -> RedundancySynergy:
    """Redundancy and synergy of discrete sources about a target, by minimum mutual information.

        redundancy = min_j I(X_j; Y),     synergy = I(X; Y) - max_j I(X_-j; Y)

    Arguments:
        probabilities: joint table, one axis per variable; entries >= 0 with sum 1.
        target: the axis of Y, negative from the end; default the last. All other axes are sources.
    Returns: `RedundancySynergy` in nats, both >= 0. XOR: 0 and ln 2; copies of a bit: ln 2 and 0.
    Undefined (`ValueError`): as `discrete_information`, and fewer than two axes.
    Source: minimum mutual information, Barrett (2015), arXiv:1411.2832.
    """
    p = _table(probabilities)
    n = p.ndim
    require(n >= 2, f"probabilities must have an axis for the target and at least one for a source, got {n}")
    axis = integer("target", target, minimum=-n)
    require(axis < n, f"target must be an axis within {-n}..{n - 1}, got {axis}")
    p = np.moveaxis(p, axis, -1)
    sources = range(n - 1)
    alone = [_about_last(p.sum(axis=tuple(k for k in sources if k != j))) for j in sources]
    without = [_about_last(p.sum(axis=j)) for j in sources]
    return RedundancySynergy(min(alone), max(0.0, _about_last(p) - max(without)))


def _about_last(p: np.ndarray) -> float:
    """I(all other axes; last axis), never below 0 by rounding."""
    return max(0.0, _entropy(p.sum(axis=-1)) + _entropy(p.sum(axis=tuple(range(p.ndim - 1)))) - _entropy(p))


def _entropy(p: Any) -> float:
    return -float(xlogy(p, p).sum())


def _table(probabilities: Any) -> np.ndarray:
    p = as_float64("probabilities", probabilities)
    require(p.ndim >= 1 and p.size > 0, f"probabilities must have one axis per variable, got shape {p.shape}")
    require(bool(np.isfinite(p).all()), "probabilities must be finite, got NaN or infinity")
    require(p.min() >= 0, f"probabilities must be >= 0, got {p.min()}")
    require(abs(p.sum() - 1) <= 1e-9, f"probabilities must sum to 1, got {p.sum()!r}: divide by the sum")
    return p
