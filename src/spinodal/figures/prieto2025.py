"""The pictures of prieto2025: collapse along each run, the race to generalise, and what the gradient still says."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, letter, new_figure, style

TRAIN = {"color": ORANGE, "linestyle": (0, (5, 1.5)), "linewidth": 1.2}
TEST = {"color": BLUE, "linestyle": "-", "linewidth": 1.4}
COLLAPSE = {"color": BLACK, "linestyle": (0, (1, 1.2)), "linewidth": 1.2}
ARM_LOOKS = {
    "float32": {"color": VERMILION, "linestyle": "-"},
    "float64": {"color": BLUE, "linestyle": (0, (5, 1.5))},
    "float32, epsilon 1e-30": {"color": ORANGE, "linestyle": (0, (1, 1.2))},
    "float64, epsilon 1e-30": {"color": SKY, "linestyle": (0, (4, 1.5, 1, 1.5))},
    "StableMax": {"color": GREEN, "linestyle": (0, (8, 2))},
    "float32, rate 5e-4": {"color": PURPLE, "linestyle": "-"},
    "float64, rate 5e-4": {"color": GREY, "linestyle": (0, (5, 1.5))},
}
PUBLISHED = "PerpGrad 0.01"
RACE_LOOKS = {
    PUBLISHED: (VERMILION, "-"),
    "PerpGrad 0.01, not rescaled": (PURPLE, (0, (1, 1.2))),
    "StableMax, decay 1": (GREEN, (0, (8, 2))),
}
EPSILON = 1e-8
LINES = (0.4, 0.5)  # of collapse at the dotted lines of figure 2: by the released data, and by their label


def collapse(found: xarray.Dataset) -> Figure:
    """Accuracies, and the bracket of collapse, against updates; a panel an arm."""
    with style():
        arms = _long(found)
        rows = -(-len(arms) // 2)
        figure = new_figure(7.4, 0.8 + 1.9 * rows)
        panels = figure.subplots(rows, 2, sharey=True, squeeze=False).ravel()
        for axes, arm in zip(panels, arms, strict=False):
            softmax = "StableMax" not in arm
            for k in range(found.sizes["replica"]):
                run = found.sel(arm=arm).isel(replica=k)
                steps = run["curve_step"].values / 1000
                axes.plot(steps, run["curve_train_accuracy"], **TRAIN)
                axes.plot(steps, run["curve_test_accuracy"], **TEST)
                if softmax:
                    axes.plot(steps, run["collapsed"], **COLLAPSE)
                if softmax and k == 0:
                    axes.fill_between(steps, run["collapsed_at_least"], run["collapsed_at_most"], color=GREY, alpha=0.35, linewidth=0)
            if softmax:
                for level in LINES:
                    axes.axhline(level, color="#bbbbbb", linewidth=0.7, linestyle=(0, (1, 3)), zorder=0)
            axes.set_title(arm, loc="left")
            axes.set(ylim=(-0.03, 1.06), xlim=(0, None))
        for axes in panels[len(arms) :]:
            axes.set_axis_off()
        for axes in panels[max(0, len(arms) - 2) : len(arms)]:
            axes.set_xlabel("updates / 1000")
        for axes in panels[::2]:
            axes.set_ylabel("share")
        handles = [
            Line2D([], [], label="training accuracy", **TRAIN),
            Line2D([], [], label="test accuracy", **TEST),
            Line2D([], [], label="rows collapsed, NumPy's order", **COLLAPSE),
            Patch(color=GREY, alpha=0.35, label="any order to some order"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
        return figure


def race(found: xarray.Dataset) -> Figure:
    """Share of seeds that have generalised against updates, and every seed of every arm."""
    with style():
        looks = {found.attrs["best_perpgrad"]: (ORANGE, (0, (4, 1.5, 1, 1.5))), found.attrs["baseline"]: (BLUE, (0, (5, 1.5)))}
        drawn = looks | RACE_LOOKS
        every = [str(arm) for arm in found["arm"].values if str(arm) not in ARM_LOOKS]
        figure = new_figure(7.4, 1.6 + 0.17 * len(every))
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
        end = float(found["race_update"].max())
        for arm in (name for name in drawn if name in every):
            colour, line = drawn[arm]
            here = found.sel(arm=arm)
            left.step(found["race_update"], here["race_share"], where="post", color=colour, linestyle=line, label=arm)
            if arm == PUBLISHED:
                band = here["race_share_low"], here["race_share_high"]
                left.fill_between(found["race_update"], *band, step="post", color=colour, alpha=0.13, linewidth=0)
        left.set(xlabel="updates", ylabel="share of seeds with test accuracy 0.95", ylim=(-0.03, 1.06), xlim=(0, end))
        for row, arm in enumerate(every):
            steps, median = found["test_step"].sel(arm=arm).values, float(found["median_step"].sel(arm=arm))
            colour = drawn.get(arm, (GREY, "-"))[0]
            reached = steps[np.isfinite(steps)]
            right.plot(reached, np.full(len(reached), row), "o", color=colour, markersize=4, alpha=0.8, markeredgewidth=0)
            never = len(steps) - len(reached)
            apart = row + 0.5 * (np.arange(never) - (never - 1) / 2) / max(never, 1)
            right.plot(np.full(never, end), apart, ">", markerfacecolor="none", markeredgecolor=colour, markersize=4)
            if np.isfinite(median):
                right.plot([median, median], [row - 0.35, row + 0.35], color=colour, linewidth=1.6)
        right.set_yticks(range(len(every)), every, fontsize=8)
        right.invert_yaxis()
        right.set_xscale("log")
        right.set_xlabel("updates to test accuracy 0.95")
        for axes, name in ((left, "a"), (right, "b")):
            letter(axes, name)
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        return figure


def gradients(found: xarray.Dataset) -> Figure:
    """Naive loss minimisation, the turn of the gradient, its size and the movement, against updates."""
    panels = (
        ("nlm_cosine", "cosine of $-g$ with $\\theta$", "linear"),
        ("gradient_cosine", "cosine of $g$ with float64's", "linear"),
        ("gradient_rms", "root mean square of $g$", "log"),
        ("movement", "relative movement per update", "log"),
    )
    with style():
        figure = new_figure(7.4, 7.4)
        grid = figure.subplots(3, 2).ravel()
        arms = _long(found)
        for axes, (name, label, scale) in zip(grid, panels, strict=False):
            for arm in arms:
                if name == "gradient_cosine" and not arm.startswith("float32"):
                    continue  # 1 by definition
                _lines(axes, found.sel(arm=arm), name, 1000, scale=scale, **ARM_LOOKS[arm])
            axes.set_yscale(scale)
            axes.set(ylabel=label, xlim=(0, None), xlabel="updates / 1000")
        grid[2].axhline(EPSILON, color=BLACK, linewidth=0.9, linestyle=(0, (1, 1.5)))
        grid[2].text(0.98, EPSILON, r"$\epsilon = 10^{-8}$", ha="right", va="bottom", fontsize=8, transform=grid[2].get_yaxis_transform())
        racing = {PUBLISHED: RACE_LOOKS[PUBLISHED], found.attrs["baseline"]: (BLUE, (0, (5, 1.5)))}
        for arm, (colour, line) in racing.items():
            if arm in found["arm"].values:
                _lines(grid[4], found.sel(arm=arm), "nlm_cosine", 1, color=colour, linestyle=line, marker=".", markersize=4)
        grid[4].set(ylabel=panels[0][1], xlabel="updates, until generalised", xlim=(0, None))
        for axes, place in zip(grid, "abcde", strict=False):
            letter(axes, place)
        for axes in (grid[0], grid[1], grid[4]):
            axes.axhline(0, color="#cccccc", linewidth=0.7, zorder=0)
        handles = [Line2D([], [], label=arm, **ARM_LOOKS[arm]) for arm in arms]
        handles += [Line2D([], [], color=c, linestyle=line, marker=".", label=f"{arm} (e)") for arm, (c, line) in racing.items() if arm]
        grid[5].set_axis_off()
        grid[5].legend(handles=handles, loc="center", title="every seed a line", title_fontsize=8.5)
        return figure


def _lines(axes, here: xarray.Dataset, name: str, unit: float, scale: str = "linear", **look) -> None:
    """A line a seed."""
    for k in range(here.sizes["replica"]):
        run = here.isel(replica=k)
        values = run[name].where(run[name] > 0) if scale == "log" else run[name]
        axes.plot(run["curve_step"] / unit, values, linewidth=1.2, alpha=0.85, **look)


def _long(found: xarray.Dataset) -> list[str]:
    here = {str(arm) for arm in found["arm"].values}
    return [arm for arm in ARM_LOOKS if arm in here]
