"""The three pictures of omnigrok2022-digits; each says that digits are not MNIST."""

import xarray
from matplotlib.figure import Figure

from .omnigrok_panels import FLOOR, NORM, landscape_panel, mark_critical, mean_and_error, plain_ticks, run_panels
from .style import BLACK, BLUE, GREY, VERMILION, new_figure, style

TICKS = (0.1, 0.3, 1, 3, 8)  # of norms
SAID = "digits, not MNIST"
LOOKS = ({"color": VERMILION, "marker": "o"}, {"color": BLUE, "marker": "s"}, {"color": BLACK, "marker": "D"})


def landscape(found: xarray.Dataset) -> Figure:
    """Losses at fixed norm for every data size."""
    with style():
        count = found.sizes["samples"]
        figure = new_figure(7.4, 3.7)
        panels = figure.subplots(1, count, sharey=True, squeeze=False)[0]
        for i, (axes, samples) in enumerate(zip(panels, found["samples"].values, strict=True)):
            landscape_panel(axes, found.sel(samples=samples, decay=0.0))
            mark_critical(axes, found["alpha_critical"].sel(samples=samples))
            axes.set_title(f"({'abc'[i]})  {SAID}, $N={samples}$", loc="left")
            axes.set_ylim(bottom=FLOOR / 2)
            if i:
                axes.set_ylabel("")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        return figure


def delay(found: xarray.Dataset) -> Figure:
    """Delay and norms at the crossings against the initial norm."""
    runs = found.isel(decay=-1)
    alphas = found["alpha"].values
    with style():
        figure = new_figure(7.4, 3.7)
        left, right = figure.subplots(1, 2)
        for i, samples in enumerate(found["samples"].values):
            here, look, shift = runs.sel(samples=samples), LOOKS[i % 3], 1.03 ** (i - 0.5)
            mean, error = mean_and_error(found["delay"].sel(samples=samples))
            left.errorbar(alphas * shift, mean, error, **look, markersize=4.5, linewidth=1.2, capsize=2.5, label=f"$N={samples}$")
            bound = here["test_step"].isnull().any("replica").values
            left.plot(alphas[bound] * shift, mean[bound], color=look["color"], marker="^", markersize=9, linestyle="none")
            for name, face, size in (("test", look["color"], 3.5), ("train", "white", 7)):
                mean, error = mean_and_error(here[f"norm_at_{name}"])
                label = f"$N={samples}$, {'training' if name == 'train' else name}"
                style_of = {**look, "markerfacecolor": face, "linestyle": "none", "markersize": size, "zorder": 9 - size}
                right.errorbar(alphas * shift, mean, error, **style_of, capsize=2.5, label=label)
        right.plot(alphas, alphas, color=GREY, linewidth=0.9, zorder=0)
        left.axhline(0, color=GREY, linewidth=0.8, zorder=0)
        left.set(xscale="log", xlabel=NORM, ylabel=f"delay of the test, updates (accuracy {float(found['level']):g})")
        left.set_yscale("symlog", linthresh=100, linscale=0.7)
        left.set_ylim(-30, max(300.0, 3 * float(found["delay"].max())))
        right.set(xscale="log", yscale="log", xlabel=NORM, ylabel="norm at the crossing")
        plain_ticks(right.yaxis, TICKS)
        for axes, name in ((left, "a"), (right, "b")):
            plain_ticks(axes.xaxis, TICKS)
            axes.set_title(f"({name})  {SAID}", loc="left")
            axes.legend(loc="upper left")
        return figure


def runs(found: xarray.Dataset) -> Figure:
    """Learning curves from the largest norm, least and most data."""
    here = found.isel(decay=-1, alpha=-1)
    with style():
        figure = new_figure(7.4, 4.8)
        grid = figure.subplots(2, 2, sharex=True, sharey="row", height_ratios=(1.4, 1))
        for i, k in enumerate((0, -1)):
            one = here.isel(samples=k)
            run_panels(grid[0, i], grid[1, i], one, float(one["decay"]))
            grid[0, i].axhline(float(found["level"]), color=GREY, linewidth=0.9, linestyle=(0, (1, 1.5)))
            grid[0, i].set_title(f"({'ab'[i]})  {SAID}, $N={int(one['samples'])}$, $\\alpha={float(one['alpha']):g}$", loc="left")
        grid[0, 0].set_ylabel("accuracy")
        grid[1, 0].set_ylabel("norm, in units of\nthe usual initialisation")
        grid[0, 0].legend(loc="upper left")
        grid[1, 0].legend(loc="lower left")
        plain_ticks(grid[1, 0].yaxis, [2, 4, 8])
        return figure
