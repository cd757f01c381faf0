"""The picture of gromov2023-descent."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator

from .gromov2023 import PRIMES
from .style import BLACK, GREY, new_figure, style

NEVER = "2"  # no prime has three strokes


def rates(found: xarray.Dataset) -> Figure:
    """Scaled crossings of every run against the rate; runs that diverged or never crossed along the top."""
    with style():
        fractions = found["train_fraction"].values
        figure = new_figure(7.4, 3.6)
        grid = figure.subplots(1, len(fractions), sharey=True, squeeze=False)[0]
        for axes, fraction in zip(grid, fractions, strict=True):
            for i, p in enumerate(found["prime"].values):
                here = found.sel(prime=p, train_fraction=fraction)
                colour, marker = PRIMES[i % len(PRIMES)]
                rate = here["rate"].broadcast_like(here["test_step"]).transpose(*here["test_step"].dims).values.ravel()
                x = rate * np.exp(0.07 * (i - (found.sizes["prime"] - 1) / 2))  # side by side, so that no point hides another
                diverged = here["diverged"].values.ravel().astype(bool)
                look = {"marker": marker, "linestyle": "none", "markersize": 4.5, "markeredgecolor": colour}
                for name, face in (("train", "white"), ("test", colour)):
                    steps = np.where(diverged, np.nan, here[f"{name}_step"].values.ravel())
                    axes.plot(x, steps * rate / p ** (11 / 6), markerfacecolor=face, **look)
                never = ~diverged & np.isnan(here["test_step"].values.ravel())
                top = axes.get_xaxis_transform()
                axes.plot(x[diverged], np.full(diverged.sum(), 0.97), "x", color=colour, markersize=5, transform=top)
                axes.plot(x[never], np.full(never.sum(), 0.9), NEVER, color=colour, markersize=6, transform=top)
            axes.set(xscale="log", yscale="log", xlabel=r"rate, $\eta\,/\,N p\,(2p)^{2/3}$")
            axes.set_xticks(found["rate"].values, [f"{r:g}" for r in found["rate"].values])
            axes.xaxis.set_minor_locator(NullLocator())
            axes.set_title(f"{fraction:.0%} of the pairs", loc="left")
        grid[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        grid[0].yaxis.set_major_formatter("{x:g}")
        grid[0].yaxis.set_minor_formatter(NullFormatter())
        low, high = grid[0].get_ylim()
        if low > 0:  # else no run has crossed anything
            grid[0].set_ylim(low, high * (high / low) ** 0.3)
        grid[0].set(ylabel=r"updates $\times$ rate / $p^{11/6}$")
        looks = zip(found["prime"].values, PRIMES, strict=False)
        handles = [Line2D([], [], marker=marker, color=colour, linestyle="none", label=f"p = {p}") for p, (colour, marker) in looks]
        handles += [
            Line2D([], [], marker="o", markerfacecolor="white", markeredgecolor=BLACK, linestyle="none", label="training"),
            Line2D([], [], marker="o", color=BLACK, linestyle="none", label="test"),
            Line2D([], [], marker="x", color=GREY, linestyle="none", label="diverged"),
            Line2D([], [], marker=NEVER, color=GREY, linestyle="none", label="test: never"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
        return figure
