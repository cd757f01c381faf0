"""The two pictures of liu2022-critical-fraction."""

import matplotlib as mpl
import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from .style import BLACK, BLUE, GREY, POINTS, VERMILION, letter, new_figure, style

PUBLISHED = {"color": VERMILION, "linestyle": (0, (4, 2)), "linewidth": 1.1, "zorder": 1}
DASHES = ["-", (0, (6, 1.5)), (0, (3, 1.2)), (0, (5, 1.2, 1, 1.2)), (0, (1, 1))]
MARKERS = "osD^v"


def rise(found: xarray.Dataset) -> Figure:
    """P(nullity = 2) against the share of all pairs, and against k / k_c."""
    with style():
        figure = new_figure(7.4, 3.4)
        left, right = figure.subplots(1, 2, sharey=True)
        chosen = _some(found["symbols"].values)
        shades = mpl.colormaps["viridis"](np.linspace(0.0, 0.85, len(chosen)))
        for i, p in enumerate(chosen):
            n = p * (p + 1) // 2
            here = found.sel(symbols=p).isel(pairs=slice(0, n + 1))
            k, y, error = (here[name].values for name in ("pairs", "probability", "probability_error"))
            few = p <= 10  # points so far apart that each can be marked
            look = {"color": shades[i], "marker": MARKERS[i % 5]} if few else {"color": shades[i], "linestyle": DASHES[i % 5]}
            critical = float(here["critical_pairs"])
            for axes, x in ((left, k / n), (right, k / critical)):
                axes.plot(x, y, label=f"$p={p}$", markersize=3.2, **look)
                axes.fill_between(x, y - error, y + error, color=shades[i], alpha=0.3, linewidth=0)
        left.axvline(0.4, label="0.4 as published", **PUBLISHED)
        for i, axes in enumerate((left, right)):
            axes.axhline(0.5, color=GREY, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
            letter(axes, "ab"[i])
        left.set(xlabel=r"share of all pairs $k/n$", ylabel=r"$P({\rm nullity}=2)$", xlim=(0, 1), ylim=(-0.02, 1.02))
        right.set(xlabel=r"$k/k_c$", xlim=(0.5, 1.8))
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(chosen) + 1)
        return figure


def size(found: xarray.Dataset) -> Figure:
    """k_c / n, k_c / p and the relative width of the rise against p."""
    with style():
        figure = new_figure(7.4, 3.0)
        panels = figure.subplots(1, 3)
        columns = {
            "critical_fraction": r"critical fraction $k_c/n$",
            "pairs_a_symbol": r"pairs a symbol $k_c/p$",
            "relative_width": "relative width of the rise",
        }
        p = found["symbols"].values
        last = float(p.max()) * 1.15
        for i, (axes, (name, label)) in enumerate(zip(panels, columns.items(), strict=True)):
            axes.plot(p, found[name], color=BLUE, linewidth=0.9, zorder=2)
            axes.errorbar(p, found[name], found[f"{name}_error"], label="random training sets", **POINTS)
            axes.set_xscale("log")
            ticks = [t for t in (5, 10, 20, 40, 60) if t <= last]
            axes.set_xticks(ticks, labels=[str(t) for t in ticks])
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set(xlabel="symbols $p$", ylabel=label, xlim=(4.4, last))
            letter(axes, "abc"[i])
        fraction, a_symbol, width = panels
        fraction.axhline(0.4, label="0.4 as published", **PUBLISHED)
        fraction.set_ylim(0, None)
        a_symbol.plot(
            found["symbols_fine"],
            found["covering_pairs_a_symbol"],
            color=BLACK,
            linestyle=(0, (3, 2)),
            linewidth=1.1,
            label="every symbol seen (lower bound)",
        )
        a_symbol.set_ylim(0, None)
        width.set_ylim(0, None)
        entries = dict(pair[::-1] for axes in panels for pair in zip(*axes.get_legend_handles_labels(), strict=True))
        figure.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=3)
        return figure


def _some(symbols: np.ndarray) -> list[int]:
    """At most five sizes, the smallest, ten and the largest among them."""
    sizes = [int(p) for p in symbols]
    kept = [p for p in (5, 10, 20, 30, 60) if p in sizes]
    return sorted({sizes[0], *kept, sizes[-1]})
