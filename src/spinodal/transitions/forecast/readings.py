"""Which runs are compared, and at which checkpoint each is read."""

from dataclasses import dataclass

import numpy as np

from ...errors import not_negative
from .ensemble import Ensemble


@dataclass(frozen=True, eq=False)
class Readings:
    """Pairs of a run that will generalise (first axis) and one that won't (second).

    `place`: (runs,) checkpoint at which a run is read, -1 where it is not. `matched`: both sides of a pair at the checkpoint of the first.
    """

    allowed: np.ndarray  # (runs, runs) bool
    place: np.ndarray
    matched: bool


def readings_before(ensemble: Ensemble, horizon: float) -> Readings:
    """Each run that will generalise is read `horizon` updates before it does, its rivals at the same step.

    Only what was seen by then counts: the last checkpoint at or before that step. A pair needs both runs to be forecast by then
    (`since`). Since both sides share the clock, time itself separates nothing. Reading the others at steps of their own, such as the end
    of the budget, would let everything that drifts win.

    Arguments:
        horizon: >= 0, updates.
    """
    steps = ensemble.steps
    place = _last(steps, ensemble.crossing - not_negative("horizon", horizon, why="updates before the crossing"))
    read = np.where(place >= 0, steps[place], -np.inf)
    cases = ensemble.will & (read >= ensemble.since)
    allowed = cases[:, None] & ensemble.wont[None, :] & (ensemble.since[None, :] <= read[:, None])
    return Readings(allowed, np.where(cases, place, -1), matched=True)


def readings_after(ensemble: Ensemble, delay: float) -> Readings:
    """Each run is read `delay` updates after `since`, if it has not generalised by then and its budget is not over.

    Arguments:
        delay: >= 0, updates. The reading is that of the last checkpoint at or before that step, but not before `since`: where no checkpoint
            lies between, the first one after `since`.
    """
    steps = ensemble.steps
    due = ensemble.since + not_negative("delay", delay, why="updates after since")
    place = np.maximum(_last(steps, due), np.searchsorted(steps, np.where(np.isnan(due), np.inf, ensemble.since)))
    there = np.isfinite(due) & (due <= steps[-1]) & (place < len(steps))
    read = steps[np.minimum(place, len(steps) - 1)]
    there &= ~(ensemble.crossing <= np.maximum(read, due))
    allowed = (ensemble.will & there)[:, None] & (ensemble.wont & there)[None, :]
    return Readings(allowed, np.where(there, place, -1), matched=False)


def _last(steps: np.ndarray, due: np.ndarray) -> np.ndarray:
    """The last checkpoint at or before `due`, -1 if there is none or `due` is NaN."""
    return np.searchsorted(steps, np.where(np.isnan(due), -np.inf, due), side="right") - 1
