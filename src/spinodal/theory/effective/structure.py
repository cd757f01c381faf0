"""What one training set can teach, and how fast: nullity, growth rates, ideal accuracy."""

import numpy as np
from numpy.typing import ArrayLike

from ...measures.representation import pair_set
from ...measures.representation.pairs import all_pairs
from .gram import gram, null_space


def nullity(pairs: ArrayLike, symbols: int) -> int:
    """Dimension of the embeddings that realise all parallelograms of a training set: 2 if and only if these are lines.

        n0 = p - rank(A_D) >= 2 (for p >= 2),   A_D the rows e_i + e_j - e_m - e_n of the parallelograms with both pairs in D.

    Arguments:
        pairs: D, (k, 2) integers within 0..p-1; a set: order and repeats do not matter. symbols: p >= 1.
    Returns: n0 within 2..p; p if D holds no parallelogram.
    Source: Liu et al. (2022), arXiv:2205.10343.
    """
    return null_space(pairs, symbols).shape[1]


def growth_rates(pairs: ArrayLike, symbols: int) -> np.ndarray:
    """Rates at which the flow on the effective loss removes what is not a line.

        H = (2 / (M p)) A_D^T A_D,   M parallelograms in D; that is dE/dt = -H E at unit mean square (Z0 = p), loss averaged over D.

    Arguments:
        pairs, symbols: as of `nullity`.
    Returns: (p,) eigenvalues of H, ascending; the first `nullity` are exactly 0; all 0 if D holds no parallelogram. For another norm
        times p / Z0. Under gradient descent on l_eff structure needs 1 / (lambda_3 rate) steps; under Adam it does not (see the docs).
    Source: Liu et al. (2022), arXiv:2205.10343. Published code mixes three normalisations: the eigenvalues of A^T A itself
        (times 2 / (M p) for ours), rows of all parallelograms instead of those in D, and the paper's formula.
    """
    matrix, count = gram(pairs, symbols)
    if count == 0:
        return np.zeros(symbols)
    values = np.linalg.eigvalsh(matrix) * (2 / (count * symbols))
    values[: nullity(pairs, symbols)] = 0.0  # rounding leaves +-1e-17 there
    return values


def ideal_accuracy(pairs: ArrayLike, symbols: int) -> float:
    """The accuracy that a training set permits: what follows from it by parallelograms alone.

        accuracy = (|D| + |{pairs outside D that form a parallelogram of P(D) with some pair of D}|) / (p (p + 1) / 2),

    P(D) the parallelograms whose row is a linear combination of rows of A_D (each embedding without defect on D realises them).

    Arguments:
        pairs, symbols: as of `nullity`.
    Returns: a float within |D| / n..1. No network is trained. A trained one may be better by luck of the nearest template, and
        worse if its embedding is not the one that D permits.
    Source: Liu et al. (2022), arXiv:2205.10343; null space with tolerance 1e-8.
    """
    known = pair_set(pairs, symbols)
    basis = null_space(known, symbols)
    every = all_pairs(symbols)
    # Pairs of D with one sum agree in every null vector, so one of them speaks for all
    speaker = np.full(2 * symbols - 1, -1)
    speaker[known.sum(axis=1)] = np.arange(len(known))
    spoken = speaker[every.sum(axis=1)]
    heard = every[spoken >= 0]
    reference = known[spoken[spoken >= 0]]
    defect = basis[heard].sum(axis=1) - basis[reference].sum(axis=1)
    return int(np.sum(np.linalg.norm(defect, axis=1) < 1e-8)) / len(every)
