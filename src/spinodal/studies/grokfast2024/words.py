"""What the comparison says: comparisons, verdict, caveats, tables."""

import numpy as np
import xarray

from ...report import Table
from ..censored import Median, Ratio, in_words, median_of
from ..comparison import Comparison
from .analysis import FILTERS, acted, as_published, cap_of, edges, fair, sgd_gain, tuning_updates, unfair, without_decay
from .cell import ARMS, EMA_AMPLIFICATION, LEVEL, MA_WINDOW, METHODS, PUBLISHED, PUBLISHED_STEPS, SGD_ARMS

NAMES = {"baseline": "Adam alone", "ema": "Grokfast-EMA", "ma": "Grokfast-MA"}
SOURCE = "arXiv:2405.20233, table of the released code"

CAVEATS = (
    "Every method has the same grid of rates and decays and the same seeds. The filters keep their published memory and amplification, "
    "which their authors have tuned; the baseline has nothing of the kind. 'Best' is within the grid: where a chosen setting lies at an "
    "end of it, better ones may lie beyond, on either side of a ratio.",
    "A setting is chosen on all other seeds than the one it is judged by, so that a larger grid does not look faster by luck.",
    "A run that did not cross within the cap is later than all that did: it is neither dropped nor counted as the cap. Where the median is "
    "beyond the cap a ratio is a lower bound.",
    "With Adam a gradient that is (1 + amplification) times larger changes nothing; with SGD it is a rate so many times larger, which is "
    "shown at a fixed small rate and is exact for slow gradients only: the filter remembers about 50 updates.",
    "The published decay is PyTorch's Adam's, coupled to the gradient ('L2'); 'AdamW' is decoupled. The released script leaves out the "
    "pairs with b = 0, and takes batches epoch by epoch; here all pairs are in the table and batches are drawn anew for each update.",
)
SMALLER = (
    "The quick size is not the published experiment: p = 31, a quadratic layer of 128 units with squared error and full batches in place "
    "of the decoder at p = 97. The published 50-fold gain, and whether it lasts for the decoder, are not decided at this size."
)


def comparisons(found: xarray.Dataset, size: str) -> tuple[Comparison, ...]:
    """Published numbers only where their experiment was run; what SGD must do by arithmetic, everywhere."""
    gain, scaled = sgd_gain(found)
    rows = [
        Comparison.of_runs(
            f"SGD halves its training loss (1 + amplification) = {1 + EMA_AMPLIFICATION:g} times sooner with Grokfast-EMA",
            *(1 + EMA_AMPLIFICATION, gain, "arithmetic: a slow gradient is amplified so many times"),
            tolerance=0.3,
        ),
        Comparison(
            "... and so does SGD at that rate without a filter",
            *(1 + EMA_AMPLIFICATION, scaled, "arithmetic: at small rates time goes with rate times updates"),
            tolerance=0.1,
        ),
    ]
    for method in FILTERS:
        ratio = as_published(found, method) if size == "paper" else None
        expected = PUBLISHED_STEPS["baseline"] / PUBLISHED_STEPS[method]
        what = f"{NAMES['baseline']} without decay over {NAMES[method]} with decay, both as published: ratio of medians"
        got, spread = (ratio.value, ratio.error) if ratio else (np.nan, np.nan)
        rows.append(Comparison(what, expected, got, SOURCE, 0.2 * expected, spread, freedom=found.sizes["replica"] - 1))
    for method in METHODS:
        steps = found["test_step"].sel(arm=PUBLISHED[method]).values if size == "paper" else np.array([])
        middle = median_of(steps)
        error = (middle.high - middle.low) / (2 * 1.96)
        rows.append(
            Comparison(
                f"updates to a test accuracy of {LEVEL}, {NAMES[method]} as published",
                *(float(PUBLISHED_STEPS[method]), middle.value, SOURCE),
                tolerance=0.2 * PUBLISHED_STEPS[method],
                error=error if np.isfinite(error) else np.nan,
                freedom=found.sizes["replica"] - 1,
            )
        )
    return tuple(rows)


def verdict(found: xarray.Dataset, size: str) -> tuple[str, ...]:
    """A sentence for each question."""
    seeds, cap = found.sizes["replica"], cap_of(found)
    plain = median_of(found["plain_step"].values)
    tuned = median_of(found["tuned_step"].sel(contender="baseline").values)
    sentences = [
        f"To a test accuracy of {LEVEL} Adam at rate 0.001 without decay, the published baseline, needs {shown(plain, cap)} updates "
        f"(median of {seeds} seeds), with its own best rate and decay {shown(tuned, cap)}{_ends_of_grid(found, 'baseline')}.",
    ]
    sentences += [_filter(found, method) for method in FILTERS]
    return (*sentences, *([SMALLER] if size != "paper" else []))


def _filter(found: xarray.Dataset, method: str) -> str:
    """One filter against the untuned baseline, the tuned one, and without decay."""
    middle = median_of(found["tuned_step"].sel(contender=method).values)
    needs = f"{NAMES[method]}, tuned alike, needs {shown(middle, cap_of(found))}{_ends_of_grid(found, method)}"
    silent = ~acted(found, method)
    if silent.all():
        said = f"{needs}. Not tested: the filter never acted, as every seed is done before its window of {MA_WINDOW} gradients is full."
    else:
        right = fair(found, method)
        within = " within this grid" if any(edges(found, method) + edges(found, "baseline")) else ""
        said = (
            f"{needs}: {in_words(unfair(found, method))} times sooner than the untuned baseline, {in_words(right)} times as soon as the "
            f"tuned one. {_judged(right, within)}"
        )
        if silent.any():
            said += f" In {silent.sum()} of {silent.size} seeds it is done before its window of {MA_WINDOW} gradients is full."
    if not acted(found, method, "undecayed_step").any():
        return said
    if found["undecayed_step"].sel(contender=["baseline", method]).isnull().all():
        return f"{said} With decay on neither side neither gets there within the cap, at any rate of the grid."
    ratio = in_words(without_decay(found, method))
    ends = [_ends_of_grid(found, name, "undecayed") for name in ("baseline", method)]
    at = "".join(f"; {NAMES[name]} is then{end}" for name, end in zip(("baseline", method), ends, strict=True) if end)
    return f"{said} With decay on neither side and each at its best rate the ratio is {ratio}{at}."


def _ends_of_grid(found: xarray.Dataset, method: str, chosen: str = "tuned") -> str:
    """At which ends of the grid the chosen settings lie; empty if all are inside, or if none of them ever got there."""
    if found[f"{chosen}_step"].sel(contender=method).isnull().all():
        return ""
    ends = edges(found, method, f"{chosen}_arm")
    at = [end for end in ends if end]
    return f" at {' or '.join(dict.fromkeys(at))} of the grid ({len(at)} of {len(ends)} seeds)" if at else ""


def _judged(ratio: Ratio, within: str) -> str:
    if np.isnan(ratio.low):
        return "Whether it is faster is not decided."
    if ratio.low > 1:
        return f"It is faster than a fair baseline{within}."
    if ratio.high < 1:
        return f"It is slower than a fair baseline{within}."
    return "Faster or slower than a fair baseline is not decided by these seeds."


def shown(middle: Median, cap: float) -> str:
    """A median with its interval; beyond the cap if it was not reached."""
    low, value, high = (f"{x:,.0f}" if np.isfinite(x) else f"more than {cap:,.0f}" for x in (middle.low, middle.value, middle.high))
    return f"{value} ({low} to {high}, {middle.coverage:.0%} of {middle.runs} seeds)"


def tables(found: xarray.Dataset) -> tuple[Table, ...]:
    """The methods tuned, and every setting."""
    rows = []
    for method in METHODS:
        middle, own = median_of(found["tuned_step"].sel(contender=method).values), found["tuned_arm"].sel(contender=method).values
        ratios = ("", "", "") if method == "baseline" else tuple(in_words(of(found, method)) for of in (unfair, fair, without_decay))
        if not acted(found, method).any():
            ratios = (*["not tested"] * 2, ratios[2])
        names, counts = np.unique(own, return_counts=True)
        chosen = "; ".join(f"{name.split(', ', 1)[1]} ({count})" for name, count in zip(names, counts, strict=True))
        rows.append((NAMES[method], chosen, shown(middle, cap_of(found)), *ratios, round(tuning_updates(found, method))))
    columns = (
        *("method", "chosen setting (seeds)", "median updates (interval)"),
        *("untuned baseline over it", "tuned baseline over it", "neither with decay", "updates of the tuning, a seed"),
    )
    note = "Ratios of medians with bootstrap intervals over seeds; above 1: the filter is sooner."
    settings = []
    for arm in (str(name) for name in found["arm"].values if str(name) not in SGD_ARMS):
        middle = median_of(found["test_step"].sel(arm=arm).values)
        settings.append((NAMES[ARMS[arm].method], ARMS[arm].rate, ARMS[arm].decay, f"{middle.events} of {middle.runs}", *_ends(middle)))
    every = Table(
        "Every setting",
        ("method", "rate", "decay", "crossed", "median updates", "low", "high"),
        settings,
        "A dash: beyond the cap. Intervals between order statistics; below 6 seeds they are the extremes, with less than 95 %.",
        folded=True,
    )
    return Table("Each method at its own best", columns, rows, note), every


def _ends(middle: Median) -> tuple[float, float, float]:
    value, low, high = (x if np.isfinite(x) else np.nan for x in (middle.value, middle.low, middle.high))
    return value, low, high
