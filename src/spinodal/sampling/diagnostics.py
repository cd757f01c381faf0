"""Do the chains agree, and how many independent draws are they worth? Numbers from arviz-stats, judged here."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from arviz_stats.base.array import BaseArray

MAX_RHAT, MIN_ESS = 1.05, 100.0
APART = 5.0  # standard errors between the means of chains of different starts: with hundreds of ESS R-hat is blind to less than .3 sd
LEAST_ACCEPTANCE = 0.01  # of trajectories: below it whatever moves is not the sampler that was asked for
LOW_EBFMI = 0.3
array_stats = BaseArray()


@dataclass(frozen=True)
class Diagnostics:
    """`rhat`: the larger of bulk and folded rank-normalised split R-hat; `ess`, `ess_tail`: bulk and tail. All keyed by scalar."""

    rhat: dict[str, float]
    ess: dict[str, float]
    ess_tail: dict[str, float]


def diagnose(scalars: Mapping[str, np.ndarray]) -> Diagnostics:
    """R-hat and ESS of each (chains, draws) array; NaN where fewer than 4 draws, not finite, or without any variation."""
    return Diagnostics(
        {name: _guarded(array_stats.rhat, values, "rank") for name, values in scalars.items()},
        {name: _guarded(array_stats.ess, values, "bulk") for name, values in scalars.items()},
        {name: _guarded(array_stats.ess, values, "tail", prob=(0.05, 0.95)) for name, values in scalars.items()},
    )


def monte_carlo_error(values: np.ndarray) -> float:
    """Standard error of the mean of a (chains, draws) array, from its effective sample size."""
    return _guarded(array_stats.mcse, values, "mean")


def energy_fractions(energies: np.ndarray) -> np.ndarray:
    """E-BFMI of each chain: mean squared change of the energy between draws over its variance; low (< 0.3) when energy diffuses slowly."""
    found = np.full(len(energies), np.nan)
    known = np.isfinite(energies).all(axis=1) & (np.ptp(energies, axis=1) > 0)
    if energies.shape[1] >= 4 and known.any():
        found[known] = array_stats.bfmi(energies[known].astype(np.float64), chain_axis=0, draw_axis=1)
    return found


def varying(scalars: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Those that are not one and the same number in every draw of every chain: a constant has no R-hat, and chains that agree on it."""
    return {name: values for name, values in scalars.items() if not (np.isfinite(values).all() and np.ptp(values) == 0)}


def faults(
    scalars: Mapping[str, np.ndarray], found: Diagnostics, acceptance: np.ndarray, starts: Sequence[str], advice: str = "raise draws"
) -> list[str]:
    """Why these draws can't be believed, each a sentence; empty if they can. `starts`: "prior" or "planted", by chain."""
    said = []
    chains = len(acceptance)
    if chains < 2:
        said.append("1 chain cannot be checked against another: ask for chains >= 2")
    broken = [name for name, values in scalars.items() if not np.isfinite(values).all()]
    if broken:
        said.append(f"{', '.join(broken)} not finite: lower step_size")
    judged = varying(scalars)
    still = np.array([not broken and bool(judged) and all(np.ptp(values[i]) == 0 for values in judged.values()) for i in range(chains)])
    refused = ~(acceptance > LEAST_ACCEPTANCE) & ~still
    if still.any():
        said.append(f"chain {', '.join(map(str, np.flatnonzero(still)))} never moved: lower step_size")
    if refused.any():
        shares = {str(i): acceptance[i] for i in np.flatnonzero(refused)}
        said.append(f"accepted share of trajectories of chain {_listed(shares, '{:.2g}')}, below {LEAST_ACCEPTANCE}: lower step_size")
    if not judged:
        said.append("nothing varies: raise draws")
    high = {name: found.rhat[name] for name in judged if not found.rhat[name] <= MAX_RHAT}
    few = {name: found.ess[name] for name in judged if not found.ess[name] >= MIN_ESS}
    if high and chains >= 2:
        said.append("R-hat " + _listed(high, "{:.3f}") + f" above {MAX_RHAT}")
    if few:
        said.append("ESS " + _listed(few, "{:.0f}") + f" below {MIN_ESS:.0f}")
    apart = [_apart(name, values, np.array(starts) == "planted") for name, values in judged.items()] if not broken else []
    said += [sentence for sentence in apart if sentence]
    if (high or few or any(apart)) and not broken and not (still | refused).any():
        said.append(advice)
    return said


def warned(divergences: np.ndarray, fractions: np.ndarray) -> list[str]:
    """What does not forbid to believe the draws but should be known of them."""
    count, low = int(np.sum(divergences)), {str(i): f for i, f in enumerate(fractions) if f < LOW_EBFMI}
    said = [f"{count} divergent trajectories"] if count else []
    return [*said, *([f"E-BFMI of chain {_listed(low, '{:.2f}')}, below {LOW_EBFMI}"] if low else [])]


def _apart(name: str, values: np.ndarray, planted: np.ndarray) -> str:
    """A sentence if the means of planted and other chains differ by more than `APART` standard errors.

    Chains that all stand at one number add none: droplets that only planted chains ever have are a difference, and R-hat does not see it
    where they are rare.
    """
    if planted.all() or not planted.any():
        return ""
    groups = values[~planted], values[planted]
    prior, plant = (float(np.mean(group)) for group in groups)
    error = math.hypot(*(0.0 if np.ptp(group) == 0 else monte_carlo_error(group) for group in groups))
    if not abs(plant - prior) > APART * error:  # an unknown error too
        return ""
    far = f"{abs(plant - prior) / error:.0f} errors apart" if error else "and never moves"
    return f"{name} is {prior:.4g} in chains from the prior and {plant:.4g} in planted ones, {far}"


def _listed(values: Mapping[str, float], form: str) -> str:
    return ", ".join(f"{name} {form.format(value)}" for name, value in values.items())


def _guarded(statistic, values: np.ndarray, method: str, **settings) -> float:
    values = np.asarray(values, dtype=np.float64)
    if values.shape[1] < 4 or not np.isfinite(values).all() or np.ptp(values) == 0:
        return float("nan")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # few draws: said by our own message
        return float(statistic(values, chain_axis=0, draw_axis=1, method=method, **settings))
