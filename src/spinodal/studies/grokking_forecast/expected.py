"""What must come out whatever the measures say: identities of the method, the control, the design."""

import numpy as np
import xarray

from ..comparison import Comparison
from .measures import NOISE, SETTINGS

DESIGN = (0.2, 0.8)  # of the runs generalise, or there is little to tell apart


def comparisons(found: xarray.Dataset) -> tuple[Comparison, ...]:
    """Noise separates nothing and is alarmed at the rate asked for; time and, within strata, settings separate nothing at all."""
    reference = found.sel(horizon=found.attrs["reference"])
    at = f"{found.attrs['reference']:g} updates before"

    def area(name: str, way: str) -> tuple[float, float]:
        here = reference.sel(predictor=name, way=way)
        return float(here["area_before"]), float(here["area_error_before"])

    rows = [
        Comparison(f"area of the noise control, {way}, {at}", 0.5, value, "noise is exchangeable", 0.0, error)
        for way in found["way"].values
        for value, error in (area(NOISE, str(way)),)
    ]
    clock = "both sides are read at one step"
    ties = "within a stratum settings are equal"
    rows += [
        Comparison(f"area of time, pooled, {at}", 0.5, area("time", "pooled")[0], clock, 1e-12),
        Comparison(f"area of the rate of the settings, within strata, {at}", 0.5, area(SETTINGS, "within strata")[0], ties, 1e-12),
        _false_alarms(found),
        _design(found),
    ]
    return tuple(rows)


def _false_alarms(found: xarray.Dataset) -> Comparison:
    rate, runs = found.attrs["rate"], int(found["controls"])
    error = float(np.sqrt(rate * (1 - rate) / runs)) if runs else np.nan
    obtained = float(found["false_alarms"].sel(predictor=NOISE))
    return Comparison(
        "false alarms of the noise control, share of runs that do not generalise", rate, obtained, "split conformal", 0.0, error
    )


def _design(found: xarray.Dataset) -> Comparison:
    share = float(found["test_step"].notnull().mean())
    low, high = DESIGN
    return Comparison("share of runs that generalise within the budget", (low + high) / 2, share, "design", (high - low) / 2)
