"""All parallelograms that addition of symbols allows."""

from functools import lru_cache

import numpy as np

from ...errors import integer
from .pairs import all_pairs, row_of


def parallelograms(symbols: int) -> np.ndarray:
    """Every parallelogram (i, j), (m, n) of `symbols` symbols, once.

        P0 = { {(i, j), (m, n)} : i + j = m + n, (i, j) != (m, n) },   |P0| = sum_s n_s (n_s - 1) / 2,

    with unordered pairs and n_s of them of sum s. A repeated symbol is allowed: (0, 2), (1, 1) says that 1 lies midway.

    Arguments:
        symbols: p >= 1.
    Returns: (|P0|, 4) int, rows i, j, m, n with i <= j, m <= n and i < m, by sum, then by i and m; empty below three symbols.
    Source: Liu et al. (2022), arXiv:2205.10343; those with a repeated symbol are counted, as the published RQI does.
    """
    symbols = integer("symbols", symbols, minimum=1, why="p, the number of symbols")
    first, second = parallelogram_rows(symbols)
    pairs = all_pairs(symbols)
    return np.concatenate([pairs[first], pairs[second]], axis=1)


@lru_cache(maxsize=32)
def parallelogram_rows(symbols: int) -> tuple[np.ndarray, np.ndarray]:
    """Both pairs of every parallelogram as rows of `all_pairs`, read-only."""
    first, second = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for total in range(2 * symbols - 1):
        low = np.arange(max(0, total - symbols + 1), total // 2 + 1)
        rows = row_of(np.stack([low, total - low], axis=1), symbols)
        a, b = np.triu_indices(len(rows), k=1)
        first.append(rows[a])
        second.append(rows[b])
    found = np.concatenate(first), np.concatenate(second)
    for rows in found:
        rows.setflags(write=False)
    return found
