"""The tables of the page."""

import numpy as np
import xarray

from ...report import Table
from . import published
from .analysis import READINGS, arms
from .cell import CROSSED
from .laws import EXPONENTIAL, LAWS, Laws
from .readings import WAYS
from .words import lead_of, median_range


def tables(found: xarray.Dataset, laws: dict[str, Laws]) -> tuple[Table, ...]:
    """Times of every arm, leads, laws, and single runs."""
    return (_time_table(found), _lead_table(found), _law_table(laws), _published_table(), _run_table(found))


def _time_table(found: xarray.Dataset) -> Table:
    names = [*arms(found, "fraction"), *(arm for arm in arms(found, "decay") if arm != "main")]
    rows = []
    for arm in names:
        run = found.sel(arm=arm)
        shown = ("fitted_step", *CROSSED.values(), "phase_cleanup", "phase_stable")
        place = (round(float(run[what][0]), 6) for what in ("fraction", "decay"))
        rows.append((arm, *place, *(median_range(run[name].values) for name in shown)))
    levels = (f"test loss < {level:g}" for level in CROSSED)
    columns = ("arm", "fraction", "decay", "train loss < 0.1", *levels, "cleanup begins", "cleanup ends")
    note = "Updates: median (range) over the seeds. A median beyond the end: half of the runs or more never got there."
    return Table("When", columns, rows, note)


def _lead_table(found: xarray.Dataset) -> Table:
    rows = []
    for name in READINGS:
        lead = lead_of(found, name)
        idle = f"{lead['idle']} of {lead['others']}" if lead["others"] else "no such run"
        rows.append(
            (name, *(lead[key] for key in ("runs", "median", "least", "largest")), f"{lead['earlier']} of {lead['of']}", lead["p"], idle)
        )
    columns = (
        "reading",
        "runs it moves in",
        "median lead",
        "least",
        "largest",
        "earlier in",
        "sign test p",
        "moves in runs that do not grok",
    )
    note = (
        "Updates by which a reading moves before the test loss does, runs that grok; negative: after it. A reading that never moves "
        "counts as later. Final keys use the future."
    )
    return Table("Who moves first", columns, [tuple(_short(value) for value in row) for row in rows], note)


def _law_table(laws: dict[str, Laws]) -> Table:
    rows = []
    for source, both in laws.items():
        for law in LAWS:
            line = both.lines[law]
            threshold = np.nan if law == EXPONENTIAL else _short(both.threshold)
            p = both.p_exponential if law == EXPONENTIAL else both.p_power
            rows.append(
                (source, law, *map(_short, (line.intercept, line.slope, line.slope_error)), threshold, _short(line.spread), _short(p))
            )
    columns = ("runs", "law", "a", "slope", "± 1 s.e.", "threshold", "scatter of ln(delay)", "simulated p")
    note = (
        "ln(delay) against f, or against ln(f - threshold), by likelihood with censored runs. A small p: data drawn from this law "
        "seldom favour the other one so much."
    )
    return Table("Delay against fraction", columns, rows, note)


def _published_table() -> Table:
    rows = [(fraction, *crossings) for fraction, crossings in published.CROSSINGS.items()]
    columns = ("fraction", *(f"test loss < {level:g}" for level in published.LEVELS))
    return Table("Published epochs", columns, rows, "arXiv:2301.05217, released runs: p = 113, decay 1, one seed a row.", folded=True)


def _run_table(found: xarray.Dataset) -> Table:
    rows = []
    for i, j in np.ndindex(found.sizes["replica"], found.sizes["arm"]):
        run = found.isel(replica=i, arm=j)
        last = int(np.isfinite(run["curve_step"].values).sum()) - 1
        keys = (", ".join(str(k + 1) for k in np.flatnonzero(run["final_key"].sel(way=way).values)) or "none" for way in WAYS)
        names = ("published_restricted", "published_restricted_text", "published_excluded", "published_variance_explained")
        ends = [float(run[name][last]) for name in (*names, "gini_embedding", "gini_logit_weights")]
        single = run["excluded_singly"].values[last]
        worst = float(np.nanmax(single)) if np.isfinite(single).any() else np.nan
        rows.append((str(run["arm"].item()), int(run["replica"]), *keys, *map(_short, (*ends[:3], worst, *ends[3:]))))
    columns = (
        *("arm", "replica", *(f"keys, {way}" for way in WAYS)),
        *(
            "restricted",
            "without bias correction",
            "excluded jointly",
            "worst single",
            "variance explained",
            "Gini, embedding",
            "Gini, W_L",
        ),
    )
    note = "At the end of the run, key frequencies by neurons; a dash: no neuron is pure enough. Losses in nats."
    return Table("Key frequencies of every run", columns, rows, note, folded=len(rows) > 12)


def _short(value: float | int | str) -> float | int | str:
    return float(f"{value:.3g}") if isinstance(value, float) else value
