"""The race and the collapse as tables."""

import numpy as np
import xarray

from ...report import Table
from ..censored import censored_median, median_of
from .analysis import LABELLED, RELEASED, collapsing, present
from .arms import ARMS, RACING
from .cell import GROKKED, SLINGSHOT


def tables(found: xarray.Dataset) -> tuple[Table, ...]:
    """Who generalises when; when which share of the rows has collapsed."""
    return race_table(found), _collapse_table(found)


def race_table(found: xarray.Dataset) -> Table:
    """Every arm of the race."""
    rows, marks = [], []
    for arm in present(found, RACING):
        run, how = found.sel(arm=arm), median_of(found["test_step"].sel(arm=arm).values)
        ends = tuple(float(value) if np.isfinite(value) else np.nan for value in (how.value, how.low, how.high))
        fitted = censored_median(run["train_step"].values)
        rows.append((arm, f"{how.events} of {how.runs}", *ends, fitted if np.isfinite(fitted) else np.nan, float(run["last_step"].sum())))
        marks.append("good" if arm == found.attrs["baseline"] else "")
    end = float(found["race_update"].max())
    note = (
        f"Updates to a test accuracy of {GROKKED}, at most {end:g}; a dash: not within these. Marked: the tuned baseline. Cost: updates "
        "over all seeds. Low and high: 95 % interval of the median, by order statistics."
    )
    columns = ("arm", "seeds that generalise", "median", "low", "high", "median of a fitted training set", "cost")
    return Table("The race", columns, rows, note, marks=marks)


def _collapse_table(found: xarray.Dataset) -> Table:
    rows = []
    for arm in collapsing(found):
        for k in range(found.sizes["replica"]):
            run = found.sel(arm=arm).isel(replica=k)
            softmax = ARMS[arm].loss == "softmax"  # StableMax has no softmax that could collapse
            steps = [
                float(run["collapse_step"].sel(level=level, bound=bound)) if softmax else np.nan
                for level in (RELEASED, LABELLED)
                for bound in ("collapsed_at_most", "collapsed", "collapsed_at_least")
            ]
            peak = [float(run[f"peak_{name}"]) for name in ("silent_labels", "silent_rows", "gradient_cosine")] if softmax else [np.nan] * 3
            ends = [float(run[name]) for name in ("slingshot_step", "least_train_accuracy", "test_accuracy")]
            rows.append((arm, int(run["replica"]), *steps, *peak, *ends))
    columns = (
        *("arm", "seed", "40 %, some order", "40 %, NumPy", "40 %, any order", "50 %, some order", "50 %, NumPy", "50 %, any order"),
        *(
            "no gradient at the label",
            "none at all",
            "cosine with float64",
            "loses its training set",
            "least training accuracy",
            "test accuracy",
        ),
    )
    note = (
        "Updates at which this share of the training rows has collapsed (seen at looks only), in the dtype of the loss; readings of the "
        f"gradient where most rows have, before a slingshot; first record with a training accuracy below {SLINGSHOT} once the set was "
        "held. A dash: never."
    )
    return Table("Collapse, seed by seed", columns, rows, note, folded=len(rows) > 20)
