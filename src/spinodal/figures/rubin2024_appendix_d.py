"""The three pictures of rubin2024-appendix-d."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .overlap_density import overlap_density
from .style import BLACK, GREY, LINES, POINTS, VERMILION, letter, new_figure, style

WIDTH = r"width $N$"
CORRECTED = {"color": VERMILION, "marker": "D", "markersize": 4.5, "linestyle": "none", "markerfacecolor": "white", "zorder": 4}
LOOSE = {"marker": "o", "markersize": 5, "markerfacecolor": "white", "markeredgecolor": BLACK, "linestyle": "none", "zorder": 7}
BREADTH = 1.2  # of the data sets at one width, as a factor either way
MANY = 20
LABELS = {
    "linear_discrepancy": r"linear discrepancy $b$",
    "cubic_discrepancy": r"cubic discrepancy $c$",
    "droplet_fraction": r"droplet fraction $P(|q|>0.4)$",
}


def width(found: xarray.Dataset) -> Figure:
    """b, c and the droplet fraction against width; every data set is a point."""
    with style():
        figure = new_figure(7.4, 3.3)
        panels = figure.subplots(1, 3)
        size = _size(found)
        for i, (axes, (name, label)) in enumerate(zip(panels, LABELS.items(), strict=True)):
            for transverse in ("mean", "exact"):
                axes.plot(found["width_fine"], found[f"theory_{name}"].sel(transverse=transverse), **LINES[transverse])
            count = found.sizes["data_seed"]
            # Side by side, theory beside its posterior, and never as wide as to meet the sets of another width
            shifts, apart = (np.geomspace(1 / BREADTH, BREADTH, count), BREADTH ** (1 / (count - 1))) if count > 1 else (np.ones(1), 1.012)
            for k, shift in enumerate(shifts):
                here = found.isel(data_seed=k)
                names = {"label": "exact posterior, one data set"} if k == 0 else {}
                posterior, theory = here["width"] * shift / apart**0.5, here["width"] * shift * apart**0.5
                axes.errorbar(posterior, here[f"{name}_mean"], here[f"{name}_mcse"], **POINTS | size, **names)
                axes.plot(posterior, here[f"{name}_mean"].where(_loose(here)), **LOOSE | size)
                names = {"label": "corrected theory, same data set"} if k == 0 else {}
                axes.plot(theory, here[f"corrected_{name}"], **CORRECTED | size, **names)
            axes.set_xscale("log")
            axes.set_xticks(sorted(found["width"].values.tolist()), labels=[str(n) for n in sorted(found["width"].values.tolist())])
            axes.set_xticks([], minor=True)
            axes.set(xlabel=WIDTH, ylabel=label)
            letter(axes, "abc"[i])
        handles = panels[0].get_legend_handles_labels()[0]
        if bool(_loose(found).any()):
            handles = [*handles, Line2D([], [], label="chains not converged", **LOOSE)]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
        return figure


def data_sets(found: xarray.Dataset) -> Figure:
    """Posterior against the corrected theory of the same data set, for b and c."""
    with style():
        figure = new_figure(7.4, 3.8)
        panels = figure.subplots(1, 2)
        size = _size(found)
        markers = dict(zip(sorted(found["width"].values.tolist(), reverse=True), "osDv^", strict=False))
        for i, (axes, name) in enumerate(zip(panels, list(LABELS)[:2], strict=True)):
            for at, marker in markers.items():
                here = found.sel(width=at)
                style_of = {**POINTS, "marker": marker, "color": BLACK} | size
                axes.errorbar(here[f"corrected_{name}"], here[f"{name}_mean"], here[f"{name}_mcse"], label=f"$N={at}$", **style_of)
                axes.plot(here[f"corrected_{name}"], here[f"{name}_mean"].where(_loose(here)), **LOOSE | {"marker": marker} | size)
            both = np.concatenate([found[f"corrected_{name}"].values.ravel(), found[f"{name}_mean"].values.ravel()])
            pad = 0.06 * float(np.nanmax(both) - np.nanmin(both))
            ends = [float(np.nanmin(both)) - pad, float(np.nanmax(both)) + pad]
            axes.plot(ends, ends, color=GREY, linewidth=0.9, zorder=0)
            axes.set(xlabel=f"{LABELS[name]}, corrected theory", ylabel=f"{LABELS[name]}, posterior", xlim=ends, ylim=ends)
            axes.set_aspect("equal")
            axes.locator_params(nbins=5)
            letter(axes, "ab"[i])
        handles = panels[0].get_legend_handles_labels()[0]
        if bool(_loose(found).any()):
            handles = [*handles, Line2D([], [], label="hollow: chains not converged", **LOOSE)]
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
        return figure


def density(found: xarray.Dataset) -> Figure:
    """-log p(q) at every width."""
    return overlap_density(found, "width", "N={:g}", limit=20, longest=1.7)


def _size(found: xarray.Dataset) -> dict[str, float]:
    """Smaller marks where there are many data sets."""
    return {"markersize": 3.0} if found.sizes["data_seed"] > MANY else {}


def _loose(found: xarray.Dataset) -> xarray.DataArray:
    """Where chains have not met; not where a cell is not done (NaN)."""
    return found["converged"] == 0
