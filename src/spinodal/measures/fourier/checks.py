"""What the Fourier measures refuse, in sentences that name the argument."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...errors import even, integer, require


def numbers(name: str, value: Any, shape: tuple[int | None, ...], axes: str) -> np.ndarray:
    """`value` as an array of real numbers, in its own precision, of a shape in which None is any length above 0."""
    found = even(name, value, axes)
    fits = found.ndim == len(shape) and all(n > 0 and want in (None, n) for n, want in zip(found.shape, shape, strict=True))
    require(fits, f"{name} must have shape {axes}, got {found.shape}")
    if found.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be real numbers, got dtype {found.dtype}")
    return found


def largest(values: np.ndarray) -> float:
    """max |values|; of integers too, whose most negative has no opposite of their type."""
    return max(float(values.max()), -float(values.min()))


def round_off(logits: np.ndarray) -> float:
    """What differences of logits may be of rounding alone, relative to the largest, by the precision of their type.

    45 units in the last place of float32 and float64, in which networks add up; 2 of float16, in which logits are at most stored.
    """
    kind = logits.dtype if np.issubdtype(logits.dtype, np.floating) else np.dtype(np.float64)
    return (2 if kind == np.float16 else 45) * float(np.finfo(kind).eps)


def table_logits(logits: Any, prime: int, rows: int | None = None) -> np.ndarray:
    """`logits` as (pairs, prime), in their own precision."""
    rows = prime**2 if rows is None else rows
    order = "row a * prime + b" if rows == prime**2 else "row a * (prime - 1) + b - 1, since b = 0 divides nothing"
    hint = f"logits on all pairs, {order}, symbols only: a token '=' is dropped; prime is {prime}"
    return numbers("logits", logits, (rows, prime), f"({rows}, {prime}) ({hint})")


def class_labels(labels: Any, rows: int, classes: int) -> np.ndarray:
    """`labels` as (rows,) integers below `classes`."""
    found = even("labels", labels, f"({rows},)")
    require(found.shape == (rows,), f"labels must have shape ({rows},), one for each row of the logits, got {found.shape}")
    if found.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got dtype {found.dtype}")
    inside = found.min() >= 0 and found.max() < classes
    require(inside, f"labels must be in 0..{classes - 1}, got {found.min()}..{found.max()}")
    return found


def chosen_frequencies(frequencies: Any, length: int) -> tuple[int, ...]:
    """`frequencies` as ascending ints of 1..length // 2, none twice; `length`: the order of the cyclic group."""
    largest = length // 2
    if isinstance(frequencies, str) or not isinstance(frequencies, Iterable):
        raise TypeError(f"frequencies must be several integers of 1..{largest}, got {frequencies!r}")
    found = tuple(sorted(integer("frequencies", k, minimum=1, why=f"k of cos(2 pi k n / {length})") for k in frequencies))
    top = found[-1] if found else 0
    require(top <= largest, f"frequencies must be in 1..{largest}, got {top}; fold k into {length} - k")
    require(len(set(found)) == len(found), f"frequencies must differ, got {found}")
    return found


def chosen_rows(mask: Any, rows: int) -> np.ndarray:
    """`mask` as (rows,) bool; None chooses all."""
    if mask is None:
        return np.ones(rows, dtype=bool)
    found = even("mask", mask, f"({rows},)")
    require(found.shape == (rows,), f"mask must have shape ({rows},), one for each row of the logits, got {found.shape}")
    if found.dtype.kind != "b":
        raise TypeError(f"mask must be booleans, got dtype {found.dtype}")
    return found


def all_finite(values: np.ndarray) -> bool:
    """Whether every entry is finite, without an array of answers."""
    return bool(np.isfinite(values.max()) and np.isfinite(values.min()))
