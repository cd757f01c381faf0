"""Phase diagrams as probabilities: cells as cells, labels from coordinates."""

import numpy as np
import xarray
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from .style import BLUE, GREEN, GREY, ORANGE, VERMILION, new_figure, style

PHASES = ("comprehension", "grokking", "memorization", "confusion")
COLOURS: dict[str, str] = dict(zip(PHASES, (GREEN, ORANGE, BLUE, GREY), strict=True))
CODES: dict[str, str] = dict(zip(PHASES, "CGMX", strict=True))
TRAIN, TEST = VERMILION, BLUE
NAMES = {
    "decoder_rate": "decoder learning rate",
    "embedding_rate": "embedding learning rate",
    "decoder_decay": "decoder weight decay",
    "embedding_scale": "initial scale of the matrices",
}


def tint(phase: str, share: float) -> str:
    """The phase's colour, paler the fewer seeds are in it."""
    red, green, blue = (1 - (1 - part) * (0.15 + 0.6 * share) for part in to_rgb(COLOURS[phase]))
    return to_hex((red, green, blue))


def tick(value: float) -> str:
    """Two digits, and no exponent where whole numbers will do."""
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"


def probabilities(found: xarray.Dataset) -> Figure:
    """One panel a phase."""
    rows, columns = found.attrs["rows"], found.attrs["columns"]
    with style():
        figure = new_figure(*_size(found, 2))
        panels = figure.subplots(2, 2, sharex=True, sharey=True)
        for axes, phase in zip(panels.ravel(), PHASES, strict=True):
            p = found["probability"].sel(phase=phase).transpose(rows, columns)
            axes.pcolormesh(_edges(p.shape[1]), _edges(p.shape[0]), p, cmap="cividis", vmin=0, vmax=1, edgecolor="w", linewidth=0.3)
            _numbers(axes, found, phase)
            _label(axes, found, inner=axes not in panels[-1], right=axes not in panels[:, 0])
            axes.set_title(phase, loc="left")
        shade = ScalarMappable(Normalize(0, 1), "cividis")
        figure.colorbar(shade, ax=panels, label="share of seeds (of {})".format(found.sizes["replica"]), shrink=0.6, aspect=30)
        return figure


def certainty(found: xarray.Dataset) -> Figure:
    """The most frequent phase, and how sure that is."""
    rows, columns = found.attrs["rows"], found.attrs["columns"]
    p, low, high = (found[name].transpose(rows, columns, "phase").values for name in ("probability", "low", "high"))
    best = np.where(np.isfinite(p).any(axis=2), np.nan_to_num(p, nan=-1).argmax(axis=2), -1)
    at = np.maximum(best, 0)[..., None]
    share, below, above = (np.take_along_axis(a, at, axis=2)[..., 0] for a in (p, low, high))
    with style():
        figure = new_figure(*_size(found, 1))
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        for i, j in np.ndindex(*best.shape):
            if best[i, j] < 0:
                continue
            phase = PHASES[best[i, j]]
            unsure = below[i, j] <= 0.5
            look = {"facecolor": tint(phase, float(share[i, j])), "edgecolor": "white", "linewidth": 0.4}
            left.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, **look))
            if unsure:
                left.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, fill=False, hatch="////", edgecolor="#ffffff", linewidth=0))
            left.text(j, i, CODES[phase], ha="center", va="center", fontsize=8)
        left.set(xlim=(-0.5, best.shape[1] - 0.5), ylim=(-0.5, best.shape[0] - 0.5))
        width = np.where(best >= 0, above - below, np.nan)
        shade = right.pcolormesh(
            _edges(best.shape[1]), _edges(best.shape[0]), width, cmap="cividis", vmin=0, vmax=1, edgecolor="w", linewidth=0.3
        )
        figure.colorbar(shade, ax=right, label="width of its 95% interval", shrink=0.8)
        _label(left, found)
        _label(right, found, right=True)
        left.set_title("(a)", loc="left", fontweight="bold")
        right.set_title("(b)", loc="left", fontweight="bold")
        handles = [Patch(facecolor=tint(phase, 1.0), label=f"{CODES[phase]}  {phase}") for phase in PHASES]
        handles.append(Patch(facecolor="#dddddd", hatch="////", edgecolor="white", label="interval reaches below 1/2"))
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        return figure


def curves(found: xarray.Dataset) -> Figure:
    """Every seed's accuracies in the cell where each phase is most frequent."""
    rows, columns = found.attrs["rows"], found.attrs["columns"]
    with style():
        figure = new_figure(7.4, 5.2)
        panels = figure.subplots(2, 2, sharey=True)
        for axes, phase in zip(panels.ravel(), PHASES, strict=True):
            p = found["probability"].sel(phase=phase).transpose(rows, columns).values
            axes.set_title(f"{CODES[phase]}  {phase}", loc="left", pad=26)
            axes.set(xlabel="updates", ylim=(-0.03, 1.03), xscale="log", xlim=(found.attrs["every"] / 1.5, 1.3 * found.attrs["cap"]))
            if not np.nanmax(p) > 0:
                axes.text(0.5, 0.5, "in no cell of this run", transform=axes.transAxes, ha="center", color=GREY)
                continue
            i, j = np.unravel_index(np.nanargmax(p), p.shape)
            here = found.isel({rows: int(i), columns: int(j)})
            for k in range(found.sizes["replica"]):
                run = here.isel(replica=k)
                x = run["curve_step"].where(run["curve_step"] > 0)
                axes.plot(x, run["curve_train_accuracy"], color=TRAIN, linestyle=(0, (4, 2)), linewidth=1, alpha=0.8)
                axes.plot(x, run["curve_test_accuracy"], color=TEST, linewidth=1.1, alpha=0.8)
            for name, colour in (("train_median", TRAIN), ("test_median", TEST)):
                if np.isfinite(here[name]):
                    axes.axvline(float(here[name]), color=colour, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=0)
            where = f"{NAMES[rows]} {tick(float(here[rows]))}, {p[i, j]:.0%} of seeds\n{NAMES[columns]} {tick(float(here[columns]))}"
            axes.text(0, 1.02, where, transform=axes.transAxes, va="bottom", fontsize=8, color=GREY)
        for axes in panels[:, 0]:
            axes.set_ylabel("accuracy")
        handles = [
            Line2D([], [], color=TRAIN, linestyle=(0, (4, 2)), label="training"),
            Line2D([], [], color=TEST, label="test"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
        return figure


def _size(found: xarray.Dataset, stacked: int) -> tuple[float, float]:
    rows = found.sizes[found.attrs["rows"]]
    return 7.4, 1.0 + stacked * max(1.9, 0.21 * rows) + (0.5 if stacked == 1 else 0)


def _edges(count: int) -> np.ndarray:
    return np.arange(count + 1) - 0.5


def _numbers(axes, found: xarray.Dataset, phase: str) -> None:
    """How many seeds, where there is room to read it."""
    rows, columns = found.attrs["rows"], found.attrs["columns"]
    if found.sizes[rows] * found.sizes[columns] > 64:
        return
    runs = found.sizes["replica"] * (1 - found["diverged_share"].transpose(rows, columns).values)
    p = found["probability"].sel(phase=phase).transpose(rows, columns).values
    for i, j in np.ndindex(*p.shape):
        if np.isfinite(p[i, j]):
            colour = "white" if p[i, j] < 0.5 else "black"
            axes.text(j, i, f"{p[i, j] * runs[i, j]:.0f}/{runs[i, j]:.0f}", ha="center", va="center", fontsize=8, color=colour)


def _label(axes, found: xarray.Dataset, *, inner: bool = False, right: bool = False) -> None:
    rows, columns = found.attrs["rows"], found.attrs["columns"]
    for axis, name, room in ((axes.xaxis, columns, 4), (axes.yaxis, rows, 7)):  # labels that fit beside each other
        values = found[name].values
        step = -(-len(values) // room)
        axis.set_ticks(range(0, len(values), step), [tick(v) for v in values[::step]])
    if not inner:
        axes.set_xlabel(NAMES[columns])
    if not right:
        axes.set_ylabel(NAMES[rows])
    if {rows, columns} == {"embedding_rate", "decoder_rate"}:
        x, y = np.log(found[columns].values), np.log(found[rows].values)
        inside = (x >= y.min()) & (x <= y.max())
        axes.plot(
            np.arange(len(x))[inside],
            np.interp(x[inside], y, np.arange(len(y))),
            color=VERMILION,
            linestyle=(0, (4, 2)),
            linewidth=1.2,
            zorder=1.5,
        )
