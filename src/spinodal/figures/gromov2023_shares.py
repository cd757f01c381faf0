"""The picture of gromov2023-shares."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILION, letter, new_figure, style

LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "D"), (VERMILION, "v"))  # no triangle that points up: that is a run that never did


def shares(found: xarray.Dataset) -> Figure:
    """The relative delay against the load, and the delay against the distance from the threshold."""
    with style():
        figure = new_figure(7.4, 3.6)
        left, right = figure.subplots(1, 2)
        primes = found["prime"].values
        distances = []
        for i, p in enumerate(primes):
            here, (colour, marker) = found.sel(prime=p), LOOKS[i % len(LOOKS)]
            train, test, share = (here[name].transpose("load", "replica").values for name in ("train_step", "test_step", "train_fraction"))
            load = np.broadcast_to(here["load"].values[:, None], train.shape) + 0.04 * (i - (len(primes) - 1) / 2)  # side by side
            never = np.isnan(test)
            left.plot(load[~never], (test / train)[~never], marker, color=colour, markersize=4.5, fillstyle="none")
            end = here["last_step"].transpose("load", "replica").values
            left.plot(load[never], (end / train)[never], "^", color=colour, markersize=5.5, fillstyle="none")
            threshold = float(here["threshold"])
            if not np.isfinite(threshold):
                continue
            left.axvline(float(here["threshold_load"]), color=colour, linestyle=(0, (1, 1.5)), linewidth=1, zorder=0)
            distance = share - threshold
            there = ~never & (distance > 0)
            right.plot(distance[there], (test - train)[there], marker, color=colour, markersize=4.5, fillstyle="none")
            grid = np.geomspace(distance[there].min() / 1.2, distance[there].max() * 1.2, 30)
            right.plot(grid, np.exp(float(here["intercept"]) - float(here["power"]) * np.log(grid)), color=colour, linewidth=1.2, zorder=0)
            distances += [(grid[0], float(here["intercept"]) - float(here["power"]) * np.log(grid[0]), grid[-1])]
        if distances:
            first, height, last = distances[-1]
            right.plot([first, last], 1.6 * np.exp(height) * np.array([1, first / last]), color=GREY, linestyle=":", zorder=0)
        left.axhline(found.attrs["delayed"], color=BLACK, linewidth=0.9, linestyle=(0, (5, 1.5)), zorder=0)
        left.set_yscale("log")
        left.set(xlabel=r"training pairs / $(p \ln p)$", ylabel="update of the test / of training")
        right.set(xscale="log", yscale="log", xlabel=r"share of the pairs, $f - f_c(p)$", ylabel="updates from training to test")
        for axis in (left.yaxis, right.xaxis, right.yaxis):  # as many labels as fit, and none for the ticks between
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_locator(NullLocator())
        for axes, name in ((left, "a"), (right, "b")):
            letter(axes, name)
        handles = [
            Line2D([], [], marker=marker, color=colour, fillstyle="none", label=f"p = {p}")
            for p, (colour, marker) in zip(primes, LOOKS, strict=False)
        ]
        handles += [
            Line2D([], [], marker="^", linestyle="none", color=GREY, fillstyle="none", label="never within the cap"),
            Line2D([], [], linestyle=":", color=GREY, label="power -1"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=5)
        return figure
