"""What would a measure say of the same numbers without their structure?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, integer, require
from .checks import all_finite, largest

TIE = 32.0  # units in the last place of the values: draws within them of the measure are ties


@dataclass(frozen=True, eq=False)
class Null:
    """A measure beside its null; `converged` is False where the measure, or any draw of it, is not finite."""

    value: float  # of the values as they are
    mean: float  # over the draws
    deviation: float  # standard deviation over the draws
    share_above: float  # (1 + draws >= value) / (1 + draws), ties up to round-off counted: a one-sided p-value, exact for permutations
    draws: np.ndarray
    kind: str
    seed: int
    converged: bool
    message: str


def null(measure: Callable[[Any], Any], values: Any, *, kind: str = "permutation", axis: int = 0, draws: int = 100, seed: int = 0) -> Null:
    """A measure of some values, against its law when their structure is gone.

        permutation: the slices along `axis` in random order;    gaussian: independent normal numbers of equal mean and variance.

    Arguments:
        measure: values -> one number, as `lambda logits: variance_explained(logits, 113, (3, 7))`.
        values: array. Along `axis` are the symbols or the pairs: 0 for logits, activations and embeddings, 1 for rows of weights.
        kind: "permutation" keeps every number and asks about the order of symbols or pairs alone. A measure that does not see that order,
            as a norm, has its own value as null. "gaussian" asks about the numbers too.
        draws: >= 2, each one evaluation of the measure. seed: >= 0.
    Returns: `Null`. With `draws` permutations no share is below 1 / (1 + draws).
    Undefined (`converged=False`, NaN): values that are not finite, a measure that is not finite for the values or any draw.
    Source: the permutation test.
    """
    choice("kind", kind, ("permutation", "gaussian"))
    count, seed = integer("draws", draws, minimum=2), integer("seed", seed, minimum=0)
    array = np.asarray(values)
    require(array.size > 0 and array.dtype.kind in "fiu", f"values must be real numbers, got shape {array.shape}, dtype {array.dtype}")
    axis = integer("axis", axis, minimum=0)
    require(axis < array.ndim, f"axis must be below {array.ndim} for values of shape {array.shape}, got {axis}")
    if not all_finite(array):
        nothing = np.full(count, np.nan)
        return Null(np.nan, np.nan, np.nan, np.nan, nothing, kind, seed, converged=False, message="values has entries that are not finite")
    generator = np.random.default_rng(seed)
    value = _number(measure(values))
    if kind == "permutation":
        found = [_number(measure(np.take(array, generator.permutation(array.shape[axis]), axis=axis))) for _ in range(count)]
    else:
        scale = largest(array) or 1.0  # values of 1e-200 are legal, their squares are not
        mean, spread = (scale * float(of(np.divide(array, scale, dtype=np.float64))) for of in (np.mean, np.std))
        found = [_number(measure(generator.normal(mean, spread, array.shape))) for _ in range(count)]
    drawn = np.array(found)
    undefined = int(np.sum(~np.isfinite(drawn)))
    if undefined or not np.isfinite(value):
        message = f"the measure is {value:.6g}, and not finite for {undefined} of {count} draws"
        return Null(value, np.nan, np.nan, np.nan, drawn, kind, seed, converged=False, message=message)
    middle, deviation = float(drawn.mean()), float(drawn.std(ddof=1))
    precision = float(np.finfo(array.dtype if array.dtype.kind == "f" else np.float64).eps)
    # A measure that does not see the order sums in another order: its draws differ from it by round-off, and tie
    tied = np.abs(drawn - value) <= TIE * precision * np.maximum(np.abs(drawn), abs(value))
    above = (1 + int(np.sum((drawn >= value) | tied))) / (1 + count)
    message = f"{value:.4g}, against {middle:.4g} +- {deviation:.2g} from {count} draws ({kind}); p = {above:.2g}, one-sided"
    return Null(value, middle, deviation, above, drawn, kind, seed, converged=True, message=message)


def _number(found: Any) -> float:
    require(np.ndim(found) == 0, f"measure must return one number, got shape {np.shape(found)}; average it, as by numpy.nanmean")
    if np.asarray(found).dtype.kind not in "biuf":
        raise TypeError(f"measure must return one real number, got {found!r}")
    return float(found)
