"""What a training set says of the embedding: the matrix A^T A of its parallelograms, without listing them.

The pairs of sum s in D form a block: with x_a = e_i + e_j the row of pair a = (i, j), n_s pairs of sum s, and t_s their sum,

    A^T A = sum over parallelograms (x_a - x_b)(x_a - x_b)^T = sum_s (n_s sum_a x_a x_a^T - t_s t_s^T).

Dividing block s by n_s changes no null space and keeps the numbers small.
"""

import numpy as np
from numpy.typing import ArrayLike

from ...measures.representation import pair_set

NULL = 1e-11  # share of the largest eigenvalue: rounding is near 1e-15; a bare chain of 1000 symbols still has (4.73 / 1000)^4 = 5e-10


def gram(pairs: ArrayLike, symbols: int, *, per_sum: bool = False) -> tuple[np.ndarray, int]:
    """A_D^T A_D, (p, p), exact integers in float64, and the number M of parallelograms of D; with `per_sum` block s over n_s."""
    found = pair_set(pairs, symbols)
    i, j = found[:, 0], found[:, 1]
    total = i + j
    count = np.bincount(total, minlength=2 * symbols - 1)
    weight = 1.0 / np.maximum(count, 1) if per_sum else np.ones(len(count))
    rows = np.zeros((len(count), symbols))  # t_s: each symbol has at most one partner in a sum
    rows[total, i] += 1
    rows[total, j] += 1
    matrix = np.zeros((symbols, symbols))
    np.add.at(matrix, (np.concatenate([i, i, j, j]), np.concatenate([i, j, i, j])), np.tile((weight * count)[total], 4))
    matrix -= (rows.T * weight) @ rows
    return matrix, int(np.sum(count * (count - 1) // 2))


def null_space(pairs: ArrayLike, symbols: int) -> np.ndarray:
    """Orthonormal columns, (p, nullity): the embeddings that realise every parallelogram of D."""
    matrix, _ = gram(pairs, symbols, per_sum=True)
    values, vectors = np.linalg.eigh(matrix)
    return vectors[:, values <= NULL * max(values[-1], 1.0)]
