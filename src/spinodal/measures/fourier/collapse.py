"""Has the softmax run out of digits?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...citations import PRIETO2025 as CITATION
from ...errors import choice, require
from .checks import numbers

DIGITS = {"float16": 11, "float32": 24, "float64": 53}  # t: 1 + x rounds to 1 for x <= 2^-t, and for no larger x


@dataclass(frozen=True, eq=False)
class SoftmaxCollapse:
    """What `softmax_collapse` found; the shares are NaN unless `converged`."""

    fraction: float  # of the rows, for the order of summation asked for
    at_least: float  # whatever the order
    at_most: float  # in the order that collapses most
    margins: np.ndarray  # (rows,) leader minus runner-up
    dtype: str
    order: str
    converged: bool
    message: str
    citation: str = CITATION


def softmax_collapse(logits: Any, dtype: str = "float32", *, order: str = "pairwise") -> SoftmaxCollapse:
    """Share of the rows whose softmax is exactly one-hot in a floating-point type, so that a correct row has no gradient.

        sum_c exp(z_c - max z) == 1    with every step rounded to `dtype`; NumPy adds float16 "pairwise" in float32 and rounds the sum.

    The answer depends on the order of summation: 112 equal rivals behind a leader by m collapse in float32 from m = 24 ln 2 = 16.64 if
    added to the leading 1 one after another, from 24 ln 2 + ln 112 = 21.35 if they are added up first, and libraries lie between. So the
    bracket is part of the result: `at_least` has the sum of all other terms <= 2^-t, `at_most` only the largest; t = 11, 24, 53.

    Arguments:
        logits: (rows, classes), at least 2 classes; rounded to `dtype` before anything else. dtype: "float16", "float32" or "float64".
        order: "pairwise", NumPy's sum along the class axis, or "sequential", class after class.
    Returns: `SoftmaxCollapse`, at_least <= fraction <= at_most up to the round-off of the sum. Labels play no part.
    Undefined (`converged=False`, NaN): logits that are not finite in `dtype`.
    Source: arXiv:2501.04697, where the order is not stated.
    """
    choice("dtype", dtype, DIGITS)
    choice("order", order, ("pairwise", "sequential"))
    given = numbers("logits", logits, (None, None), "(rows, classes)")
    require(given.shape[1] >= 2, f"logits must have at least 2 classes, got shape {given.shape}")
    with np.errstate(over="ignore"):  # what does not fit is reported below
        z = given.astype(dtype)
    bad = len(z) - int(np.isfinite(z).all(axis=1).sum())
    if bad:
        message = f"{bad} of {len(z)} rows have logits that are not finite in {dtype}"
        return SoftmaxCollapse(np.nan, np.nan, np.nan, np.full(len(z), np.nan), dtype, order, converged=False, message=message)
    rows, leader = np.arange(len(z)), z.argmax(axis=1)
    top = z[rows, leader]
    with np.errstate(over="ignore"):  # a distance beyond the largest number is an exponential of 0, rightly
        terms = np.exp(z - top[:, None])
    collapsed = _sum(terms, order) == 1
    terms[rows, leader] = 0
    z[rows, leader] = -np.inf
    threshold = 2.0 ** -DIGITS[dtype]
    certain = terms.sum(axis=1, dtype=np.float64) <= threshold
    possible = terms.max(axis=1) <= threshold
    fraction, at_least, at_most = (float(np.mean(which)) for which in (collapsed, certain, possible))
    message = f"{fraction:.1%} of rows collapsed in {dtype} summed {order}; between {at_least:.1%} and {at_most:.1%} for any order"
    lead = top.astype(np.float64) - z.max(axis=1).astype(np.float64)
    return SoftmaxCollapse(fraction, at_least, at_most, lead, dtype, order, converged=True, message=message)


def _sum(terms: np.ndarray, order: str) -> np.ndarray:
    if order == "pairwise":
        return np.ascontiguousarray(terms).sum(axis=1, dtype=terms.dtype)
    total = np.zeros(len(terms), dtype=terms.dtype)
    for column in np.ascontiguousarray(terms.T):
        total += column
    return total
