"""The time to grok against the fraction of training data and against weight decay, with censored runs as arrows."""

import numpy as np
import xarray
from matplotlib.figure import Figure

from .style import BLACK, BLUE, GREY, ORANGE, VERMILION, letter, new_figure, style

LAW_LOOKS = {"exponential": (BLUE, "-"), "power law with a threshold": (ORANGE, (0, (5, 1.5)))}


def fraction(found: xarray.Dataset) -> Figure:
    """Delay against fraction: the published table and our runs, both laws through each."""
    with style():
        figure = new_figure(7.4, 3.4)
        panels = figure.subplots(1, 2, sharex=True, sharey=True)
        x, crossing, fitted, last = _along(found, "fraction", "fraction", "test_below_0_1", "fitted_step", "last_step")
        published = found["published_fraction"].values, found["published_delay"].values
        panels[0].plot(*published, "x", color=BLACK, markersize=6, label="published, one seed")
        _points(panels[1], x, crossing - fitted, last - fitted, found.attrs["every"])
        for axes, source, fractions in zip(panels, ("published", "here"), (published[0], x), strict=True):
            grid = np.linspace(fractions.min() - 0.02, fractions.max() + 0.02, 300)
            for law, (colour, line) in LAW_LOOKS.items():
                fit = found.sel(source=source, law=law)
                threshold = float(fit["law_threshold"])
                at, label = grid, law
                if np.isfinite(threshold):
                    at, label = np.log(np.where(grid > threshold, grid - threshold, np.nan)), f"power law, $f_c$ = {threshold:.3f}"
                middle = np.exp(float(fit["law_intercept"]) + float(fit["law_slope"]) * at)
                axes.plot(grid, middle, color=colour, linestyle=line, label=label if np.isfinite(middle).any() else f"{law}: not fitted")
            axes.set(yscale="log", xlabel="fraction of pairs in training, $f$")
            axes.legend(fontsize=8)
        delays = np.concatenate([published[1], np.where(np.isfinite(crossing), crossing, last) - fitted])
        panels[0].set(ylabel="delay, updates", ylim=(0.3 * np.min(delays[delays > 0]), 4 * np.nanmax(delays)))
        for axes, name in zip(panels, "ab", strict=True):
            letter(axes, name)
        return figure


def decay(found: xarray.Dataset) -> Figure:
    """Step of grokking against weight decay, with the fit."""
    with style():
        figure = new_figure(7.4, 3.4)
        axes = figure.subplots()
        x, y, ends = _along(found, "decay", "decay", "test_below_0_1", "last_step")
        _points(axes, x, y, ends, found.attrs["every"])
        axes.plot(
            found["published_decay"], found["published_decay_step"], "x", color=VERMILION, markersize=7, label="published, p = 113, 30 %"
        )
        intercept, slope, error = found["decay_line"].values
        if np.isfinite(slope):
            grid = np.geomspace(x.min() / 1.2, x.max() * 1.2, 50)
            middle = np.mean(np.log(x))
            line = intercept + slope * np.log(grid)
            axes.plot(grid, np.exp(line), color=BLUE, label=f"slope {slope:.2f} ± {error:.2f}")
            half = error * np.abs(np.log(grid) - middle)
            axes.fill_between(grid, np.exp(line - half), np.exp(line + half), color=BLUE, alpha=0.2, linewidth=0)
        axes.set(xscale="log", yscale="log", xlabel=r"weight decay $\lambda$", ylabel="update of a test loss below 0.1")
        axes.legend(fontsize=8)
        return figure


def _along(found: xarray.Dataset, what: str, *names: str) -> list[np.ndarray]:
    """Of all runs in the arms along fraction or decay."""
    here = found.isel(arm=np.flatnonzero(found[f"along_{what}"].values))
    return [here[name].values.ravel() for name in names]


def _points(axes, x: np.ndarray, y: np.ndarray, ends: np.ndarray, every: int) -> None:
    """Runs that cross as circles, others as arrows: up at the end of theirs, down where both levels are crossed at one record."""
    never, at_once = ~np.isfinite(y) & np.isfinite(ends), y < every
    seen = np.isfinite(y) & ~at_once
    axes.plot(x[seen], y[seen], "o", color=BLACK, markersize=4.5, markerfacecolor="none", label="runs")
    for which, marker, at, label in ((never, "^", ends, "beyond the end of the run"), (at_once, "v", np.full(len(x), every), "at once")):
        if which.any():
            axes.plot(x[which], at[which], marker, color=GREY, markersize=6, linestyle="none", label=f"{which.sum()} {label}")
