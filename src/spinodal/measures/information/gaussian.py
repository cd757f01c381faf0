"""The four quantities of all variables together, and how each variable contributes, from one Cholesky factor."""

from typing import Any

import numpy as np

from .correlation import factorised, precision_from
from .records import Information


def total_correlation(R: Any) -> float:
    """How far the variables are from independent: the sum of their entropies less the joint one.

        TC = sum_j H(X_j) - H(X) = -(1/2) ln det R

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`. A covariance is normalised first.
    Returns: nats, >= 0; 0 if and only if R is the identity.
    Undefined (`ValueError`): R not square, finite, symmetric and positive definite (a `ridge` in the copula helps).
    Source: Watanabe (1960); Rosas et al. (2019), arXiv:1902.11239, eq. 4.
    """
    return information_of(R).total_correlation


def dual_total_correlation(R: Any) -> float:
    """How much of the joint entropy is shared: what is left of it without what each variable has to itself.

        DTC = H(X) - sum_j H(X_j | X_-j) = (ln det R + sum_j ln P_jj) / 2,     P = R^-1

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`. A covariance is normalised first.
    Returns: nats, >= 0.
    Undefined (`ValueError`): R not square, finite, symmetric and positive definite (a `ridge` in the copula helps).
    Source: Han (1978); Rosas et al. (2019), arXiv:1902.11239, eq. 5.
    """
    return information_of(R).dual_total_correlation


def o_information(R: Any) -> float:
    """Does redundancy or synergy dominate among the variables?

        O = TC - DTC = -ln det R - (1/2) sum_j ln P_jj,     P = R^-1

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`. A covariance is normalised first.
    Returns: nats. Positive: redundancy (the same is known several times); negative: synergy (it is known only of all together).
        0 for independent variables, and always for n <= 2. O / S lies in [-1, 1] and compares across sizes.
    Undefined (`ValueError`): R not square, finite, symmetric and positive definite (a `ridge` in the copula helps).
    Source: Rosas et al. (2019), arXiv:1902.11239, eq. 6. Biased on finite samples: subtract `bias(n, samples)`.
    """
    return information_of(R).o_information


def s_information(R: Any) -> float:
    """How strongly each variable depends on all others, summed: the overall strength of interdependence.

        S = TC + DTC = -n H(X) + sum_j [H(X_j) + H(X_-j)] = sum_j I(X_j; X_-j) = (1/2) sum_j ln P_jj

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`. A covariance is normalised first.
    Returns: nats, >= 0. (Some documentation elsewhere prints + n H(X): that is wrong.)
    Undefined (`ValueError`): R not square, finite, symmetric and positive definite (a `ridge` in the copula helps).
    Source: Rosas et al. (2019), arXiv:1902.11239.
    """
    return information_of(R).s_information


def o_information_gradient(R: Any) -> np.ndarray:
    """What each variable adds to the O-information: redundancy if positive, synergy if negative.

        d_i O = O(X) - O(X_-i) = (2 - n) I(X_i; X_-i) + sum_{k != i} I(X_i; X_-{i,k})

    All from one inverse: without variable i the precisions are P_jj - P_ij^2 / P_ii.

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`. A covariance is normalised first.
    Returns: (n,) nats; zeros for n <= 2.
    Undefined (`ValueError`): R not square, finite, symmetric and positive definite (a `ridge` in the copula helps).
    Source: Scagliarini et al. (2023), Phys. Rev. Research 5, 013025 (the last term begins with X_i, not with X_k as printed elsewhere).
    """
    matrix, factor = factorised(R)
    n = len(matrix)
    if n <= 2:
        return np.zeros(n)
    precision = precision_from(factor)
    diagonal = np.diagonal(precision)
    # O(X_-i) = -(L + ln P_ii) - (1/2) sum_{j != i} [ln P_jj + ln(1 - P_ij^2 / (P_ii P_jj))]
    partial = precision**2 / (diagonal[:, None] * diagonal)
    np.fill_diagonal(partial, 0.0)
    return np.log(diagonal) / 2 + np.log1p(-partial).sum(axis=1) / 2


def information_of(R: Any) -> Information:
    """All four quantities from one factorisation."""
    matrix, factor = factorised(R)
    n = len(matrix)
    if n <= 2:
        total = -float(np.log1p(-(matrix[0, 1] ** 2))) / 2 if n == 2 else 0.0
        return Information(total, total, 0.0, 2 * total)
    log_det = 2 * float(np.log(np.diagonal(factor)).sum())
    strength = float(np.log(np.diagonal(precision_from(factor))).sum()) / 2
    total = -log_det / 2
    return Information(total, strength - total, 2 * total - strength, strength)
