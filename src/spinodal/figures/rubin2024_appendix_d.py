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
        for i, (axes, (name, label)) in enumerate(zip(panels, LABELS.items(), strict=True)):
            for transverse in ("mean", "exact"):
                axes.plot(found["width_fine"], found[f"theory_{name}"].sel(transverse=transverse), **LINES[transverse])
            count = found.sizes["data_seed"]
            for k in range(count):
                here = found.isel(data_seed=k)
                shift = 1.02 ** (k - (count - 1) / 2) if count > 1 else 1.0
                names = {"label": "exact posterior, one data set"} if k == 0 else {}
                axes.errorbar(here["width"] * shift / 1.012, here[f"{name}_mean"], here[f"{name}_mcse"], **POINTS, **names)
                axes.plot(here["width"] * shift / 1.012, here[f"{name}_mean"].where(_loose(here)), **LOOSE)
                names = {"label": "corrected theory, same data set"} if k == 0 else {}
                axes.plot(here["width"] * shift * 1.012, here[f"corrected_{name}"], **CORRECTED, **names)
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
        figure = new_figure(7.4, 3.5)
        panels = figure.subplots(1, 2)
        markers = dict(zip(sorted(found["width"].values.tolist(), reverse=True), "osDv^", strict=False))
        for i, (axes, name) in enumerate(zip(panels, list(LABELS)[:2], strict=True)):
            for at, marker in markers.items():
                here = found.sel(width=at)
                style_of = {**POINTS, "marker": marker, "color": BLACK}
                axes.errorbar(here[f"corrected_{name}"], here[f"{name}_mean"], here[f"{name}_mcse"], label=f"$N={at}$", **style_of)
                axes.plot(here[f"corrected_{name}"], here[f"{name}_mean"].where(_loose(here)), **{**LOOSE, "marker": marker})
            both = np.concatenate([found[f"corrected_{name}"].values.ravel(), found[f"{name}_mean"].values.ravel()])
            pad = 0.06 * float(np.nanmax(both) - np.nanmin(both))
            ends = [float(np.nanmin(both)) - pad, float(np.nanmax(both)) + pad]
            axes.plot(ends, ends, color=GREY, linewidth=0.9, zorder=0)
            axes.set(xlabel=f"{LABELS[name]}, corrected theory", ylabel=f"{LABELS[name]}, posterior", xlim=ends, ylim=ends)
            axes.set_aspect("equal")
            axes.locator_params(nbins=5)
            letter(axes, "ab"[i])
        panels[0].legend(loc="upper left")
        return figure


def density(found: xarray.Dataset) -> Figure:
    """-log p(q) at every width."""
    return overlap_density(found, "width", "N={:g}", limit=20, longest=1.7)


def _loose(found: xarray.Dataset) -> xarray.DataArray:
    """Where chains have not met; not where a cell is not done (NaN)."""
    return found["converged"] == 0
