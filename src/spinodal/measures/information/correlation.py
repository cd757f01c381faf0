"""Checks of a correlation matrix, and its one factorisation."""

from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs

from ...errors import require
from .arrays import as_float64

SMALLEST_PIVOT = 1e-12
potrf, potri, trtri = get_lapack_funcs(("potrf", "potri", "trtri"), dtype=np.float64)
SINGULAR = "copula_correlation(..., ridge=1e-6) makes it so, and two identical units are the usual cause"


def as_correlation(R: Any) -> np.ndarray:
    """`R`, a matrix or a copula record, as a float64 correlation matrix that is positive definite."""
    return factorised(R)[0]


def factorised(R: Any) -> tuple[np.ndarray, np.ndarray]:
    """The correlation matrix of `R` and its lower Cholesky factor."""
    matrix = _normalised(as_float64("R", R))
    return matrix, cholesky(matrix)


def cholesky(matrix: np.ndarray) -> np.ndarray:
    """Lower Cholesky factor; `ValueError` for what is singular or nearly so."""
    factor, info = potrf(matrix, lower=1, clean=1)
    # info points at the first pivot that is not positive
    pivot = float(np.diagonal(factor)[: info - 1 if info > 0 else None].min(initial=np.inf)) ** 2 if info >= 0 else np.nan
    require(
        info == 0 and pivot >= SMALLEST_PIVOT,
        f"R must be positive definite with squared Cholesky pivots of at least {SMALLEST_PIVOT:g}, got "
        + (f"{pivot:.2g}" if info == 0 else f"one that is not positive, at variable {info - 1}")
        + f" of {len(matrix)} x {len(matrix)}: {SINGULAR}",
    )
    return factor


def log_determinant(matrix: np.ndarray) -> float:
    """ln det of a positive definite matrix; 0 for an empty one."""
    if len(matrix) == 2 and matrix[0, 0] == matrix[1, 1] == 1:
        return float(np.log1p(-(matrix[0, 1] ** 2)))  # 1 - r^2 would lose the digits of a small r
    return 2 * float(np.log(np.diagonal(cholesky(matrix))).sum()) if len(matrix) > 1 else 0.0


def precision_from(factor: np.ndarray) -> np.ndarray:
    """R^-1, both triangles, from the lower Cholesky factor of R."""
    inverse, _ = potri(factor, lower=1)
    lower = np.tril(inverse)
    return lower + np.tril(lower, -1).T


def _normalised(matrix: np.ndarray) -> np.ndarray:
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] and matrix.size > 0
    require(square, f"R must be a square matrix, got shape {matrix.shape}: make it from samples with copula_correlation")
    require(bool(np.isfinite(matrix).all()), f"R must be finite, got {np.sum(~np.isfinite(matrix))} values that are not")
    variances = np.diagonal(matrix)
    require(bool((variances > 0).all()), f"R must be positive definite, got a diagonal entry of {variances.min()}")
    scale = 1 / np.sqrt(variances)
    scaled = matrix * scale[:, None] * scale
    skew = float(np.abs(scaled - scaled.T).max())
    require(skew <= 1e-8, f"R must be symmetric, got entries that differ from their mirror by {skew:.2g} relative to the diagonal")
    scaled = (scaled + scaled.T) / 2
    np.fill_diagonal(scaled, 1.0)
    return scaled
