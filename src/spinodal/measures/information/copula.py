"""The Gaussian copula of a layer: correlations of normal scores, with ties that manufacture nothing."""

from typing import Any

import numpy as np

from ...errors import real, require
from .arrays import as_samples
from .ranks import checked_ties, correlation_of, normal_scores, shrunk
from .records import CopulaCorrelation


def copula_correlation(samples: Any, *, ties: str = "average", seed: int | None = None, ridge: float = 0.0) -> CopulaCorrelation:
    """Correlation matrix of the normal scores of each column: what all Gaussian-copula measures start from.

        u = rank / (T + 1),   g = Phi^-1(u),   R = corr(g);   with a ridge, (R + ridge I) / (1 + ridge)

    Arguments:
        samples: activations, shape (T samples, n variables); NumPy, lists, JAX or PyTorch.
        ties: what equal values of a column get. "average" (default): the mean of their ranks, so that the order of samples
            does not matter. "random": ranks in an order drawn for each column by itself. "ordinal": ranks in order of position, as
            published; with it the zeros of all rectified units are ranked alike, which is a common signal that is not in the data.
        seed: of "random" ties, and needed with them.
        ridge: >= 0, added to the diagonal; default 0. For units that are copies of each other.
    Returns: `CopulaCorrelation`. Columns that never vary have no ranks: they are in `.dropped`, not in `.matrix`.
    Undefined (`ValueError`): NaN or infinity; not 2-D; all columns constant; fewer samples than varying columns + 2.
    Validity: rectified units mix a point mass with a density, so what follows from R is a statistic of a rank-Gaussian model and
        not mutual information; it misses symmetric dependence such as (x, x^2). Show `.tied_share` and a `null` beside it.
    Source: the copula of Ince et al. (2017), Hum. Brain Mapp. 38, 1541; average ranks as in `scipy.stats.rankdata`.
    """
    checked_ties(ties, seed)
    return from_scores(*live_scores(as_samples(samples), ties, seed), ties=ties, ridge=checked_ridge(ridge))


def checked_ridge(ridge: Any) -> float:
    """`ridge` as a float >= 0."""
    ridge = real("ridge", ridge)
    require(ridge >= 0, f"ridge must be >= 0, got {ridge} (it is added to the diagonal of the correlation matrix)")
    return ridge


def live_columns(x: np.ndarray) -> np.ndarray:
    """Indices of the columns that vary."""
    return np.flatnonzero((x != x[:1]).any(axis=0))


def live_scores(x: np.ndarray, ties: str, seed: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normal scores (live columns, samples), which columns these are, and the tied share of every column."""
    kept = live_columns(x)
    require(len(kept) > 0, f"samples must have a column that varies, got {x.shape[1]} constant columns")
    require(
        len(x) >= len(kept) + 2,
        f"samples must have at least {len(kept) + 2} rows for {len(kept)} varying columns, got {len(x)}: take more rows or fewer columns",
    )
    tied_share = np.ones(x.shape[1])
    scores, tied_share[kept] = normal_scores(np.ascontiguousarray(x.T if len(kept) == x.shape[1] else x[:, kept].T), ties, seed)
    return scores, kept, tied_share


def from_scores(scores: np.ndarray, kept: np.ndarray, tied_share: np.ndarray, *, ties: str, ridge: float) -> CopulaCorrelation:
    """The record that belongs to these normal scores."""
    return CopulaCorrelation(
        matrix=shrunk(correlation_of(scores), ridge),
        kept=kept,
        dropped=np.setdiff1d(np.arange(len(tied_share)), kept),
        tied_share=tied_share,
        samples=scores.shape[1],
        ties=ties,
        ridge=ridge,
    )
