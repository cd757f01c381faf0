"""Numbers that the runs must give: identities, null values, published ones where the prime is the published one."""

import numpy as np
import xarray

from ..averages import UNKNOWN, Spread, over_all_runs, over_runs
from ..censored import censored_median
from ..censored_line import Line
from ..comparison import Comparison
from ..delay_laws import EXPONENTIAL, Laws
from ..shares import universal
from . import published
from .analysis import CROSSING, arms, at_end
from .cell import CROSSED, MAIN

RELEASED = "released runs of arXiv:2301.05217, one seed"
OWN_SCATTER = "; error: ours and its own"
NET = f"released net, decay 0.1: {published.RELEASED_NET['published_excluded']} nats jointly, {published.RELEASED_SINGLY[0]} singly at most"


def comparisons(found: xarray.Dataset, laws: dict[str, Laws], decay: Line) -> tuple[Comparison, ...]:
    """Identities and nulls first, then what does not depend on the prime, then the published table."""
    return (*_identities(found), _published_line(laws), *_any_prime(found, decay), *_table(found), *_peak(found), *_slow(found))


def _identities(found: xarray.Dataset) -> list[Comparison]:
    start = over_runs(found["gini_embedding"].isel(look=0))
    prime, width = int(found.attrs["prime"]), int(found.attrs["d_model"])
    return [
        Comparison(
            "restricted loss over all frequencies, less the loss of the logits averaged over equal sums (largest)",
            0.0,
            float(found["identity_gap"].max()),
            "identity",
            1e-9,
        ),
        Comparison.of_runs(
            "Gini of the embedding's Fourier rows before training, mean of all runs",
            (1 - 1 / prime) / np.sqrt(2 * np.pi * width),
            start,
            f"norms of {width} normal numbers, (1 - 1/p) / sqrt(2 pi d) for large d",
            0.0,
        ),
    ]


def _published_line(laws: dict[str, Laws]) -> Comparison:
    line = laws["published"].lines[EXPONENTIAL]
    what = "slope of ln(delay) against the fraction, published table, our fit"
    return Comparison(what, published.LINE[1], line.slope, "fit of the released table", 0.0, line.slope_error)


def _any_prime(found: xarray.Dataset, decay: Line) -> list[Comparison]:
    main, grokked = found.sel(arm=MAIN), found["grokked"].values
    early = (found["fitted_step"] < found[CROSSING].fillna(np.inf)).values
    end = at_end(found)
    joint, single = end["published_excluded"].values, end["excluded_singly"].transpose(*end["grokked"].dims, ...).values
    known = grokked & np.isfinite(joint) & (np.isfinite(single).sum(axis=-1) > 1)
    above = joint[known] > np.nanmax(single[known], axis=-1) if known.any() else np.array([])
    return [
        universal("share of runs with train loss < 0.1 before test loss < 0.1", 1.0, early.ravel(), RELEASED),
        universal("share of main runs that grok within their length", 1.0, main["grokked"].values, RELEASED),
        universal("grokked runs: share with a joint excluded loss above every single one", 1.0, above, NET),
        Comparison(
            "sign of the slope of ln(step of a test loss below 0.1) against ln(decay), where it is sure",
            float(np.sign(published.decay_slope())),
            float(np.sign(decay.slope)) if decay.sure else np.nan,
            f"{RELEASED}; the appendix says +1",
            0.0,
        ),
    ]


def _table(found: xarray.Dataset) -> list[Comparison]:
    """Medians of ln(step); the published crossing is one draw, so that its own scatter counts too: sd sqrt(1 + pi / 2n).

    A run that never crosses is later than any: where the median is, the end of the runs stands for it as the least that it can be, and the
    row differs if the published step lies below, or is not known. In sd it counts as its end, which makes sd too small if anything.
    """
    ours = {round(float(found["fraction"].sel(arm=arm)[0]), 6): arm for arm in arms(found, "fraction")} if _as_published(found) else {}
    rows = []
    for fraction, crossings in published.CROSSINGS.items():
        step = UNKNOWN
        what = f"p = 113, fraction {fraction:g}: ln(median step of a test loss below 0.1)"
        if fraction in ours:
            run = found.sel(arm=ours[fraction])
            steps, end = run[CROSSED[0.1]].values, float(run["last_step"].max())
            median, never = censored_median(steps), np.isnan(steps)
            if np.isfinite(median):
                logs = over_runs(np.log(np.where(never, end, steps)))
                step = logs.wider(np.sqrt(steps.size + np.pi / 2))._replace(mean=float(np.log(median)))
            elif crossings[1] < end:
                step = Spread(float(np.log(end)), 0.0, np.inf)
            what += f", {never.sum()} of {steps.size} never by {end:,.0f}" if never.any() else ""
        rows.append(Comparison.of_runs(what, float(np.log(crossings[1])), step, RELEASED + OWN_SCATTER, 0.0))
    return rows


def _peak(found: xarray.Dataset) -> list[Comparison]:
    given = {
        "train loss below 0.1, step": ("fitted_step", published.FITTED),
        "peak of the test loss, step": ("peak_step", published.PEAK_STEP),
        "peak of the test loss, nats": ("peak_loss", published.PEAK_LOSS),
    }
    rows = []
    for what, (name, (low, high)) in given.items():
        values = found[name].sel(arm=MAIN).values if _as_published(found) else np.array([])
        seen = over_all_runs(values)
        rows.append(Comparison.of_runs(f"p = 113, 30 %: {what}", (low + high) / 2, seen, RELEASED, (high - low) / 2))
    return rows


def _slow(found: xarray.Dataset) -> list[Comparison]:
    arm = f"decay {published.SLOW_DECAY:g}"
    here = _as_published(found) and arm in found["arm"].values
    late = ~found["grokked"].sel(arm=arm).values if here else np.array([])
    last = float(found["last_step"].sel(arm=arm).max()) if here else np.nan
    expected = 1.0 if not last >= published.SLOW_CROSSING else 0.0
    what = f"p = 113, decay 0.1: share of runs that have not grokked{f' by {last:,.0f}' if here else ''}"
    return [universal(what, expected, late, f"{RELEASED}: {published.SLOW_CROSSING:,}")]


def _as_published(found: xarray.Dataset) -> bool:
    base = found.sel(arm=MAIN).isel(replica=0)
    same = round(float(base["fraction"]), 6), float(base["decay"])
    return int(found.attrs["prime"]) == published.PRIME and same == (published.FRACTION, published.DECAY)
