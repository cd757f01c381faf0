"""The pictures of grokking-forecast: areas against the horizon, lead times, the ensemble, curves of runs that do and don't."""

import numpy as np
import xarray
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILION, letter, new_figure, style

COLUMNS = 5
WAYS = {"pooled": {"color": BLUE, "linestyle": "-"}, "within strata": {"color": ORANGE, "linestyle": (0, (4, 1.5))}}
KINDS = {"trivial": (GREY, "s"), "measure": (BLUE, "o"), "sees the test": (VERMILION, "^"), "control": (BLACK, "x")}
SHOWN = (  # curves: what is drawn, from the dataset or from `value`
    *(
        "curve_test_accuracy",
        "curve_norm",
        "curve_train_loss",
        "participation ratio, mean",
        "Gini of frequency norms",
        "effective dimension",
    ),
    *("synergy", "margin, median", "restricted loss"),
)
LABELS = {"curve_test_accuracy": "test accuracy", "curve_norm": "weight norm", "curve_train_loss": "training loss"}
IN_NATS = ("synergy", "restricted loss")


def areas(found: xarray.Dataset) -> Figure:
    """One panel a predictor: area against horizon, pooled and within strata."""
    with style():
        names = [str(name) for kind in KINDS for name in found["predictor"].values[(found["kind"] == kind).values]]
        rows = -(-len(names) // COLUMNS)
        figure = new_figure(7.6, 0.9 + 1.25 * rows)
        panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True).ravel()
        x = found["horizon"].values
        best = found["area_before"].sel(way="pooled").where(found["kind"] == "trivial").max("predictor")
        for axes, name in zip(panels, names, strict=False):
            axes.axhline(0.5, color="#cccccc", linewidth=0.7, zorder=0)
            axes.plot(x, best, color=GREY, linestyle=(0, (1, 1.5)), linewidth=1)
            for way, look in WAYS.items():
                here = found.sel(predictor=name, way=way)
                axes.fill_between(x, here["area_low_before"], here["area_high_before"], color=look["color"], alpha=0.22, linewidth=0)
                axes.plot(x, here["area_before"], marker=".", markersize=4, linewidth=1.2, **look)
            constant = bool(found["constant"].sel(predictor=name))
            if constant or not np.isfinite(found["area_before"].sel(predictor=name)).any():
                said, y = ("one number in all runs", 0.7) if constant else ("not defined", 0.5)
                axes.text(0.5, y, said, transform=axes.transAxes, ha="center", va="center", fontsize=8, color=GREY)
            starred = str(found["kind"].sel(predictor=name).item()) == "sees the test"
            axes.set_title(_broken(name) + (" *" if starred else ""), fontsize=8, loc="left")
        for axes in panels[len(names) :]:
            axes.set_axis_off()
        panels[0].set(xscale="log", ylim=(-0.03, 1.03), xticks=x, yticks=(0, 0.5, 1))
        panels[0].set_xticks([], minor=True)
        panels[0].set_xticklabels([f"{h:g}" for h in x])
        for axes in panels[: len(names)]:
            axes.tick_params(labelsize=8)
        for axes in panels[len(names) - COLUMNS : len(names)]:
            axes.tick_params(labelbottom=True)
        figure.supxlabel("horizon h, updates before the crossing", fontsize=9)
        figure.supylabel("area under the ROC", fontsize=9)
        handles = [Line2D([], [], label={"pooled": "all pairs"}.get(way, way), **look) for way, look in WAYS.items()]
        handles.append(Line2D([], [], color=GREY, linestyle=(0, (1, 1.5)), label="best trivial predictor, all pairs"))
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
        return figure


def leads(found: xarray.Dataset) -> Figure:
    """Median lead times with their intervals, the longest first; shares warned and false alarms beside them."""
    with style():
        order = np.argsort(-np.nan_to_num(found["lead"].values, nan=-1.0), kind="stable")
        order = order[np.isfinite(found["lead"].values[order])]
        figure = new_figure(7.4, 1.5 + 0.19 * max(1, len(order)))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.4, 1))
        for row, k in enumerate(order):
            here = found.isel(predictor=int(k))
            colour, marker = KINDS[str(here["kind"].item())]
            lead, low, high = (float(here[name]) for name in ("lead", "lead_low", "lead_high"))
            if np.isfinite(low):
                left.plot([low, high], [row, row], color=colour, linewidth=1.2)
            left.plot(lead, row, marker, color=colour, markersize=5)
            right.plot(float(here["warned"]), row, marker, color=colour, markersize=5)
            right.plot([float(here[f"false_alarms_{end}"]) for end in ("low", "high")], [row, row], color=BLACK, linewidth=0.9)
            right.plot(float(here["false_alarms"]), row, "|", color=BLACK, markersize=7)
        left.set_yticks(range(len(order)), [str(name) for name in found["predictor"].values[order]], fontsize=8)
        left.invert_yaxis()
        left.set_xlim(left=-0.02 * left.get_xlim()[1])
        left.set_xlabel("lead, updates before the crossing")
        right.axvline(found.attrs["rate"], color=GREY, linestyle=(0, (1, 1.5)), linewidth=1)
        right.set(xlim=(-0.03, 1.03), xlabel="share of runs")
        for axes in (left, right):
            axes.grid(axis="y", color="#eeeeee", linewidth=0.6)
            axes.set_axisbelow(True)
        letter(left, "a")
        letter(right, "b")
        handles = [Line2D([], [], marker=m, color=c, linestyle="none", label=kind) for kind, (c, m) in KINDS.items()]
        handles.append(Line2D([], [], marker="|", color=BLACK, label="false alarms"))
        figure.legend(handles=handles, loc="outside lower center", ncols=5)
        return figure


def ensemble(found: xarray.Dataset) -> Figure:
    """Share of seeds that generalise in each cell, cells as cells."""
    with style():
        share = (found["generalised"] / found.sizes["replica"]).transpose("train_fraction", "weight_decay").values
        steps = found["test_step"].median("replica").transpose("train_fraction", "weight_decay").values
        rows, columns = share.shape
        figure = new_figure(1.6 + 1.0 * columns, 1.2 + 0.55 * rows)
        axes = figure.subplots()
        edges = (np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5)
        axes.pcolormesh(*edges, share, cmap="cividis", vmin=0, vmax=1, edgecolor="w", linewidth=0.3)
        for i, j in np.ndindex(rows, columns):
            when = f"\n{steps[i, j]:.0f}" if np.isfinite(steps[i, j]) else ""
            text = f"{int(found['generalised'].values[i, j])}/{found.sizes['replica']}{when}"
            axes.text(j, i, text, ha="center", va="center", fontsize=8, color="white" if share[i, j] < 0.5 else "black")
            if bool(found["mixed"].values[i, j]):
                axes.add_patch(Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, fill=False, edgecolor=VERMILION, linewidth=1.8))
        axes.set_xticks(range(columns), [f"{v:g}" for v in found["weight_decay"].values])
        axes.set_yticks(range(rows), [f"{v:g}" for v in found["train_fraction"].values])
        axes.set(xlabel="weight decay", ylabel="training fraction f")
        figure.colorbar(ScalarMappable(Normalize(0, 1), "cividis"), ax=axes, label="share that generalises", shrink=0.9)
        return figure


def curves(found: xarray.Dataset) -> Figure:
    """Some measures along the runs of the most mixed settings."""
    with style():
        figure = new_figure(7.4, 6.0)
        panels = figure.subplots(3, 3, sharex=True).ravel()
        spread = abs(found["generalised"] / found.sizes["replica"] - 0.5).transpose("train_fraction", "weight_decay").values
        i, j = np.unravel_index(int(spread.argmin()), spread.shape)
        here = found.isel(train_fraction=int(i), weight_decay=int(j))
        for axes, name in zip(panels, SHOWN, strict=True):
            values = here[name] if name in here else here["value"].sel(measure=name)
            for k in range(found.sizes["replica"]):
                run, x = values.isel(replica=k).values, here["curve_step"].isel(replica=k).values
                when = float(here["test_step"].isel(replica=k))
                look = {"color": BLUE} if np.isfinite(when) else {"color": VERMILION, "linestyle": (0, (4, 2))}
                axes.plot(x[1:], run[1:], linewidth=1, alpha=0.85, **look)
                if np.isfinite(when):
                    there = np.searchsorted(x, when)
                    axes.plot(x[there], run[there], "o", color=BLUE, markersize=3.5)
            axes.set_ylabel(LABELS.get(name, name) + (", nats" if name in IN_NATS else ""), fontsize=8)
            axes.set_xscale("log")
            axes.tick_params(labelsize=8)
            if float(here["train_step"].median()) > 0:
                axes.axvline(float(here["train_step"].median()), color=GREEN, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=0)
        for axes in panels[-3:]:
            axes.set_xlabel("updates")
        handles = [
            Line2D([], [], color=BLUE, marker="o", markersize=3.5, label="generalises (dot: first checkpoint after)"),
            Line2D([], [], color=VERMILION, linestyle=(0, (4, 2)), label="does not within the budget"),
            Line2D([], [], color=GREEN, linestyle=(0, (1, 1.5)), label="training set fitted, median"),
        ]
        title = f"training fraction {float(here['train_fraction']):g}, weight decay {float(here['weight_decay']):g}"
        figure.legend(handles=handles, loc="outside lower center", ncols=3, title=title, title_fontsize=8.5)
        return figure


def _broken(name: str) -> str:
    """On two lines where it is long."""
    words, first = name.split(), ""
    while words and len(first) + len(words[0]) < 22:
        first = f"{first} {words.pop(0)}".strip()
    return first + ("\n" + " ".join(words) if words else "")
