"""The cells with what follows from them: who has learned, averages over those networks, the fall at each width."""

import numpy as np
import xarray

from . import published
from .cell import MOMENTS, READINGS
from .order import Fall, Trend, fall_of, trend, two_kinds, variance_interval

ORDER = "gradient_symmetricity"
LEARNED = 1.0  # accuracy on all pairs: below it a network is counted apart and is in no average
KEPT = ("learned", "circular")  # all that have learned; those of them that pass the published selection
AVERAGED = tuple(name for name in READINGS if name != "accuracy")


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """Cells, with means and standard errors over networks (`*_mean`, `*_error`) and, for each width, the fall of the order parameter."""
    found = dataset.transpose("d_model", "attention", "replica", ...).assign_coords(moment=list(MOMENTS), kept=list(KEPT))
    found = found.assign_coords(frequency=np.arange(1, found.sizes["frequency"] + 1))
    end = found.sel(moment="end")
    learned = end["accuracy"] >= LEARNED
    found["learned"] = learned
    found["circular"] = learned & (end["circularity"] > published.CIRCULAR)
    chosen = xarray.concat([found["learned"], found["circular"]], dim=xarray.IndexVariable("kept", list(KEPT)))
    found["networks"] = chosen.sum("replica")
    for name in AVERAGED:
        values = end[name].where(chosen)
        found[f"{name}_mean"] = values.mean("replica")
        found[f"{name}_error"] = values.std("replica", ddof=1) / np.sqrt(values.notnull().sum("replica"))
        found[f"{name}_networks"] = values.notnull().sum("replica")
        start = found[name].sel(moment="start")
        found[f"{name}_null"], found[f"{name}_null_sd"] = start.mean("replica"), start.std("replica", ddof=1)
    found["irrelevance_difference"] = (end["irrelevance_correct"] - end["irrelevance_max_wrong"]).where(learned)
    found["drift"] = (end[ORDER] - found[ORDER].sel(moment="half")).where(learned)
    found = found.assign_coords(published_attention=published.BIN_CENTRES)
    found["published_symmetricity"] = ("published_attention", published.SYMMETRICITY)
    found["published_irrelevance"] = ("published_attention", published.IRRELEVANCE)
    for name, value in (("crossing", published.crossing()), ("breadth", published.fall()), ("circularity", published.CIRCULAR)):
        found[f"published_{name}"] = ((), value)
    return _variances(found).assign(_falls(found))


def networks_of(found: xarray.Dataset, width: int, moment: str = "end", kept: str = "learned") -> list[np.ndarray]:
    """For each coefficient the order parameters of the networks that are kept, at this moment."""
    here = found.sel(d_model=width)
    values = here[ORDER].sel(moment=moment).where(here[kept]).values
    return [row[np.isfinite(row)] for row in values]


def fall(found: xarray.Dataset, width: int, moment: str = "end", kept: str = "learned") -> Fall:
    """Where the mean order parameter of this width falls."""
    return fall_of(found["attention"].values, networks_of(found, width, moment, kept))


def falls(found: xarray.Dataset) -> dict[int, Fall]:
    """Of every width, at the end of the runs."""
    return {int(width): fall(found, int(width)) for width in found["d_model"].values}


def trend_of(found: xarray.Dataset) -> Trend:
    """How the breadth of the fall depends on the width."""
    by_width = falls(found)
    return trend([float(w) for w in by_width], list(by_width.values()))


def kinds_near(found: xarray.Dataset, width: int) -> tuple[float, int, float]:
    """At the coefficient where the mean is closest to halfway: the coefficient, its networks, and the p-value of one hump."""
    networks = networks_of(found, width)
    means = np.array([v.mean() if len(v) else np.nan for v in networks])
    if not np.isfinite(means[[0, -1]]).all():
        return np.nan, 0, np.nan
    i = int(np.nanargmin(np.abs(means - (means[0] + means[-1]) / 2)))
    return float(found["attention"][i]), len(networks[i]), two_kinds(networks[i])


def _variances(found: xarray.Dataset) -> xarray.Dataset:
    rows = np.array([[variance_interval(v) for v in networks_of(found, int(width))] for width in found["d_model"].values])
    for i, name in enumerate(("variance", "variance_low", "variance_high")):
        found[f"order_{name}"] = (("d_model", "attention"), rows[..., i])
    return found


def _falls(found: xarray.Dataset) -> dict[str, tuple]:
    by_width = falls(found).values()
    return {name: ("d_model", [getattr(f, name) for f in by_width]) for name in ("crossing", "crossing_error", "breadth", "breadth_error")}
