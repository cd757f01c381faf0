"""What the networks answer, in sentences and tables made from their numbers."""

from typing import Any

import numpy as np
import xarray

from ...measures.fourier import distance_irrelevance_null
from ...report import Table
from ...transitions.learning_phases import wilson_interval
from ..averages import over_runs, with_error
from . import published
from .analysis import LEARNED, ORDER, fall, falls, kinds_near, networks_of, trend_of
from .order import ENOUGH, SIGNIFICANT

CAVEATS = (
    "Two distance irrelevances go under one name. The text and the notebook look at the correct logit, the column of the released table "
    "holds the largest wrong one. Both are here; only the second may be compared with the published means.",
    f"The published means are of runs with circularity above {published.CIRCULAR}. That selects on the outcome. Here all networks that "
    "have learned count, and the selected ones are shown beside them.",
    "The published means have no errors, and each run its own coefficient: a bin of a tenth of the coefficient is held to ours at its "
    "end, within half of the step to the next bin.",
    "The attention weights are not renormalised: at coefficient 0 every weight is 1, not 1/2. The published configuration names a causal "
    "mask that the code does not have; here there is none.",
    "A curve that falls is no transition. The claim would need a fall that narrows with the width and networks of two kinds at the "
    "crossing, each tested here; a growing variance by itself is what any steep fall gives to networks that differ a little.",
    "The loss is computed in float64. In float32 it ends near 1e-7, where its gradient is rounding: decay then shrinks the weights until "
    "updates burst, and networks that are right on every pair are measured just after (loss_dtype).",
    "Widths are those that four heads divide; the hidden layer has four times the width.",
)
SMALLER = (
    "This run is smaller than the published one: p = {prime} (published 59), {steps:,} updates (20,000), widths {widths} (128), {replicas} "
    "networks a point. Published numbers stand beside it all the same; where they differ, size and time are not told apart."
)


def verdict(found: xarray.Dataset) -> tuple[str, ...]:
    """Who learned, where the order parameter falls, whether that sharpens, whether there are two kinds, and the two irrelevances."""
    return (_learned(found), *_curves(found), _sharpening(found), _kinds(found), _settled(found), _irrelevances(found), _selection(found))


def smaller(found: xarray.Dataset, prime: int, steps: int) -> str:
    """What a run that is not of the published size has less of."""
    widths = ", ".join(str(w) for w in found["d_model"].values)
    return SMALLER.format(prime=prime, steps=steps, widths=widths, replicas=found.sizes["replica"])


def tables(found: xarray.Dataset, prime: int) -> tuple[Table, ...]:
    """The curve of every width, its fall, the nulls, and the published means."""
    return _curve_table(found), _fall_table(found), _null_table(found, prime), _published_table()


def _learned(found: xarray.Dataset) -> str:
    count, all_of = int(found["learned"].sum()), found["learned"].size
    low, high = wilson_interval(count, all_of)
    most = float(found["accuracy"].sel(moment="end").where(~found["learned"]).max())
    best = f"the best of them is right on {most:.3f} of all pairs" if np.isfinite(most) else "all of them diverged"
    rest = f" The others are in no average; {best}." if count < all_of else ""
    return f"{count} of {all_of} networks (95 %: {low:.2f} to {high:.2f}) are right on every pair at the end: they have learned.{rest}"


def _curves(found: xarray.Dataset) -> list[str]:
    sentences = []
    for width, here in falls(found).items():
        ends = [networks_of(found, width)[i] for i in (0, -1)]
        means = " to ".join(f"{_with_error(v)} at {found['attention'].values[i]:g}" for i, v in zip((0, -1), ends, strict=True))
        where = (
            f"halfway at a coefficient of {with_error(here.crossing, here.crossing_error, '.3f')}, and the middle half of the fall takes "
            f"{with_error(here.breadth, here.breadth_error, '.3f')}"
            if here.converged
            else here.message
        )
        null = found[f"{ORDER}_null"].sel(d_model=width).values[[0, -1]]
        untrained = f"untrained: {null[0]:.3f} and {null[1]:.3f}"
        sentences.append(f"Width {width}: the gradient symmetricity goes from {means} ({untrained}); {where}.")
    return sentences


def _with_error(values: np.ndarray) -> str:
    return over_runs(values).words(".3f") if len(values) else "none"


def _sharpening(found: xarray.Dataset) -> str:
    here = trend_of(found)
    if here.widths < 2:
        return "Whether the fall sharpens with the width is not known: fewer than two widths have one."
    number = f"its breadth goes as width^({here.exponent:.2f} ± {here.error:.2f}) over {here.widths} widths"
    if here.widths < 3:
        return f"Two widths show no trend, and no transition is claimed: {number}."
    if not here.sharpens:
        return f"That the fall sharpens with the width is not shown, at 95 % by Student's t: {number}. No transition is claimed."
    return f"The fall sharpens with the width: {number}. That is needed for a transition; two kinds of networks at the crossing are too."


def _kinds(found: xarray.Dataset) -> str:
    near = {int(width): kinds_near(found, int(width)) for width in found["d_model"].values}
    tested = sum(np.isfinite(p) for *_, p in near.values())
    words = []
    for width, (coefficient, networks, p) in near.items():
        if not networks:
            words.append(f"width {width}: no curve")
        elif not np.isfinite(p):
            words.append(f"width {width}, coefficient {coefficient:g}: undecided with {networks} networks")
        else:
            judged = "two kinds" if p < SIGNIFICANT / tested else "one hump is not rejected"  # Bonferroni
            words.append(f"width {width}, coefficient {coefficient:g}: {judged} (p = {p:.2g}, {networks} networks)")
    level = f", p < {SIGNIFICANT:g} over all {tested} widths" if tested else ""
    return (
        f"Clocks and pizzas side by side where the mean of the same networks is closest to halfway, against a uniform law (at least "
        f"{ENOUGH} networks{level}): {'; '.join(words)}."
    )


def _settled(found: xarray.Dataset) -> str:
    words = []
    for width in found["d_model"].values:
        drift = found["drift"].sel(d_model=width, attention=found["attention"].values[-1]).values
        drift = drift[np.isfinite(drift)]
        if len(drift):
            half, end = fall(found, int(width), "half"), fall(found, int(width))
            both = f"; the crossing goes from {half.crossing:.3f} to {end.crossing:.3f}" if half.converged and end.converged else ""
            words.append(f"Width {width}: by {_with_error(drift)} (n = {len(drift)}), {_drifts(drift)}{both}.")
    if not words:
        return "Whether the curve has settled is not known."
    return (
        f"Has the curve settled? From half of the updates to the end the symmetricity at coefficient {found['attention'].values[-1]:g} "
        f"moves, at 95 % by Student's t. {' '.join(words)}"
    )


def _drifts(drift: np.ndarray) -> str:
    if len(drift) < 2:
        return "not judged"
    found = over_runs(drift)
    moved = abs(found.mean)
    return "it has not settled" if moved > found.reach else f"a drift is not shown, up to {moved + found.reach:.2g} is allowed"


def _irrelevances(found: xarray.Dataset) -> str:
    difference = found["irrelevance_difference"].values
    difference = np.abs(difference[np.isfinite(difference)])
    if not len(difference):
        return "No network has learned: the two distance irrelevances cannot be compared."
    return (
        f"The two distance irrelevances of one network differ by {np.median(difference):.3f} in the median and {difference.max():.3f} at "
        f"most, over {len(difference)} networks. Do they tell the two ends of the coefficient apart, as the symmetricity does? "
        f"{_contrasts(found)}."
    )


def _contrasts(found: xarray.Dataset) -> str:
    """Change from the first to the last coefficient, in standard errors, for three measures at the largest width."""
    width = int(found["d_model"].values[-1])
    here = found.sel(d_model=width, kept="learned")
    words = []
    for name, said in ((ORDER, "symmetricity"), ("irrelevance_correct", "irrelevance, correct"), ("irrelevance_max_wrong", "max wrong")):
        change = float(here[f"{name}_mean"][-1] - here[f"{name}_mean"][0])
        error = float(np.hypot(*here[f"{name}_error"].values[[0, -1]]))
        words.append(f"{said} {change:+.2f} ± {error:.2f}" if np.isfinite(change) else f"{said} not known")
    return f"Width {width}: {', '.join(words)}"


def _selection(found: xarray.Dataset) -> str:
    passed, learned = int(found["circular"].sum()), int(found["learned"].sum())
    shift = (found[f"{ORDER}_mean"].sel(kept="circular") - found[f"{ORDER}_mean"].sel(kept="learned")).values
    shift = shift[np.isfinite(shift)]
    moved = f"; where some pass, the mean symmetricity moves by {np.abs(shift).max():.3f} at most" if len(shift) else ""
    return f"The published selection (circularity above {published.CIRCULAR}) keeps {passed} of the {learned} networks that learned{moved}."


def _curve_table(found: xarray.Dataset) -> Table:
    rows = []
    for width in found["d_model"].values:
        for coefficient in found["attention"].values:
            here = found.sel(d_model=width, attention=coefficient)
            learned, circular = here.sel(kept="learned"), here.sel(kept="circular")
            rows.append(
                (
                    *(int(width), float(coefficient), f"{int(learned['networks'])} of {found.sizes['replica']}", int(circular["networks"])),
                    *(_digits(learned[f"{ORDER}_{part}"]) for part in ("mean", "error")),
                    _digits(circular[f"{ORDER}_mean"]),
                    *(_digits(here[f"order_{part}"]) for part in ("variance", "variance_low", "variance_high")),
                    *(_digits(learned[f"irrelevance_{which}_mean"]) for which in ("correct", "max_wrong")),
                    *(_digits(learned[f"{name}_mean"]) for name in ("circularity", "keys_by_neurons", "keys_by_weights")),
                    *(_digits(learned[f"variance_by_{way}_mean"]) for way in ("neurons", "weights")),
                )
            )
    columns = (
        *("width", "coefficient", "learned", "of them circular", "symmetricity", "± 1 s.e.", "circular only"),
        *("variance", "95 % from", "to", "irrelevance, correct", "max wrong", "circularity"),
        *("key frequencies, neurons", "weights", "variance explained, neurons", "weights"),
    )
    note = (
        f"Means over networks with accuracy {LEARNED:g} on all pairs; a dash: no such network. The interval of the variance is that of "
        "normal values."
    )
    return Table("Networks at each coefficient", columns, rows, note)


def _fall_table(found: xarray.Dataset) -> Table:
    rows = []
    for width, end in falls(found).items():
        half, circular = fall(found, width, "half"), fall(found, width, kept="circular")
        variance = found["order_variance"].sel(d_model=width).values
        at = float(found["attention"][np.nanargmax(variance)]) if np.isfinite(variance).any() else np.nan
        measured = tuple(_digits(v) for v in (end.crossing, end.crossing_error, end.breadth, end.breadth_error))
        rows.append((width, *measured, at, _digits(half.crossing), _digits(circular.crossing), end.message))
    columns = (
        *("width", "crossing", "± 1 s.e.", "breadth", "± 1 s.e.", "largest variance at"),
        *("crossing at half time", "crossing, circular only", "what is known"),
    )
    note = (
        "Errors from resampling the networks at each coefficient; those of two or three networks are themselves uncertain by half and more."
    )
    return Table("Where the order parameter falls, and over what breadth", columns, rows, note)


def _null_table(found: xarray.Dataset, prime: int) -> Table:
    names = {
        ORDER: "gradient symmetricity",
        "irrelevance_correct": "distance irrelevance, correct",
        "irrelevance_max_wrong": "distance irrelevance, max wrong",
        "circularity": "circularity",
        "keys_by_neurons": "key frequencies, neurons",
        "keys_by_weights": "key frequencies, weights",
        "variance_by_weights": "variance explained, weights",
    }
    ends = found["attention"].values[[0, -1]]
    rows = [
        (words, int(width), *(_digits(found[f"{name}_null{part}"].sel(d_model=width, attention=c)) for c in ends for part in ("", "_sd")))
        for name, words in names.items()
        for width in found["d_model"].values
    ]
    note = (
        "Mean and standard deviation over the initial networks at the first and the last coefficient. A logit that is noise in every pair "
        f"has an irrelevance of {distance_irrelevance_null(prime):.3f}, unrelated gradients have a symmetricity of 0; both gradients of an "
        "untrained network pass through the same layers, and are not unrelated."
    )
    columns = ("measure", "width", *(word for c in ends for word in (f"mean at {c:g}", "s.d.")))
    return Table("The same measures on untrained networks", columns, rows, note)


def _digits(value: Any) -> float:
    return float(f"{float(value):.3g}")


def _published_table() -> Table:
    edges = [f"{low:.1f} to {low + 0.1:.1f}" for low in published.BIN_CENTRES - 0.05]
    rows = list(zip(edges, published.SYMMETRICITY.tolist(), published.IRRELEVANCE.tolist(), strict=True))
    note = (
        f"Means over runs with circularity above {published.CIRCULAR}; {published.SOURCE}. They are halfway between both ends at "
        f"{published.crossing():.3f}."
    )
    return Table("Published means", ("coefficient", "gradient symmetricity", "distance irrelevance (max wrong)"), rows, note, folded=True)
