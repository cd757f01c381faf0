"""An alarm that knows the past alone, and how long before the event it comes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, real, require
from ..learning_phases import wilson_interval
from .ensemble import Ensemble

DIRECTIONS = ("high", "low", "either")
ROUNDING = 1e-9  # of a rate: .1 of 9 + 1 runs is one run


@dataclass(frozen=True, eq=False)
class LeadTime:
    """What `lead_time` found; intervals in pairs (low, high).

    `median` is over all runs that will generalise, a run without a warning counting 0; `warned`, `false_alarms`: shares.
    """

    alarm: np.ndarray  # (runs,) step of the alarm, NaN: none
    lead: np.ndarray  # (runs,) updates from the alarm to the crossing, 0 without a warning, NaN for runs that don't generalise
    median: float
    interval: tuple[float, float]  # of the median
    warned: float
    warned_interval: tuple[float, float]
    false_alarms: float
    false_alarms_interval: tuple[float, float]
    cases: int
    controls: int
    not_forecast: int  # runs that generalised at or before `since`, or never came so far
    threshold: np.ndarray  # (folds, 2): alarm above the first or below the second; infinite where it can't be raised
    rate: float  # of false alarms, as asked for
    converged: bool
    message: str


def lead_time(ensemble: Ensemble, scores: Any, *, direction: str = "high", rate: float = 0.1) -> LeadTime:
    """How long before a run generalises a score rises above what runs that never do reach.

        alarm: first checkpoint from `since` on with score > c;    c = the ceil((1 - rate)(n + 1))-th smallest of
        max over checkpoints from `since` on of the score, over the n runs of other folds that don't generalise within the budget.

    If runs that don't generalise are exchangeable, one of them is alarmed with a chance of at most `rate` (split conformal). The alarm of a
    run uses its own past and other folds alone.

    Arguments:
        scores: (runs, checkpoints), or (runs, 1). direction: "high" or "low" announces; "either": both, at half the rate each.
        rate: of false alarms over the whole budget, within (0, 1), default 0.1.
    Returns: `LeadTime`. An alarm at or after the crossing is no warning: its lead is 0, and so is that of a run without an alarm; both
        stay in the median. Leads are short by up to one interval of checkpoints. Shares have Wilson intervals, the median one over
        resampled clusters and runs.
    Undefined (`converged=False`, NaN): no run that will generalise, or none that won't. With fewer than 1 / rate - 1 of these in the other
        folds the rate can't be promised and no alarm is raised: `converged=False`, and the message says for how many runs.
    Source: Vovk, Gammerman, Shafer (2005), for the quantile; the rule is ours.
    """
    choice("direction", direction, DIRECTIONS)
    require(0 < real("rate", rate) < 1, f"rate must be within (0, 1), got {rate}")
    values, folds = ensemble.scores(scores), np.asarray(ensemble.folds)
    forecast = ensemble.steps[None, :] >= np.where(np.isnan(ensemble.since), np.inf, ensemble.since)[:, None]
    threshold = np.full((int(folds.max()) + 1, 2), [np.inf, -np.inf])
    known = np.zeros(len(threshold), bool)  # a threshold may be infinite because scores are
    each = rate / 2 if direction == "either" else rate
    for fold in range(len(threshold)):
        rest = ensemble.wont & (folds != fold)
        for side, sign in enumerate((1.0, -1.0)):
            if direction in ("either", ("high", "low")[side]):
                reached = np.fmax.reduce(np.where(forecast, sign * values, np.nan)[rest], axis=1)
                reached = np.sort(reached[~np.isnan(reached)])
                rank = _rank(len(reached), each)
                if rank <= len(reached):
                    threshold[fold, side], known[fold] = sign * reached[rank - 1], True
    above, below = threshold[folds].T[:, :, None]
    raised = forecast & ((values > above) | (values < below))
    alarm = np.where(raised.any(axis=1), ensemble.steps[raised.argmax(axis=1)], np.nan)
    will, wont = ensemble.will, ensemble.wont
    lead = np.where(will, np.fmax(ensemble.crossing - alarm, 0.0), np.nan)
    cases, controls = int(will.sum()), int(wont.sum())
    warned, false = int((lead > 0).sum()), int(np.isfinite(alarm[wont]).sum())
    without = (will | wont) & ~known[folds]
    both = cases > 0 and controls > 0
    nothing = (np.nan, np.nan)
    message = f"{warned} of {cases} runs warned, {false} of {controls} false alarms at a rate of {rate:g}"
    if not both:
        message = f"{cases} runs generalise, {controls} do not: lead times need both"
    elif without.any():
        message += f"; {without.sum()} of {cases + controls} runs can't be warned: a rate of {each:g} needs "
        message += f"{np.ceil((1 - each - ROUNDING) / each):g} runs of other folds that don't generalise and have a score"
    return LeadTime(
        alarm=alarm,
        lead=lead,
        median=float(np.median(lead[will])) if both else np.nan,
        interval=ensemble.interval(_medians(ensemble, lead)) if both else nothing,
        warned=warned / cases if both else np.nan,
        warned_interval=wilson_interval(warned, cases, confidence=ensemble.confidence) if both else nothing,
        false_alarms=false / controls if both else np.nan,
        false_alarms_interval=wilson_interval(false, controls, confidence=ensemble.confidence) if both else nothing,
        cases=cases,
        controls=controls,
        not_forecast=ensemble.runs - cases - controls,
        threshold=threshold,
        rate=rate,
        converged=bool(both and not without.any()),
        message=message,
    )


def _rank(count: int, rate: float) -> int:
    """Which of so many ascending values a further one exceeds with a chance of at most `rate`; beyond the last if they are too few."""
    return int(np.ceil((1 - rate) * (count + 1) - ROUNDING))


def _medians(ensemble: Ensemble, lead: np.ndarray) -> np.ndarray:
    """(draws,) weighted medians of the leads under the bootstrap; NaN where no run that will generalise was drawn."""
    there = np.flatnonzero(~np.isnan(lead))
    if not len(there):
        return np.full(ensemble.draws, np.nan)
    order = there[np.argsort(lead[there], kind="stable")]
    held = np.cumsum(ensemble.weights[:, order], axis=1)
    total = held[:, -1:]
    low, high = ((held >= half).argmax(axis=1) for half in (total / 2, total / 2 + 0.5))
    return np.where(total[:, 0] > 0, (lead[order][low] + lead[order][high]) / 2, np.nan)
