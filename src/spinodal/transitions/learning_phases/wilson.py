"""Wilson's interval for a share."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ...errors import even, real, require


def wilson_interval(successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> tuple[Any, Any]:
    """Interval for the probability behind `successes` of `trials`.

        centre = (x / N + z^2 / 2N) / (1 + z^2 / N),   half = z / (1 + z^2 / N) sqrt((x / N)(1 - x / N) / N + z^2 / 4 N^2),

    z the normal quantile of (1 + confidence) / 2.

    Arguments:
        successes: x, whole numbers within 0..trials. trials: N >= 0, whole numbers; both broadcast. confidence: within (0, 1).
    Returns: (low, high), floats or arrays, within 0..1; (0, 1) without trials, the limit of the formula.
    Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209. Of intervals this simple it keeps its coverage best at few trials.
    """
    confidence = real("confidence", confidence)
    require(0 < confidence < 1, f"confidence must be within (0, 1), got {confidence}")
    x, n = _whole("successes", successes), _whole("trials", trials)
    try:
        x, n = np.broadcast_arrays(x, n)
    except ValueError:
        raise ValueError(f"successes and trials must broadcast, got shapes {x.shape} and {n.shape}") from None
    above = np.flatnonzero((x > n).ravel())[:1]
    require(above.size == 0, f"successes must not exceed trials, got {x.ravel()[above]} of {n.ravel()[above]}")
    z = -float(ndtri((1 - confidence) / 2))  # (1 + confidence) / 2 can round to 1
    # Both parts of the fraction times N, so that N = 0 is no special case
    centre = (x + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(x * (1 - x / np.maximum(n, 1)) + z * z / 4)
    low, high = np.where(x == 0, 0.0, np.maximum(centre - half, 0)), np.where(x == n, 1.0, np.minimum(centre + half, 1))
    return (low, high) if low.ndim else (float(low), float(high))


def _whole(name: str, given: ArrayLike) -> np.ndarray:
    found = even(name, given, "(...)")
    if found.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be whole numbers, got {given!r}")
    found = found.astype(np.float64)
    bad = found[~((found >= 0) & (found == np.floor(found)) & np.isfinite(found))]
    require(bad.size == 0, f"{name} must be whole numbers >= 0, got {bad[:1]}")
    return found
