"""Times of every setting, and ratios to an unfair and a fair baseline."""

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .style import BLACK, BLUE, GREY, ORANGE, VERMILION, letter, new_figure, style

LOOKS = {"baseline": (BLACK, "o", "Adam alone"), "ema": (ORANGE, "s", "Grokfast-EMA"), "ma": (BLUE, "^", "Grokfast-MA")}
SGD_LOOKS = ((GREY, "-"), (ORANGE, (0, (5, 2))), (BLUE, (0, (1, 1.3))))


def times(found: xarray.Dataset) -> Figure:
    """Updates to the level, a panel for each rate."""
    cap = float(found.attrs["cap"])
    rates = np.unique(found["setting_rate"].values[found["setting_rate"].values > 0])
    decays = list(dict.fromkeys(name for name in found["setting_decay"].values.tolist() if name))
    with style():
        figure = new_figure(7.4, 3.6)
        panels = np.atleast_1d(figure.subplots(1, len(rates), sharey=True))
        for axes, rate, name in zip(panels, rates, "abcdef", strict=False):
            for k, (method, (colour, marker, _)) in enumerate(LOOKS.items()):
                for j, decay in enumerate(decays):
                    here = (found["setting_method"] == method) & (found["setting_rate"] == rate) & (found["setting_decay"] == decay)
                    middle = found["setting_median"].where(here, drop=True).values
                    steps = np.nan_to_num(found["test_step"].where(here, drop=True).values.ravel(), nan=1.25 * cap)
                    x = j + 0.26 * (k - 1)
                    axes.plot(np.full(len(steps), x), steps, marker, color=colour, markersize=3, alpha=0.55, markeredgewidth=0)
                    if len(steps):
                        axes.plot(
                            x,
                            np.nan_to_num(middle[0], nan=1.25 * cap),
                            marker,
                            color=colour,
                            markersize=6.5,
                            markerfacecolor="none",
                            markeredgewidth=1.4,
                        )
            axes.axhline(1.25 * cap, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
            axes.set(yscale="log", xlabel="decay", xlim=(-0.6, len(decays) - 0.4))
            axes.set_xticks(range(len(decays)), decays, rotation=0 if len(decays) <= 3 else 60)
            axes.set_title(f"rate {rate:g}", loc="right", fontsize=8.5)
            letter(axes, name)
        panels[0].set_ylabel("updates to a test accuracy of 0.95")
        handles = [Line2D([], [], color=c, marker=m, linestyle="none", markersize=5, label=label) for c, m, label in LOOKS.values()]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        return figure


def ratios(found: xarray.Dataset) -> Figure:
    """Speed-ups with intervals; and SGD with the filter against SGD with a larger rate."""
    with style():
        figure = new_figure(7.4, 3.6)
        left, right = figure.subplots(1, 2)
        filters = found["filter"].values.tolist()
        against = found["against"].values.tolist()
        for i, method in enumerate(filters):
            if not found["acted"].sel(filter=method):
                left.text(1.15, i, "not tested:\nthe filter never acted", fontsize=8, color=GREY, va="center")
                continue
            for k, (side, colour, marker) in enumerate(zip(against, (VERMILION, BLUE), "Do", strict=True)):
                value, low, high = (float(found[f"ratio_{name}"].sel(filter=method, against=side)) for name in ("value", "low", "high"))
                if not np.isfinite(value):
                    continue
                y = i + 0.2 * (k - 0.5)
                label = {"label": f"over the {side} baseline"} if i == 0 else {}
                left.plot(value, y, marker, color=colour, markersize=6, **label)
                if np.isfinite(low):
                    left.plot([low or value, high if np.isfinite(high) else value], [y, y], color=colour, linewidth=1.4)
                for open_end, end in ((low == 0, value / 1.6), (np.isinf(high), value * 1.6)):
                    if open_end:
                        left.annotate("", (end, y), (value, y), arrowprops={"arrowstyle": "->", "color": colour})
        left.axvline(1, color=GREY, linewidth=0.9)
        for i, known in enumerate(found["published_ratio"].values):
            left.plot([known, known], [i - 0.35, i + 0.35], color=GREY, linewidth=0.9, linestyle=(0, (1, 1.5)))
            left.text(known, i + 0.37, "published", fontsize=8, color=GREY, ha="center", va="bottom")
        left.set(xscale="log", xlabel="ratio of medians, baseline over filter", ylim=(-0.5, len(filters) - 0.5))
        left.set_xlim(left=min(0.3, left.get_xlim()[0]), right=max(80, left.get_xlim()[1]))
        left.set_yticks(range(len(filters)), [LOOKS[method][2] for method in filters])
        left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), fontsize=8)
        for name, (colour, dash) in zip(found["sgd_arm"].values.tolist(), SGD_LOOKS, strict=True):
            here = found.sel(arm=name)
            step = here["curve_step"].isel(replica=0).values
            loss = here["curve_train_loss"].median("replica").values
            right.plot(step[step > 0], loss[step > 0], color=colour, linestyle=dash, label=name)
        right.set(xscale="log", yscale="log", xlabel="updates", ylabel="training loss")
        right.legend(loc="lower left")
        letter(left, "a")
        letter(right, "b")
        return figure
