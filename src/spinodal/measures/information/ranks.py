"""Ranks and their normal scores, column by column; what happens to ties is decided here."""

from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import ndtri

from ...errors import choice, integer, require

TIES = ("average", "random", "ordinal")
BLOCK = 1 << 14  # values at a time: 128 kB of them, and a few such arrays, stay in the L2 cache
MOST_BITS = 16  # of position; beyond 65,536 samples too few bits are left for the values


def checked_ties(ties: Any, seed: Any) -> None:
    """Raise unless `ties` is known and has the seed that it needs."""
    choice("ties", ties, TIES)
    require(ties != "random" or seed is not None, "seed must be given with ties='random' (it decides how ties are broken), got None")
    if seed is not None:
        integer("seed", seed, minimum=0)


@lru_cache(maxsize=4)
def score_table(samples: int) -> np.ndarray:
    """Phi^-1(r / (samples + 1)) at the mean ranks r = 1, 1.5, 2, ..., samples, exactly odd about the middle."""
    half = ndtri((np.arange(2, samples + 2) / 2) / (samples + 1))  # up to r = (samples + 1) / 2
    half[-1] = 0.0
    table = np.concatenate([half, -half[-2::-1]])
    table.flags.writeable = False
    return table


def normal_scores(rows: np.ndarray, ties: str, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Normal scores of each row of a C-contiguous (variables, samples) array, and the share of each row's values that repeat.

    Rows, since sorting contiguous numbers is many times faster than sorting with a stride; as many at a time as stay in the cache.
    """
    variables, samples = rows.shape
    scores, tied_share = np.empty(rows.shape), np.zeros(variables)
    generator = np.random.default_rng(seed) if ties == "random" else None
    some = max(1, BLOCK // samples)
    for begin in range(0, variables, some):
        block = slice(begin, begin + some)
        order = sorting(rows[block]) if generator is None else _randomly_sorting(rows[block], generator)
        _score(rows[block], order, ties, scores[block], tied_share[block])
    return scores, tied_share


def _score(rows: np.ndarray, order: np.ndarray, ties: str, scores: np.ndarray, tied_share: np.ndarray) -> None:
    """Fill `scores` and `tied_share` of some rows, `order` being places in the flat block."""
    count, samples = rows.shape
    table = score_table(samples)
    ascending = rows.ravel().take(order).reshape(rows.shape)
    starts = np.ones(rows.shape, dtype=bool)
    np.not_equal(ascending[:, 1:], ascending[:, :-1], out=starts[:, 1:])
    begins = np.flatnonzero(starts)
    in_order = np.broadcast_to(table[::2], rows.shape).ravel()
    if len(begins) < rows.size:
        counts = np.diff(begins, append=rows.size)
        group_rows, first = np.divmod(begins, samples)
        tied_share[:] = np.bincount(group_rows, np.where(counts > 1, counts, 0), count) / samples
        if ties == "average":
            in_order = np.repeat(table[2 * first + counts - 1], counts)
    scores.reshape(-1)[order] = in_order


def sorting(rows: np.ndarray) -> np.ndarray:
    """Places, in the flat array, that put each row in ascending order; equal values in order of position.

    Sorting numbers that carry their own place is several times faster than an argsort, above all with many equal values: the last bits
    of each value are replaced by its position. Where that confuses two values the row is sorted the plain way.
    """
    count, samples = rows.shape
    offsets = samples * np.arange(count)[:, None]
    bits = max(1, (samples - 1).bit_length())
    if bits > MOST_BITS:
        return (np.argsort(rows, axis=1, kind="stable") + offsets).ravel()
    mask = (1 << bits) - 1
    keys = (rows + 0.0).view(np.int64)  # + 0.0 makes one zero of both
    keys ^= (keys >> 63) & np.iinfo(np.int64).max  # as integers in the order of the numbers
    keys &= ~mask
    keys |= np.arange(samples)
    keys.sort(axis=1)
    keys &= mask
    keys += offsets
    ascending = rows.ravel().take(keys)
    confused = np.flatnonzero((ascending[:, 1:] < ascending[:, :-1]).any(axis=1))
    if len(confused):
        keys[confused] = np.argsort(rows[confused], axis=1, kind="stable") + offsets[confused]
    return keys.ravel()


def _randomly_sorting(rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """As `sorting`, with equal values in an order drawn for each row by itself."""
    count, samples = rows.shape
    places = np.arange(rows.size).reshape(rows.shape)
    shuffled = generator.permuted(places, axis=1).ravel()
    return shuffled[sorting(rows.ravel()[shuffled].reshape(count, samples))]


def correlation_of(scores: np.ndarray) -> np.ndarray:
    """Correlation of the rows of `scores`, exactly symmetric with unit diagonal."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    products = centred @ centred.T  # one syrk
    scale = 1 / np.sqrt(np.diagonal(products))
    matrix = products * scale[:, None] * scale
    matrix = (matrix + matrix.T) / 2
    np.fill_diagonal(matrix, 1.0)
    return matrix


def shrunk(matrix: np.ndarray, ridge: float) -> np.ndarray:
    """(R + ridge I) / (1 + ridge)."""
    if ridge:
        matrix = matrix / (1 + ridge)
        np.fill_diagonal(matrix, 1.0)
    return matrix
