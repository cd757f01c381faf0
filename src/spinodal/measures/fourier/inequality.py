"""Inequality of nonnegative numbers."""

from typing import Any

import numpy as np

from ...errors import require
from .checks import numbers


def gini(x: Any) -> float:
    """Gini coefficient: how unequally a total is shared out.

        G = sum_ij |x_i - x_j| / (2 n^2 mean x).

    Arguments:
        x: (n,) numbers >= 0: norms of the rows of `basis(p) @ table`, for the embedding or for W_L = unembedding^T mlp_out^T.
    Returns: 0 if all are equal, 1 - 1/n if one has everything. Say what the entries are: p rows, cosines and sines apart and with the
        constant, is the published use; (p-1)/2 frequencies give other values, for noise too.
    Undefined (NaN): all zero, or entries that are not finite. Negative entries are a ValueError.
    Source: arXiv:2301.05217.
    """
    values = numbers("x", x, (None,), "(entries,)").astype(np.float64)
    require(not np.any(values < 0), f"x must be >= 0, got {np.fmin.reduce(values.ravel())} (take norms or amplitudes)")
    largest = values.max()
    if not np.isfinite(largest) or largest == 0:
        return np.nan
    values = np.sort(values / largest)
    n = len(values)
    return float((2 * np.arange(1, n + 1) - n - 1) @ values / (n * values.sum()))
