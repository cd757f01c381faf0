"""Do the chains agree, and how many independent draws are they worth? Numbers from arviz-stats, judged here."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from arviz_stats.base.array import BaseArray

MAX_RHAT, MIN_ESS = 1.05, 100.0
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
    if energies.shape[1] < 4 or not np.isfinite(energies).all() or (np.ptp(energies, axis=1) == 0).any():
        return np.full(len(energies), np.nan)
    return np.asarray(array_stats.bfmi(energies.astype(np.float64), chain_axis=0, draw_axis=1))


def varying(scalars: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Those that are not one and the same number in every draw of every chain: a constant has no R-hat, and chains that agree on it."""
    return {name: values for name, values in scalars.items() if not (np.isfinite(values).all() and np.ptp(values) == 0)}


def faults(scalars: Mapping[str, np.ndarray], found: Diagnostics, acceptance: np.ndarray) -> list[str]:
    """Why these draws can't be believed, each a sentence; empty if they can."""
    said = []
    chains, draws = next(iter(scalars.values())).shape
    if chains < 2:
        said.append("1 chain cannot be checked against another: ask for chains >= 2")
    broken = [name for name, values in scalars.items() if not np.isfinite(values).all()]
    if broken:
        said.append(f"{', '.join(broken)} not finite: lower step_size")
    frozen = np.flatnonzero(~(acceptance > 0))
    if frozen.size:
        said.append(f"chain {', '.join(map(str, frozen))} never moved: lower step_size")
    judged = varying(scalars)
    if not judged:
        said.append("nothing varies: raise draws")
    high = {name: found.rhat[name] for name in judged if not found.rhat[name] <= MAX_RHAT}
    few = {name: found.ess[name] for name in judged if not found.ess[name] >= MIN_ESS}
    if high and chains >= 2:
        said.append("R-hat " + _listed(high, "{:.3f}") + f" above {MAX_RHAT}")
    if few:
        said.append("ESS " + _listed(few, "{:.0f}") + f" below {MIN_ESS:.0f}")
    if (high or few) and not broken and not frozen.size:
        said.append(f"raise draws={draws} or warmup")
    return said


def _listed(values: Mapping[str, float], form: str) -> str:
    return ", ".join(f"{name} {form.format(value)}" for name, value in values.items())


def _guarded(statistic, values: np.ndarray, method: str, **settings) -> float:
    values = np.asarray(values, dtype=np.float64)
    if values.shape[1] < 4 or not np.isfinite(values).all() or np.ptp(values) == 0:
        return float("nan")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # few draws: said by our own message
        return float(statistic(values, chain_axis=0, draw_axis=1, method=method, **settings))
