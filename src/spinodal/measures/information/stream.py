"""O-information of all sets of one order in chunks of bounded memory, in lexicographic order."""

from collections.abc import Iterator
from itertools import combinations, islice
from math import comb
from typing import NamedTuple

import numpy as np

from ...errors import require
from .correlation import cholesky
from .halving import MOST, o_information_of_all
from .lattice import ROWS, Lattice, unrank

MOST_SETS = 10**11
LONGEST_PREFIX = 8


class Chunk(NamedTuple):
    """Consecutive sets: a common prefix, then all sets of `order` out of the last `rest` variables; or sets from a list."""

    log_det: np.ndarray
    o_information: np.ndarray
    prefix: tuple[int, ...]
    rest: int
    order: int
    listed: np.ndarray | None

    def members(self, row: int, variables: int) -> tuple[int, ...]:
        """The set in this row."""
        if self.listed is not None:
            return tuple(int(j) for j in self.listed[row])
        shift = variables - self.rest
        return (*self.prefix, *(shift + j for j in unrank(self.rest, self.order, row)))


def chunks(matrix: np.ndarray, order: int) -> Iterator[Chunk]:
    """All sets of `order` variables. The first few members are fixed, the rest come from a table."""
    n = len(matrix)
    count = comb(n, order)
    require(
        count <= MOST_SETS,
        f"order must leave at most {MOST_SETS:.0e} sets, got {order} of {n} variables with {float(count):.1e}: use grow or anneal",
    )
    if order == 3:
        yield from _triplets(matrix)
        return
    if n <= MOST and 2 * order >= n and order * count > ROWS:
        sizes, log_det, values = o_information_of_all(matrix)  # cheaper than index tables that are too large to keep
        yield Chunk(log_det[sizes == order], values[sizes == order], (), n, order, None)
        return
    fits = (j for j in range(order) if max(comb(n - j, r) for r in range(order - j + 1)) <= ROWS)
    prefix = next(fits, None)
    if prefix is None or prefix > LONGEST_PREFIX:
        yield from _by_factorising(matrix, order)
        return
    tables = Lattice(n - prefix, order - prefix)
    for first in combinations(range(n - order + prefix), prefix):
        yield _with_prefix(matrix, first, tables)


def _triplets(matrix: np.ndarray) -> Iterator[Chunk]:
    """Sets of three, by their first member, in closed form: with a = r_12, b = r_13, c = r_23

    det R = (1 - a^2)(1 - b^2) - (c - ab)^2,   O = (1/2) ln [ det R / ((1 - a^2)(1 - b^2)(1 - c^2)) ]
    """
    n = len(matrix)
    j, k = np.triu_indices(n, 1)
    across = matrix[j, k]
    volume = np.log1p(-(across**2))
    for i in range(n - 2):
        pairs = slice(comb(n, 2) - comb(n - 1 - i, 2), None)  # of the variables after i: the last ones
        row = matrix[i].copy()
        row[i] = 0.0  # never read
        left = 1 - row**2
        log_left = np.log1p(-(row**2))
        second, third = j[pairs], k[pairs]
        rest = across[pairs] - row.take(second) * row.take(third)
        log_det = np.log(left.take(second) * left.take(third) - rest * rest)
        values = (log_det - log_left.take(second) - log_left.take(third) - volume[pairs]) / 2
        yield Chunk(log_det, values, (i,), n - 1 - i, 2, None)


def _with_prefix(matrix: np.ndarray, prefix: tuple[int, ...], tables: Lattice) -> Chunk:
    """Sets (p, s) with s from the variables after p. Given p, and given p without each of its members i:

    L_ps = L_p + L_s|p,   O_ps = (k/2 - 1) L_ps - (1/2) [ sum_i (L_{p-i} + L_s|p-i) + sum_{j in s} (L_p + L_{s-j}|p) ]
    """
    start, order = (prefix[-1] + 1 if prefix else 0), tables.order
    m = len(matrix) - start
    conditions = [prefix, *(tuple(j for j in prefix if j != i) for i in prefix)]
    volumes, rests = zip(*(_conditioned(matrix, list(given), start) for given in conditions), strict=True)
    here = tables.tail(m, order)
    found = tables.log_determinants(rests[0])
    log_det = found[order][here] + volumes[0]
    parents = tables.sum_over_parents(found[order - 1], m, order)
    parents += order * volumes[0] + sum(volumes[1:])
    for rest in rests[1:]:
        parents += tables.log_determinants(rest)[order][here]
    size = order + len(prefix)
    values = (size / 2 - 1) * log_det - parents / 2 if size > 2 else np.zeros_like(log_det)
    return Chunk(log_det, values, prefix, m, order, None)


def _conditioned(matrix: np.ndarray, given: list[int], start: int) -> tuple[float, np.ndarray]:
    """ln det of `given`, and the covariance of the variables from `start` on given them."""
    rest = matrix[start:, start:]
    if not given:
        return 0.0, rest
    factor = cholesky(matrix[np.ix_(given, given)])
    half = np.linalg.solve(factor, matrix[given, start:])
    return 2 * float(np.log(np.diagonal(factor)).sum()), rest - half.T @ half


def _by_factorising(matrix: np.ndarray, order: int) -> Iterator[Chunk]:
    """One Cholesky a set: for orders whose tables would not fit, such as all but a few of many variables."""
    sets, rows = combinations(range(len(matrix)), order), max(1, ROWS // order**2)
    while listed := list(islice(sets, rows)):
        which = np.array(listed)
        factors = np.linalg.cholesky(matrix[which[:, :, None], which[:, None, :]])
        half = np.linalg.inv(factors)
        log_det = 2 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
        values = -log_det - np.log((half**2).sum(axis=1)).sum(axis=1) / 2
        yield Chunk(log_det, values, (), len(matrix), order, which)
