"""Rules in place of the eye: the phases of a run, and whether a reading has moved, from its past alone."""

import numpy as np

from ..peaks import detection_step

FITTED = 0.99  # train accuracy: memorisation ends
HALVED = 0.5  # of the largest test loss so far: cleanup begins
STABLE = 0.01  # test loss: cleanup ends
MOVED = 0.1  # of the largest or smallest value since the training set is fitted
PHASES = ("memorisation", "not judged", "circuit formation", "cleanup", "stable")


def phase_steps(run: dict[str, np.ndarray]) -> dict[str, float]:
    """Where a run passes from phase to phase, and whether a circuit forms before the cleanup.

    `fitted`: train accuracy >= 0.99 (its crossing). `cleanup`: the first look from there on with a test loss at most half of the largest
    so far and a weight norm below its largest since `fitted`. `stable`: the first look from `cleanup` on with a test loss <= 0.01.
    `formed`: 1 if from `fitted` to `cleanup` the excluded loss rises and ends above the null band, and the restricted loss falls and ends
    below it; 0 if not; NaN where either is not known. Steps are NaN if never; of what lies before `fitted` nothing is asked.
    """
    steps, fitted = run["curve_step"], float(run["train_step"])
    test, norm = run["curve_test_loss"], run["curve_norm"]
    later = np.flatnonzero(steps >= fitted)  # nothing is later than NaN
    found = {"fitted": fitted, "cleanup": np.nan, "stable": np.nan, "formed": np.nan}
    if not later.size:
        return found
    first = later[0]
    largest = np.fmax.accumulate(test)[later]
    begun = later[(test[later] <= HALVED * largest) & (norm[later] < np.fmax.accumulate(norm[later]))]
    if not begun.size:
        return found
    begin = begun[0]
    found["cleanup"] = float(steps[begin])
    ended = np.flatnonzero((steps >= steps[begin]) & (test <= STABLE))
    found["stable"] = float(steps[ended[0]]) if ended.size else np.nan
    excluded, restricted = run["published_excluded"], run["published_restricted"]
    above, below = run["null_excluded"][begin, -1], run["null_restricted"][begin, 0]
    known = np.isfinite([excluded[first], excluded[begin], restricted[first], restricted[begin], above, below]).all()
    if known:
        rises = excluded[begin] > max(excluded[first], above)
        falls = restricted[begin] < min(restricted[first], below)
        found["formed"] = float(rises and falls)
    return found


def phase_codes(steps: np.ndarray, bounds: dict[str, float]) -> np.ndarray:
    """Index into `PHASES` at each look, NaN where there is none; a stretch before the cleanup in which no circuit forms is "not judged"."""
    middle = PHASES.index("circuit formation" if bounds["formed"] == 1 else "not judged")
    later = [(bounds["fitted"], middle), (bounds["cleanup"], PHASES.index("cleanup")), (bounds["stable"], PHASES.index("stable"))]
    codes = np.zeros(len(steps))
    for since, code in later:
        codes[steps >= since] = code
    return np.where(np.isfinite(steps), codes, np.nan)


def moved_step(steps: np.ndarray, values: np.ndarray, since: float, direction: int) -> float:
    """The first step at which a reading has fallen by a tenth of its largest value since `since`, or risen to 1/0.9 of its smallest.

    direction: -1 asks for a fall, 1 for a rise. No later value is used; NaN if it never happens. Values <= 0 are passed over.
    """
    values = np.where(np.asarray(values, float) > 0, values, np.nan)
    return detection_step(steps, values if direction < 0 else 1 / values, since, MOVED)
