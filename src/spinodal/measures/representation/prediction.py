"""The accuracy that an embedding alone promises."""

import numpy as np
from numpy.typing import ArrayLike

from .pairs import all_pairs, pair_set, row_of
from .parallelogram_table import parallelogram_rows
from .realised import as_stack, checked_tolerance, realised, standardised


def predicted_accuracy(embedding: ArrayLike, pairs: ArrayLike, tolerance: float = 0.01) -> float | np.ndarray:
    """Share of all pairs that a decoder which knows the training pairs gets right from the embedding.

        accuracy = (|D| + |{pairs outside D that form a realised parallelogram with some pair of D}|) / (p (p + 1) / 2):

    such a pair has the embedding of a training pair with the same sum, so the decoder answers alike.

    Arguments:
        embedding: (p,) or (p, d), or a stack (T, p, d). pairs: D, the training pairs, (k, 2) integers; a set, see `pair_set`.
        tolerance: as of `rqi`.
    Returns: a float within |D| / n..1, over training and test pairs alike; for a stack (T,) float64.
    Undefined (NaN): no dimension with spread, values that are not finite.
    Source: Liu et al. (2022), arXiv:2205.10343.
    """
    tolerance = checked_tolerance(tolerance)
    stack, many = as_stack(embedding)
    symbols = stack.shape[1]
    known = np.zeros(len(all_pairs(symbols)), dtype=bool)
    known[row_of(pair_set(pairs, symbols), symbols)] = True
    x, defined = standardised(stack)
    right = np.repeat(known[:, None], len(stack), axis=1)
    first, second = parallelogram_rows(symbols)
    for rows, which, found in realised(x, tolerance):
        for source, target in ((first[rows], second[rows]), (second[rows], first[rows])):
            useful = known[source] & ~known[target]
            row, column = np.nonzero(found[useful])
            right[target[useful][row], which.start + column] = True
    share = np.where(defined, right.mean(axis=0), np.nan)
    return share if many else float(share[0])
