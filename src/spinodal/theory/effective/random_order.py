"""Pairs come one by one, in random order: when is the line forced? Many draws at once."""

from functools import lru_cache

import numpy as np

from ...measures.representation.pairs import all_pairs

BLOCK = 1 << 17  # numbers in the projectors worked on at a time: 1 MB stays in the cache
ZERO = 1e-18  # of a squared residual, see `_sizes`


@lru_cache(maxsize=16)
def sizes_that_force_a_line(symbols: int, draws: int, seed: int) -> np.ndarray:
    """For each of `draws` random orders of all pairs, how many pairs it takes until the nullity is 2, (draws,) int.

    The first k pairs of a random order are a uniform set of k, and one more pair can only lower the nullity. So one order answers for
    every size at once: P(n0 = 2 at k) = P(size <= k). Kept for the last calls, read-only, since one curve is asked for at many sizes.
    """
    generator = np.random.default_rng(seed)
    pairs = len(all_pairs(symbols))
    width = max(1, BLOCK // symbols**2)
    found = []
    for at in range(0, draws, width):
        orders = np.tile(np.arange(pairs), (min(width, draws - at), 1))
        found.append(_sizes(generator.permuted(orders, axis=1), symbols))
    sizes = np.concatenate(found)
    sizes.setflags(write=False)
    return sizes


def _sizes(orders: np.ndarray, symbols: int) -> np.ndarray:
    """The sizes for given orders, (draws, pairs) rows of `all_pairs`.

    P projects on the embeddings still free. A pair whose sum is new only becomes the reference of its sum; any other brings the row
    r = x_pair - x_reference, and P <- P - v v^T / |v|^2 with v = P r unless v = 0. Rows are integer vectors with |r|^2 <= 6, so |v|^2 is a
    ratio of Gram determinants: 0, or at least 6^-(rows before it), above `ZERO` up to 26 symbols. Rounding leaves less than 1e-23 at 80
    symbols, where the smallest residual met is 2e-5.
    """
    draws, count = orders.shape
    i, j = all_pairs(symbols).T
    reference = np.full((draws, 2 * symbols - 1), -1)
    free = np.repeat(np.eye(symbols)[None], draws, axis=0)
    missing = np.full(draws, symbols - 2)
    sizes = np.zeros(draws, dtype=np.int64)
    active = np.arange(draws if symbols > 2 else 0)
    for size in range(1, count + 1):
        pair = orders[active, size - 1]
        total = i[pair] + j[pair]
        known = reference[active, total]
        new = known < 0
        reference[active[new], total[new]] = pair[new]
        row, pair, known = active[~new], pair[~new], known[~new]
        v = free[row, i[pair]] + free[row, j[pair]] - free[row, i[known]] - free[row, j[known]]
        square = np.einsum("bp,bp->b", v, v)
        news = square > ZERO
        row, v = row[news], v[news] / np.sqrt(square[news])[:, None]
        free[row] -= v[:, :, None] * v[:, None, :]
        missing[row] -= 1
        done = row[missing[row] == 0]
        if len(done):
            sizes[done] = size
            active = active[missing[active] > 0]
            if not len(active):
                break
    return sizes
