"""Time to generalise and best accuracy against the share of data, a panel for each arm."""

import numpy as np
import xarray
from matplotlib.figure import Figure

from .style import BLACK, BLUE, GREY, VERMILION, letter, new_figure, style

SHARE = "share of the pairs trained on"
COLUMNS = 4


def times(found: xarray.Dataset) -> Figure:
    """Updates to the level."""
    cap = float(found.attrs["cap"])
    beyond = 1.3 * cap

    def draw(axes, here: xarray.Dataset) -> None:
        steps = np.nan_to_num(here["test_step"].values, nan=beyond)
        _runs(axes, here, steps)
        middle = here["median_value"].values
        there = np.isfinite(middle)
        axes.plot(
            here["train_fraction"].values[there], middle[there], "-o", color=VERMILION, markersize=5, linewidth=1.3, markerfacecolor="none"
        )
        axes.axhline(beyond, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
        axes.set(yscale="log", ylim=(float(found["curve_step"].where(found["curve_step"] > 0).min()) * 2, 2 * cap))

    return _panels(found, draw, "updates to test accuracy 0.99", f"dashed: not within\n{cap:,.0f} updates")


def accuracies(found: xarray.Dataset) -> Figure:
    """Best test accuracy of each run."""

    def draw(axes, here: xarray.Dataset) -> None:
        values = here["best_test_accuracy"].values
        _runs(axes, here, values)
        mean = values.mean(axis=1)
        span = np.stack([mean - values.min(axis=1), values.max(axis=1) - mean])
        axes.errorbar(
            here["train_fraction"].values,
            mean,
            span,
            color=VERMILION,
            marker="o",
            markersize=5,
            linewidth=1.3,
            capsize=2.5,
            markerfacecolor="none",
        )
        axes.set(ylim=(-0.03, 1.05))

    return _panels(found, draw, "best test accuracy", "")


def _runs(axes, here: xarray.Dataset, values: np.ndarray) -> None:
    for k in range(values.shape[1]):
        axes.plot(
            here["train_fraction"].values + 0.006 * (k - (values.shape[1] - 1) / 2), values[:, k], "o", color=BLUE, markersize=3, alpha=0.7
        )


def _panels(found: xarray.Dataset, draw, label: str, note: str) -> Figure:
    arms = [str(arm) for arm in found["arm"].values]
    columns = min(COLUMNS, len(arms))
    lines = -(-len(arms) // columns)
    with style():
        figure = new_figure(7.4, 0.5 + 2.3 * lines)
        panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, arm, name in zip(panels, arms, "abcdefghijklmnopqrstuvwxyz", strict=False):
            draw(axes, found.sel(arm=arm).transpose("train_fraction", "replica", ...))
            axes.set_title(arm.replace(": ", "\n"), fontsize=8, loc="right")
            letter(axes, name)
        for axes in panels[len(arms) :]:
            axes.set_axis_off()
        for axes in panels[::columns]:
            axes.set_ylabel(label)
        figure.supxlabel(SHARE, fontsize=10)
        if note:
            panels[0].text(0.03, 0.03, note, transform=panels[0].transAxes, fontsize=8, color=BLACK)
        return figure
