"""Delay against the fraction of training data: an exponential, or a power law that diverges at a finite fraction?"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from .censored_line import EARLIER, LATER, SEEN, Line, fit_line

EXPONENTIAL, POWER = "exponential", "power law with a threshold"
LAWS = (EXPONENTIAL, POWER)
THRESHOLDS = 16  # tried, their distances from the smallest fraction with a delay in even ratios; then the best is refined
GAP = 0.01  # at least, between the threshold and the smallest fraction at which a delay is seen: nearer, one point fixes the power
NO_LINE = 1e12  # above minus any log likelihood, and finite, as a minimiser wants it
REJECTED = 0.05
NEEDED_FRACTIONS, NEEDED_RUNS = 5, 3  # below which nothing is decided


@dataclass(frozen=True)
class Laws:
    """Both laws fitted to the same runs.

    `gain`: Akaike's criterion of the exponential minus that of the power law, positive if the power law is better. `p_exponential`,
    `p_power`: how often data drawn from the fitted law, with the same caps, have a gain as extreme towards the other law. `floors`: the
    least p that so many draws can give. `bound`: where the threshold lies, if that is an end of what is tried; then it is not measured.
    """

    lines: dict[str, Line]
    threshold: float
    bound: str
    gain: float
    p_exponential: float
    p_power: float
    floors: dict[str, float]
    decided: str  # a law, or ""
    message: str

    def p_said(self, law: str) -> str:
        """The p of a law, as a bound where no draw was as extreme."""
        p = self.p_exponential if law == EXPONENTIAL else self.p_power
        return f"{'≤ ' if p <= self.floors[law] else ''}{p:.2f}"


def abscissa(fraction: np.ndarray, threshold: float | None) -> np.ndarray:
    """What ln(delay) is linear in: f, or ln(f - threshold), NaN at and below the threshold."""
    fraction = np.asarray(fraction, float)
    if threshold is None:
        return fraction
    above = fraction > threshold
    return np.where(above, np.log(np.where(above, fraction - threshold, 1.0)), np.nan)


def fit_laws(fraction: np.ndarray, log_delay: np.ndarray, kind: np.ndarray, *, gap: float = GAP, draws: int = 100, seed: int = 0) -> Laws:
    """Both laws by likelihood, runs beyond the cap censored, compared by Akaike's criterion and by simulation from either.

        exponential: ln delay = a - b f + sigma e;    power law: ln delay = a - c ln(f - f_c) + sigma e,  0 <= f_c <= smallest seen - gap.

    Below f_c the power law has no delay at all: a censored run there has probability 1. Parameters: 3 and 4.
    Decided only if exactly one law is rejected (p < 0.05), with five fractions of three runs each at least.
    """
    fraction, log_delay, kind = (np.asarray(values) for values in (fraction, log_delay, kind))
    lines, threshold, gain = _both(fraction, log_delay, kind, gap)
    if not np.isfinite(gain):
        why = next((line.message for line in lines.values() if not line.converged), "")
        return Laws(lines, threshold, "", np.nan, np.nan, np.nan, dict.fromkeys(LAWS, np.nan), "", f"not decided: {why}")
    counts = np.unique(fraction, return_counts=True)[1]
    rng = np.random.default_rng(seed)
    limits = _limits(log_delay, kind)
    gains = {}
    for law, line in lines.items():
        at = line.at(abscissa(fraction, threshold if law == POWER else None))
        gains[law] = [_both(fraction, *_drawn(rng, at, line.spread, limits), gap)[2] for _ in range(draws)]
    (p_exponential, floor), (p_power, floor_power) = _share(gains[EXPONENTIAL], gain, 1), _share(gains[POWER], gain, -1)
    floors = {EXPONENTIAL: floor, POWER: floor_power}
    enough = len(counts) >= NEEDED_FRACTIONS and counts.min() >= NEEDED_RUNS
    out = {EXPONENTIAL: p_exponential < REJECTED, POWER: p_power < REJECTED}
    kept = [law for law in LAWS if not out[law]]
    decided = kept[0] if enough and len(kept) == 1 else ""
    if decided:
        message = f"the {decided} is kept, the other rejected"
    elif not enough:
        message = f"not decided: fewer than {NEEDED_FRACTIONS} fractions of {NEEDED_RUNS} runs"
    else:
        message = "not decided: " + ("neither is rejected" if kept else "both are rejected")
    bound = _bound(threshold, _largest_threshold(fraction[kind != LATER], gap), gap)
    return Laws(lines, threshold, bound, gain, p_exponential, p_power, floors, decided, message)


def fit_power(fraction: np.ndarray, log_delay: np.ndarray, kind: np.ndarray, gap: float = GAP) -> tuple[Line, float]:
    """The power law of largest likelihood and its threshold; a line that has not converged, and NaN, where there is none."""
    if not np.any(kind != LATER):
        return fit_line(fraction, log_delay, kind), np.nan
    least = float(fraction[kind != LATER].min())
    largest = _largest_threshold(fraction[kind != LATER], gap)

    def line_at(threshold: float) -> Line:
        x = abscissa(fraction, threshold)
        there = np.isfinite(x)
        return fit_line(x[there], log_delay[there], kind[there])

    def minus(log_distance: float) -> float:
        line = line_at(least - float(np.exp(log_distance)))
        return -line.log_likelihood if line.converged else NO_LINE

    marks = np.linspace(np.log(least - largest), np.log(least), THRESHOLDS)
    values = np.array([minus(mark) for mark in marks])
    if values.min() == NO_LINE:
        return line_at(0.0), np.nan
    best = int(np.argmin(values))
    at = marks[best]
    if 0 < best < THRESHOLDS - 1:
        refined = minimize_scalar(minus, bounds=(marks[best - 1], marks[best + 1]), method="bounded", options={"xatol": 0.03})
        at = refined.x if refined.fun < values[best] else at
    threshold = largest if best == 0 else 0.0 if best == THRESHOLDS - 1 else least - float(np.exp(at))
    return line_at(threshold), threshold


def _largest_threshold(seen: np.ndarray, gap: float) -> float:
    return max(0.0, float(seen.min()) - gap)


def _bound(threshold: float, largest: float, gap: float) -> str:
    if threshold == 0:
        return "its lower bound: a plain power law"
    return f"its upper bound: the least fraction with a delay, less {gap:g}" if threshold == largest else ""


def _both(fraction: np.ndarray, y: np.ndarray, kind: np.ndarray, gap: float) -> tuple[dict[str, Line], float, float]:
    exponential = fit_line(fraction, y, kind)
    if not exponential.converged:
        return {EXPONENTIAL: exponential, POWER: exponential}, np.nan, np.nan
    power, threshold = fit_power(fraction, y, kind, gap)
    gain = 2 * (3 - exponential.log_likelihood) - 2 * (4 - power.log_likelihood) if np.isfinite(threshold) else np.nan
    return {EXPONENTIAL: exponential, POWER: power}, threshold, gain


def _limits(y: np.ndarray, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shortest and the longest ln(delay) that each run could have shown: the bounds that others have met."""
    least = y[kind == EARLIER].min() if np.any(kind == EARLIER) else -np.inf
    most = np.where(kind == LATER, y, y[kind == LATER].max() if np.any(kind == LATER) else np.inf)
    return np.full(len(y), least), most


def _drawn(rng: np.random.Generator, middle: np.ndarray, spread: float, limits: tuple[np.ndarray, np.ndarray]):
    """Another data set of the same fractions; where there is no delay (NaN) it is beyond the cap."""
    y = np.where(np.isfinite(middle), middle + spread * rng.standard_normal(len(middle)), np.inf)
    least, most = limits
    kind = np.where(y >= most, LATER, np.where(y <= least, EARLIER, SEEN))
    return np.clip(y, least, most), kind


def _share(gains: list[float], observed: float, side: int) -> tuple[float, float]:
    """(1 + as extreme) / (1 + draws), over the draws in which both laws could be fitted, and the least that it can be."""
    found = np.array(gains)
    found = found[np.isfinite(found)]
    floor = 1 / (1 + len(found))
    return float(floor * (1 + np.sum(side * found >= side * observed))), floor
