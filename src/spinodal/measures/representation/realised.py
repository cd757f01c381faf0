"""Which parallelograms an embedding realises: the one rule behind RQI and predicted accuracy."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from ...errors import real, require
from .pairs import all_pairs
from .parallelogram_table import parallelogram_rows

BLOCK = 1 << 17  # numbers worked on at a time: 1 MB stays in the cache, and a long stack needs no more memory than a short one


def as_stack(embedding: ArrayLike) -> tuple[np.ndarray, bool]:
    """`embedding` as float64 (T, p, d), and whether it was a stack."""
    try:
        found = np.asarray(embedding)
    except ValueError:  # rows of different lengths
        raise ValueError("embedding must have shape (p,), (p, d) or (T, p, d), got rows of different lengths") from None
    if found.dtype.kind not in "fiu":
        raise TypeError(f"embedding must be real numbers, got an array of {found.dtype}")
    require(found.ndim in (1, 2, 3), f"embedding must have shape (p,), (p, d) or (T, p, d), got {found.shape}")
    require(0 not in found.shape[-2:], f"embedding must hold at least one symbol and one dimension, got shape {found.shape}")
    found = found.astype(np.float64)
    return (found[None, :, None] if found.ndim == 1 else found.reshape(-1, *found.shape[-2:])), found.ndim == 3


def checked_tolerance(tolerance: float) -> float:
    """`tolerance` as a float above 0."""
    tolerance = real("tolerance", tolerance, why="the largest mean squared defect, in units of the variance")
    require(tolerance > 0, f"tolerance must be > 0, got {tolerance} (a defect of exactly 0 is not below 0)")
    return tolerance


def standardised(stack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each dimension centred and divided by its sample standard deviation, (T, p, d), and where that is defined, (T,).

    A dimension without spread becomes 0. Undefined without any spread, or with values that are not finite: zeros then.
    """
    x = np.where(np.isfinite(stack).all(axis=(1, 2), keepdims=True), stack, 0.0)
    spread = np.ptp(x / 2, axis=1, keepdims=True)  # halved: the range of legal numbers may overflow
    scale = np.abs(x).max(axis=1, keepdims=True)  # before squaring: embeddings of 1e200 are legal
    x = x / np.where(scale > 0, scale, 1.0)
    x = x - x.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.sum(x * x, axis=1, keepdims=True) / max(x.shape[1] - 1, 1))
    known = (spread > 0) & (deviation > 0)
    x = np.where(known, x / np.where(known, deviation, 1.0), 0.0)
    return x, known.any(axis=(1, 2))  # values that are not finite were zeroed: no spread


def realised(stack: np.ndarray, tolerance: float) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Blocks of the table of parallelograms by embeddings: which of each, and whether realised, (parallelograms, embeddings)."""
    t, p, d = stack.shape
    pairs, (first, second) = all_pairs(p), parallelogram_rows(p)
    wide = max(1, BLOCK // (len(pairs) * d))
    for low in range(0, t, wide):
        block = np.ascontiguousarray(np.moveaxis(stack[low : low + wide], 1, 0)).reshape(p, -1)
        sums = block[pairs[:, 0]] + block[pairs[:, 1]]
        high = max(1, BLOCK // block.shape[1])
        for start in range(0, len(first), high):
            rows = slice(start, start + high)
            defect = sums[first[rows]] - sums[second[rows]]
            defect *= defect
            yield rows, slice(low, low + wide), defect.reshape(len(defect), -1, d).mean(axis=2) < tolerance
