"""The three pictures of rubin2024-fig3."""

import numpy as np
import xarray
from matplotlib.figure import Figure

from .style import BLUE, GREY, LINES, ORANGE, POINTS, letter, new_figure, style

NOISE = r"noise $\sigma^2$"
KIND = {"printed": LINES["printed"], "exact": LINES["right"]}
BOUNDARIES = {"spinodal": (0, (1, 1.5)), "onset": (0, (4, 1.5, 1, 1.5)), "completion": (0, (8, 3))}


def phases(found: xarray.Dataset) -> Figure:
    """a and w against noise at the published size, both eigenvalues."""
    with style():
        figure = new_figure(7.4, 3.7)
        left, right = figure.subplots(1, 2)
        for eigenvalue, look in KIND.items():
            here = found.sel(eigenvalue=eigenvalue)
            left.plot(found["noise_fine"], here["theory_discrepancy"], **look)
            right.semilogy(found["noise_fine"], here["theory_droplet_weight"].where(here["theory_droplet_weight"] > 1e-10), **look)
        ends = found["theory_transition_noise"].sel(eigenvalue="printed")
        for axes in (left, right):
            _mark(axes, ends)
            axes.set(xlabel=NOISE, xlim=(0.14, 0.26))
        _name_phases(left, ends)
        _name_phases(right, ends)
        left.set(ylabel=r"discrepancy $a$", ylim=(0.55, 1.03))
        right.set(ylabel=r"share of modes in droplets $w$", ylim=(1e-9, 3))
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5)
        return figure


def posterior(found: xarray.Dataset) -> Figure:
    """a, w and <Phi Psi> against reduced temperature at small primes: posterior, and both theories."""
    labels = {
        "discrepancy": "discrepancy $a$",
        "droplet_weight": "share of modes in droplets $w$",
        "amplitude_product": r"$\langle\Phi_k\Psi_k\rangle$",
    }
    with style():
        count = found.sizes["prime"]
        figure = new_figure(7.4, 2.7 * count + 0.4)
        grid = figure.subplots(count, 3, squeeze=False, sharex=True)
        for i, prime in enumerate(found["prime"].values):
            here = found.sel(prime=prime)
            for j, (axes, (name, label)) in enumerate(zip(grid[i], labels.items(), strict=True)):
                for eigenvalue, look in KIND.items():
                    curve = here[f"small_{name}"].sel(eigenvalue=eigenvalue)
                    axes.plot(found["temperature_fine"], curve.where(curve > 0) if j else curve, **look)
                mean, error = (here[f"posterior_{name}{end}"] for end in ("", "_error"))
                axes.errorbar(found["temperature"], mean.where(mean > error) if j else mean, error, label="exact posterior", **POINTS)
                axes.set(ylabel=label, xlim=(0.8, 2.5))
                axes.set_title(f"({'abcdef'[3 * i + j]})  $P={prime}$", loc="left")
            grid[i, 0].set_ylim(0, 1.05)
            grid[i, 1].set(yscale="log", ylim=(3e-6, 2))
            grid[i, 2].set_yscale("log")
        for axes in grid[-1]:
            axes.set_xlabel(r"reduced temperature $t=N\sigma^2$")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        return figure


def rescaled(found: xarray.Dataset) -> Figure:
    """The exact eigenvalue at rescaled parameters on top of the printed one at the published parameters."""
    with style():
        figure = new_figure(7.4, 3.2)
        panels = figure.subplots(1, 2)
        labels = {"discrepancy": r"discrepancy $a$", "droplet_weight": r"share of modes in droplets $w$"}
        for i, (axes, (name, label)) in enumerate(zip(panels, labels.items(), strict=True)):
            printed = {**KIND["printed"], "label": "printed eigenvalue, published parameters", "zorder": 4}
            axes.plot(
                found["noise_fine"], found[f"rescaled_{name}"], color=BLUE, linewidth=4, alpha=0.45, label="exact eigenvalue, rescaled"
            )
            axes.plot(found["noise_fine"], found[f"theory_{name}"].sel(eigenvalue="printed"), **printed)
            axes.set(xlabel=r"noise $\sigma^2$, or $\nu\sigma'^2$", ylabel=label, xlim=(0.14, 0.26))
            letter(axes, "ab"[i])
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return figure


def _mark(axes, ends: xarray.DataArray) -> None:
    for boundary, dashes in BOUNDARIES.items():
        noise = float(ends.sel(boundary=boundary))
        if np.isfinite(noise):
            colour = ORANGE if boundary == "completion" else GREY
            label = "completion (printed only)" if boundary == "completion" else boundary
            axes.axvline(noise, color=colour, linestyle=dashes, linewidth=1, zorder=0, label=label)


def _name_phases(axes, ends: xarray.DataArray) -> None:
    low, high = 0.14, 0.26
    onset, completion = (float(ends.sel(boundary=b)) for b in ("onset", "completion"))
    spans = {"GMFL-II": (low, completion), "GMFL-I": (completion, onset), "GFL": (onset, high)}
    for name, (start, stop) in spans.items():
        if np.isfinite(start) and np.isfinite(stop):
            axes.text(
                (start + stop) / 2, 1.01, name, transform=axes.get_xaxis_transform(), ha="center", va="bottom", fontsize=8.5, color=GREY
            )
