"""Share of the logits' variance that the key frequencies hold."""

from typing import Any

import numpy as np

from .checks import largest, round_off
from .trig_part import table


def variance_explained(logits: Any, prime: Any, frequencies: Any, *, operation: str = "add") -> float:
    """How much of the logits, as functions of the pair, is trigonometry of a + b at these frequencies.

        |T|^2 / |L - mean L|^2,    means over the pairs, Frobenius norms over pairs and classes, T as in `restricted_loss`.

    Arguments:
        logits, prime, frequencies, operation: as in `restricted_loss`.
    Returns: 0..1. With all frequencies it is the share that depends on a + b alone; `variance_explained_null` is what noise gives.
    Undefined (NaN): logits that are not finite, or the same for every pair; of "mul" the pairs with a factor 0 play no part.
    Source: arXiv:2301.05217, section 4.
    """
    found = table(logits, prime, frequencies, operation)
    scale = max(largest(found.block(rows)) for rows in found.rows)  # before squaring: logits of 1e200 are legal
    if not 0 < scale < np.inf:
        return np.nan
    means = found.means() / scale
    mean = means.mean(axis=0)
    spread = 0.0
    for rows in found.rows:
        block = np.divide(found.block(rows), scale, dtype=np.float64) - mean
        spread += float(np.vdot(block, block))
    # below round-off of the largest logit nothing is left to explain
    if spread <= found.rows.size * found.logits.shape[1] * round_off(found.logits) ** 2:
        return np.nan
    return len(found.rows) * float(np.sum(found.parts(found.frequencies, means) ** 2)) / spread
