"""The two pictures of liu2022-data-size."""

import matplotlib as mpl
import numpy as np
import xarray
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, POINTS, SKY, VERMILION, letter, new_figure, style

PREDICTED = {**POINTS, "color": VERMILION, "marker": "D", "markerfacecolor": "white", "zorder": 4}
IDEAL = {"color": BLUE, "linestyle": "-", "label": "ideal accuracy, theory"}
MEMORY = {"color": GREY, "linestyle": (0, (1, 1.5)), "linewidth": 1.1, "label": "training pairs alone, $k/n$"}
FORCED = {"color": ORANGE, "linestyle": (0, (5, 2)), "label": r"$P({\rm nullity}=2)$, theory"}
RATES = {"color": (BLACK, VERMILION, BLUE, GREEN), "marker": "osD^"}
SHARE = r"share of pairs in training $k/n$"


def colour(share: float) -> str:
    """White to the blue of theory, light enough for dark letters."""
    return to_hex(mpl.colormaps["Blues"](0.7 * share))


def data_size(found: xarray.Dataset) -> Figure:
    """Accuracy and RQI against the share of training pairs, one row a decoder rate."""
    with style():
        rates = found["decoder_rate"].values
        figure = new_figure(7.4, 0.7 + 2.5 * len(rates))
        grid = figure.subplots(len(rates), 2, sharex=True, sharey="col", squeeze=False)
        n = float(found["pairs"].max())
        k = found["training_pairs"].values / n
        for i, rate in enumerate(rates):
            here = found.sel(decoder_rate=rate)
            left, right = grid[i]
            left.plot(found["ideal_pairs"] / n, found["theory_ideal_accuracy"], **IDEAL)
            left.plot([0, 1], [0, 1], **MEMORY)
            for name, look, label, shift in (
                ("real", POINTS, "networks, real", -0.005),
                ("predicted", PREDICTED, "networks, predicted", 0.005),
            ):
                left.errorbar(k + shift, here[f"{name}_accuracy_mean"], here[f"{name}_accuracy_error"], label=label, **look)
            right.plot(found["pairs"] / n, found["theory_linear_probability"], **FORCED)
            for j in range(found.sizes["replica"]):
                names = {"label": "RQI of one network"} if j == 0 else {}
                right.plot(k - 0.012, here["rqi"].isel(replica=j), "o", color=SKY, markersize=3.6, markeredgewidth=0, **names)
            share = here["line_share"].values
            bars = np.abs(np.stack([share - here["line_low"].values, here["line_high"].values - share]))
            right.errorbar(k + 0.006, share, bars, label="share with RQI > 0.95", **POINTS)
            left.set(ylabel="accuracy, all pairs", xlim=(0, 1.02), ylim=(0, 1.05))
            right.set(ylabel="RQI, or share", ylim=(-0.03, 1.05))
            for axes, name in zip(grid[i], "abcdefgh"[2 * i : 2 * i + 2], strict=True):
                letter(axes, name)
            left.set_title(f"decoder rate {rate:g}", loc="right", fontsize=8.5)
        for axes in grid[-1]:
            axes.set_xlabel(SHARE)
        entries = [pair for axes in grid[0] for pair in zip(*axes.get_legend_handles_labels(), strict=True)]
        figure.legend(*map(list, zip(*entries, strict=True)), loc="outside lower center", ncols=3)
        return figure


def prediction(found: xarray.Dataset) -> Figure:
    """Predicted against real accuracy: all pairs, and test pairs alone."""
    with style():
        figure = new_figure(7.4, 4.3)
        whole, test = figure.subplots(1, 2)
        n = float(found["pairs"].max())
        handles = []
        for i, rate in enumerate(found["decoder_rate"].values):
            colour_of, marker = RATES["color"][i % 4], RATES["marker"][i % 4]
            here = found.sel(decoder_rate=rate)
            k = here["training_pairs"].broadcast_like(here["real_accuracy"]).transpose(*here["real_accuracy"].dims).values.ravel()
            real, predicted, seen, free = (
                here[name].values.ravel() for name in ("real_accuracy", "predicted_accuracy", "test_accuracy", "nullity")
            )
            # No alpha of the whole: it would turn "none" into black
            face = np.where((free == 2)[:, None], to_rgba(colour_of, 0.75), to_rgba("white", 0.0))
            look = {"marker": marker, "facecolors": face, "edgecolors": colour_of, "linewidths": 0.8}
            whole.scatter(predicted, real, s=18, **look)
            test.scatter((predicted * n - k) / (n - k), seen, s=4 + 0.8 * (n - k), **look)
            handles.append(Line2D([], [], color=colour_of, marker=marker, linestyle="none", markersize=4.5, label=f"decoder rate {rate:g}"))
        for axes, name, over in ((whole, "a", "all pairs"), (test, "b", "test pairs")):
            axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, zorder=0)
            axes.set(
                xlabel=f"predicted accuracy, {over}",
                ylabel=f"real accuracy, {over}",
                xlim=(-0.04, 1.04),
                ylim=(-0.04, 1.04),
            )
            axes.set_aspect("equal")
            letter(axes, name)
        handles += [
            Line2D([], [], color=BLACK, marker="o", linestyle="none", markersize=4.5, markerfacecolor=face, label=label)
            for face, label in ((BLACK, "nullity 2"), ("none", "nullity > 2"))
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        return figure
