"""Posterior averages and comparisons that the teacher-student studies share."""

import math

import numpy as np
import xarray

from ..averages import mean_and_error, negative_log_density
from ..comparison import Comparison, allowance
from .teacher_student_cell import BIN_EDGES, SCALARS, THRESHOLD, TeacherStudentCell

NAMES = {
    "linear_discrepancy": "linear discrepancy b",
    "cubic_discrepancy": "cubic discrepancy c",
    "droplet_fraction": f"droplet fraction P(|q| > {THRESHOLD:g})",
    "droplet_transverse_norm": f"r where |q| > {THRESHOLD:g}",
}


def averaged(found: xarray.Dataset) -> dict[str, xarray.DataArray]:
    """`posterior_*` and `posterior_*_error`: means over data sets, |w_perp|^2 of droplets and -log p(q) included."""
    pairs = {name: mean_and_error(found[f"{name}_mean"], found[f"{name}_mcse"]) for name in SCALARS}
    pairs["droplet_transverse_norm"] = mean_and_error(found["droplet_transverse_norm_mean"], found["droplet_transverse_norm_mcse"])
    pairs["negative_log_density"] = negative_log_density(found["overlap_counts"], found["overlap_total"], BIN_EDGES)
    return {f"posterior_{name}{end}": values for name, pair in pairs.items() for end, values in zip(("", "_error"), pair, strict=True)}


def against_corrected_theory(found: xarray.Dataset, axis: str, label: str, allowed: dict[str, float]) -> list[Comparison]:
    """The posterior of every data set against the corrected theory of the same data set, paired, then averaged."""
    rows = []
    for name in NAMES:
        expected = found[f"corrected_{name}"]
        difference_of = found[f"{name}_mean"] - expected
        expected = expected.where(difference_of.notnull())  # a data set without droplets has no norm of them
        difference, error = mean_and_error(difference_of, found[f"{name}_mcse"])
        for at in found[axis].values:
            known = float(expected.sel({axis: at}).mean())
            obtained, sigma = known + float(difference.sel({axis: at})), float(error.sel({axis: at}))
            source = "theory, r integrated, corrected for N, n and the data"
            what = f"posterior {NAMES[name]}, {label} = {at:g}"
            within = allowance(allowed[name], known) if name == "droplet_fraction" else allowed[name]
            rows.append(Comparison(what, known, obtained, source, within, sigma, freedom=_freedom(difference_of.sel({axis: at}))))
    return rows


def published_norms(found: xarray.Dataset, axis: str, label: str, allowed: float) -> list[Comparison]:
    """|w_perp|^2 of neurons beyond the threshold against its prior mean, which the published theory gives it, where that has droplets."""
    rows = []
    for at in found[axis].values:
        here = found.sel({axis: at})
        if bool(here["theory_has_droplets"].sel(transverse="mean")):
            obtained, error = (float(here[f"posterior_droplet_transverse_norm{end}"]) for end in ("", "_error"))
            freedom = _freedom(here["droplet_transverse_norm_mean"])
            what, published = f"posterior {NAMES['droplet_transverse_norm']}, {label} = {at:g}", TeacherStudentCell().weight_variance
            rows.append(Comparison(what, published, obtained, "theory as published", allowed, error, should_agree=False, freedom=freedom))
    return rows


def _freedom(values: xarray.DataArray) -> float:
    """Of the scatter over data sets; of one data set the error is that of its chains, which the ESS has made sure of."""
    count = int(values.notnull().sum("data_seed"))
    return count - 1 if count > 1 else math.inf


def worst_deviation(found: xarray.Dataset, names: tuple[str, ...], transverse: str, table: list[tuple[float, ...]]) -> float:
    """Largest deviation of the finite-size theory from a table of reference numbers, one row a point."""
    obtained = np.array([found[name].sel(transverse=transverse) for name in names]).T
    return float(np.abs(obtained - np.array(table)).max())


def error_bars_mean(data_sets: int) -> str:
    """What the error bars of a page are, in a sentence."""
    if data_sets > 1:
        return f"Error bars are standard errors over {data_sets} data sets."
    return (
        "This size has one data set, so error bars come from the chains: "
        "they say how well this posterior is known, not how data sets differ."
    )
