"""Bringing a progress measure to [0, 1], with the past alone or as published."""

from typing import Any

import numpy as np

from ...errors import choice, require
from .arrays import as_float64


def normalise(values: Any, *, how: str = "running") -> np.ndarray:
    """A curve brought to [0, 1].

        running:    (v_t - min so far) / (max so far - min so far), 0 while flat
        published:  w = (v - min) / (max - min) over the whole run, then e_t = 0.1 w_t + 0.9 e_{t-1}, e_0 = w_0

    Arguments:
        values: (steps,) in order of time; NaN (a checkpoint that could not be judged) stays NaN and counts for nothing.
        how: "running" (default) uses no future, so it may predict; "published" uses the whole run, so it can't.
    Returns: (steps,) within 0..1. A curve that never changes is 0.
    Undefined (`ValueError`): infinite values, not 1-D, empty.
    Source: "published" is the display of Clauw, Stramaglia, Marinazzo (2024), arXiv:2408.08944; "running" is ours.
    """
    choice("how", how, ("running", "published"))
    v = as_float64("values", values)
    require(v.ndim == 1 and v.size > 0, f"values must be 1-D and not empty, got shape {v.shape}")
    require(not np.isinf(v).any(), "values must not be infinite, got some that are")
    if how == "running":
        return _scaled(v, np.fmin.accumulate(v), np.fmax.accumulate(v))
    scaled = _scaled(v, np.fmin.reduce(v), np.fmax.reduce(v))
    smooth, now = np.full(len(v), np.nan), np.nan
    for t in np.flatnonzero(~np.isnan(scaled)):
        now = scaled[t] if np.isnan(now) else 0.1 * scaled[t] + 0.9 * now
        smooth[t] = now
    return smooth


def _scaled(v: np.ndarray, low: Any, high: Any) -> np.ndarray:
    # halves: the difference of two legal numbers may overflow
    span = np.broadcast_to(high / 2 - low / 2, v.shape)
    flat = span == 0
    return np.where(flat & ~np.isnan(v), 0.0, (v / 2 - low / 2) / np.where(flat, 1.0, span))
