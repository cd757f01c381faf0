"""The four pictures of zhong2023."""

from typing import Any

import numpy as np
import xarray
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, letter, new_figure, style

LOOKS = (  # of the widths
    (BLUE, "o", "-"),
    (VERMILION, "s", (0, (5, 1.5))),
    (GREEN, "^", (0, (1, 1.2))),
    (PURPLE, "D", (0, (4, 1.5, 1, 1.5))),
    (ORANGE, "v", (0, (8, 3))),
)
COEFFICIENT = r"attention coefficient $\alpha$"
ORDER = "gradient_symmetricity"
PUBLISHED = {"color": GREY, "linewidth": 1.1, "zorder": 1}
SAID = "published means, $p=59$, width 128"


def order_parameter(found: xarray.Dataset) -> Figure:
    """The order parameter, its variance, the distance irrelevances and the circularity."""
    with style():
        figure = new_figure(7.4, 6.0)
        (order, variance), (irrelevance, circular) = figure.subplots(2, 2, sharex=True)
        widths = list(_widths(found))
        for i, (here, look) in enumerate(widths):
            shift = 0.012 * (i - (len(widths) - 1) / 2)
            x = here["attention"].values + shift
            _single(order, here, ORDER, shift, look)
            _single(circular, here, "circularity", shift, look)
            _means(order, x, here, ORDER, look)
            _means(irrelevance, x, here, "irrelevance_correct", look)
            _means(irrelevance, x, here, "irrelevance_max_wrong", look, filled=False)
            value, low, high = (here[f"order_variance{end}"].values for end in ("", "_low", "_high"))
            bars = np.stack([value - low, high - value])
            variance.errorbar(x, value, bars, **_look(look), elinewidth=0.8, capsize=2)
            order.plot(here["attention"], here[f"{ORDER}_null"], color=look[0], linestyle=(0, (1, 1.5)), linewidth=1, zorder=0)
        _published(order, found, "symmetricity")
        _published(irrelevance, found, "irrelevance")
        circular.axhline(float(found["published_circularity"]), color=GREY, linewidth=0.9, zorder=0)
        variance.set_yscale("log")
        variance.set_ylim(1e-7, 2)  # S lies within -1..1: no variance is above 1, whatever three networks allow
        for axes, label in (
            (order, "gradient symmetricity $S$"),
            (variance, r"variance of $S$ over networks"),
            (irrelevance, "distance irrelevance"),
            (circular, "circularity"),
        ):
            axes.set_ylabel(label)
        for axes, name in zip((order, variance, irrelevance, circular), "abcd", strict=True):
            axes.set_xlim(-0.04, 1.04)
            letter(axes, name)
        for axes in (irrelevance, circular):
            axes.set_xlabel(COEFFICIENT)
        handles = [Line2D([], [], **_look(look), label=f"width {int(here['d_model'])}") for here, look in widths]
        handles += [
            Line2D([], [], color=BLACK, marker="x", linestyle="none", markersize=4, label="not learned"),
            Line2D([], [], color=GREY, linewidth=1.1, label=SAID),
            Line2D([], [], color=BLACK, linestyle=(0, (1, 1.5)), linewidth=1, label="untrained"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        return figure


def plane(found: xarray.Dataset) -> Figure:
    """Every network by both order parameters, darker with more attention."""
    shade = ScalarMappable(Normalize(0, 1), "cividis_r")
    with style():
        count = found.sizes["d_model"]
        columns = min(count, 3)
        rows = -(-count // columns)
        figure = new_figure(7.4, 0.9 + 2.9 * rows)
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, (here, _), name in zip(panels, _widths(found), "abcde", strict=False):
            end, start = (here.sel(moment=moment) for moment in ("end", "start"))
            axes.plot(found["published_symmetricity"], found["published_irrelevance"], marker="s", markersize=3, **PUBLISHED)
            axes.plot(start[ORDER], start["irrelevance_max_wrong"], color=GREY, marker="2", markersize=5, linestyle="none", alpha=0.6)
            for j, coefficient in enumerate(here["attention"].values):
                colour = shade.to_rgba(coefficient)
                one = end.isel(attention=j)
                x, y = one[ORDER].values, one["irrelevance_max_wrong"].values
                learned, circle = one["learned"].values.astype(bool), one["circular"].values.astype(bool)
                axes.plot(x[learned], y[learned], "o", color=colour, markeredgecolor=BLACK, markeredgewidth=0.4, markersize=5)
                axes.plot(x[~learned], y[~learned], "x", color=colour, markersize=5)
                axes.plot(x[circle], y[circle], "o", markerfacecolor="none", markeredgecolor=VERMILION, markersize=8)
            axes.set_title(f"({name})  width {int(here['d_model'])}", loc="left")
            axes.set(xlim=(-0.12, 1.06), ylim=(0, 1.1))
        for axes in panels[count:]:
            axes.set_axis_off()
        for axes in panels[max(0, count - columns) : count]:
            axes.set_xlabel("gradient symmetricity $S$")
        for axes in panels[::columns]:
            axes.set_ylabel("distance irrelevance, largest wrong")
        figure.colorbar(shade, ax=list(panels), label=COEFFICIENT, shrink=0.7, aspect=25)
        handles = [
            Line2D([], [], color=GREY, marker="o", markeredgecolor=BLACK, markersize=5, linestyle="none", label="learned"),
            Line2D([], [], color=BLACK, marker="x", markersize=5, linestyle="none", label="not learned"),
            Line2D([], [], marker="o", markerfacecolor="none", markeredgecolor=VERMILION, markersize=8, linestyle="none", label="selected"),
            Line2D([], [], color=GREY, marker="2", markersize=6, linestyle="none", label="untrained"),
            Line2D([], [], marker="s", markersize=3, **PUBLISHED, label=SAID),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=5, columnspacing=1.2, handletextpad=0.4)
        return figure


def sizes(found: xarray.Dataset) -> Figure:
    """Crossing and breadth of the fall against the width, and how far the curve has settled."""
    with style():
        figure = new_figure(7.4, 3.3)
        crossing, breadth, time = figure.subplots(1, 3, width_ratios=(1, 1, 1.3))
        widths = found["d_model"].values
        for axes, name, label in ((crossing, "crossing", r"crossing $\alpha_{1/2}$"), (breadth, "breadth", "breadth of the fall")):
            value, error = found[name].values, found[f"{name}_error"].values
            axes.errorbar(widths, value, error, color=BLACK, marker="o", markersize=4.5, linestyle="none", capsize=2.5)
            axes.plot(128, float(found[f"published_{name}"]), marker="D", color=GREY, markersize=5, linestyle="none", label="published")
            for width in widths[~np.isfinite(value)]:
                axes.text(width, 0.03, "none", transform=axes.get_xaxis_transform(), ha="center", fontsize=8, color=GREY)
            axes.set_xscale("log", base=2)
            ticks = sorted({*map(int, widths), 128})
            axes.set_xticks(ticks, [str(w) for w in ticks])
            axes.minorticks_off()
            axes.set(xlabel="width $d$", ylabel=label, xlim=(ticks[0] / 1.4, ticks[-1] * 1.4))
        crossing.set_ylim(0, 1.02)
        breadth.set_ylim(0, None)
        crossing.legend(loc="lower left", bbox_to_anchor=(0, 0.08))  # above the words at the widths without a fall
        for here, look in _widths(found):
            for moment, filled in (("half", False), ("end", True)):
                values = here[ORDER].sel(moment=moment).where(here["learned"])
                face = {} if filled else {"markerfacecolor": "white"}
                label = f"width {int(here['d_model'])}" if filled else None
                time.plot(here["attention"], values.mean("replica"), **{**_look(look), **face}, label=label)
        time.set(xlabel=COEFFICIENT, ylabel="mean $S$")
        time.legend(loc="lower left")
        for axes, name in zip((crossing, breadth, time), "abc", strict=True):
            letter(axes, name)
        return figure


def frequencies(found: xarray.Dataset) -> Figure:
    """How many key frequencies there are by two ways of counting, and what they explain."""
    with style():
        figure = new_figure(7.4, 3.3)
        count, explained = figure.subplots(1, 2)
        widths = list(_widths(found))
        for i, (here, look) in enumerate(widths):
            x = here["attention"].values + 0.012 * (i - (len(widths) - 1) / 2)
            for axes, name in ((count, "keys"), (explained, "variance")):
                _means(axes, x, here, f"{name}_by_neurons", look)
                _means(axes, x, here, f"{name}_by_weights", look, filled=False)
        count.set(ylabel="key frequencies", ylim=(0, None))
        explained.set(ylabel="variance explained", ylim=(None, 1.02))
        for axes, name in ((count, "a"), (explained, "b")):
            axes.set_xlabel(COEFFICIENT)
            letter(axes, name)
        handles = [Line2D([], [], **_look(look), label=f"width {int(here['d_model'])}") for here, look in widths]
        handles += [
            Line2D([], [], color=BLACK, marker="o", markersize=4.5, linestyle="none", markerfacecolor=face, label=label)
            for face, label in ((BLACK, "by neurons"), ("white", "in the embedding"))
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        return figure


def _widths(found: xarray.Dataset):
    """Each width's part of the data with its colour, marker and line."""
    for i, width in enumerate(found["d_model"].values):
        yield found.sel(d_model=width), LOOKS[i % len(LOOKS)]


def _look(look: tuple[str, str, Any]) -> dict[str, Any]:
    colour, marker, line = look
    return {"color": colour, "marker": marker, "linestyle": line, "markersize": 4.5, "linewidth": 1.2}


def _means(axes, x: np.ndarray, here: xarray.Dataset, name: str, look: tuple, *, filled: bool = True) -> None:
    learned = here.sel(kept="learned")
    face = {} if filled else {"markerfacecolor": "white"}
    mean, error = learned[f"{name}_mean"].values, np.nan_to_num(learned[f"{name}_error"].values)
    axes.errorbar(x, mean, error, **{**_look(look), **face}, capsize=2.5, elinewidth=1, zorder=4)


def _single(axes, here: xarray.Dataset, name: str, shift: float, look: tuple) -> None:
    """Every network at the end: a point if it has learned, else a cross."""
    for j, coefficient in enumerate(here["attention"].values):
        one = here.isel(attention=j)
        values, learned = one[name].sel(moment="end").values, one["learned"].values.astype(bool)
        for kind, marker, size in ((learned, look[1], 2.5), (~learned, "x", 3.5)):
            x = np.full(int(kind.sum()), coefficient + shift)
            axes.plot(x, values[kind], marker, color=look[0], markersize=size, alpha=0.5, linestyle="none", zorder=3)


def _published(axes, found: xarray.Dataset, name: str) -> None:
    """Steps over the tenths that were averaged."""
    values = found[f"published_{name}"].values
    axes.stairs(values, np.linspace(0, 1, len(values) + 1), baseline=None, **PUBLISHED)
