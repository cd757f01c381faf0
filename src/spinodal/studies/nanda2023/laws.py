"""Delay against the fraction of training data: an exponential, or a power law that diverges at a finite fraction?"""

from dataclasses import dataclass

import numpy as np

from .censored import EARLIER, LATER, SEEN, Line, fit_line

EXPONENTIAL, POWER = "exponential", "power law with a threshold"
LAWS = (EXPONENTIAL, POWER)
THRESHOLDS = 16  # tried, between 0 and the largest allowed one
GAP = 0.01  # at least, between the threshold and the smallest fraction at which a delay is seen: nearer, one point fixes the power
REJECTED = 0.05
NEEDED_FRACTIONS, NEEDED_RUNS = 5, 3  # below which nothing is decided


@dataclass(frozen=True)
class Laws:
    """Both laws fitted to the same runs.

    `gain`: Akaike's criterion of the exponential minus that of the power law, positive if the power law is better. `p_exponential`,
    `p_power`: how often data drawn from the fitted law, with the same caps, have a gain as extreme towards the other law.
    """

    lines: dict[str, Line]
    threshold: float
    gain: float
    p_exponential: float
    p_power: float
    decided: str  # a law, or ""
    message: str


def abscissa(fraction: np.ndarray, threshold: float | None) -> np.ndarray:
    """What ln(delay) is linear in: f, or ln(f - threshold), NaN at and below the threshold."""
    fraction = np.asarray(fraction, float)
    if threshold is None:
        return fraction
    above = fraction > threshold
    return np.where(above, np.log(np.where(above, fraction - threshold, 1.0)), np.nan)


def fit_laws(fraction: np.ndarray, log_delay: np.ndarray, kind: np.ndarray, *, draws: int = 100, seed: int = 0) -> Laws:
    """Both laws by likelihood, runs beyond the cap censored, compared by Akaike's criterion and by simulation from either.

        exponential: ln delay = a - b f + sigma e;    power law: ln delay = a - c ln(f - f_c) + sigma e,  0 <= f_c <= smallest seen - GAP.

    Below f_c the power law has no delay at all: a censored run there has probability 1. Parameters: 3 and 4.
    Decided only if exactly one law is rejected (p < 0.05), with five fractions of three runs each at least.
    """
    fraction, log_delay, kind = (np.asarray(values) for values in (fraction, log_delay, kind))
    lines, threshold, gain = _both(fraction, log_delay, kind)
    if not np.isfinite(gain):
        why = next((line.message for line in lines.values() if not line.converged), "")
        return Laws(lines, threshold, np.nan, np.nan, np.nan, "", f"not decided: {why}")
    counts = np.unique(fraction, return_counts=True)[1]
    rng = np.random.default_rng(seed)
    limits = _limits(log_delay, kind)
    gains = {}
    for law, line in lines.items():
        at = line.at(abscissa(fraction, threshold if law == POWER else None))
        gains[law] = [_both(fraction, *_drawn(rng, at, line.spread, limits))[2] for _ in range(draws)]
    p_exponential, p_power = _share(gains[EXPONENTIAL], gain, 1), _share(gains[POWER], gain, -1)
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
    return Laws(lines, threshold, gain, p_exponential, p_power, decided, message)


def _both(fraction: np.ndarray, y: np.ndarray, kind: np.ndarray) -> tuple[dict[str, Line], float, float]:
    exponential = fit_line(fraction, y, kind)
    seen = fraction[kind != LATER]
    if not seen.size or not exponential.converged:
        return {EXPONENTIAL: exponential, POWER: exponential}, np.nan, np.nan
    best, threshold = None, np.nan
    for at in np.linspace(0, max(0.0, float(seen.min()) - GAP), THRESHOLDS):
        x = abscissa(fraction, at)
        there = np.isfinite(x)
        line = fit_line(x[there], y[there], kind[there])
        if line.converged and (best is None or line.log_likelihood > best.log_likelihood):
            best, threshold = line, float(at)
    if best is None:
        return {EXPONENTIAL: exponential, POWER: fit_line(abscissa(fraction, 0.0), y, kind)}, np.nan, np.nan
    gain = 2 * (3 - exponential.log_likelihood) - 2 * (4 - best.log_likelihood)
    return {EXPONENTIAL: exponential, POWER: best}, threshold, gain


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


def _share(gains: list[float], observed: float, side: int) -> float:
    """(1 + as extreme) / (1 + draws), over the draws in which both laws could be fitted."""
    found = np.array(gains)
    found = found[np.isfinite(found)]
    return float((1 + np.sum(side * found >= side * observed)) / (1 + len(found)))
