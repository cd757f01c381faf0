"""The picture of docs/information.md: what the sign means, and what ties do to it.

    python docs/images/information.py

Writes information.png beside this file.
"""

from pathlib import Path

import numpy as np
from scipy.special import ndtri

from spinodal.figures.style import BLUE, GREY, ORANGE, letter, new_figure, png, style
from spinodal.measures.information import copula_correlation, discrete_information, null, o_information

LN2 = np.log(2)
SAMPLES, UNITS = 3763, 10
SHUFFLED = {"color": GREY, "marker": "o", "markersize": 4, "linestyle": "none", "zorder": 3}


def table(rule) -> np.ndarray:
    """Joint table of (a, b, rule(a, b)) for two fair bits."""
    p = np.zeros((2, 2, 2))
    for a in (0, 1):
        for b in (0, 1):
            p[a, b, rule(a, b)] = 1 / 4
    return p


def systems() -> dict[str, float]:
    """O-information of three bits, in bits."""
    copies = np.zeros((2, 2, 2))
    copies[0, 0, 0] = copies[1, 1, 1] = 1 / 2
    tables = {
        "three copies\nof one bit": copies,
        "three\nindependent bits": np.full((2, 2, 2), 1 / 8),
        "a, b, a AND b": table(lambda a, b: a & b),
        "a, b, a + b mod 2": table(lambda a, b: a ^ b),
    }
    return {name: discrete_information(p).o_information / LN2 for name, p in tables.items()}


def ties(shares: np.ndarray) -> dict[str, np.ndarray]:
    """O-information of independent rectified units, whose truth is 0, against their share of zeros; in bits."""
    noise = np.random.default_rng(0).standard_normal((SAMPLES, UNITS))
    found: dict[str, list] = {"ordinal": [], "average": [], "shuffled": []}
    for share in shares:
        x = np.maximum(noise - ndtri(share), 0)
        for way in ("ordinal", "average"):
            found[way].append(o_information(copula_correlation(x, ties=way)) / LN2)
        found["shuffled"].append(null(x, 20, seed=0, ties="ordinal", quantiles=[0.5]).quantiles[0] / LN2)
    return {name: np.array(values) for name, values in found.items()}


def picture():
    """Both panels."""
    with style():
        figure = new_figure(7.4, 2.9)
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
        values = systems()
        left.barh(list(values), list(values.values()), color=[ORANGE if v > 0 else BLUE for v in values.values()], height=0.55)
        left.axvline(0, color=GREY, linewidth=0.8)
        left.plot(0, 1, "o", color=GREY, markersize=4)
        left.invert_yaxis()
        left.set(xlim=(-1.25, 1.25), xlabel="O-information (bits)")
        left.text(-0.06, -0.62, "synergy", color=BLUE, ha="right", va="center")
        left.text(0.06, -0.62, "redundancy", color=ORANGE, ha="left", va="center")
        letter(left, "a")
        shares = np.linspace(0.02, 0.92, 19)
        found = ties(shares)
        right.plot(100 * shares, found["ordinal"], color=ORANGE, linestyle=(0, (5, 2)), label="tied zeros ranked by position")
        right.plot(100 * shares, found["average"], color=BLUE, label="tied zeros share their mean rank")
        some = slice(None, None, 2)
        right.plot(100 * shares[some], found["shuffled"][some], label="as dashed, every column shuffled", **SHUFFLED)
        right.set(xlabel="zeros of each unit (%)", ylabel="O-information (bits)", ylim=(-0.3, None))
        right.legend(loc="upper left", title=f"{UNITS} independent rectified units: truth 0", alignment="left")
        letter(right, "b")
        return figure


if __name__ == "__main__":
    target = Path(__file__).with_name("information.png")
    target.write_bytes(png(picture()))
    print(f"{target}: {target.stat().st_size} bytes")
