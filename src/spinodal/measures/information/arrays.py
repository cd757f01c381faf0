"""From whatever holds numbers to float64 NumPy."""

from typing import Any

import numpy as np

from ...errors import require


def as_float64(name: str, values: Any) -> np.ndarray:
    """NumPy, lists, JAX, PyTorch (detached, moved to the CPU), and anything with `__array__` or `__dlpack__`, as float64.

    Masked entries become NaN. What can't be a real number is a `TypeError`.
    """
    if hasattr(values, "detach") and hasattr(values, "cpu"):
        values = values.detach().cpu()
        # NumPy has no bfloat16: widen before it sees the tensor
        values = values.double().numpy() if not values.is_complex() else values.numpy()
    elif isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    elif hasattr(values, "__dlpack__") and not hasattr(values, "__array__"):
        values = np.from_dlpack(values)
    try:
        array = np.asarray(values)
        if np.iscomplexobj(array):
            raise TypeError("complex numbers have no rank")
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {type(values).__name__}: {error}") from None


def as_samples(samples: Any) -> np.ndarray:
    """`samples` as a finite (samples, variables) float64 array."""
    x = as_float64("samples", samples)
    require(x.ndim == 2, f"samples must be 2-D, rows = samples and columns = variables, got shape {x.shape}")
    require(x.size > 0, f"samples must not be empty, got shape {x.shape}")
    bad = x.size - int(np.isfinite(x).sum())
    require(not bad, f"samples must be finite, got {bad} values that are NaN or infinite of {x.size}: leave those rows or columns out")
    return x
