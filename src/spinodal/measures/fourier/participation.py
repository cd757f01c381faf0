"""How few frequencies does a neuron's weight vector hold?"""

from typing import Any

import numpy as np

from ...errors import choice, positive, real, require
from .checks import numbers

TRANSFORMS = ("rfft", "rfft-no-constant", "fft")
NOTHING_LEFT = 1e-6  # of a row's own amplitude: below it, taking away the constant has left round-off


def inverse_participation_ratio(rows: Any, *, exponent: float = 2, transform: str = "rfft", dead_below: float = 1e-6) -> np.ndarray:
    """Concentration of each row on single frequencies: 1 for a pure cosine, small for noise.

        IPR = sum_k (|x^_k| / |x^|)^(2 r),    x^ the amplitudes of the discrete Fourier transform of the row.

    Arguments:
        rows: (m, p), each row a neuron's weights over the p symbols: `first[:p].T` of a quadratic network.
        exponent: r > 1.
        transform: "rfft", frequencies 0..p/2, the published one; "rfft-no-constant" drops 0; "fft" has every frequency twice, so a pure
            cosine of k >= 1 reaches 2^(1-r), 1/2 for r = 2. Rows of even length have p/2 once even there, so that "rfft" gives it twice the
            energy of another frequency of the same variance.
        dead_below: >= 0; rows whose norm is at most this share of the largest row's are dead.
    Returns: (m,) float64. Average with `numpy.nanmean` and give the number of rows that count: large weight decay kills neurons. What noise
        gives is `participation_null`.
    Undefined (NaN): dead rows, rows with entries that are not finite, rows that are constant up to 1e-6 where the constant is dropped.
    Source: Doshi et al. (2024), arXiv:2310.13061.
    """
    x = numbers("rows", rows, (None, None), "(rows, symbols)")
    require(real("exponent", exponent) > 1, f"exponent must be > 1, got {exponent} (at 1 every row gives 1)")
    choice("transform", transform, TRANSFORMS)
    if dead_below != 0:
        positive("dead_below", dead_below)
    result = np.full(len(x), np.nan)
    finite = np.all(np.isfinite(x), axis=1)
    if not finite.any():
        return result
    x = np.where(finite[:, None], x, 0.0).astype(np.float64)
    scale = np.abs(x).max(axis=1)  # of each row, before squaring: weights of 1e200, and of 1e-200, are legal
    x /= np.where(scale > 0, scale, 1.0)[:, None]
    norms = np.linalg.norm(x, axis=1) * (scale / (scale.max() or 1.0))
    live = np.logical_and(scale > 0, norms > dead_below * norms.max())
    x = x[live]
    amplitudes = np.abs(np.fft.fft(x) if transform == "fft" else np.fft.rfft(x))
    whole = np.linalg.norm(amplitudes, axis=1)
    if transform == "rfft-no-constant":
        amplitudes = amplitudes[:, 1:]
    size = np.linalg.norm(amplitudes, axis=1)
    left = size > NOTHING_LEFT * whole
    result[np.flatnonzero(live)[left]] = np.sum((amplitudes[left] / size[left, None]) ** (2 * exponent), axis=1)
    return result
