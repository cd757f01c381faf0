"""The pictures of nanda2023: progress measures with their null, leads, key frequencies; those of the delay are in nanda2023_delay."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .nanda2023_delay import decay as decay
from .nanda2023_delay import fraction as fraction
from .style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, letter, new_figure, style

MAIN = "main"
PUBLISHED, PAST = "neurons, final", "logit weights, now"
DASHED, DOTTED = (0, (5, 1.5)), (0, (1, 1.3))
RISE = {"color": BLACK, "linewidth": 0.9, "linestyle": (0, (1, 1.5)), "zorder": 0}
PHASE_COLOURS = {"memorisation": GREY, "not judged": "#e4e4e4", "circuit formation": SKY, "cleanup": ORANGE, "stable": GREEN}
WAY_LOOKS = {"neurons": (BLUE, "o"), "logit weights": (VERMILION, "s"), "embedding": (GREY, "^")}


def progress(found: xarray.Dataset) -> Figure:
    """Losses, restricted and excluded loss, variance explained, Gini and norm of the main runs."""
    with style():
        figure = new_figure(7.4, 7.8)
        panels = figure.subplots(3, 2, sharex=True).ravel()
        main = found.sel(arm=MAIN)
        losses, restricted, excluded, explained, ginis, norm = panels
        floor = 0.5 * float(np.nanmin([main[f"curve_{name}_loss"].min() for name in ("train", "test")]))
        _lines(losses, main, {"curve_train_loss": ("train", GREY, DASHED), "curve_test_loss": ("test", BLACK, "-")})
        for axes, name, colour in ((restricted, "restricted", BLUE), (excluded, "excluded", VERMILION)):
            _chosen(axes, main, name, colour)
            _band(axes, main, name)
        _lines(restricted, main, {"published_restricted_text": ("keys of the end, no bias correction", SKY, DOTTED)})
        _lines(restricted, main, {"curve_test_loss": ("test loss", BLACK, DOTTED)})
        label = "single keys of the end"
        for k in range(main.sizes["replica"]):
            run = main.isel(replica=k)
            for frequency in np.flatnonzero(run["excluded_singly"].notnull().any("look").values):
                series = run["excluded_singly"].isel(frequency=frequency)
                excluded.plot(run["curve_step"], series, color=PURPLE, linewidth=0.7, alpha=0.7, label=label)
                label = None
        _chosen(explained, main, "variance_explained", GREEN)
        _band(explained, main, "variance_explained")
        _lines(ginis, main, {"gini_embedding": ("embedding", PURPLE, "-"), "gini_logit_weights": ("logit weights $W_L$", ORANGE, DASHED)})
        _lines(norm, main, {"curve_norm": ("all parameters", BLACK, "-")})
        for axes in (losses, restricted, excluded):
            if any(np.isfinite(line.get_ydata()).any() for line in axes.get_lines()):
                axes.set_yscale("log")
                axes.set_ylim(max(floor, 1e-9) if axes is not excluded else None, None)
        for axes, words in zip(
            panels,
            (
                "loss, nats",
                "restricted loss, nats",
                "excluded loss, nats",
                "variance explained",
                "Gini coefficient",
                r"norm $|\theta|$",
            ),
            strict=True,
        ):
            axes.set_ylabel(words)
            axes.set_xscale("log")
            axes.set_xlim(float(main["curve_step"].isel(look=1).min()), float(main["curve_step"].max()))
            if main["grokked"].any():
                crossing = main["test_below_0_1"].values
                axes.axvline(float(np.median(np.where(np.isfinite(crossing), crossing, np.inf))), **RISE)
        for axes, name in zip(panels, "abcdef", strict=True):
            letter(axes, name)
            axes.legend(fontsize=8, loc="best")
        _strip(losses, found, main.isel(replica=0))
        for axes in panels[-2:]:
            axes.set_xlabel("updates")
        handles = [Patch(color=colour, label=name) for name, colour in PHASE_COLOURS.items()]
        handles.append(Patch(color=GREY, alpha=0.3, label="null, 5% to 95%"))
        figure.legend(handles=handles, loc="outside lower center", ncols=6, fontsize=8)
        return figure


def leads(found: xarray.Dataset) -> Figure:
    """Lead of every reading over the test loss, one point a run that groks, with the median."""
    with style():
        names = [str(name) for name in found["reading"].values]
        figure = new_figure(7.4, 1.2 + 0.32 * len(names))
        axes = figure.subplots()
        grokked = found["grokked"].values
        lowest, highest = -1.0, 1.0
        for row, name in enumerate(names):
            values = found["lead"].sel(reading=name).values[grokked]
            values = values[np.isfinite(values)]
            future, random = name.endswith("final keys"), name.endswith("random keys")
            colour = GREY if future or random else BLUE
            shifts = np.linspace(-0.2, 0.2, len(values)) if len(values) > 1 else np.zeros(len(values))
            marker = "x" if random else "o"
            axes.plot(values, row + shifts, marker, color="white" if future else colour, markeredgecolor=colour, markersize=4.5, alpha=0.9)
            missing = int(grokked.sum()) - len(values)
            median = np.median(np.concatenate([values, np.full(missing, -np.inf)])) if len(values) else np.nan
            if np.isfinite(median):
                axes.plot([median] * 2, [row - 0.33, row + 0.33], color=BLACK, linewidth=1.8, zorder=4)
            if len(values):
                lowest, highest = min(lowest, float(values.min())), max(highest, float(values.max()))
            if missing:
                words = f"{missing} without a move"
                axes.text(1.01, row, words, transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=GREY)
        axes.axvline(0, **RISE)
        axes.set_xlim(lowest - 0.05 * (highest - lowest), highest + 0.05 * (highest - lowest))
        axes.set_yticks(range(len(names)), names)
        for label, name in zip(axes.get_yticklabels(), names, strict=True):
            label.set_fontstyle("italic" if name.endswith("final keys") else "normal")
        axes.set_ylim(len(names) - 0.5, -0.6)
        axes.set_xlabel("lead over the test loss, updates")
        handles = [
            Line2D([], [], marker="o", color=BLUE, linestyle="none", label="from the past alone"),
            Line2D([], [], marker="o", color="white", markeredgecolor=GREY, linestyle="none", label="keys of the end: uses the future"),
            Line2D([], [], marker="x", color=GREY, linestyle="none", label="random frequencies"),
            Line2D([], [], color=BLACK, linewidth=1.8, label="median (no move counts as later)"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
        return figure


def frequencies(found: xarray.Dataset) -> Figure:
    """Key frequencies of every run at the end, by neurons, logit weights and embedding."""
    with style():
        runs = [(str(arm), k) for arm in found["arm"].values for k in range(found.sizes["replica"])]
        figure = new_figure(7.4, 1.1 + 0.21 * len(runs))
        axes = figure.subplots()
        for row, (arm, k) in enumerate(runs):
            run = found.sel(arm=arm).isel(replica=k)
            for (way, (colour, marker)), shift in zip(WAY_LOOKS.items(), (-0.25, 0.0, 0.25), strict=True):
                keys = found["frequency"].values[run["final_key"].sel(way=way).values > 0]
                axes.plot(keys, np.full(len(keys), row + shift), marker, color=colour, markersize=3.2, linestyle="none")
            if row % found.sizes["replica"] == 0 and row:
                axes.axhline(row - 0.5, color="#cccccc", linewidth=0.7)
        names = [f"{arm}, {k}{'' if bool(found['grokked'].sel(arm=arm)[k]) else ' (no grokking)'}" for arm, k in runs]
        axes.set_yticks(range(len(runs)), names, fontsize=8)
        axes.set_ylim(len(runs) - 0.4, -0.6)
        axes.set_xlim(0.4, found.sizes["frequency"] + 0.6)
        axes.set_xlabel("frequency k")
        handles = [Line2D([], [], marker=m, color=c, linestyle="none", label=way) for way, (c, m) in WAY_LOOKS.items()]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, title="found in", title_fontsize=8.5)
        return figure


def _lines(axes, main: xarray.Dataset, series: dict[str, tuple]) -> None:
    for name, (label, colour, line) in series.items():
        for k in range(main.sizes["replica"]):
            run = main.isel(replica=k)
            look = {"color": colour, "linestyle": line, "linewidth": 1.1, "label": label if k == 0 else None}
            axes.plot(run["curve_step"], run[name], alpha=0.85, **look)


def _chosen(axes, main: xarray.Dataset, name: str, colour: str) -> None:
    """With the key frequencies of the end, as published, and with those of the same step."""
    _lines(axes, main, {f"published_{name}": ("keys of the end", colour, "-"), f"past_{name}": ("keys of the step", colour, DASHED)})


def _band(axes, main: xarray.Dataset, name: str) -> None:
    run = main.isel(replica=0)
    band = run[f"null_{name}"]
    axes.fill_between(run["curve_step"], band.isel(quantile=0), band.isel(quantile=-1), color=GREY, alpha=0.3, linewidth=0)


def _strip(axes, found: xarray.Dataset, run: xarray.Dataset) -> None:
    """Phases along the bottom."""
    names = found.attrs["phases"].split(", ")
    steps, codes = run["curve_step"].values, run["phase"].values
    for i in range(len(steps) - 1):
        if np.isfinite(codes[i]) and np.isfinite(steps[i + 1]):
            colour = PHASE_COLOURS[names[int(codes[i])]]
            axes.axvspan(max(steps[i], 1e-3), steps[i + 1], ymin=0, ymax=0.05, color=colour, linewidth=0, zorder=1)
