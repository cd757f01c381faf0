"""The pictures of clauw2024: curves with their null, rankings side by side, the plane, readings, lead times, parts retrained."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, letter, new_figure, style

LOOKS = {"synergy": {"color": BLUE, "linestyle": "-"}, "redundancy": {"color": VERMILION, "linestyle": (0, (5, 1.5))}}
PHASE_COLOURS = {"flat": "#e4e4e4", "emergence": SKY, "decoupling": ORANGE, "both rise": GREEN, "both fall": PURPLE}
RISE = {"color": BLACK, "linewidth": 0.9, "linestyle": (0, (1, 1.5)), "zorder": 0}
ARM_LOOKS: dict[str, tuple[str, str]] = {
    "decay 0.1": (BLUE, "o"),
    "decay 2": (SKY, "s"),
    "decay 10": (VERMILION, "^"),
    "decay 50": (ORANGE, "v"),
    "scale 8": (GREEN, "D"),
    "scale 1": (PURPLE, "P"),
    "scale 50": (GREY, "X"),
    "scale 5": (BLACK, "*"),
}


def curves(found: xarray.Dataset) -> Figure:
    """Synergy and redundancy of every arm against updates, each with its null band; phases as a strip below."""
    with style():
        arms = [str(arm) for arm in found["arm"].values]
        figure = new_figure(7.4, 1.0 + 1.85 * -(-len(arms) // 2))
        panels = figure.subplots(-(-len(arms) // 2), 2).ravel()
        for axes, arm in zip(panels, arms, strict=False):
            here = found.sel(arm=arm)
            top = _span(here)
            for k in range(here.sizes["replica"]):
                run = here.isel(replica=k)
                for name, look in LOOKS.items():
                    axes.plot(run["curve_step"], run[name], marker=".", markersize=3, linewidth=1.1, alpha=0.85, **look)
                    band = run[f"null_{name}_band"]
                    axes.fill_between(run["curve_step"], band[:, 0], band[:, -1], color=look["color"], alpha=0.25, linewidth=0)
            if np.isfinite(here["risen_step"]).any():
                axes.axvline(float(here["risen_step"].median()), **RISE)
            axes.axhline(0, color="#cccccc", linewidth=0.7, zorder=0)
            axes.set_yscale("symlog", linthresh=1, linscale=0.8)
            axes.yaxis.set_major_formatter("{x:g}")
            lowest, highest = (f([np.nanmin(here[n]) if f is min else np.nanmax(here[n]) for n in LOOKS]) for f in (min, max))
            floor, ceiling = min(-0.6, 3 * lowest), max(2.0, 1.6 * highest)
            axes.set(xlim=(0, top), ylim=(floor, ceiling), ylabel="nats")
            _strip(axes, here)
            axes.set_title(arm, loc="left")
        for axes in panels[len(arms) :]:
            axes.set_axis_off()
        for axes in panels[max(0, len(arms) - 2) : len(arms)]:
            axes.set_xlabel("updates")
        lines = [Line2D([], [], label=name, **look) for name, look in LOOKS.items()]
        handles = [
            *lines,
            Patch(color=GREY, alpha=0.4, label="shuffled columns, 5% to 95%"),
            Line2D([], [], label="test accuracy 0.5", **{k: v for k, v in RISE.items() if k != "zorder"}),
            *(Patch(color=colour, label=name) for name, colour in PHASE_COLOURS.items()),
        ]
        _legend(figure, panels, len(arms), handles)
        return figure


def rankings(found: xarray.Dataset, arm: str = "decay 2") -> Figure:
    """The published ranking beside the corrected one, raw above, as displayed below."""
    with style():
        figure = new_figure(7.4, 4.6)
        grid = figure.subplots(2, 2, sharex=True, sharey="row")
        here = found.sel(arm=arm)
        for column, way, title in ((0, "published_", "ranks by position, as published"), (1, "", "average ranks, bias subtracted")):
            raw, shown = grid[:, column]
            for k in range(here.sizes["replica"]):
                run = here.isel(replica=k)
                for name, look in LOOKS.items():
                    raw.plot(run["curve_step"], run[f"{way}{name}"], marker=".", markersize=3, linewidth=1.1, **look)
                    band = run[f"{way}null_{name}_band"]
                    raw.fill_between(run["curve_step"], band[:, 0], band[:, -1], color=look["color"], alpha=0.25, linewidth=0.8)
                    middle = run[f"{way}null_{name}"].sel(quantile=0.5)
                    raw.plot(run["null_step"], middle, marker="_", markersize=7, linestyle="none", color=look["color"])
                    shown.plot(run["curve_step"], run[f"display_{way}{name}"], linewidth=1.3, alpha=0.85, **look)
            for axes in (raw, shown):
                if np.isfinite(here["risen_step"]).any():
                    axes.axvline(float(here["risen_step"].median()), **RISE)
            raw.set_title(f"({'ab'[column]})  {title}", loc="left")
            shown.set_title(f"({'cd'[column]})  {'scaled by the whole run, smoothed' if way else 'scaled by the past alone'}", loc="left")
            shown.set(xlabel="updates", ylim=(-0.04, 1.04), xlim=(0, _span(here)))
        grid[0, 0].set_ylabel("nats")
        grid[1, 0].set_ylabel("share of its range")
        handles = [Line2D([], [], label=name, **look) for name, look in LOOKS.items()]
        handles += [
            Line2D([], [], color=GREY, marker="_", markersize=7, linewidth=4, alpha=0.5, label="shuffled columns (dashes: where computed)"),
            Line2D([], [], label="test accuracy 0.5", **{k: v for k, v in RISE.items() if k != "zorder"}),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
        return figure


def plane(found: xarray.Dataset) -> Figure:
    """Redundancy against synergy, every run as a path from its start."""
    with style():
        figure = new_figure(7.4, 4.2)
        axes = figure.subplots()
        for arm in found["arm"].values:
            colour, marker = ARM_LOOKS[str(arm)]
            for k in range(found.sizes["replica"]):
                run = found.sel(arm=arm).isel(replica=k)
                there = np.isfinite(run["synergy"].values)
                if not there.any():
                    continue
                x, y = (run[name].values[there] for name in ("synergy", "redundancy"))
                axes.plot(x, y, color=colour, linewidth=0.9, alpha=0.7)
                rises = bool(run["rises"])
                axes.plot(x[0], y[0], marker="o", color="white", markeredgecolor=BLACK, markersize=4, zorder=4)
                fill = colour if rises else "white"
                label = str(arm) if k == 0 else None
                axes.plot(
                    x[-1], y[-1], marker=marker, color=fill, markeredgecolor=colour, markersize=7, linestyle="none", label=label, zorder=5
                )
        for axis in ("x", "y"):
            getattr(axes, f"set_{axis}scale")("symlog", linthresh=1, linscale=0.8)
            getattr(axes, f"{axis}axis").set_major_formatter("{x:g}")
        axes.axvline(0, color="#cccccc", linewidth=0.7, zorder=0)
        axes.set(xlabel="synergy, nats", ylabel="redundancy, nats")
        handles, _ = axes.get_legend_handles_labels()
        handles.append(Line2D([], [], marker="o", color="white", markeredgecolor=BLACK, markersize=4, linestyle="none", label="untrained"))
        figure.legend(handles=handles, loc="outside right upper", title="end of the run\n(filled: test > 0.5)", title_fontsize=8.5)
        return figure


def readings(found: xarray.Dataset, arm: str = "decay 2") -> Figure:
    """The three readings of the published text, the sizes of the extreme unions, ties and dead units."""
    ways = {
        "": ("units", "-", BLUE),
        "blocks_": ("clusters as blocks", (0, (5, 1.5)), ORANGE),
        "means_": ("means of clusters", (0, (1, 1.2)), GREEN),
    }
    with style():
        figure = new_figure(7.4, 5.0)
        grid = figure.subplots(2, 2)
        here = found.sel(arm=arm)
        for axes, name in zip(grid[0], LOOKS, strict=True):
            for way, (label, line, colour) in ways.items():
                for k in range(here.sizes["replica"]):
                    run = here.isel(replica=k)
                    axes.plot(run["curve_step"], run[f"{way}{name}"], color=colour, linestyle=line, label=label if k == 0 else None)
            axes.set(ylabel=f"{name}, nats", xlabel="updates", xlim=(0, _span(here)))
            axes.axhline(0, color="#cccccc", linewidth=0.7, zorder=0)
        grid[0, 0].legend(fontsize=8)  # synergy falls: its corner is free
        sizes, tied = grid[1]
        for k in range(here.sizes["replica"]):
            run = here.isel(replica=k)
            for name, look in LOOKS.items():
                label = f"most {'synergistic' if name == 'synergy' else 'redundant'} union" if k == 0 else None
                sizes.plot(run["curve_step"], run[f"{name}_size"], label=label, marker=".", linewidth=1.1, **look)
        sizes.set(ylabel="units", xlabel="updates", ylim=(0, None), xlim=(0, _span(here)))
        sizes.legend(fontsize=8)
        for other in found["arm"].values:
            colour, marker = ARM_LOOKS[str(other)]
            run = found.sel(arm=other).mean("replica")
            tied.plot(run["curve_step"], run["tied_share"], color=colour, linewidth=1.2, marker=marker, markersize=3, label=str(other))
        tied.set(ylabel="share of tied values", xlabel="updates", ylim=(0, 1.6), yticks=np.linspace(0, 1, 6))  # the legend above
        tied.set_xscale("symlog", linthresh=float(found["curve_step"].isel(checkpoint=1).min()))
        tied.xaxis.set_major_formatter("{x:g}")
        tied.set_xlim(0, None)
        tied.legend(fontsize=8, ncols=2, loc="upper right")
        for axes, name in zip(grid.ravel(), "abcd", strict=True):
            letter(axes, name)
        return figure


def leads(found: xarray.Dataset) -> Figure:
    """Lead time of every predictor by both rules, one point a run; and who tells early whether a run will generalise."""
    with style():
        figure = new_figure(7.4, 3.9)
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        names = [str(name) for name in found["predictor"].values]
        for row, name in enumerate(names):
            for rule, marker, shift, colour in (("peak", "o", -0.14, GREY), ("detection", "s", 0.14, BLUE)):
                if rule == "peak" and "above" in name:  # a crossing is known when it happens
                    continue
                values = found["lead"].sel(predictor=name, rule=rule).values.ravel()
                values = values[np.isfinite(values)]
                filled = colour if rule == "detection" else "white"
                left.plot(values, np.full(len(values), row + shift), marker, color=filled, markeredgecolor=colour, markersize=5)
                if not len(values) and rule == "detection":
                    left.text(0.02, row, "never", transform=left.get_yaxis_transform(), va="center", fontsize=8, color=GREY)
        left.axvline(0, **RISE)
        left.set_xscale("symlog", linthresh=100)
        left.set_xticks([-1000, 0, 1000])
        left.xaxis.set_major_formatter("{x:g}")
        leads_seen = np.abs(found["lead"].values[np.isfinite(found["lead"].values)])
        reach = 2 * max(500.0, float(leads_seen.max(initial=0)))
        left.set_xlim(-reach, reach)
        left.set_yticks(range(len(names)), names)
        left.invert_yaxis()
        left.set_xlabel("lead before test accuracy 0.5\nupdates")
        told = [str(name) for name in found["told"].values]
        areas = found["area_under_roc"].values
        right.barh(range(len(told)), areas - 0.5, left=0.5, color=[BLUE if area >= 0.5 else ORANGE for area in areas], height=0.6)
        for row, area in enumerate(areas):
            if not np.isfinite(area):
                right.text(0.5, row, "not known", va="center", ha="center", fontsize=8, color=GREY)
        right.axvline(0.5, color=GREY, linewidth=0.8)
        right.set(xlim=(-0.02, 1.02), xlabel=f"area under the ROC\nread at update {found.attrs['early']}")
        right.set_yticks(range(len(told)), told)
        right.invert_yaxis()
        letter(left, "a")
        letter(right, "b")
        handles = [
            Line2D([], [], marker="o", color="white", markeredgecolor=GREY, linestyle="none", label="peak (known afterwards)"),
            Line2D([], [], marker="s", color=BLUE, linestyle="none", label="detection (no future)"),
        ]
        figure.legend(handles=handles, loc="outside lower left", ncols=2)
        return figure


def parts(found: xarray.Dataset) -> Figure:
    """Parts of the network trained alone: when their test accuracy passes 0.5 and 0.98."""
    with style():
        run = found.sel(arm="decay 2")
        names = [str(name) for name in found["set"].values]
        made_any = bool(np.isfinite(run["retrain_units"]).any())
        figure = new_figure(7.4, 2.6 if made_any else 0.7)
        axes = figure.subplots()
        if not made_any:
            axes.set_axis_off()
            axes.text(0.5, 0.5, "parts of the network are retrained in the paper size only", ha="center", color=GREY)
            return figure
        for row, name in enumerate(names):
            for what, marker, shift, colour in (("risen_step", "o", -0.14, SKY), ("test_step", "s", 0.14, BLUE)):
                steps = run[f"retrain_{what}"].sel(set=name).values.ravel()
                steps = steps[np.isfinite(steps)]
                axes.plot(steps, np.full(len(steps), row + shift), marker, color=colour, markersize=5, alpha=0.8)
            made = np.isfinite(run["retrain_units"].sel(set=name).values)
            never = int(made.sum() - np.isfinite(run["retrain_test_step"].sel(set=name).values).sum())
            if never:
                axes.text(1.0, row, f" {never} of {made.sum()} never 0.98", transform=axes.get_yaxis_transform(), va="center", fontsize=8)
        whole = run["test_step"].values
        if np.isfinite(whole).any():
            axes.axvline(float(np.nanmedian(whole)), **RISE)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlabel("updates")
        axes.set_xscale("log")
        handles = [
            Line2D([], [], marker="o", color=SKY, linestyle="none", label="test accuracy 0.5"),
            Line2D([], [], marker="s", color=BLUE, linestyle="none", label="test accuracy 0.98"),
            Line2D([], [], label="whole network, 0.98", **{k: v for k, v in RISE.items() if k != "zorder"}),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        return figure


def _strip(axes, here: xarray.Dataset) -> None:
    """Phases of the first seed along the bottom."""
    run = here.isel(replica=0)
    steps, codes = run["curve_step"].values, run["phase"].values
    names = [str(name) for name in here["phase_name"].values]
    for i in range(len(steps) - 1):
        if np.isfinite(codes[i]) and np.isfinite(steps[i + 1]):
            axes.axvspan(steps[i], steps[i + 1], ymin=0, ymax=0.06, color=PHASE_COLOURS[names[int(codes[i])]], linewidth=0, zorder=1)


def _span(here: xarray.Dataset) -> float:
    return float(here["curve_step"].max())


def _legend(figure: Figure, panels, used: int, handles: list) -> None:
    """In the first panel that is free, else below."""
    if used < len(panels):
        panels[used].legend(handles=handles, loc="center", ncols=2, fontsize=8)
    else:
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
