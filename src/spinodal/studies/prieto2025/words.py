"""What the runs answer, in sentences made from their numbers."""

import numpy as np
import xarray

from ...transitions.learning_phases import wilson_interval
from ..censored import median_of
from ..tuning import best, held_out
from .analysis import LABELLED, PUBLISHED, RELEASED, collapsing, cost, grid, on_edge, present, steps_of, tuned_rates
from .arms import STABLEMAX_TWIN
from .cell import GROKKED, SLINGSHOT
from .race import Duel, duel

TURNED = 0.9  # cosine of a gradient with the right one, below which it is said to have turned

CAVEATS = (
    "Which rows have collapsed depends on the order in which a softmax is summed, which neither paper nor libraries state: every share of "
    "collapse stands between the share that collapses in any order and the share that collapses in some order.",
    "Collapse takes the gradient from the label's logit alone. Its rivals keep exp(-margin), which is 0 in float32 only beyond a margin of "
    "87. Adam divides a gradient by its own size, so that what is left moves the network on, in a direction that is no longer downhill.",
    "Where a gradient is exactly 0, Adam's moments fade by beta1 and beta2 an update, the first faster than the root of the second: the "
    "step fades too, and 0/epsilon is 0. A tiny epsilon makes steps large only where the second moment underflows and the first does not.",
    "Arms of one replica share their split and their initial network. In the race all arms have the same updates at most, and a run ends "
    "once it has generalised. A run that has not is censored: later than any that has, never counted as the last update.",
    "The tuned baseline is judged twice: the candidate with the least median over all seeds (which favours it), and, for each seed, the "
    "candidate that is best on the other seeds. PerpGrad gets the same rates. Rates and decays beyond the grid are not searched.",
    "The released commands give betas that are not passed on, so that beta2 is .999 here, for every arm. The race uses a loss in float64, "
    "as the preset; the released command of PerpGrad leaves float32. Figure 1's released softmax run is in float64.",
)


def verdict(found: xarray.Dataset) -> tuple[str, ...]:
    """One sentence or two for each claim."""
    return (
        *_smaller(found),
        _who(found),
        *_stopped(found),
        *_epsilon(found),
        *_dotted(found),
        *_stablemax(found),
        *_race(found),
        *_order(found),
    )


def _smaller(found: xarray.Dataset) -> list[str]:
    return [str(found.attrs["smaller"])] if found.attrs.get("smaller") else []


def share(count: int, of: int) -> str:
    """A share of seeds with its 95 % Wilson interval."""
    low, high = wilson_interval(count, of)
    return f"{count} of {of} ({low:.2f} to {high:.2f})"


def update(value: float) -> str:
    """A step, or that it lies beyond the end."""
    return f"{value:,.0f}" if np.isfinite(value) else "beyond the end"


def _who(found: xarray.Dataset) -> str:
    words = []
    for arm in collapsing(found):
        run = found.sel(arm=arm)
        risen = int(run["risen_step"].notnull().sum())
        whole = int(run["test_step"].notnull().sum())
        words.append(
            f"{arm}: {risen}, {whole} by {float(run['budget'].max()):,.0f} (test accuracy {float(run['test_accuracy'].mean()):.2f})"
        )
    return f"Of {found.sizes['replica']} seeds without decay, so many pass a test accuracy of 0.5, and {GROKKED}: {'; '.join(words)}."


def _stopped(found: xarray.Dataset) -> list[str]:
    """(a): is training over once the softmax has collapsed?"""
    rows = []
    for arm, wide in (("float32", "float64"), ("float32, rate 5e-4", "float64, rate 5e-4")):
        if len(present(found, (arm, wide))) < 2:
            continue
        run = found.sel(arm=arm)
        collapsed, labels, whole, entries, cosine = (
            float(run[f"peak_{name}"].mean()) for name in ("collapsed", "silent_labels", "silent_rows", "silent_entries", "gradient_cosine")
        )
        least = float(run["gradient_cosine"].min("look").mean())
        faster = float((run["movement"] / found["movement"].sel(arm=wide)).max("look").median())
        lost = run["slingshot_step"].values
        when = f", at update {np.nanmedian(lost):,.0f} by the median" if np.isfinite(lost).any() else ""
        slung = share(int(np.isfinite(lost).sum()), lost.size)
        if not labels:
            rows.append(f"(a) No row collapses in {arm} within its {float(run['budget'].max()):,.0f} updates.")
            continue
        ends = "does not end" if whole < 0.5 * labels else "ends"
        turns = "turns" if least < TURNED else "keeps its direction"
        rows.append(
            f"(a) Collapse {ends} training in {arm}. Where it is largest, {collapsed:.0%} of the training rows have collapsed and "
            f"{labels:.0%} get no gradient at their label, but {whole:.1%} get none at all, nor do {entries:.1%} of the parameters. The "
            f"gradient {turns}: its cosine with that of a float64 loss is {cosine:.2f} there and {least:.2f} at its least, and the "
            f"network comes to move {faster:.1f} times as far per update as with {wide} (median over seeds of the largest ratio). {slung} "
            f"seeds lose a training set that they held (accuracy below {SLINGSHOT}){when}."
        )
    return rows


def _epsilon(found: xarray.Dataset) -> list[str]:
    """Adam's epsilon: does a tiny one change what collapse does?"""
    if len(present(found, ("float32", "float32, epsilon 1e-30"))) < 2:
        return []
    usual, tiny = (found.sel(arm=arm) for arm in ("float32", "float32, epsilon 1e-30"))
    smallest = float(usual["gradient_rms"].min())
    counts = [int(run["slingshot_step"].notnull().sum()) for run in (usual, tiny)]
    ratio = tiny["movement"] / usual["movement"]
    same = float(ratio.median())
    return [
        f"Epsilon: the gradient of float32 falls to {smallest:.1g} (root mean square over entries) against an epsilon of 1e-8. With 1e-30 "
        f"the network moves {same:.2f} times as far between two looks (median); {counts[0]} seeds lose their training set with 1e-8, "
        f"{counts[1]} with 1e-30, and {int(tiny['diverged_at'].notnull().sum())} diverge."
    ]


def _dotted(found: xarray.Dataset) -> list[str]:
    """(b): 40 or 50 per cent."""
    words = []
    for arm in present(found, ("float32", "float32, rate 5e-4")):
        steps = found["collapse_step"].sel(arm=arm)
        for level in (RELEASED, LABELLED):
            late, here, early = (
                median_of(steps.sel(level=level, bound=b).values) for b in ("collapsed_at_least", "collapsed", "collapsed_at_most")
            )
            words.append(
                f"{level:.0%} of the rows: {update(here.value)} (between {update(early.value)} in the order that collapses most and "
                f"{update(late.value)} in any order; {here.events} of {here.runs} seeds)"
            )
        words[-2] = f"{arm}: {words[-2]}"
    lines = f"(b) The dotted lines are labelled {LABELLED:.0%} where the released data have {RELEASED:.0%}."
    return [f"{lines} Median update of {'; '.join(words)}."] if words else []


def _stablemax(found: xarray.Dataset) -> list[str]:
    """(c): alone, and beside decay."""
    rows = []
    if present(found, ("StableMax",)):
        run = found.sel(arm="StableMax")
        risen, seeds = int(run["risen_step"].notnull().sum()), run.sizes["replica"]
        whole, end = int(run["test_step"].notnull().sum()), float(run["budget"].max())
        margin = float(run["median_margin"].max("look").median())
        rival = found["test_accuracy"].sel(arm="float64").values if present(found, ("float64",)) else np.array([np.nan])
        rows.append(
            f"(c) StableMax without decay: {share(whole, seeds)} seeds generalise by update {end:,.0f}, {share(risen, seeds)} pass 0.5; "
            f"test accuracy at the end {_range(run['test_accuracy'].values)}, with softmax in float64 {_range(rival)}. The margin comes to "
            f"{margin:,.0f} (median over rows and seeds), where a softmax in float32 collapses from 17 to 22 on and one in float64 from 37."
        )
    if len(present(found, ("StableMax, decay 1", STABLEMAX_TWIN))) == 2:
        who = duel(steps_of(found, "StableMax, decay 1"), steps_of(found, STABLEMAX_TWIN))
        rows.append(f"With decay 1 at rate 0.01, StableMax {_against(who, 'softmax')}.")
    return rows


def _race(found: xarray.Dataset) -> list[str]:
    """(d): PerpGrad against the baseline, as it is and tuned."""
    names, steps = grid(found)
    ours_names, ours_steps = tuned_rates(found)
    if not names or PUBLISHED not in ours_names:
        return []
    winner, own = best(steps), best(ours_steps)
    edge = on_edge(found, names[winner])
    tuning, own_tuning = cost(found, names), cost(found, ours_names)
    ours = steps_of(found, PUBLISHED)
    rows = [
        f"(d) {PUBLISHED}, as published, generalises at {_middle(ours)}. AdamW tuned over {len(names)} rates and decays: {names[winner]}, "
        f"{_middle(steps[winner])}{'; it lies at ' + edge + ' of the grid, beyond which a better one may lie' if edge else ''}. Tuning "
        f"took {tuning:,.0f} updates over all seeds; PerpGrad at {len(ours_names)} rates took {own_tuning:,.0f}, its best is "
        f"{ours_names[own]}, {_middle(ours_steps[own])}."
    ]
    rivals = []
    if present(found, (STABLEMAX_TWIN,)):
        rivals.append(f"{PUBLISHED} {_against(duel(ours, steps_of(found, STABLEMAX_TWIN)), STABLEMAX_TWIN)}")
    if found.sizes["replica"] > 1:
        rivals.append(f"{PUBLISHED} {_against(duel(ours, held_out(steps)[0]), 'AdamW tuned on the other seeds')}")
        rivals.append(f"PerpGrad tuned in the same way {_against(duel(held_out(ours_steps)[0], held_out(steps)[0]), 'that')}")
    for other in present(found, ("PerpGrad 0.01, not rescaled",)):
        rivals.append(f"{PUBLISHED} {_against(duel(ours, steps_of(found, other)), 'the same without rescaling, as the text has it')}")
    return [*rows, f"On the same seeds: {'; '.join(rivals)}."]


def _order(found: xarray.Dataset) -> list[str]:
    """(e): float32 before float64?"""
    if len(present(found, ("float32", "float64"))) < 2:
        return []
    words = []
    for narrow, wide in (("float32", "float64"), ("float32, rate 5e-4", "float64, rate 5e-4")):
        if len(present(found, (narrow, wide))) == 2:
            who = duel(*(found["risen_step"].sel(arm=arm).values for arm in (narrow, wide)))
            slung = found["slingshot_step"].sel(arm=narrow) < found["risen_step"].sel(arm=narrow)
            end = float(found["budget"].sel(arm=narrow).max())
            told = f"in {who.sooner} of {who.decided} seeds that tell, {int(slung.sum())} of them after it lost its training set"
            words.append(f"{narrow}: {told}" if who.decided else f"{narrow}: no seed of either does within {end:,.0f} updates")
    return [f"(e) Does float32 pass a test accuracy of 0.5 before float64, without decay? {'; '.join(words)}."]


def _against(who: Duel, rival: str) -> str:
    if not who.decided:
        return f"and {rival}: neither generalises"
    times = f", at {who.ratio:.2f} times its updates (two standard errors: {who.low:.2f} to {who.high:.2f})" if who.both > 1 else ""
    return f"is sooner than {rival} in {who.sooner} of {who.decided} seeds (sign test p = {who.p:.2g}){times}"


def _middle(steps: np.ndarray) -> str:
    found = median_of(steps)
    return (
        f"update {update(found.value)} (median; {update(found.low)} to {update(found.high)}, which holds the true median with "
        f"{found.coverage:.0%}; {found.events} of {found.runs} seeds)"
    )


def _range(values: np.ndarray) -> str:
    return f"{np.nanmin(values):.2f} to {np.nanmax(values):.2f}" if np.isfinite(values).any() else "not known"
