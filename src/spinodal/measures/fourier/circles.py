"""Do the leading directions of an embedding place the symbols on circles?"""

from typing import Any

import numpy as np

from ...errors import integer, require
from .checks import largest, numbers, round_off

FLAT = 1e-10  # singular values up to this share of the largest have no direction of their own, nor those of rounding


def circularity(embedding: Any, *, components: int = 4) -> float:
    """Mean, over the leading principal components, of the share that lies in one frequency.

        mean over components v of max_{k >= 1} (2/p) |sum_j v_j exp(2 pi i j k / p)|^2,    each at most 1, v of length 1;
        1/p for k = p/2, of which there is only the cosine.

    Arguments:
        embedding: (p, d), a row for each symbol, any p: p - 1 by discrete logarithms. Centred over the symbols here.
        components: how many, at most min(p - 1, d).
    Returns: 0..1; 1 for circles of any frequencies. Two circles of *equal* size have components that mix their frequencies, and less.
    Undefined (NaN): entries that are not finite, or fewer directions with any spread than `components`.
    Source: Zhong et al. (2023), arXiv:2306.17844.
    """
    x = numbers("embedding", embedding, (None, None), "(symbols, embedding dimensions)")
    count, p = integer("components", components, minimum=1), len(x)
    most = min(p - 1, x.shape[1])
    require(count <= most, f"components must be at most {most} for an embedding of shape {x.shape}, got {components}")
    scale, flat = largest(x), max(FLAT, round_off(x))
    if not np.isfinite(scale) or scale == 0:
        return np.nan
    x = np.divide(x, scale, dtype=np.float64)
    directions, sizes, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    if sizes[count - 1] <= flat * max(sizes[0], 1e-3):
        return np.nan
    power = 2 / p * np.abs(np.fft.rfft(directions[:, :count], axis=0)[1:]) ** 2
    if p % 2 == 0:
        power[-1] /= 2
    return float(np.minimum(power.max(axis=0), 1).mean())
