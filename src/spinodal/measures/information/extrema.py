"""The most synergistic and the most redundant sets of variables, of all there are."""

from collections.abc import Iterable
from heapq import nsmallest
from typing import Any

import numpy as np

from ...errors import integer, require
from .correlation import as_correlation
from .finite_samples import enough_samples, o_information_bias
from .halving import MOST, members_of, o_information_of_all
from .records import Extremes, Found
from .stream import chunks


def extremes(R: Any, orders: int | Iterable[int], top: int = 1, *, samples: int | None = None) -> Extremes:
    """The sets with the smallest and with the largest O-information, by exhaustive search in bounded memory.

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        orders: size of the sets, or several sizes, each 2..n.
        top: how many of either sign, default 1.
        samples: if given, the bias of each order is subtracted; without, large sets win by their bias too.
    Returns: `Extremes`: `.synergistic` (O smallest first) and `.redundant` (largest first) over all orders together, the same in
        `.by_order[k]`, and how many sets were `.evaluated`. Equal sets: the smaller, then the lexicographically first.
        The best of one sign may have the other if no set has that sign. Look at each order: large sets win trivially.
    Undefined (`ValueError`): an order outside 2..n or with more than 1e11 sets (`grow` and `anneal` search those); fewer than
        order + 2 samples; R not square, finite, symmetric and positive definite.
    Source: Rosas et al. (2019), arXiv:1902.11239.
    """
    matrix = as_correlation(R)
    n, top = len(matrix), integer("top", top, minimum=1)
    wanted = sorted({integer("orders", k, minimum=2) for k in (orders if isinstance(orders, Iterable) else [orders])})
    require(len(wanted) > 0, "orders must name at least one order, got none")
    require(wanted[-1] <= n, f"orders must be within 2..{n} (the variables), got {wanted[-1]}")
    shift = np.zeros(n + 1)
    if samples is not None:
        shift[: wanted[-1] + 1] = o_information_bias(wanted[-1], enough_samples(wanted[-1], samples))
    several = len(wanted) > 1 and n <= MOST
    by_order = _from_all(matrix, wanted, top, shift) if several else {k: _streamed(matrix, k, top, float(shift[k])) for k in wanted}
    return Extremes(
        tuple(nsmallest(top, (f for found in by_order.values() for f in found.synergistic), key=_most_synergistic)),
        tuple(nsmallest(top, (f for found in by_order.values() for f in found.redundant), key=_most_redundant)),
        by_order,
        sum(found.evaluated for found in by_order.values()),
    )


def _most_synergistic(found: Found) -> tuple[float, int, tuple[int, ...]]:
    return found.o_information, len(found.members), found.members


def _most_redundant(found: Found) -> tuple[float, int, tuple[int, ...]]:
    return -found.o_information, len(found.members), found.members


def _from_all(matrix: np.ndarray, orders: list[int], top: int, shift: np.ndarray) -> dict[int, Extremes]:
    """By one table of all sets."""
    n = len(matrix)
    sizes, _, values = o_information_of_all(matrix)
    found = {}
    for k in orders:
        places = np.flatnonzero(sizes == k)
        here = values[places] - shift[k]
        low, high = (tuple(Found(members_of(int(places[row]), n), float(here[row])) for row in best(sign * here, top)) for sign in (1, -1))
        found[k] = Extremes(low, high, {}, len(places))
    return found


def _streamed(matrix: np.ndarray, order: int, top: int, shift: float) -> Extremes:
    """By chunks, of which only the best are kept."""
    n, evaluated = len(matrix), 0
    kept: dict[int, list[Found]] = {1: [], -1: []}
    for chunk in chunks(matrix, order):
        values = chunk.o_information - shift
        evaluated += len(values)
        for sign, held in kept.items():
            bar = sign * held[-1].o_information if len(held) == top else np.inf
            if (values.min() if sign > 0 else -values.max()) >= bar:
                continue  # equal ones come later in lexicographic order
            new = [Found(chunk.members(row, n), float(values[row])) for row in best(sign * values, top)]
            held[:] = nsmallest(top, held + new, key=_most_synergistic if sign > 0 else _most_redundant)
    return Extremes(tuple(kept[1]), tuple(kept[-1]), {}, evaluated)


def best(values: np.ndarray, top: int) -> np.ndarray:
    """Rows of the `top` smallest values, smallest first, equal ones in the order given."""
    if top == 1:
        return np.array([values.argmin()])
    if top >= len(values):
        return np.argsort(values, kind="stable")
    candidates = np.flatnonzero(values <= np.partition(values, top - 1)[top - 1])
    return candidates[np.argsort(values[candidates], kind="stable")[:top]]
