"""The pictures of gromov2023: networks that are written down, and what trained ones hold."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, POINTS, PURPLE, SKY, VERMILION, letter, new_figure, style

PRIMES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (VERMILION, "D"), (PURPLE, "v"), (BLACK, "P"), (SKY, "X"))
LINES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (4, 1.5, 1, 1.5)))
OUTCOMES = ((BLUE, "M"), (ORANGE, "C"), (SKY, "P"), (GREEN, "F"), ("#bbbbbb", "N"))  # memorisation, coexistence, partial, full, neither
DECAYS = ((BLUE, "-"), (VERMILION, (0, (5, 1.5))), (GREEN, (0, (1, 1.2))), (PURPLE, (0, (4, 1.5, 1, 1.5))))
RULE = {"color": GREY, "linestyle": (0, (1, 1.5)), "linewidth": 1.1, "zorder": 0}


def width(found: xarray.Dataset) -> Figure:
    """Share of wrong pairs of random phases against N / p and against N, and the width needed against p."""
    with style():
        figure = new_figure(7.4, 3.5)
        scaled, plain, needed = figure.subplots(1, 3)
        plain.sharey(scaled)
        handles = []
        for i, p in enumerate(found["prime"].values):
            colour, marker = PRIMES[i % len(PRIMES)]
            line = LINES[i % len(LINES)]
            here = found.sel(prime=p)
            wrong = 1 - here["random_accuracy"]
            mean, error = wrong.mean("draw").values, wrong.std("draw", ddof=1).values / np.sqrt(found.sizes["draw"])
            seen = mean > 0
            least = 1 / (found.sizes["draw"] * float(p) ** 2)  # one pair of one draw
            for axes, x in ((scaled, found["ratio"].values), (plain, here["neurons"].values)):
                look = {"color": colour, "linestyle": line, "linewidth": 1.0, "marker": marker, "markersize": 4, "capsize": 2}
                axes.errorbar(x[seen], mean[seen], np.minimum(error, 0.99 * mean)[seen], **look)
                axes.plot(x[~seen], np.full((~seen).sum(), least), marker=r"$\downarrow$", color=colour, linestyle="none", markersize=7)
            handles.append(Line2D([], [], color=colour, marker=marker, linestyle=line, markersize=4, label=f"p = {p}"))
            bars = float(here["needed_width_error"])
            needed.errorbar([p], [float(here["needed_width"])], [[bars], [bars]], **{**POINTS, "color": colour, "marker": marker})
        primes, widths = found["prime"].values.astype(float), found["needed_width"].values
        known = np.isfinite(widths)
        if known.sum() > 1:
            middle = np.log(primes[known]).mean(), np.log(widths[known]).mean()
            for power, look in ((float(found.attrs["growth"]), {"color": BLACK}), (1.0, RULE)):
                if np.isfinite(power):
                    label = rf"$\propto p^{{{power:.2f}}}$" if power != 1 else r"$\propto p$"
                    needed.plot(primes, np.exp(middle[1] + power * (np.log(primes) - middle[0])), label=label, **{"linewidth": 1.0, **look})
        needed.plot(primes, found["theory_width"], label="bound", color=BLUE, linestyle=(0, (5, 1.5)), linewidth=1.2)
        needed.legend(fontsize=8)
        pairs = found.sizes["draw"] * float(found["prime"].max()) ** 2
        for axes in (scaled, plain):
            axes.set(yscale="log", ylim=(0.3 / pairs, 1.5))
            axes.axhline(found.attrs["error"], **RULE)
        needed.set(xscale="log", yscale="log", xlabel="prime $p$", ylabel="width $N$ for 1 % wrong, neurons")
        needed.set_xticks(primes, [f"{p:g}" for p in primes])
        needed.minorticks_off()
        ticks = [t for t in (20, 30, 50, 70, 100, 150, 200) if known.any() and np.nanmin(widths) / 2.5 < t < 2.5 * np.nanmax(widths)]
        needed.set_yticks(ticks, map(str, ticks))
        scaled.set(xlabel="width over prime, $N/p$", ylabel="share of wrong pairs")
        plain.set(xlabel="width $N$, neurons")
        plain.tick_params(labelleft=False)
        for axes, name in ((scaled, "a"), (plain, "b"), (needed, "c")):
            letter(axes, name)
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        return figure


def participation(found: xarray.Dataset) -> Figure:
    """Histograms of the participation of neurons at three moments, one row a share and decay."""
    here = found["participation"].sel(label_noise=0.0)
    fractions, decays = _few(found["train_fraction"].values), found["weight_decay"].values
    edges = np.linspace(0, 1, 21)
    with style():
        figure = new_figure(7.4, 0.5 + 1.35 * len(fractions) * len(decays))
        grid = figure.subplots(len(fractions) * len(decays), 3, sharex=True, squeeze=False)
        for row, (fraction, decay) in enumerate((f, d) for f in fractions for d in decays):
            for axes, moment in zip(grid[row], found["moment"].values, strict=True):
                runs = here.sel(train_fraction=fraction, weight_decay=decay, moment=moment).values
                values = runs[np.isfinite(runs)]
                if values.size:
                    counts = np.histogram(values, edges)[0] / values.size
                    axes.bar(edges[:-1], counts, np.diff(edges), align="edge", color=SKY, edgecolor="white", linewidth=0.4)
                    humps = found["two_humped"].sel(label_noise=0.0, train_fraction=fraction, weight_decay=decay, moment=moment).values
                    known = humps[np.isfinite(humps)]
                    said = f"two humps in {int(known.sum())} of {known.size}"
                    axes.text(0.5, 0.93, said, transform=axes.transAxes, ha="center", va="top", fontsize=8)
                    axes.set_ylim(0, 1.3 * counts.max())
                else:
                    axes.text(0.5, 0.5, "never", transform=axes.transAxes, ha="center", color=GREY)
                    axes.set_yticks([])
                axes.axvline(float(found["participation_null"].max()), **{**RULE, "color": BLACK, "zorder": 3})
                if row == 0:
                    axes.set_title(str(moment), loc="left")
            grid[row, 0].set_ylabel(f"{fraction:.0%}, decay {decay:g}\nshare of neurons", fontsize=8)
        for axes in grid[-1]:
            axes.set(xlabel="participation", xlim=(0, 1))
        return figure


def phases(found: xarray.Dataset) -> Figure:
    """Histograms of the readout's phase minus the sum of the other two, at the end."""
    here = found["sum_residual"].sel(label_noise=0.0, moment="end")
    edges = np.linspace(-1, 1, 41)
    with style():
        decays = found["weight_decay"].values
        figure = new_figure(7.4, 2.8)
        for axes, decay in zip(figure.subplots(1, len(decays), sharey=True, squeeze=False)[0], decays, strict=True):
            for i, fraction in enumerate(_few(found["train_fraction"].values)):
                runs = here.sel(weight_decay=decay, train_fraction=fraction).values
                values = runs[np.isfinite(runs)] / np.pi
                if values.size:
                    shares = np.histogram(values, edges)[0] / values.size
                    look = {"color": DECAYS[i % 4][0], "linestyle": DECAYS[i % 4][1], "linewidth": 1.3}
                    axes.stairs(shares, edges, label=f"{fraction:.0%} of the pairs, {values.size} neurons", **look)
            axes.axhline(1 / (len(edges) - 1), **RULE)
            axes.set_title(f"decay {decay:g}", loc="left")
            axes.set(xlabel=r"$\chi-\phi-\psi$, units of $\pi$", xlim=(-1, 1))
            axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["-1", "-½", "0", "½", "1"])
            axes.legend(fontsize=8, loc="upper left")
        figure.axes[0].set_ylabel("share of neurons")
        figure.axes[0].set_ylim(0, 1.4 * figure.axes[0].get_ylim()[1])  # room for the legend
        return figure


def curves(found: xarray.Dataset) -> Figure:
    """Accuracies of every seed against updates, one panel a share."""
    fractions = _few(found["train_fraction"].values)
    with style():
        figure = new_figure(7.4, 3.0)
        handles = []
        for axes, fraction in zip(figure.subplots(1, len(fractions), sharey=True, squeeze=False)[0], fractions, strict=True):
            for i, decay in enumerate(found["weight_decay"].values):
                here = found.sel(train_fraction=fraction, weight_decay=decay, label_noise=0.0)
                colour, marker = DECAYS[i % 4][0], "os^D"[i % 4]
                for k in range(here.sizes["replica"]):
                    run = here.isel(replica=k)
                    x = run["curve_step"].where(run["curve_step"] > 0)
                    axes.plot(x, run["curve_test_accuracy"], color=colour, linewidth=1.2, marker=marker, markersize=3)
                    axes.plot(x, run["curve_train_accuracy"], color=colour, linewidth=0.9, alpha=0.8, linestyle=(0, (4, 2)))
                steps = here["test_step"].fillna(np.inf).median().item()
                if np.isfinite(steps):
                    axes.axvline(steps, **{**RULE, "color": colour})
                if not axes.get_subplotspec().colspan.start:
                    handles.append(Line2D([], [], color=colour, marker=marker, markersize=3, label=f"decay {decay:g}, test"))
                    handles.append(Line2D([], [], color=colour, linewidth=0.9, linestyle=(0, (4, 2)), label=f"decay {decay:g}, training"))
            axes.set(xlabel="updates", xscale="log", ylim=(-0.03, 1.03))
            axes.set_title(f"{fraction:.0%} of the pairs", loc="left")
        figure.axes[0].set_ylabel("accuracy")
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
        return figure


def noise(found: xarray.Dataset) -> Figure:
    """The most frequent end at every share of pairs and of corrupted labels, one panel a decay."""
    noises = found["label_noise"].values[found["label_noise"].values > 0]
    with style():
        if not noises.size:
            figure = new_figure(7.4, 0.7)
            axes = figure.subplots()
            axes.set_axis_off()
            axes.text(0.5, 0.5, "corrupted labels are trained on in the paper size only", ha="center", color=GREY)
            return figure
        decays, fractions = found["weight_decay"].values, found["train_fraction"].values
        names = [str(name) for name in found["outcome_name"].values]
        figure = new_figure(7.4, 1.2 + 1.8 * -(-len(decays) // 2))
        panels = figure.subplots(-(-len(decays) // 2), 2, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, decay in zip(panels, decays, strict=False):
            for (i, share), (j, fraction) in ((a, b) for a in enumerate(noises) for b in enumerate(fractions)):
                codes = found["outcome"].sel(weight_decay=decay, label_noise=share, train_fraction=fraction).values
                counts = np.bincount(codes[np.isfinite(codes)].astype(int), minlength=len(names))
                best = int(counts.argmax())
                colour, code = OUTCOMES[best]
                axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=colour, alpha=0.6, edgecolor="white", linewidth=0.5))
                axes.text(j, i, f"{code}{counts[best]}", ha="center", va="center", fontsize=8)
            axes.set(xlim=(-0.5, len(fractions) - 0.5), ylim=(-0.5, len(noises) - 0.5))
            axes.set_xticks(range(len(fractions)), [f"{f:g}" for f in fractions])
            axes.set_yticks(range(len(noises)), [f"{n:g}" for n in noises])
            axes.set_title(f"decay {decay:g}", loc="left")
            if axes.get_subplotspec().is_first_col():
                axes.set_ylabel("corrupted share")
            axes.set_xlabel("share of pairs in training")
        for axes in panels[len(decays) :]:
            axes.set_axis_off()
        handles = [Patch(color=colour, alpha=0.6, label=f"{code}  {name}") for name, (colour, code) in zip(names, OUTCOMES, strict=True)]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        return figure


def _few(fractions: np.ndarray) -> np.ndarray:
    """At most three shares: the least, a middle one, and the largest."""
    return fractions if len(fractions) <= 3 else fractions[[0, len(fractions) // 2, -1]]
