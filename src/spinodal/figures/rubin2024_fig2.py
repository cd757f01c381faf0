"""The four pictures of rubin2024-fig2."""

import numpy as np
import xarray
from matplotlib.figure import Figure

from .overlap_density import overlap_density
from .style import BLUE, GREY, LINES, ORANGE, POINTS, letter, new_figure, style

NOISE = r"noise $\sigma^2$"
LIMIT = {
    "mean": {"color": ORANGE, "linestyle": (0, (1, 1.2)), "linewidth": 1.1, "label": "same, infinite size"},
    "exact": {"color": BLUE, "linestyle": (0, (3, 1, 1, 1)), "linewidth": 1.1, "label": "same, infinite size"},
}
MARKERS = {"mean": "s", "exact": "D"}
SPAN = (0.075, 0.325)


def density(found: xarray.Dataset) -> Figure:
    """-log p(q) at every noise: theory in both conventions, posterior with error bars."""
    return overlap_density(found, "noise", r"\sigma^2={:g}", limit=13, longest=1.3)


def discrepancies(found: xarray.Dataset) -> Figure:
    """b and c against noise, what is left of them beside the theory, and where the transitions are."""
    with style():
        figure = new_figure(7.4, 5.6)
        grid = figure.subplots(3, 2, sharex="col", height_ratios=(0.9, 4, 1.7))
        symbols = {"linear_discrepancy": ("b", "linear discrepancy"), "cubic_discrepancy": ("c", "cubic discrepancy")}
        for i, (name, (symbol, words)) in enumerate(symbols.items()):
            strip, main, rest = grid[:, i]
            exact = found[f"theory_{name}"].sel(transverse="exact")
            at_points = found[f"theory_at_{name}"].sel(transverse="exact")
            for transverse in ("mean", "exact"):
                main.plot(found["noise_fine"], found[f"theory_{name}"].sel(transverse=transverse), **LINES[transverse])
                main.plot(found["noise_fine"], found[f"limit_{name}"].sel(transverse=transverse), **LIMIT[transverse])
                rest.plot(found["noise_fine"], found[f"theory_{name}"].sel(transverse=transverse) - exact, **LINES[transverse])
            mean, error = (found[f"posterior_{name}{end}"] for end in ("", "_error"))
            main.errorbar(found["noise"], mean, error, label="exact posterior", **POINTS)
            rest.errorbar(found["noise"], mean - at_points, error, **POINTS)
            _transitions(strip, found, names=i == 0)
            main.set_ylabel(f"{words} ${symbol}$")
            rest.set(xlabel=NOISE, ylabel=f"${symbol}-{symbol}_{{\\rm theory}}$", xlim=SPAN)
            letter(strip, "ab"[i])
        figure.align_ylabels(grid[1:, 0])
        figure.align_ylabels(grid[1:, 1])
        figure.legend(*_ordered(grid[1, 0]), loc="outside lower center", ncols=3, columnspacing=1.6)
        return figure


def droplets(found: xarray.Dataset) -> Figure:
    """Droplet fraction, and the transverse norm of these neurons."""
    with style():
        figure = new_figure(7.4, 3.9)
        grid = figure.subplots(2, 2, sharex="col", height_ratios=(0.9, 4))
        left, right = grid[1]
        for transverse in ("mean", "exact"):
            left.plot(found["noise_fine"], 100 * found["theory_droplet_fraction"].sel(transverse=transverse), **LINES[transverse])
            right.plot(found["noise_fine"], found["theory_fine_droplet_transverse_norm"].sel(transverse=transverse), **LINES[transverse])
        percent = (100 * found[f"posterior_droplet_fraction{end}"] for end in ("", "_error"))
        left.errorbar(found["noise"], *percent, label="exact posterior", **POINTS)
        norm, error = (found[f"posterior_droplet_transverse_norm{end}"] for end in ("", "_error"))
        right.errorbar(found["noise"], norm, error, label="exact posterior", **POINTS)
        right.axhline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)
        right.text(SPAN[1], 0.505, r"prior mean $\sigma_w^2$", ha="right", va="bottom", fontsize=8.5, color=GREY)
        for i, axes in enumerate(grid[0]):
            _transitions(axes, found, names=i == 0)
            letter(axes, "ab"[i])
        left.set(xlabel=NOISE, ylabel=r"droplet fraction $P(|q|>0.4)$  (%)", xlim=SPAN, ylim=(0, None))
        right.set(xlabel=NOISE, ylabel=r"$r=|w_\perp|^2$ where $|q|>0.4$", xlim=SPAN, ylim=(0, 0.6))
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, columnspacing=1.6)
        return figure


def scales(found: xarray.Dataset) -> Figure:
    """b against noise at the paper's scales, measured from infinite size, in both conventions."""
    with style():
        figure = new_figure(7.4, 3.5)
        panels = figure.subplots(1, 2, sharey=True)
        shades = np.linspace(0.68, 0.1, found.sizes["scale"])
        dashes = [(0, (1, 1)), (0, (3, 1.2)), (0, (6, 1.5)), "-"]
        for axes, transverse, title in zip(panels, ("mean", "exact"), ("as published", "$r$ integrated"), strict=True):
            limit = found["limit_linear_discrepancy"].sel(transverse=transverse)
            onset = float(found["transition_noise"].sel(transverse=transverse, criterion="degeneracy"))
            axes.axvline(onset, color=GREY, linewidth=0.9, zorder=0)
            axes.text(onset, 1.0, " degeneracy", transform=axes.get_xaxis_transform(), ha="left", va="top", fontsize=8.5, color=GREY)
            axes.axhline(0, color=LINES[transverse]["color"], linestyle=LINES[transverse]["linestyle"], linewidth=1.2)
            for i, scale in enumerate(found["scale"].values):
                difference = found["scale_linear_discrepancy"].sel(scale=scale, transverse=transverse) - limit
                axes.plot(
                    found["noise_fine"], difference, color=str(shades[i]), linestyle=dashes[i % 4], label=rf"$\alpha=\beta={scale:g}$"
                )
            axes.set(xlabel=NOISE, xlim=(0.08, 0.32))
            axes.set_title(f"({'ab'[transverse == 'exact']})  theory, {title}", loc="left")
        panels[0].set_ylabel(r"$b-b_{\rm infinite\ size}$")
        figure.legend(*panels[1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        return figure


def _transitions(axes, found: xarray.Dataset, names: bool) -> None:
    """A strip with one row a criterion and one marker a convention, on the noise axis of the panel below."""
    criteria = [str(c) for c in found["criterion"].values]
    colours = {"mean": ORANGE, "exact": BLUE}
    for row, criterion in enumerate(criteria):
        axes.axhline(-row, color="#dddddd", linewidth=0.7, zorder=0)
        for transverse, colour in colours.items():
            noise = float(found["transition_noise"].sel(criterion=criterion, transverse=transverse))
            axes.plot([noise], [-row], marker=MARKERS[transverse], color=colour, markersize=4.5, linestyle="none")
    axes.set_ylim(0.7 - len(criteria), 0.7)
    axes.set_yticks([-row for row in range(len(criteria))], labels=criteria if names else [])
    axes.tick_params(left=False, bottom=False, labelbottom=False, labelsize=8)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _ordered(axes) -> tuple[list, list]:
    """Legend entries with the posterior last."""
    pairs = sorted(zip(*axes.get_legend_handles_labels(), strict=True), key=lambda pair: pair[1] == "exact posterior")
    return [handle for handle, _ in pairs], [label for _, label in pairs]
