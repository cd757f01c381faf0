"""The density of one neuron's overlap, theory and posterior, one panel a point of the sweep."""

import xarray
from matplotlib.figure import Figure

from .style import LINES, POINTS, new_figure, style

OVERLAP = r"overlap $|q|=|w\cdot w^*|$"


def overlap_density(found: xarray.Dataset, axis: str, title: str, limit: float, longest: float) -> Figure:
    """-log p(q), measured from the centre of the theory, at every value of `axis` from the largest to the smallest."""
    with style():
        count = found.sizes[axis]
        columns = min(3, count)
        rows = -(-(count + 1) // columns) if count % columns else count // columns
        figure = new_figure(7.4, 2.5 * rows + (0.4 if rows * columns == count else 0))
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for i, (axes, at) in enumerate(zip(grid, sorted(found[axis].values, reverse=True), strict=False)):
            here = found.sel({axis: at})
            centre = float(here["theory_log_density"].sel(transverse="exact", overlap=0))
            for transverse in ("mean", "exact"):
                axes.plot(found["overlap"], centre - here["theory_log_density"].sel(transverse=transverse), **LINES[transverse])
            y, error = (here[f"posterior_negative_log_density{end}"] for end in ("", "_error"))
            axes.errorbar(found["bin"], y + centre, error, label="exact posterior", **{**POINTS, "markersize": 2.6, "capsize": 0})
            axes.set(xlim=(0, longest), ylim=(-0.7, limit))
            axes.set_xticks([0, 0.5, 1.0] + ([1.5] if longest > 1.5 else []))
            axes.set_title(f"({'abcdefghi'[i]})  ${title.format(at)}$", loc="left")
            if i % columns == 0:
                axes.set_ylabel(r"$-\log\,p(q)/p_0$")
            if i + columns >= count:
                axes.set_xlabel(OVERLAP)
                axes.tick_params(labelbottom=True)
        handles, labels = grid[0].get_legend_handles_labels()
        for axes in grid[count:]:
            axes.set_axis_off()
        if rows * columns > count:
            grid[count].legend(handles, labels, loc="center")
        else:
            figure.legend(handles, labels, loc="outside lower center", ncols=3)
        return figure
