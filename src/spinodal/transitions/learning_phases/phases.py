"""The four phases of learning."""

from numbers import Real
from typing import Any

import numpy as np

from ...errors import require

PHASES = ("comprehension", "grokking", "memorization", "confusion")


def classify(train_step: Any, test_step: Any, *, gap: float = 1000, cap: float = 100_000) -> str | np.ndarray:
    """The phase of a training run from the steps at which its accuracies crossed a level.

        train reached  test reached
        yes            test - train < gap      comprehension (also when test came first)
        yes            test - train >= gap     grokking
        yes            never                   memorization
        never          never                   confusion
        never          yes                     confusion: the network has not learned its training set

    Arguments:
        train_step, test_step: optimiser steps >= 0; numbers, arrays or nested lists, of shapes that broadcast. None, NaN, infinity
            and steps beyond `cap` mean never; a step equal to `cap` is reached.
        gap: >= 0, steps. cap: > 0, steps; a smaller one relabels runs without repeating them.
    Returns: a string, or an array of strings if either step is an array. Labels depend on cap, gap, level and how often accuracy was
        recorded: a diagram should carry all four.
    Raises: ValueError for shapes that do not broadcast, negative steps (-1 is no way to say never), gap < 0, cap <= 0; TypeError for what
        is not numbers.
    Source: Liu et al. (2022), arXiv:2205.10343; the published plots paint two cases that they do not define as comprehension.
    """
    gap, cap = _limit("gap", gap), _limit("cap", cap)
    require(gap >= 0, f"gap must be >= 0 steps, got {gap}")
    require(cap > 0, f"cap must be > 0 steps, got {cap}")
    train, test = _steps("train_step", train_step), _steps("test_step", test_step)
    try:
        train, test = np.broadcast_arrays(train, test)
    except ValueError:
        raise ValueError(f"train_step and test_step must broadcast, got shapes {train.shape} and {test.shape}") from None
    trained, tested = (np.isfinite(steps) & (steps <= cap) for steps in (train, test))
    delay = np.where(tested, test, 0.0) - np.where(trained, train, 0.0)
    phase = np.select([~trained, ~tested, delay >= gap], [3, 2, 1], default=0)
    labels = np.array(PHASES)[phase]
    return labels if phase.ndim else str(labels)


def _limit(name: str, value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number of steps, got {value!r}")
    require(not np.isnan(float(value)), f"{name} must be a number of steps, got nan")
    return float(value)


def _steps(name: str, given: Any) -> np.ndarray:
    """Steps as float64, infinite where never."""
    try:
        found = np.asarray(given)
    except ValueError:
        raise ValueError(f"{name} must be a number or a full array, got nested lists of unequal lengths") from None
    if found.dtype.kind == "O":
        for value in found.ravel():
            if value is not None and (isinstance(value, (bool, np.bool_)) or not isinstance(value, Real)):
                raise TypeError(f"{name} must hold numbers or None, got {value!r}")
    elif found.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers or None, got {given!r}")
    steps = found.astype(np.float64)  # None becomes NaN
    steps = np.where(np.isfinite(steps), steps, np.inf)
    negative = steps[steps < 0]
    require(negative.size == 0, f"{name} must be >= 0, got {negative[:1]} (None, NaN or infinity say never)")
    return steps
