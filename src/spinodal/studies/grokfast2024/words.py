"""What the comparison says: comparisons, verdict, caveats, tables."""

import numpy as np
import xarray

from ...report import Table
from ..censored import Median, Ratio, median_of
from ..comparison import Comparison
from .analysis import FILTERS, as_published, cap_of, fair, sgd_gain, tuning_updates, unfair, without_decay
from .cell import ARMS, EMA_AMPLIFICATION, LEVEL, MA_WINDOW, METHODS, PUBLISHED, SGD_ARMS

NAMES = {"baseline": "Adam alone", "ema": "Grokfast-EMA", "ma": "Grokfast-MA"}
SOURCE = "arXiv:2405.20233, table of the released code"
PUBLISHED_STEPS = {"baseline": 39_890, "ema": 910, "ma": 790}

CAVEATS = (
    "Every method has the same grid of rates and decays and the same seeds. The filters keep their published memory and amplification, "
    "which their authors have tuned; the baseline has nothing of the kind.",
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
    gain, error, scaled = sgd_gain(found)
    rows = [
        Comparison(
            f"SGD halves its training loss (1 + amplification) = {1 + EMA_AMPLIFICATION:g} times sooner with Grokfast-EMA",
            *(1 + EMA_AMPLIFICATION, gain, "arithmetic: a slow gradient is amplified so many times"),
            tolerance=0.3,
            error=error if np.isfinite(error) else 0.0,
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
        got, spread = (ratio.value, ratio.error) if ratio else (np.nan, 0.0)
        rows.append(Comparison(what, expected, got, SOURCE, 0.2 * expected, spread))
    for method in METHODS:
        steps = found["test_step"].sel(arm=PUBLISHED[method]).values if size == "paper" else np.array([])
        middle = median_of(steps)
        error = (middle.high - middle.low) / (2 * 1.96)
        rows.append(
            Comparison(
                f"updates to a test accuracy of {LEVEL}, {NAMES[method]} as published",
                *(float(PUBLISHED_STEPS[method]), middle.value, SOURCE),
                tolerance=0.2 * PUBLISHED_STEPS[method],
                error=error if np.isfinite(error) else 0.0,
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
        f"(median of {seeds} seeds), with its own best rate and decay {shown(tuned, cap)}.",
    ]
    for method in FILTERS:
        middle = median_of(found["tuned_step"].sel(contender=method).values)
        wrong, right = unfair(found, method), fair(found, method)
        sentences.append(
            f"{NAMES[method]}, tuned alike, needs {shown(middle, cap)}: {in_words(wrong)} times sooner than the untuned baseline, "
            f"{in_words(right)} times as soon as the tuned one. {_judged(right)}{_too_soon(method, middle)} "
            f"With decay on neither side and each at its best rate the ratio is {in_words(without_decay(found, method))}."
        )
    return (*sentences, *([SMALLER] if size != "paper" else []))


def _too_soon(method: str, middle: Median) -> str:
    """Where a run is over before the filter has seen enough."""
    if method == "ma" and middle.value < MA_WINDOW:
        return f" Its best setting is done before the window of {MA_WINDOW} gradients is full: there the filter has not acted."
    return ""


def _judged(ratio: Ratio) -> str:
    if not np.isfinite(ratio.low):
        return "Whether it is faster is not decided."
    if ratio.low > 1:
        return "It is faster than a fair baseline."
    if ratio.high < 1:
        return "It is slower than a fair baseline."
    return "Faster or slower than a fair baseline is not decided by these seeds."


def in_words(ratio: Ratio) -> str:
    """Value and 95 % interval."""
    if not np.isfinite(ratio.value):
        return "an unknown number of"
    value = f"at least {ratio.value:.2g}" if ratio.bound else f"{ratio.value:.2g}"
    if not np.isfinite(ratio.low):
        return value
    return f"{value} (95 %: {ratio.low:.2g} to {ratio.high:.2g})" if np.isfinite(ratio.high) else f"{value} (95 %: {ratio.low:.2g} or more)"


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
