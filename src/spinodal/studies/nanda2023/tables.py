"""The tables of the page."""

import numpy as np
import xarray

from ...report import Table, three_digits
from ..delay_laws import EXPONENTIAL, LAWS, Laws
from . import published
from .analysis import READINGS, arms, at_end
from .cell import CROSSED
from .readings import WAYS
from .words import lead_of, median_range


def tables(found: xarray.Dataset, laws: dict[str, Laws]) -> tuple[Table, ...]:
    """Times of every arm, leads, laws, and single runs."""
    return (_time_table(found), _lead_table(found), _law_table(laws), _published_table(), _net_table(found), _run_table(found))


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
        numbers = (lead[key] for key in ("runs", "median", "looks", "least", "largest"))
        rows.append((name, *numbers, f"{lead['earlier']} of {lead['of']}", lead["p"], idle))
    columns = (
        "reading",
        "runs it moves in",
        "median lead",
        "in looks",
        "least",
        "largest",
        "earlier in",
        "sign test p",
        "moves in runs that do not grok",
    )
    note = (
        "Updates by which a reading moves before the test loss does, runs that grok; negative: after it. A reading that never moves "
        "counts as later. Looks lie about evenly in the logarithm of the step: a lead of one or two is hardly resolved. Final keys use the "
        "future; random keys are as many frequencies that are not key."
    )
    return Table("Who moves first", columns, [tuple(three_digits(value) for value in row) for row in rows], note)


def _law_table(laws: dict[str, Laws]) -> Table:
    rows = []
    for source, both in laws.items():
        for law in LAWS:
            line = both.lines[law]
            threshold, bound = (np.nan, "") if law == EXPONENTIAL else (three_digits(both.threshold), both.bound)
            fitted = map(three_digits, (line.intercept, line.slope, line.slope_error))
            rows.append((source, law, *fitted, threshold, bound, three_digits(line.spread), both.p_said(law)))
    columns = ("runs", "law", "a", "slope", "± 1 s.e.", "threshold", "at a bound", "scatter of ln(delay)", "simulated p")
    note = (
        "ln(delay) against f, or against ln(f - threshold), by likelihood with censored runs. A small p: data drawn from this law "
        "seldom favour the other one so much."
    )
    return Table("Delay against fraction", columns, rows, note)


def _published_table() -> Table:
    rows = [(fraction, *crossings) for fraction, crossings in published.CROSSINGS.items()]
    columns = ("fraction", *(f"test loss < {level:g}" for level in published.LEVELS))
    return Table("Published epochs", columns, rows, "arXiv:2301.05217, released runs: p = 113, decay 1, one seed a row.", folded=True)


def _net_table(found: xarray.Dataset) -> Table:
    end = at_end(found)
    single = -np.sort(-end["excluded_singly"].transpose("frequency", ...).values, axis=0)  # NaN last
    counts = found["final_key"].sel(way="neurons").sum("frequency").values
    keys = f"{len(published.RELEASED_KEYS)}: {', '.join(map(str, published.RELEASED_KEYS))}"
    neurons = "{} of {}".format(*published.RELEASED_NEURONS)
    rows: list[tuple] = [
        ("key frequencies by neurons", keys, *_spread(found, counts)),
        ("neurons of one frequency", neurons, *("not kept",) * 3),
    ]
    names = ("restricted loss", "excluded loss, jointly", "variance explained", "Gini, embedding", "Gini, W_L")
    for name, (series, value) in zip(names, published.RELEASED_NET.items(), strict=True):
        rows.append((name, value, *_spread(found, end[series].values)))
    for i, (name, value) in enumerate(zip(("largest", "second"), published.RELEASED_SINGLY, strict=True)):
        rows.append((f"excluded loss, singly, {name}", value, *_spread(found, single[i])))
    columns = ("at the end of the run", "released net, p = 113, decay 0.1", "ours, grokked: median", "least", "largest")
    note = "Losses in nats. The released net is one, with single losses of frequencies 23 and 6, and below 1e-3 for its other keys."
    return Table("A released network beside ours", columns, rows, note, folded=True)


def _spread(found: xarray.Dataset, values: np.ndarray) -> tuple[float | int | str, ...]:
    """Median, least and largest over the runs that grok."""
    known = values[found["grokked"].values & np.isfinite(values)]
    return tuple(three_digits(float(of(known))) for of in (np.median, np.min, np.max)) if known.size else (np.nan,) * 3


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
        rows.append((str(run["arm"].item()), int(run["replica"]), *keys, *map(three_digits, (*ends[:3], worst, *ends[3:]))))
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
