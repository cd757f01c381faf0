"""Unordered pairs of symbols: all of them in one order, and sets of them as users write them."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ...errors import integer, require


def pair_set(pairs: ArrayLike, symbols: int) -> np.ndarray:
    """The distinct unordered pairs in `pairs`, each with i <= j, in lexicographic order.

    Arguments:
        pairs: integers within 0..symbols-1, shape (k, 2), array or list; may be empty. Order within a pair, order of pairs and repeats
            do not matter: training data here are a set. symbols: p >= 1.
    Returns: (m, 2) int, m <= k.
    Raises: ValueError for another shape or a symbol out of range, TypeError for what is not integers.
    """
    symbols = integer("symbols", symbols, minimum=1, why="p, the number of symbols")
    try:
        found = np.asarray(pairs)
    except ValueError:
        raise ValueError("pairs must have shape (k, 2), two symbols a row, got rows of different lengths") from None
    if found.size == 0 and found.shape in ((0,), (0, 2)):
        return np.empty((0, 2), dtype=np.int64)
    require(found.ndim == 2 and found.shape[-1] == 2, f"pairs must have shape (k, 2), two symbols a row, got {found.shape}")
    if found.dtype.kind not in "iu":
        raise TypeError(f"pairs must be integers, got an array of {found.dtype}")
    outside = (found < 0) | (found >= symbols)
    if outside.any():
        row = int(np.flatnonzero(outside.any(axis=1))[0])
        raise ValueError(f"pairs must hold symbols within 0..{symbols - 1} (symbols = {symbols}), got {found[row].tolist()} in row {row}")
    return np.unique(np.sort(found.astype(np.int64), axis=1), axis=0)


@lru_cache(maxsize=32)
def all_pairs(symbols: int) -> np.ndarray:
    """Every pair i <= j of `symbols` in lexicographic order, (p(p+1)/2, 2), read-only; pair i, j is row i p - i(i-1)/2 + j - i."""
    found = np.stack(np.triu_indices(symbols), axis=1)
    found.setflags(write=False)
    return found


def row_of(pairs: np.ndarray, symbols: int) -> np.ndarray:
    """The rows in `all_pairs` of pairs with i <= j, shape (..., 2)."""
    i, j = pairs[..., 0], pairs[..., 1]
    return i * symbols - i * (i - 1) // 2 + j - i
