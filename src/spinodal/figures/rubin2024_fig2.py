"""The four pictures of rubin2024-fig2."""

import numpy as np
import xarray
from matplotlib.figure import Figure

from .overlap_density import overlap_density
from .style import BLACK, BLUE, GREY, LINES, MARKS, ORANGE, POINTS, letter, new_figure, style

NOISE = r"noise $\sigma^2$"
LIMIT = {"mean": {"color": ORANGE, "linestyle": (0, (1, 1.2))}, "exact": {"color": BLUE, "linestyle": (0, (3, 1, 1, 1))}}


def density(found: xarray.Dataset) -> Figure:
    """-log p(q) at every noise: theory in both conventions, posterior with error bars."""
    return overlap_density(found, "noise", r"\sigma^2={:g}", limit=13)


def discrepancies(found: xarray.Dataset) -> Figure:
    """b and c against noise, with every transition marked."""
    with style():
        figure = new_figure(7.4, 3.9)
        panels = figure.subplots(1, 2)
        symbols = {"linear_discrepancy": r"linear discrepancy $b$", "cubic_discrepancy": r"cubic discrepancy $c$"}
        for i, (axes, (name, label)) in enumerate(zip(panels, symbols.items(), strict=True)):
            for transverse in ("mean", "exact"):
                axes.plot(found["noise_fine"], found[f"theory_{name}"].sel(transverse=transverse), **LINES[transverse])
                limit = {**LIMIT[transverse], "linewidth": 1.0, "label": "  same, infinite size"}
                axes.plot(found["noise_fine"], found[f"limit_{name}"].sel(transverse=transverse), **limit)
            axes.errorbar(found["noise"], found[f"posterior_{name}"], found[f"posterior_{name}_error"], label="exact posterior", **POINTS)
            _mark_transitions(axes, found)
            axes.set(xlabel=NOISE, ylabel=label, xlim=(0.075, 0.325))
            letter(axes, "ab"[i])
        figure.legend(*_grouped(panels[0]), loc="outside lower center", ncols=3, columnspacing=1.4)
        return figure


def droplets(found: xarray.Dataset) -> Figure:
    """Droplet fraction, and the transverse norm inside droplets."""
    with style():
        figure = new_figure(7.4, 3.5)
        left, right = figure.subplots(1, 2)
        for transverse in ("mean", "exact"):
            left.plot(found["noise_fine"], 100 * found["theory_droplet_fraction"].sel(transverse=transverse), **LINES[transverse])
            norms = found["theory_droplet_transverse_norm"].sel(transverse=transverse).sortby("noise")
            marker = {"mean": "s", "exact": "D"}[transverse]
            right.plot(norms["noise"], norms, **{**LINES[transverse], "marker": marker, "markersize": 5, "markerfacecolor": "white"})
        percent = (100 * found[f"posterior_droplet_fraction{end}"] for end in ("", "_error"))
        left.errorbar(found["noise"], *percent, label="exact posterior", **POINTS)
        norm, error = (found[f"posterior_droplet_transverse_norm{end}"] for end in ("", "_error"))
        right.errorbar(found["noise"], norm, error, label="exact posterior", **POINTS)
        _mark_transitions(left, found)
        left.set(xlabel=NOISE, ylabel=r"droplet fraction $P(|q|>0.4)$  (%)", xlim=(0.075, 0.325), ylim=(0, None))
        right.set(xlabel=NOISE, ylabel=r"$r=|w_\perp|^2$ of droplets", xlim=(0.075, 0.325), ylim=(0, 0.6))
        letter(left, "a")
        letter(right, "b")
        figure.legend(*_grouped(left), loc="outside lower center", ncols=3, columnspacing=1.4)
        return figure


def scales(found: xarray.Dataset) -> Figure:
    """b against noise at the paper's scales and at infinite size, in both conventions."""
    with style():
        figure = new_figure(7.4, 3.3)
        panels = figure.subplots(1, 2, sharey=True)
        shades = np.linspace(0.72, 0.15, found.sizes["scale"])
        dashes = [(0, (1, 1)), (0, (3, 1.2)), (0, (6, 1.5)), "-"]
        for axes, transverse, title in zip(panels, ("mean", "exact"), ("as published", "$r$ integrated"), strict=True):
            limit = found["limit_linear_discrepancy"].sel(transverse=transverse)
            for i, scale in enumerate(found["scale"].values):
                difference = found["scale_linear_discrepancy"].sel(scale=scale, transverse=transverse) - limit
                axes.plot(
                    found["noise_fine"], difference, color=str(shades[i]), linestyle=dashes[i % 4], label=rf"$\alpha=\beta={scale:g}$"
                )
            axes.axhline(0, color=LINES[transverse]["color"], linewidth=1.2, label="infinite size")
            onset = float(found["transition_noise"].sel(transverse=transverse, criterion="degeneracy"))
            axes.axvline(onset, color=GREY, linewidth=1, linestyle=MARKS["degeneracy"], label="degeneracy")
            axes.set(xlabel=NOISE, xlim=(0.08, 0.32))
            axes.set_title(f"({'ab'[transverse == 'exact']})  theory, {title}", loc="left")
        panels[0].set_ylabel(r"$b-b_{\rm infinite\ size}$")
        panels[1].legend(loc="best")
        return figure


def _mark_transitions(axes, found: xarray.Dataset) -> None:
    colours = {"mean": ORANGE, "exact": BLUE}
    for criterion in found["criterion"].values:
        for transverse, colour in colours.items():
            noise = float(found["transition_noise"].sel(criterion=criterion, transverse=transverse))
            if np.isfinite(noise):
                axes.axvline(noise, color=colour, linestyle=MARKS[str(criterion)], linewidth=0.9, alpha=0.8, zorder=0)
        axes.plot([], [], color=BLACK, linestyle=MARKS[str(criterion)], linewidth=0.9, label=str(criterion))


def _grouped(axes) -> tuple[list, list]:
    """Handles and labels with the lines of one kind together."""
    return axes.get_legend_handles_labels()
