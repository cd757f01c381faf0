"""The three pictures of omnigrok2022-teacher-student."""

import numpy as np
import xarray
from matplotlib.figure import Figure

from ..theory.effective import generalisation_steps
from .omnigrok_panels import (
    FLOOR,
    PUBLISHED,
    TEST,
    TRAIN,
    geometric,
    landscape_panel,
    mark_critical,
    mean_and_error,
    plain_ticks,
    run_panels,
)
from .style import BLACK, BLUE, GREEN, GREY, ORANGE, letter, new_figure, style

PUBLISHED_LANDSCAPE = {0.1: (1.42e-2, 1.64e-2), 0.4: (8.6e-5, 3.3e-4), 1.0: (0.0, 7.8e-5), 2.5: (0.0, 0.041), 10.0: (0.0, 9.6)}
PUBLISHED_RUN = ((5e3, 0.33), (1.5e4, 0.62))
PUBLISHED_CROSSING = (4e4, 5e4)
SHOWN = {"alpha": 2.0, "decay": 0.05}
CLOCKS = (  # alpha_c, and how its clock is drawn
    ("published", {"color": ORANGE, "linestyle": (0, (5, 2)), "label": r"clock, $\alpha_c=1$"}),
    ("alpha_critical", {"color": GREY, "linestyle": (0, (1, 1.5)), "label": r"clock, $\alpha_c$ least test loss"}),
    ("alpha_passing", {"color": GREEN, "linestyle": "-", "label": r"clock, $\alpha_c$ where the test is passed"}),
)
MARKERS = "oD^vP"


def landscape(found: xarray.Dataset) -> Figure:
    """Losses at fixed norm."""
    with style():
        figure = new_figure(7.4, 3.9)
        axes = figure.subplots()
        landscape_panel(axes, found.sel(decay=0.0))
        for i, (alpha, losses) in enumerate(PUBLISHED_LANDSCAPE.items()):
            shown = [loss for loss in losses if loss > 0]
            axes.plot([alpha] * len(shown), shown, **PUBLISHED, label=None if i else "published")
        mark_critical(axes, found["alpha_critical"], r"$\alpha_c$, least test loss")
        axes.set_ylim(FLOOR / 2, 30)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper")
        return figure


def clock(found: xarray.Dataset) -> Figure:
    """Crossings against decay and against the initial norm."""
    runs = found.sel(decay=found["decay"] > 0)
    with style():
        figure = new_figure(7.4, 4.0)
        left, right = figure.subplots(1, 2)
        _against_decay(left, runs)
        _against_norm(right, runs)
        handles = dict(zip(*left.get_legend_handles_labels()[::-1], strict=True))
        figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3)
        right.legend(loc="upper left")
        letter(left, "a")
        letter(right, "b")
        return figure


def run(found: xarray.Dataset) -> Figure:
    """The published run."""
    here = found.sel(SHOWN)
    with style():
        figure = new_figure(7.4, 4.6)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.4, 1))
        run_panels(above, below, here, SHOWN["decay"])
        above.plot(*zip(*PUBLISHED_RUN, strict=True), **PUBLISHED, label="published, test")
        above.plot([*PUBLISHED_CROSSING], [0.95, 0.95], color=BLACK, linewidth=2.5, label="published, 95 % of the test")
        rate = float(found["learning_rate"])
        expected = generalisation_steps(SHOWN["alpha"], learning_rate=rate, weight_decay=SHOWN["decay"])
        above.axvline(expected, color=ORANGE, linestyle=(0, (5, 2)), linewidth=1.2, zorder=0, label=r"clock, $\alpha_c=1$")
        above.set(ylabel="accuracy")
        mark_critical(below, found["alpha_passing"], "test passed (fixed norm)", horizontal=True)
        mean, _ = geometric(found["alpha_critical"])
        if np.isfinite(mean):
            below.axhline(mean, color=GREY, linestyle=(0, (1, 1.5)), linewidth=1.2, label=r"$\alpha_c$, least test loss")
        below.set(ylabel="norm, in units of\nthe usual initialisation")
        plain_ticks(below.yaxis, [0.7, 1, 1.4, 2])
        above.legend(loc="center", bbox_to_anchor=(0.54, 0.66))
        below.legend(loc="center left", bbox_to_anchor=(0, 0.7), ncols=2)
        letter(above, "a")
        letter(below, "b")
        return figure


def _against_decay(axes, runs: xarray.Dataset) -> None:
    here = runs.sel(alpha=SHOWN["alpha"])
    decays = here["decay"].values
    for name, look, label in (("train", TRAIN, "training passed"), ("test", TEST, "test passed")):
        mean, error = mean_and_error(here[f"{name}_step"])
        axes.errorbar(decays, mean, error, **{**look, "linestyle": "none"}, markersize=5, capsize=2.5, zorder=5, label=label)
    fine = np.geomspace(decays.min() / 1.2, decays.max() * 1.2, 50)
    for name, look in CLOCKS:
        ratio = SHOWN["alpha"] / _critical(runs, name)
        if np.isfinite(ratio):
            steps = [generalisation_steps(ratio, learning_rate=float(runs["learning_rate"]), weight_decay=decay) for decay in fine]
            axes.plot(fine, steps, **look)
    axes.set(xscale="log", yscale="log", xlabel=r"decay $\gamma$", ylabel=r"first updates with 95 % accuracy, $\alpha=2$")
    plain_ticks(axes.xaxis, decays)


def _against_norm(axes, runs: xarray.Dataset) -> None:
    rate, cap = float(runs["learning_rate"]), float(runs["cap"])
    alphas = runs["alpha"].values
    for i, decay in enumerate(runs["decay"].values):
        here = runs.sel(decay=decay)
        mean, error = (rate * decay * v for v in mean_and_error(here["test_step"]))
        colour = [BLUE, TEST["color"], BLACK, GREY, GREEN][i % 5]
        marker = {"color": colour, "marker": MARKERS[i % 5], "linestyle": "none", "markerfacecolor": "white", "markersize": 5}
        axes.errorbar(alphas * 1.02 ** (i - 1), mean, error, **marker, capsize=2.5, zorder=5, label=rf"$\gamma={decay:g}$")
        for alpha in alphas[here["test_step"].isnull().all("replica").values]:
            at = (alpha * 1.02 ** (i - 1), rate * decay * cap)
            axes.annotate("", (at[0], at[1] + 0.3), at, arrowprops={"arrowstyle": "->", "color": colour})
    fine = np.geomspace(alphas.min(), alphas.max(), 200)
    for name, look in CLOCKS:
        axes.plot(fine, np.maximum(np.log(fine / _critical(runs, name)), 0), **{k: v for k, v in look.items() if k != "label"})
    axes.set(xscale="log", xlabel=r"initial norm $\alpha$", ylabel=r"$\eta\gamma\,\times$ updates until the test is passed")


def _critical(found: xarray.Dataset, name: str) -> float:
    return 1.0 if name == "published" else geometric(found[name])[0]
