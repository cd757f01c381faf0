"""Greedy growth of a set of variables, one at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import integer, require
from .correlation import as_correlation, cholesky, precision_from
from .extrema import extremes
from .records import Grown


def grow(R: Any, start: Sequence[int] | None, size: int, sign: int) -> Grown:
    """Grows a set to `size` variables, each time by the one that makes its O-information smallest, or largest.

    With p_j = (R_S^-1)_jj, B = R_S^-1 R_S: and V the covariance of all given S, a candidate v with s = V_vv gives

        O(S + v) = -(L_S + ln s) - (1/2) [ sum_{j in S} ln(p_j + B_jv^2 / s) - ln s ]

    and p, B and V are updated by rank one: all candidates of a round cost one logarithm for each member.

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        start: indices of the first members, or None for the best triplet of all.
        size: of the set at the end, len(start)..n.
        sign: -1 for synergy (smallest O), +1 for redundancy (largest).
    Returns: `Grown`: `.members` in order of joining, and `.o_information` (nats, plug-in) of the start and after each of them. Of equal
        candidates the one with the lowest index joins.
    Undefined (`ValueError`): a start that repeats or lies outside 0..n-1, another sign, a size outside len(start)..n; R not square,
        finite, symmetric and positive definite.
    Limits: greedy is not optimal, and from a start of one member the second is arbitrary (O = 0 for pairs). `anneal` searches one size.
    Source: the usual greedy search (as in thoi); the update by rank one is ours.
    """
    matrix = as_correlation(R)
    n, size, sign = len(matrix), integer("size", size, minimum=1), checked_sign(sign)
    evaluated = 0
    if start is None:
        require(min(size, n) >= 3, f"size must be within 3..{n} for a start of the best triplet, got {size} of {n} variables")
        require(size <= n, f"size must be within 3..{n}, got {size}")
        triplets = extremes(matrix, 3)
        members = list((triplets.synergistic if sign < 0 else triplets.redundant)[0].members)
        evaluated = triplets.evaluated
    else:
        members = checked_start(start, n)
        require(len(members) <= size <= n, f"size must be within {len(members)}..{n} (start and variables), got {size}")
    state = _State(matrix, members)
    values = [state.o_information()]
    while len(state.members) < size:
        outside, candidates = state.candidates()
        evaluated += len(outside)
        chosen = int(np.argmax(sign * candidates))
        values.append(float(candidates[chosen]))
        state.add(int(outside[chosen]))
    return Grown(tuple(state.members), np.array(values), evaluated)


def checked_sign(sign: Any) -> int:
    """-1 or +1."""
    require(not isinstance(sign, bool) and sign in (-1, 1), f"sign must be -1 (synergy) or +1 (redundancy), got {sign!r}")
    return int(sign)


def checked_start(start: Any, variables: int) -> list[int]:
    """The members to start with, as ints."""
    members = [integer("start", j, minimum=0) for j in np.atleast_1d(np.asarray(start)).tolist()]
    require(len(members) > 0, "start must name at least one variable, or be None for the best triplet, got none")
    require(max(members) < variables, f"start must be within 0..{variables - 1}, got {max(members)}")
    require(len(set(members)) == len(members), f"start must not repeat a variable, got {members}")
    return members


class _State:
    """A set, its precisions p, regressions B (one row a member) and what is left of all variables given it."""

    def __init__(self, matrix: np.ndarray, members: list[int]) -> None:
        n, k = len(matrix), len(members)
        factor = cholesky(matrix[np.ix_(members, members)])
        inverse = precision_from(factor)
        self.members = list(members)
        self.log_det = 2 * float(np.log(np.diagonal(factor)).sum())
        self.precisions = np.empty(n)
        self.precisions[:k] = np.diagonal(inverse)
        self.regressions = np.empty((n, n))
        self.regressions[:k] = inverse @ matrix[members]
        self.covariance = matrix - matrix[:, members] @ self.regressions[:k]

    def o_information(self) -> float:
        k = len(self.members)
        return -self.log_det - float(np.log(self.precisions[:k]).sum()) / 2 if k > 2 else 0.0

    def candidates(self) -> tuple[np.ndarray, np.ndarray]:
        """The variables outside, ascending, and the O-information of the set with each of them."""
        k = len(self.members)
        outside = np.setdiff1d(np.arange(len(self.covariance)), self.members)
        left = np.diagonal(self.covariance)[outside]
        b = self.regressions[:k, outside]
        strengths = np.log(self.precisions[:k, None] + b * b / left).sum(axis=0) - np.log(left)
        return outside, -(self.log_det + np.log(left)) - strengths / 2 if k >= 2 else np.zeros(len(outside))

    def add(self, v: int) -> None:
        k = len(self.members)
        left = self.covariance[v, v]
        row = self.covariance[v] / left
        column = self.regressions[:k, v].copy()
        self.precisions[:k] += column**2 / left
        self.precisions[k] = 1 / left
        self.regressions[:k] -= column[:, None] * row
        self.regressions[k] = row
        self.covariance -= (self.covariance[:, v].copy())[:, None] * row
        self.log_det += float(np.log(left))
        self.members.append(v)
