"""Panels that both Omnigrok studies draw."""

import numpy as np
import xarray
from matplotlib.ticker import NullFormatter

from .style import BLACK, BLUE, GREY, ORANGE, PURPLE, VERMILION

NORM = r"initial norm $\alpha$"
TRAIN = {"color": BLUE, "marker": "s", "linestyle": (0, (5, 2))}
TEST = {"color": VERMILION, "marker": "o", "linestyle": "-"}
BEST = {"color": PURPLE, "marker": "v", "linestyle": ":", "linewidth": 1.2, "markersize": 4, "markerfacecolor": "white"}
PUBLISHED = {"color": BLACK, "marker": "x", "linestyle": "none", "markersize": 6.5, "zorder": 6}
FLOOR = 1e-7  # losses below are drawn here


def geometric(values: xarray.DataArray) -> tuple[float, float]:
    """Geometric mean and standard error of the logarithm's mean as a factor's logarithm; NaN for fewer than two replicas."""
    logs = np.log(values.values[np.isfinite(values.values)])
    if logs.size == 0:
        return np.nan, np.nan
    return float(np.exp(logs.mean())), float(logs.std(ddof=1) / np.sqrt(logs.size)) if logs.size > 1 else np.nan


def mean_and_error(steps: xarray.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Over replicas that crossed; no error bar for fewer than two."""
    count = steps.notnull().sum("replica")
    mean = steps.mean("replica")
    spread = np.sqrt(
        ((steps - mean) ** 2).sum("replica") / xarray.where(count > 1, count - 1, np.nan) / xarray.where(count > 0, count, np.nan)
    )
    return mean.values, spread.fillna(0).values


def plain_ticks(axis, values) -> None:
    """Ticks at these values, written out."""
    axis.set_ticks(list(values), labels=[f"{value:g}" for value in values])
    axis.set_minor_formatter(NullFormatter())


def mark_critical(axes, values: xarray.DataArray, label: str = r"$\alpha_c$", horizontal: bool = False) -> None:
    """A line at the geometric mean and a band of its standard error."""
    mean, error = geometric(values)
    if not np.isfinite(mean):
        return
    line, band = (axes.axhline, axes.axhspan) if horizontal else (axes.axvline, axes.axvspan)
    line(mean, color=GREY, linewidth=1, zorder=0, label=label)
    if np.isfinite(error):
        band(mean * np.exp(-error), mean * np.exp(error), color=GREY, alpha=0.25, linewidth=0, zorder=0)


def landscape_panel(axes, landscape: xarray.Dataset) -> None:
    """Last training and test loss of every replica with their geometric means, and the best test loss."""
    alphas = landscape["alpha"].values
    looks = {"train_loss": (TRAIN, "training, last"), "test_loss": (TEST, "test, last"), "best_test_loss": (BEST, "test, best of the run")}
    for name, (look, label) in looks.items():
        values = landscape[name].transpose("replica", "alpha").values
        middle = np.exp(np.log(np.maximum(values, np.finfo(float).tiny)).mean(axis=0))
        axes.plot(alphas, np.maximum(middle, FLOOR), **{"markersize": 4.5, **look}, label=label)
        if name != "best_test_loss":
            points = {"color": look["color"], "marker": look["marker"], "markersize": 2.5, "linestyle": "none", "alpha": 0.5}
            axes.plot(alphas, np.maximum(values.T, FLOOR), **points)
    axes.set(xscale="log", yscale="log", xlabel=NORM + " (kept fixed)", ylabel="mean squared error")


def run_panels(axes, below, runs: xarray.Dataset, decay: float) -> None:
    """Accuracies of every replica above, and the norm with its pure decay below; `runs` has the dimensions replica and curve."""
    rate = float(runs["learning_rate"])
    for i, replica in enumerate(runs["replica"].values):
        here = runs.sel(replica=replica)
        steps = here["curve_step"].values
        kept = (steps > 0) & np.isfinite(here["curve_norm"].values)
        for name, look, label in (("train", TRAIN, "training"), ("test", TEST, "test")):
            style = {"color": look["color"], "linestyle": look["linestyle"], "linewidth": 1.2, "alpha": 0.8}
            axes.plot(steps[kept], here[f"curve_{name}_accuracy"].values[kept], **style, label=label if i == 0 else None)
        norm = float(here["alpha"]) * here["curve_norm"].values / here["curve_norm"].values[0]
        below.plot(steps[kept], norm[kept], color=BLACK, linewidth=1, alpha=0.7, label="norm" if i == 0 else None)
    last = float(runs["last_step"].max())
    t = np.geomspace(float(runs["curve_step"].values[..., 1].min()), last, 200)
    label = r"$\alpha\,e^{-\eta\gamma t}$"
    below.plot(t, float(runs["alpha"]) * np.exp(-rate * decay * t), color=ORANGE, linestyle=(0, (5, 2)), label=label, zorder=4)
    axes.set(xscale="log", ylim=(-0.03, 1.05))
    below.set(xscale="log", yscale="log", xlabel="updates")
