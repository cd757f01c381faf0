"""Every measure and every trivial predictor on the same runs: lead times, areas against the horizon, differences from the best rival."""

from collections.abc import Callable

import numpy as np
import xarray

from ...transitions.forecast import (
    Ensemble,
    LeadTime,
    area_over,
    difference,
    lead_time,
    oriented,
    readings_after,
    readings_before,
    settings_wins,
    wins,
)
from ...transitions.learning_phases import wilson_interval
from .measures import GIVEN, MEASURES, NAMES, NOISE, PREDICTORS, SETTINGS, Given, Measure, kind

RUN = ("train_fraction", "weight_decay", "replica")
HORIZONS, DELAYS = (2, 4, 8, 16, 32), (0, 4, 8, 16, 32)  # in records
SOON, REFERENCE, AFTER = 4, 16, 8  # of these, what the main table shows; REFERENCE, before the crossing, is where measures are compared
RATE = 0.1  # of false alarms
DRAWS = 1000  # of the bootstrap
TRIVIAL = tuple(one.name for one in GIVEN if kind(one) == "trivial")
WAYS = ("pooled", "within strata")


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """The cells with everything that follows from them."""
    found = dataset.transpose(*RUN, ...).assign_coords(
        measure=[one.name for one in MEASURES],
        predictor=list(NAMES),
        way=list(WAYS),
        kind=("predictor", [kind(one) for one in PREDICTORS]),
    )
    found = _shares(found)
    ensemble = ensemble_of(found)
    scores = scores_of(found)
    every = float(ensemble.steps[1] - ensemble.steps[0])
    found = found.assign_coords(horizon=every * np.array(HORIZONS), delay=every * np.array(DELAYS)).assign_attrs(
        budget=float(ensemble.steps[-1]),
        soon=every * SOON,
        reference=every * REFERENCE,
        after=every * AFTER,
        rate=RATE,
        confidence=ensemble.confidence,
    )
    found = found.assign(_leads(ensemble, scores)).assign(constant=("predictor", [_constant(scores.get(name)) for name in NAMES]))
    for clock, dim in (("before", "horizon"), ("after", "delay")):
        found = found.assign(_areas(ensemble, scores, clock, dim, found[dim].values))
    return found


def ensemble_of(found: xarray.Dataset) -> Ensemble:
    """Runs, in the order of `RUN`: folds are replicas; cells of equal settings are strata, and are drawn together."""
    shape = [found.sizes[name] for name in RUN]
    strata = np.arange(shape[0] * shape[1]).repeat(shape[2])
    return Ensemble(
        found["curve_step"].values.reshape(-1, found.sizes["curve"])[0],
        found["test_step"].values.ravel(),
        since=found["train_step"].values.ravel(),
        folds=np.tile(np.arange(shape[2]), shape[0] * shape[1]),
        strata=strata,
        clusters=strata,
        draws=DRAWS,
    )


def scores_of(found: xarray.Dataset) -> dict[str, np.ndarray]:
    """Predictor -> (runs, checkpoints), or (runs, 1) for what never changes; the rate of the settings is no score of a run by itself."""
    runs = int(np.prod([found.sizes[name] for name in RUN]))
    scores = {NOISE: np.random.default_rng(0).normal(size=(runs, found.sizes["curve"]))}
    for one in GIVEN:
        if one.series:
            values = found[one.series].broadcast_like(found["test_step"]).transpose(*RUN, ...).values
            scores[one.name] = values.reshape(runs, -1)
    for one in MEASURES:
        scores[one.name] = found["value"].sel(measure=one.name).transpose(*RUN, "curve").values.reshape(runs, -1)
    return scores


def _shares(found: xarray.Dataset) -> xarray.Dataset:
    """How many seeds of each cell generalise."""
    count = found["test_step"].notnull().sum("replica")
    low, high = wilson_interval(count.values, found.sizes["replica"])
    return found.assign(
        generalised=count,
        generalised_low=(RUN[:2], np.asarray(low)),
        generalised_high=(RUN[:2], np.asarray(high)),
        mixed=(count > 0) & (count < found.sizes["replica"]),
    )


def _constant(scores: np.ndarray | None) -> bool:
    """One number in all runs at all steps: it can forecast nothing."""
    values = np.array([]) if scores is None else scores[np.isfinite(scores)]
    return bool(values.size) and np.ptp(values) == 0


def _leads(ensemble: Ensemble, scores: dict[str, np.ndarray]) -> dict[str, tuple]:
    """Lead times of every predictor; NaN where some run has no alarm set, which `no_alarm` explains, and for the rate of the settings."""
    alarms = {one.name: _alarm(ensemble, scores[one.name], one) for one in PREDICTORS if one.name in scores}

    def column(of: Callable[[LeadTime], float]) -> tuple:
        return ("predictor", [of(alarms[name]) if name in alarms and alarms[name].converged else np.nan for name in NAMES])

    found = {
        "lead": column(lambda a: a.median),
        "lead_low": column(lambda a: a.interval[0]),
        "lead_high": column(lambda a: a.interval[1]),
        "warned": column(lambda a: a.warned),
        "warned_low": column(lambda a: a.warned_interval[0]),
        "warned_high": column(lambda a: a.warned_interval[1]),
        "false_alarms": column(lambda a: a.false_alarms),
        "false_alarms_low": column(lambda a: a.false_alarms_interval[0]),
        "false_alarms_high": column(lambda a: a.false_alarms_interval[1]),
    }
    units = {name: (*entry, {"units": "updates"}) if name.startswith("lead") else entry for name, entry in found.items()}
    why = ["" if name not in alarms or alarms[name].converged else alarms[name].message for name in NAMES]
    cases, controls = int(ensemble.will.sum()), int(ensemble.wont.sum())
    runs = {"cases": ((), cases), "controls": ((), controls), "not_forecast": ((), ensemble.runs - cases - controls)}
    return {**units, "no_alarm": ("predictor", why), **runs}


def _alarm(ensemble: Ensemble, scores: np.ndarray, one: Given | Measure) -> LeadTime:
    return lead_time(ensemble, scores, direction="either" if one.direction == "learned" else one.direction, rate=RATE)


def _areas(ensemble: Ensemble, scores: dict[str, np.ndarray], clock: str, dim: str, horizons: np.ndarray) -> dict[str, tuple]:
    """Areas (predictor, way, horizon) with intervals, the best trivial rival, and what each predictor is ahead of it.

    `alone`: the best rival that needs no finished runs of other seeds.
    """
    shape = (len(NAMES), len(WAYS), len(horizons))
    numbers = {name: np.full(shape, np.nan) for name in ("value", "low", "high", "error", "pairs", "ahead", "ahead_low", "ahead_high")}
    rivals, alone = np.full((2, *shape[1:]), "", dtype=object)
    for h, horizon in enumerate(horizons):
        readings = (readings_before if clock == "before" else readings_after)(ensemble, float(horizon))
        won = {SETTINGS: settings_wins(ensemble, readings)}
        for one in PREDICTORS:
            if one.name in scores:
                won[one.name] = oriented(ensemble, wins(ensemble, readings, scores[one.name]), one.direction)
        for w, way in enumerate(WAYS):
            within = way == "within strata"
            areas = {name: area_over(ensemble, won[name], within=within) for name in NAMES}
            ranked = sorted(TRIVIAL, key=lambda name: np.nan_to_num(areas[name].value, nan=-1.0), reverse=True)
            rivals[w, h] = rival = ranked[0]
            alone[w, h] = next(name for name in ranked if name != SETTINGS)
            for p, name in enumerate(NAMES):
                for part in ("value", "low", "high", "error", "pairs"):
                    numbers[part][p, w, h] = getattr(areas[name], part)
                both = areas[name], areas[rival]
                there, other = (~np.isnan(won[which]) for which in (name, rival))
                if not np.array_equal(there, other):  # where one is undefined the other may not score either
                    both = (area_over(ensemble, np.where(there & other, won[which], np.nan), within=within) for which in (name, rival))
                ahead = difference(ensemble, *both)
                numbers["ahead"][p, w, h], numbers["ahead_low"][p, w, h], numbers["ahead_high"][p, w, h] = ahead
    dims = ("predictor", "way", dim)
    stored = {part if part.startswith("ahead") else f"area_{part}": values for part, values in numbers.items()}
    stored = {f"{name.removesuffix('_value')}_{clock}": (dims, values) for name, values in stored.items()}
    return {**stored, f"rival_{clock}": (("way", dim), rivals.astype(str)), f"alone_{clock}": (("way", dim), alone.astype(str))}
