"""The picture of nanda2023-decay."""

from typing import Any

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILION, letter, new_figure, style

RATES: Any = ((BLUE, "o", "-"), (ORANGE, "s", (0, (5, 1.5))), (GREEN, "D", (0, (3, 1, 1, 1))), (VERMILION, "v", (0, (1, 1))))


def decay(found: xarray.Dataset) -> Figure:
    """The time to grok against decay for each rate, and against their product; runs that never did as open triangles."""
    with style():
        figure = new_figure(7.4, 3.5)
        panels = figure.subplots(1, 2, sharey=True)
        rates, steps = found["learning_rate"].values, found["test_below_0_1"]
        for i, rate in enumerate(rates):
            colour, marker, line = RATES[i % len(RATES)]
            here = found.sel(learning_rate=rate)
            y, ends = (here[name].transpose("weight_decay", "replica").values for name in ("test_below_0_1", "last_step"))
            x = np.broadcast_to(here["weight_decay"].values[:, None], y.shape)
            beside = x * np.exp(0.06 * (i - (len(rates) - 1) / 2))  # side by side, so that no point hides another
            never = np.isnan(y)
            for axes, at in zip(panels, (beside, x * rate), strict=True):
                axes.plot(at[~never], y[~never], marker, color=colour, markersize=4.5, fillstyle="none")
                axes.plot(at[never], ends[never], "^", color=colour, markersize=5.5, fillstyle="none")
            # Runs that never did lie on one another: how many, over their triangle, each rate in its own line
            for k in np.flatnonzero(never.sum(axis=1) > 1):
                count, top = str(never[k].sum()), (0, 5 + 8 * i)
                panels[0].annotate(
                    count, (beside[k, 0], ends[k].max()), top, textcoords="offset points", color=colour, ha="center", fontsize=8
                )
            inside = x[x <= found.attrs["most"]]
            grid = np.geomspace(inside.min() / 1.15, inside.max() * 1.15, 50)
            intercept, slope = (float(here[f"decay_{name}"]) for name in ("intercept", "slope"))
            panels[0].plot(grid, np.exp(intercept + slope * np.log(grid)), color=colour, linestyle=line)
        least, most = rates.min() * found["weight_decay"].values.min(), rates.max() * found.attrs["most"]
        grid, middle = np.array([least / 1.3, most * 1.3]), np.sqrt(least * most)
        intercept, slope = float(found["clock_intercept"]), float(found["clock_slope"])
        fitted = np.exp(intercept + slope * np.log(grid))
        panels[1].plot(grid, fitted, color=BLACK, zorder=0)
        panels[1].plot(grid, np.exp(intercept + slope * np.log(middle)) * middle / grid, color=GREY, linestyle=":", zorder=0)
        low, high = np.nanmin(steps.values) if steps.notnull().any() else 1.0, float(found["last_step"].max())
        panels[0].set(xscale="log", yscale="log", ylim=(low / 1.5, high * 2.5))
        panels[0].set(xlabel=r"weight decay $\lambda$", ylabel="update of a test loss below 0.1")
        panels[1].set(xscale="log", xlabel=r"rate $\times$ decay, $\eta\lambda$")
        for axes, name in zip(panels, "ab", strict=True):
            letter(axes, name)
        looks = zip(rates, RATES, strict=False)
        handles = [
            Line2D([], [], marker=marker, linestyle=line, color=colour, fillstyle="none", label=rf"$\eta$ = {rate:g}")
            for rate, (colour, marker, line) in looks
        ]
        handles.append(
            Line2D(
                [], [], marker="^", linestyle="none", color=GREY, fillstyle="none", label="beyond the end of the run; number: of several"
            )
        )
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
        return figure
