"""How many directions an embedding fills: the participation ratio."""

import numpy as np
from numpy.typing import ArrayLike

from .realised import as_stack


def effective_dimension(embedding: ArrayLike) -> float | np.ndarray:
    """Participation ratio of the covariance of an embedding: 1 for a line, m for m directions of equal variance.

        D = (sum_a l_a)^2 / sum_a l_a^2,   l_a the eigenvalues of the covariance over symbols, each dimension centred, none rescaled.

    Arguments:
        embedding: (p,) or (p, d), or a stack (T, p, d).
    Returns: a float within 1..min(p - 1, d); for a stack (T,) float64. Scale, shift and rotation change nothing.
        Few symbols pull it down: for independent normal entries 1/D has the mean (n + d + 1) / (n d + 2) with n = p - 1, by the moments
        of a Wishart matrix, so compare at equal p and d only.
        Other work calls the exponential of the entropy of l_a / sum l by this name; that one is never smaller.
    Undefined (NaN): all symbols at one point, values that are not finite.
    Source: Abbott, Rajan, Sompolinsky (2011), arXiv:0912.3832; Gao et al. (2017), bioRxiv 214262, on its bounds.
    """
    stack, many = as_stack(embedding)
    finite = np.asarray(np.isfinite(stack).all(axis=(1, 2)))
    x = np.where(finite[:, None, None], stack, 0.0)
    spread = np.ptp(x / 2, axis=1, keepdims=True) > 0  # halved: the range of legal numbers may overflow
    x = _at_most_one(x)  # before squaring: embeddings of 1e200 are legal
    x = _at_most_one(np.where(spread, x - x.mean(axis=1, keepdims=True), 0.0))
    trace = np.sum(x * x, axis=(1, 2))
    defined = finite & (trace > 0)
    small = x if x.shape[2] <= x.shape[1] else np.swapaxes(x, 1, 2)  # x^T x and x x^T have the same eigenvalues
    gram = np.swapaxes(small, 1, 2) @ small
    square = np.sum(gram * gram, axis=(1, 2))
    ratio = np.where(defined, trace**2 / np.where(defined, square, 1.0), np.nan)
    return ratio if many else float(ratio[0])


def _at_most_one(x: np.ndarray) -> np.ndarray:
    scale = np.abs(x).max(axis=(1, 2), keepdims=True)
    return x / np.where(scale > 0, scale, 1.0)
