"""What some variables say of another: mutual information, redundancy and synergy about a target."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import integer, require
from .correlation import as_correlation, log_determinant
from .records import ShannonInvariants

Indices = int | Sequence[int]


def mutual_information(R: Any, first: Indices, second: Indices) -> float:
    """How much two groups of variables say of each other.

        I(A; B) = (L_A + L_B - L_{A u B}) / 2,     L_S = ln det R_S;     for a pair -(1/2) ln(1 - r^2)

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        first, second: an index 0..n-1 or several; no index in both.
    Returns: nats, >= 0.
    Undefined (`ValueError`): a shared index (the information would be infinite), no index, R not positive definite.
    Source: Cover and Thomas (2006), eq. 8.34 and section 8.5.
    """
    matrix = as_correlation(R)
    a, b = _indices("first", first, len(matrix)), _indices("second", second, len(matrix))
    _disjoint("first", a, "second", b)
    return _mutual(matrix, a, b)


def redundancy_mmi(R: Any, sources: Sequence[int], target: Indices) -> float:
    """What every source says of the target: the information of the poorest.

        redundancy = min_j I(X_j; Y)

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        sources: indices of X_1, X_2, ...;  target: an index or several; disjoint from the sources.
    Returns: nats, >= 0.
    Undefined (`ValueError`): no source, an index in both, R not positive definite.
    Source: minimum mutual information, Barrett (2015), arXiv:1411.2832.
    """
    matrix, x, y = _sides(R, sources, target)
    return min(_mutual(matrix, [j], y) for j in x)


def synergy_mmi(R: Any, sources: Sequence[int], target: Indices) -> float:
    """What all sources together say of the target beyond the best of those groups that lack one.

        synergy = I(X; Y) - max_j I(X_-j; Y)

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        sources: indices of X_1, X_2, ...;  target: an index or several; disjoint from the sources.
    Returns: nats, >= 0.  A single source is all synergy, since nothing is left without it.
    Undefined (`ValueError`): no source, an index in both, R not positive definite.
    Source: minimum mutual information, Barrett (2015), arXiv:1411.2832.
    """
    matrix, x, y = _sides(R, sources, target)
    return max(0.0, _mutual(matrix, x, y) - max(_mutual(matrix, _without(x, j), y) for j in x))


def redundancy_synergy_index(R: Any, sources: Sequence[int], target: Indices) -> float:
    """Do the sources say more of the target together than each by itself, summed?

        RSI = I(X; Y) - sum_j I(X_j; Y)

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        sources: indices of X_1, X_2, ...;  target: an index or several; disjoint from the sources.
    Returns: nats. Positive: synergy; negative: redundancy (the opposite sign of `o_information`).
    Undefined (`ValueError`): no source, an index in both, R not positive definite.
    Source: Chechik et al. (2001), NeurIPS 14; Timme et al. (2014), arXiv:1111.6857.
    """
    matrix, x, y = _sides(R, sources, target)
    return _mutual(matrix, x, y) - sum(_mutual(matrix, [j], y) for j in x)


def shannon_invariants(R: Any, sources: Sequence[int], target: Indices) -> ShannonInvariants:
    """How many sources hold the information on the target, and how many of them it needs.

        redundancy_degree = sum_j I(X_j; Y) / I(X; Y),     vulnerability_degree = sum_j I(X_j; Y | X_-j) / I(X; Y)

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        sources: indices of X_1, X_2, ...;  target: an index or several; disjoint from the sources.
    Returns: `ShannonInvariants`, pure numbers: averages of how often a piece of information is held, and of how many single
        sources each lose it.
    Undefined: NaN both where I(X; Y) = 0 in float64. `ValueError`: no source, an index in both, R not positive definite.
    Source: Gutknecht et al. (2025), arXiv:2504.15779.
    """
    matrix, x, y = _sides(R, sources, target)
    together = _mutual(matrix, x, y)
    if together <= 0:
        return ShannonInvariants(float("nan"), float("nan"))
    alone = sum(_mutual(matrix, [j], y) for j in x)
    last = sum(max(0.0, together - _mutual(matrix, _without(x, j), y)) for j in x)  # I(X_j; Y | X_-j)
    return ShannonInvariants(alone / together, last / together)


def _mutual(matrix: np.ndarray, a: list[int], b: list[int]) -> float:
    """I(A; B), never below 0 by rounding; 0 if either is empty."""
    if not a or not b:
        return 0.0
    volumes = [log_determinant(matrix[np.ix_(s, s)]) for s in (a, b, a + b)]
    return max(0.0, (volumes[0] + volumes[1] - volumes[2]) / 2)


def _sides(R: Any, sources: Any, target: Any) -> tuple[np.ndarray, list[int], list[int]]:
    matrix = as_correlation(R)
    x, y = _indices("sources", sources, len(matrix)), _indices("target", target, len(matrix))
    _disjoint("sources", x, "target", y)
    return matrix, x, y


def _without(members: list[int], left_out: int) -> list[int]:
    return [j for j in members if j != left_out]


def _indices(name: str, given: Any, variables: int) -> list[int]:
    found = [integer(name, i, minimum=0) for i in (np.atleast_1d(given).tolist() if np.ndim(given) <= 1 else [given])]
    require(len(found) > 0, f"{name} must name at least one variable, got none")
    require(max(found) < variables, f"{name} must be within 0..{variables - 1}, got {max(found)}")
    require(len(set(found)) == len(found), f"{name} must not repeat a variable, got {found}")
    return found


def _disjoint(name: str, a: list[int], other: str, b: list[int]) -> None:
    shared = sorted(set(a) & set(b))
    require(not shared, f"{name} and {other} must not share a variable, got {shared} in both: its information on itself is infinite")
