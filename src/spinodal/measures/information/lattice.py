"""Log-determinants of all sets of up to k variables, by look-up of the sets that are one smaller; everything in lexicographic order."""

from functools import lru_cache
from math import comb

import numpy as np

ROWS = 1 << 18  # sets in one chunk: some tens of MB with everything that belongs to them


class Lattice:
    """Which row of the table of (r-1)-sets each r-set of `variables` becomes when it loses a member.

    The sets of the last m variables are the last rows of every table, in the same order. One lattice therefore serves all m.
    """

    def __init__(self, variables: int, order: int) -> None:
        self.variables, self.order = variables, order
        self.drops = [drops(variables, r) for r in range(order + 1)]

    def log_determinants(self, matrix: np.ndarray) -> list[np.ndarray]:
        """[L_0, L_1, ..., L_order]: ln det of all sets of each size, L_r of shape (C(variables, r),), of an (m, m) matrix.

        V_ab|p is the covariance of a and b given the prefix p of a set, and w = V_ca|p / V_cc|p:

            V_ab|pc = V_ab|p - w V_cb|p,      L_pca = L_pc + ln V_aa|pc

        Each V_ab|p belongs to the set (p, a, b), and all that it is made of to sets with one member less.
        Only the rows of the last m variables are filled; `tail` says which these are.
        """
        m = len(matrix)
        diagonal = self._filled(np.diagonal(matrix), m, 1)
        found = [np.zeros(1), self._filled(np.log(np.diagonal(matrix)), m, 1)]
        across = matrix[np.triu_indices(m, 1)]
        for r in range(2, self.order + 1):
            drop = self.drops[r][:, self.tail(m, r)]
            weight = across / diagonal.take(drop[r - 1])
            left = diagonal.take(drop[r - 2])
            left -= across * weight
            if r < self.order:
                before, weight = self._filled(across, m, r), self._filled(weight, m, r)
                further = self.drops[r + 1][:, self.tail(m, r + 1)]
                step = weight.take(further[r])
                step *= before.take(further[r - 1])
                across = before.take(further[r - 2])
                across -= step
                diagonal = self._filled(left, m, r)
            volume = np.log(left)
            volume += found[r - 1].take(drop[r - 1])
            found.append(self._filled(volume, m, r))
        return found

    def sum_over_parents(self, values: np.ndarray, m: int, order: int) -> np.ndarray:
        """For each `order`-set of the last m variables, the sum of `values` over the sets that lack one member."""
        drop = self.drops[order][:, self.tail(m, order)]
        total = values.take(drop[0])
        for rows in drop[1:]:
            total += values.take(rows)
        return total

    def tail(self, m: int, order: int) -> slice:
        """Rows of the sets of the last m variables."""
        return slice(comb(self.variables, order) - comb(m, order), None)

    def _filled(self, values: np.ndarray, m: int, order: int) -> np.ndarray:
        """`values` at the end of a table of all variables, whose other rows nobody reads."""
        if m == self.variables:
            return values
        found = np.empty(comb(self.variables, order))
        found[self.tail(m, order)] = values
        return found


def listed(variables: int, order: int) -> np.ndarray:
    """All sets in lexicographic order, shape (sets, order), read-only; kept for the next call unless they are many."""
    return _kept_list(variables, order) if order * comb(variables, order) <= ROWS else _list(variables, order)


def _list(variables: int, order: int) -> np.ndarray:
    found = np.ascontiguousarray(members(variables, order).T)
    found.flags.writeable = False
    return found


_kept_list = lru_cache(maxsize=16)(_list)


def members(variables: int, order: int) -> np.ndarray:
    """All sets of `order` out of `variables`, shape (order, C(variables, order)), lexicographic along the second axis."""
    if order == 0:
        return np.zeros((0, 1), np.intp)
    found = np.arange(variables - order + 1)[None, :]
    for r in range(1, order):
        # Each prefix goes on with every variable after its last that leaves room for the rest
        last, stop = found[-1], variables - order + r + 1
        counts = stop - 1 - last
        begins = np.cumsum(counts) - counts
        following = np.arange(counts.sum()) + np.repeat(last + 1 - begins, counts)
        found = np.concatenate([np.repeat(found, counts, axis=1), following[None, :]])
    return found


def drops(variables: int, order: int) -> np.ndarray:
    """Rank, among the sets with one member less, of each set without its i-th member: (order, sets). Kept unless it is large."""
    return _kept_drops(variables, order) if order * comb(variables, order) <= ROWS else _drops(variables, order)


def _drops(variables: int, order: int) -> np.ndarray:
    """The rank of c_0 < ... < c_{k-1} is C(n, k) - 1 - sum_i C(n - 1 - c_i, k - i)."""
    sets = members(variables, order)
    if order <= 1:
        return np.zeros(sets.shape, np.intp)
    beyond = variables - 1 - sets
    choose = np.array([[comb(a, b) for b in range(order + 1)] for a in range(variables)], dtype=object)
    choose = np.minimum(choose, np.iinfo(np.intp).max // (2 * order)).astype(np.intp)  # what overflows is no rank of any table
    before = np.zeros(sets.shape[1], np.intp)
    after = np.zeros((order + 1, sets.shape[1]), np.intp)
    for i in range(order - 1, 0, -1):
        after[i] = after[i + 1] + choose[beyond[i], order - i]
    found = np.empty(sets.shape, np.intp)
    for i in range(order):
        found[i] = comb(variables, order - 1) - 1 - before - after[i + 1]
        before += choose[beyond[i], order - 1 - i]
    return found


_kept_drops = lru_cache(maxsize=32)(_drops)


def unrank(variables: int, order: int, rank: int) -> tuple[int, ...]:
    """The set at `rank` in lexicographic order."""
    found, candidate = [], 0
    while len(found) < order:
        rest = comb(variables - 1 - candidate, order - 1 - len(found))  # sets that go on with the candidate
        if rank < rest:
            found.append(candidate)
        else:
            rank -= rest
        candidate += 1
    return tuple(found)
