"""Every set of one size, with all four quantities."""

from math import comb
from typing import Any

import numpy as np

from ...errors import integer, require
from .correlation import as_correlation
from .lattice import listed
from .records import Subsets
from .stream import chunks

MOST_SETS = 20_000_000


def subsets(R: Any, order: int) -> Subsets:
    """The four quantities of all sets of `order` variables.

        TC_S = -L_S / 2,   O_S = (|S|/2 - 1) L_S - (1/2) sum_{j in S} L_{S-j},   DTC = TC - O,   S = TC + DTC,   L_S = ln det R_S

    One table of log-determinants serves all sets; none is factorised by itself.

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        order: members of each set, 2..n.
    Returns: `Subsets` with C(n, order) rows in lexicographic order. Members index R; `.kept[members]` are columns.
    Undefined (`ValueError`): an order outside 2..n, or with more than 20 million sets (`extremes` keeps only the best of those);
        R not square, finite, symmetric and positive definite.
    Source: Rosas et al. (2019), arXiv:1902.11239.
    """
    matrix = as_correlation(R)
    n, order = len(matrix), integer("order", order, minimum=2)
    require(order <= n, f"order must be within 2..{n} (the variables), got {order}")
    count = comb(n, order)
    require(count <= MOST_SETS, f"order must leave at most {MOST_SETS} sets to store, got {order} with {count}: use extremes")
    first, *more = chunks(matrix, order)
    log_det, o = first.log_det, first.o_information
    if more:
        log_det, o = (np.concatenate([getattr(part, name) for part in (first, *more)]) for name in ("log_det", "o_information"))
    if order == 2:
        log_det = np.log1p(-(matrix[np.triu_indices(n, 1)] ** 2))  # ln(1 - r^2) would lose the digits of a small r
    total = -log_det / 2
    return Subsets(listed(n, order), total, total - o, o, 2 * total - o)
