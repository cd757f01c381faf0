"""The representation quality index."""

import numpy as np
from numpy.typing import ArrayLike

from .parallelogram_table import parallelogram_rows
from .realised import as_stack, checked_tolerance, realised, standardised


def rqi(embedding: ArrayLike, tolerance: float = 0.01) -> float | np.ndarray:
    """Share of all parallelograms that an embedding realises: 1 for a line `E_k = a + k b`.

        RQI = |{(i, j), (m, n) in P0 : mean over dimensions of (x_i + x_j - x_m - x_n)^2 < tolerance}| / |P0|,

    x the embedding with each dimension centred and divided by its sample standard deviation (ddof = 1).

    Arguments:
        embedding: (p,) or (p, d), or a stack (T, p, d), which is far quicker than T calls. Any real type; computed in float64.
        tolerance: > 0, in units of the variance; 0.01 is a tenth of a standard deviation at d = 1.
    Returns: a float within 0..1; for a stack (T,) float64. An affine map of a one-dimensional embedding changes nothing.
        A dimension without spread is centred and counts as a dimension without defect.
        It is not a phase: RQI = 1 occurs in networks that do not generalise, since decoders fail too.
    Undefined (NaN): no dimension with spread, values that are not finite, fewer than 3 symbols (no parallelogram).
    Source: Liu et al. (2022), arXiv:2205.10343; scale and dimensions as in the published code. An older published data set
        leaves symbol 0 out, divides by nothing but the spread, and sums over dimensions.
    """
    tolerance = checked_tolerance(tolerance)
    stack, many = as_stack(embedding)
    x, defined = standardised(stack)
    count = np.zeros(len(stack), dtype=np.int64)
    for _, which, found in realised(x, tolerance):
        count[which] += np.count_nonzero(found, axis=0)
    total = len(parallelogram_rows(stack.shape[1])[0])
    share = np.where(defined & (total > 0), count / max(total, 1), np.nan)
    return share if many else float(share[0])
