"""What the runs answer, in sentences made from their numbers."""

import numpy as np
import xarray

from ...transitions.learning_phases import wilson_interval
from ..averages import sign_test
from ..censored import in_words, median_of
from ..tuning import best, held_out, ratio_of_tuned
from .analysis import LABELLED, PUBLISHED, RELEASED, collapsing, cost, edge, grid, present, steps_of, tuned_rates
from .arms import STABLEMAX_TWIN, TWINS
from .cell import GROKKED, SLINGSHOT
from .duels import Duel, duel
from .stall import ONSET, STALLED, THROWN, stall

RACE_CAVEATS = (
    "Arms of one replica share their split and their initial network. In the race all arms have the same updates at most, and a run ends "
    "once it has generalised. A run that has not is censored: later than any that has, never counted as the last update.",
    "The tuned baseline is judged twice: the candidate with the least median over all seeds (which favours it), and, for each seed, the "
    "candidate that is best on the other seeds. The rate of PerpGrad is tuned alike. Rates and decays beyond the grids are not searched.",
    "The released commands give betas that are not passed on, so that beta2 is .999 here, for every arm. The race uses a loss in float64, "
    "as the preset; the released command of PerpGrad leaves float32. Figure 1's released softmax run is in float64.",
)
CAVEATS = (
    "Which rows have collapsed depends on the order in which a softmax is summed, which neither paper nor libraries state: every share of "
    "collapse stands between the share that collapses in any order and the share that collapses in some order.",
    "Collapse takes the gradient from the label's logit alone. Its rivals keep exp(-margin), which is 0 in float32 only beyond a margin of "
    "87, so that rows without any gradient are no test of whether learning ends: that is judged by the margins, which a loss in float64 "
    "raises on. A float32 loss is rounded, that of a collapsed row to 0, and so reads too low. Adam divides a gradient by its own size, "
    "so that what is left moves the network on, in a direction that is no longer downhill.",
    "Where a gradient is exactly 0, Adam's moments fade by beta1 and beta2 an update, the first faster than the root of the second: the "
    "step fades too, and 0/epsilon is 0. A tiny epsilon makes steps large only where the second moment underflows and the first does not.",
    *RACE_CAVEATS,
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


def race_verdict(found: xarray.Dataset) -> tuple[str, ...]:
    """The sentences of the race alone, without the letter of their claim."""
    return (*_smaller(found), *_stablemax(found), *(sentence.removeprefix("(d) ") for sentence in _race(found)))


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
    """(a): is training over once the softmax has begun to collapse, and does that prevent generalisation?"""
    rows = []
    for arm, wide in TWINS.items():
        if len(present(found, (arm, wide))) == 2:
            run = found.sel(arm=arm)
            if (run["collapsed"] > 0).any():
                rows.append(f"(a) {_stalled(found, arm, wide)}{_thrown(run, found.sel(arm=wide), wide)} {_prevented(found, arm, wide)}")
            else:
                rows.append(f"(a) No row collapses in {arm} within its {float(run['budget'].max()):,.0f} updates.")
    return rows


def _stalled(found: xarray.Dataset, arm: str, wide: str) -> str:
    """From the first tenth of the rows to a slingshot."""
    first, last, rises = stall(found, arm, wide)
    known = rises[np.isfinite(rises)]
    if not known.size:
        return (
            f"Whether collapse stalls training in {arm} is not decided: no seed has two looks from {ONSET:.0%} of the rows collapsed on "
            f"and before a slingshot between which {wide} halves its loss."
        )
    run = found.sel(arm=arm)
    ways = [
        f"{float(first['median_margin'].sel(arm=one).median()):.1f} to {float(last['median_margin'].sel(arm=one).median()):.1f} "
        f"(training loss {float(first['curve_train_loss'].sel(arm=one).median()):.1e} to "
        f"{float(last['curve_train_loss'].sel(arm=one).median()):.1e})"
        for one in (arm, wide)
    ]
    steps = [float(end["curve_step"].sel(arm=arm).median()) for end in (first, last)]
    moved = (run["movement"] / found["movement"].sel(arm=wide)).where(run["watched"]).values
    return (
        f"Collapse stalls training in {arm} in {share(int((known < STALLED).sum()), known.size)} seeds: from {ONSET:.0%} of the rows "
        f"collapsed (update {steps[0]:,.0f}) to the last look before a slingshot ({steps[1]:,.0f}) the median margin goes from {ways[0]}, "
        f"with {wide} from {ways[1]}. Meanwhile, with {_range(run['peak_collapsed'].values)} of the rows collapsed, the "
        f"cosine of its gradient with that of a float64 loss is {_range(run['peak_gradient_cosine'].values)}, and it moves "
        f"{_range(moved)} times as far per update as with {wide}."
    )


def _thrown(run: xarray.Dataset, twin: xarray.Dataset, wide: str) -> str:
    """The slingshot and the looks after it, which are another regime."""
    steps, seeds = run["thrown_step"], run.sizes["replica"]
    if not steps.notnull().any():
        return f" No seed has a slingshot (training loss {THROWN:g} times its least)."
    later = run["after"] & (run["curve_step"] > steps)  # the way to the first of these looks is that of the slingshot itself
    lost = int(run["slingshot_step"].notnull().sum())
    rest = ""
    if later.any():
        ends = [float(loss.median()) for loss in (run["curve_train_loss"].where(run["after"]).max("look"), run["train_loss"])]
        rest = (
            f" After it {_range(run['collapsed'].where(later).values)} of the rows have collapsed, the cosine is "
            f"{_range(run['gradient_cosine'].where(later).values)}, and the network moves "
            f"{_range((run['movement'] / twin['movement']).where(later).values)} times as far per update as with {wide}; the training loss "
            f"goes from {ends[0]:.1e} to {ends[1]:.1e}."
        )
    return (
        f" Then a slingshot (training loss {THROWN:g} times its least) throws back {share(int(steps.notnull().sum()), seeds)} seeds, seen "
        f"at update {float(steps.median()):,.0f} by the median; {share(lost, seeds)} lose a training set that they held (accuracy below "
        f"{SLINGSHOT}).{rest}"
    )


def _prevented(found: xarray.Dataset, arm: str, wide: str) -> str:
    """Of generalisation: only where a loss in float64 allows it."""
    narrow_count, wide_count = (int(found["test_step"].sel(arm=one).notnull().sum()) for one in (arm, wide))
    seeds = found.sizes["replica"]
    if not wide_count:
        return f"Whether collapse prevents generalisation is not decided, as {wide} generalises in {share(0, seeds)} seeds."
    return f"In {arm} {share(narrow_count, seeds)} seeds generalise, in {wide} {share(wide_count, seeds)}."


def _epsilon(found: xarray.Dataset) -> list[str]:
    """Adam's epsilon: does a tiny one change what collapse does?"""
    if len(present(found, ("float32", "float32, epsilon 1e-30"))) < 2:
        return []
    usual, tiny = (found.sel(arm=arm) for arm in ("float32", "float32, epsilon 1e-30"))
    smallest = float(usual["gradient_rms"].min())
    lost, thrown = ([run[f"{name}_step"].notnull().values for run in (usual, tiny)] for name in ("slingshot", "thrown"))
    p = sign_test(lost[0].astype(float) - lost[1])[2]
    ratio = tiny["movement"] / usual["movement"]
    same = float(ratio.median())
    return [
        f"Epsilon: the gradient of float32 falls to {smallest:.1g} (root mean square over entries) against an epsilon of 1e-8. With 1e-30 "
        f"the network moves {same:.2f} times as far between two looks (median). A slingshot throws back {thrown[0].sum()} seeds with 1e-8 "
        f"and {thrown[1].sum()} with 1e-30; {lost[0].sum()} and {lost[1].sum()} lose their training set"
        f"{f' (sign test p = {p:.2g})' if np.isfinite(p) else ''}, and {int(tiny['diverged_at'].notnull().sum())} diverge with 1e-30."
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
    ends = [
        f"; it lies at {at} of the grid, beyond which a better one may lie" if at else ""
        for at in (edge(names, names[winner]), edge(ours_names, ours_names[own]))
    ]
    tuning, own_tuning = cost(found, names), cost(found, ours_names)
    ours = steps_of(found, PUBLISHED)
    rows = [
        f"(d) {PUBLISHED}, as published, generalises at {_middle(ours)}. AdamW tuned over {len(names)} rates and decays: {names[winner]}, "
        f"{_middle(steps[winner])}{ends[0]}. Tuning "
        f"took {tuning:,.0f} updates over all seeds; PerpGrad at {len(ours_names)} rates took {own_tuning:,.0f}, its best is "
        f"{ours_names[own]}, {_middle(ours_steps[own])}{ends[1]}."
    ]
    rivals = []
    if present(found, (STABLEMAX_TWIN,)):
        rivals.append(f"{PUBLISHED} {_against(duel(ours, steps_of(found, STABLEMAX_TWIN)), STABLEMAX_TWIN)}")
    if found.sizes["replica"] > 1:
        cap = float(found["budget"].sel(arm=[*names, *ours_names]).max())
        rivals.append(f"{PUBLISHED} {_against_tuned(ours[None], steps, cap, 'AdamW tuned on the other seeds')}")
        rivals.append(f"PerpGrad tuned in the same way {_against_tuned(ours_steps, steps, cap, 'that')}")
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
            risen = {arm: found["risen_step"].sel(arm=arm).values for arm in (narrow, wide)}
            who = duel(risen[narrow], risen[wide])
            sooner = risen[narrow] < np.where(np.isnan(risen[wide]), np.inf, risen[wide])
            slung = sooner & (found["slingshot_step"].sel(arm=narrow).values < risen[narrow])
            end = float(found["budget"].sel(arm=narrow).max())
            told = f"in {who.sooner} of {who.decided} seeds that tell, {int(slung.sum())} of them after it lost its training set"
            words.append(f"{narrow}: {told}" if who.either else f"{narrow}: no seed of either does within {end:,.0f} updates")
    return [f"(e) Does float32 pass a test accuracy of 0.5 before float64, without decay? {'; '.join(words)}."]


def _against(who: Duel, rival: str) -> str:
    if not who.either:
        return f"and {rival}: neither generalises"
    if not who.decided:
        return f"and {rival}: equal in all {who.either} seeds"
    times = f", at {who.ratio:.2f} times its updates (95 % by Student's t: {who.low:.2f} to {who.high:.2f})" if np.isfinite(who.low) else ""
    if who.both < who.either:
        times = f", of which both get there in {who.both}: no ratio"
    return f"is sooner than {rival} in {who.sooner} of {_deciding(who)} (sign test p = {who.p:.2g}){times}"


def _against_tuned(ours: np.ndarray, theirs: np.ndarray, cap: float, rival: str) -> str:
    """Settings times seeds of both. A sign test would take the choice, which all seeds share, for certain."""
    who = duel(ours[0] if len(ours) == 1 else held_out(ours)[0], held_out(theirs)[0])
    if not who.either:
        return f"and {rival}: neither generalises"
    ratio = in_words(ratio_of_tuned(ours, theirs, cap))
    return f"is sooner than {rival} in {who.sooner} of {_deciding(who)}; its median updates over theirs, every choice resampled: {ratio}"


def _deciding(who: Duel) -> str:
    equal = who.either - who.decided
    return f"{who.decided} seeds" + (f" that differ, {equal} being equal" if equal else "")


def _middle(steps: np.ndarray) -> str:
    found = median_of(steps)
    return (
        f"update {update(found.value)} (median; {update(found.low)} to {update(found.high)}, which holds the true median with "
        f"{found.coverage:.0%}; {found.events} of {found.runs} seeds)"
    )


def _range(values: np.ndarray) -> str:
    return f"{np.nanmin(values):.2f} to {np.nanmax(values):.2f}" if np.isfinite(values).any() else "(not known)"
