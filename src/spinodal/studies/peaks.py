"""When a curve has peaked, and when that can be known."""

import numpy as np

DROP = 0.1  # of the largest value so far


def detection_step(steps: np.ndarray, values: np.ndarray, since: float, drop: float = DROP) -> float:
    """The first step at which a curve has fallen by `drop` of its largest value since `since`; no later value is used.

    NaN if that never happens, if `since` is NaN, or while nothing above 0 has been seen. Values that are NaN are passed over.
    """
    steps, values = _seen(steps, values, since)
    largest = np.maximum.accumulate(values) if len(values) else values
    fallen = np.flatnonzero((largest > 0) & (values <= (1 - drop) * largest))
    return float(steps[fallen[0]]) if fallen.size else np.nan


def peak_step(steps: np.ndarray, values: np.ndarray, since: float, drop: float = DROP) -> float:
    """The step of the largest value since `since`, if it has fallen by `drop` of it later; NaN otherwise. It is known only afterwards."""
    steps, values = _seen(steps, values, since)
    if not len(values):
        return np.nan
    top = int(values.argmax())
    fell = values[top] > 0 and values[top:].min() <= (1 - drop) * values[top]
    return float(steps[top]) if fell else np.nan


def _seen(steps: np.ndarray, values: np.ndarray, since: float) -> tuple[np.ndarray, np.ndarray]:
    steps, values = np.asarray(steps, float), np.asarray(values, float)
    there = np.isfinite(steps) & np.isfinite(values) & (steps >= since)  # nothing is later than NaN
    return steps[there], values[there]
