"""What the runs answer, in sentences made from their numbers."""

import numpy as np
import xarray

from ...transitions.learning_phases import wilson_interval
from ..averages import sign_test
from ..censored_line import Line
from ..delay_laws import EXPONENTIAL, POWER, Laws
from . import published
from .analysis import RANDOM, TRIED, arms, at_end, law_arms
from .cell import MAIN
from .rules import MOVED

NEEDED = 5  # runs, below which no lead is claimed
AT_ONCE = 2  # looks after the first of the clock, within which a move says no more than that the clock has begun

CAVEATS = (
    "The published progress measures use the key frequencies of the finished network, so that their curves know the future. They are drawn "
    "beside those with key frequencies found at the same step, from the logit weights W_L: smallest set with 90 % of the energy.",
    "Null bands: as many frequencies as there are key ones, drawn from the others; they are the same sets at all steps. Where fewer are "
    "left than that, there is no band.",
    "Phases are a rule of our own. Memorisation ends at a train accuracy of 0.99; the paper's own boundary lies at the peak of the test "
    "loss, which has a row of its own in the comparisons. Cleanup begins at the first look since then at which the test loss is at most "
    "half of its largest so far and the weight norm below its largest since memorisation; it ends at a test loss of 0.01. The stretch "
    "between counts as circuit formation only if the excluded loss rises and ends above its null band while the restricted loss falls "
    "and ends below its own; the bands need the key frequencies of the end.",
    f"A reading has moved at the first look at which it has lost {MOVED:.0%} of its largest value since memorisation, or risen to 1/0.9 "
    "of its smallest; the test loss is held to the same rule. No later value is used. Steps are late by up to one look.",
    "The delay runs from a train loss below 0.1 to a test loss below 0.1. Runs that never cross are censored at their last update: they "
    "enter the likelihood as later than that, and no median counts the cap as a time.",
    "The published table has one seed a row and its epochs of memorisation only as a range, whose middle is used, up to 70 % of the "
    "data; at its prime our laws are fitted up to there too.",
    "Not run: the critical fraction at other primes (a size has one). Decay against time holds at the learning rate of these runs: other "
    "rates are in the study nanda2023-decay.",
    "Every run has its own split and initial weights, where the released code has one split and one seed.",
)


def small(found: xarray.Dataset) -> tuple[str, ...]:
    """What is smaller than published, if anything is."""
    a = found.attrs
    if a["prime"] == published.PRIME:
        if a["steps"] >= published.STEPS:
            return ()
        fractions = ", ".join(f"{float(found['fraction'].sel(arm=arm)[0]):.0%}" for arm in arms(found, "fraction"))
        return (f"The published prime and network, but {a['steps']:,} updates for {published.STEPS:,}, and of the fractions {fractions}.",)
    base = found.sel(arm=MAIN).isel(replica=0)
    return (
        f"Smaller than published: p = {a['prime']} for 113, model width {a['d_model']} for 128, {a['d_mlp']} hidden units for 512, "
        f"{float(base['fraction']):.0%} of the data for 30 %, weight decay {float(base['decay']):g} for 1, {a['steps']:,} updates for "
        f"{published.STEPS:,}. Small primes need a larger share of the data; numbers of updates cannot be compared with published ones.",
    )


def verdict(found: xarray.Dataset, laws: dict[str, Laws], decay: Line) -> tuple[str, ...]:
    """A sentence or two for each question."""
    return (_phases(found), _leads(found), _fraction(found, laws), _decay(found, decay), _frequencies(found), _excluded(found))


def median_range(values: np.ndarray) -> str:
    """Median and range of the known values; how many are not known."""
    known = values[np.isfinite(values)]
    if not known.size:
        return f"never ({values.size} of {values.size})"
    never = f", {values.size - known.size} of {values.size} never" if known.size < values.size else ""
    # with some never, the median of those that are known would be too early
    middle = np.median(np.where(np.isfinite(values), values, np.inf))
    said = f"{middle:,.0f}" if np.isfinite(middle) else "beyond the end"
    return f"{said} ({known.min():,.0f} to {known.max():,.0f}{never})"


def _phases(found: xarray.Dataset) -> str:
    main = found.sel(arm=MAIN)
    at = {name: median_range(main[f"phase_{name}"].values) for name in ("fitted", "cleanup", "stable")}
    formed = found["phase_formed"].values.ravel()
    judged = formed[np.isfinite(formed)]
    low, high = wilson_interval(int(judged.sum()), judged.size)
    return (
        f"Phases of {main.sizes['replica']} main runs by rule, update as median (range): memorisation ends {at['fitted']}, cleanup begins "
        f"{at['cleanup']} and ends {at['stable']}. Before the cleanup the excluded loss rises out of its null band while the restricted "
        f"loss falls out of its own in {int(judged.sum())} of {judged.size} runs of all arms (95 %: {low:.2f} to {high:.2f}); in the "
        "others a circuit that forms before the cleanup is not seen."
    )


def lead_of(found: xarray.Dataset, reading: str) -> dict[str, float]:
    """Over the runs that grok: by how many updates and looks a reading moves before the test loss, the sign test; moves in other runs.

    A reading that never moves is later than the test loss: it counts in the sign test and in the median (minus infinity).
    `at_once`: runs in which it moves within two looks of the first at or after the end of memorisation, where the clock begins.
    """
    grokked = found["grokked"].values
    here = found.sel(reading=reading)
    leads = here["lead"].values[grokked]
    known = leads[np.isfinite(leads)]
    never = int(np.sum(np.isnan(here["moved_step"].values[grokked]) & np.isfinite(found["test_loss_moved_step"].values[grokked])))
    every = np.concatenate([known, np.full(never, -np.inf)])
    earlier, of, p = sign_test(np.sign(every))
    least, largest = (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)
    idle = np.isfinite(here["moved_step"].values[~grokked])
    steps = found["curve_step"].transpose(*found["grokked"].dims, "look").values[grokked]
    since, moved = found["train_step"].values[grokked, None], here["moved_step"].values[grokked, None]
    at_once = np.sum((steps >= since) & (steps < moved), axis=1) <= AT_ONCE
    numbers = {"median": _median(every), "least": least, "largest": largest, "at_once": int(np.sum(at_once & np.isfinite(moved[:, 0])))}
    looks = here["lead_looks"].values[grokked]
    looks = np.concatenate([looks[np.isfinite(looks)], np.full(never, -np.inf)])
    numbers["looks"] = _median(looks)
    return {**numbers, "runs": known.size, "earlier": earlier, "of": of, "p": p, "idle": int(idle.sum()), "others": idle.size}


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if values.size else np.nan


def _leads(found: xarray.Dataset) -> str:
    leads = {name: lead_of(found, name) for name in TRIED}
    runs = int(found["grokked"].sum())
    told = "; ".join(f"{name} {_lead(lead)}" for name, lead in leads.items())
    words = f"Who moves before the test loss, by the past alone, {runs} runs that grok; median lead in updates / looks: {told}."
    null = ", ".join(f"{name} {_lead(lead_of(found, name + RANDOM))}" for name in ("restricted loss", "excluded loss"))
    words += f" With random frequencies in place of key ones: {null}."
    if runs < NEEDED:
        return f"{words} Fewer than {NEEDED} runs: no lead is claimed."
    past = int((found["grokked"] & (found["peak_step"] < found["train_step"])).sum())
    said = f"in {past} of the {runs} the test loss is past its peak when memorisation ends"
    answered = 2 * past <= runs
    if not answered:
        words += f" Not answered by this clock: {said}; a lead only says which of two curves on their way is sooner to go a tenth further."
    level = 0.05 / len(leads)  # Bonferroni
    ahead = [name for name, lead in leads.items() if lead["p"] < level and lead["median"] > 0]
    behind = [name for name, lead in leads.items() if lead["p"] < level and lead["median"] < 0]
    claim = "Earlier than the test loss" if answered else "Sooner in that sense"
    claim += f" (sign test, p < 0.05 over all {len(leads)} readings): {', '.join(ahead) or 'none'}"
    claim += f"; later: {', '.join(behind) or 'none'}."
    if "train loss" in ahead:
        rather = [name for name in ahead if leads[name]["median"] > leads["train loss"]["median"]]
        claim += f" By more than the train loss, which knows nothing of other pairs: {', '.join(rather) or 'none'}."
    if past and answered:
        claim += f" {said.capitalize()}: its fall begins before the clock."
    claim += _where_leads_come_from(found, ahead, leads, runs)
    idle = leads["restricted loss"]
    if idle["others"]:
        false = ", ".join(f"{name} in {leads[name]['idle']}" for name in ahead)
        asked = f"Of the {idle['others']} runs that do not grok, they move too: {false}"
        claim += f" {asked if false else 'No reading is ahead, so that false alarms are not asked for'}."
    else:
        claim += " No run fails to grok, so that false alarms are not known."
    return f"{words} {claim}"


def _where_leads_come_from(found: xarray.Dataset, ahead: list[str], leads: dict[str, dict[str, float]], runs: int) -> str:
    """A reading that moves as soon as memorisation has ended is ahead by the test loss's own delay, whatever that is."""
    if not ahead:
        return ""
    soon = ", ".join(f"{name} in {leads[name]['at_once']} of {runs}" for name in ahead)
    main = {name: lead_of(found.sel(arm=[MAIN]), name) for name in ahead}
    alone = ", ".join(f"{name} {_lead(lead)}" for name, lead in main.items())
    return (
        f" As soon as memorisation has ended, within {AT_ONCE} looks, so that the lead is the test loss's own delay and no warning of it: "
        f"{soon}. In the main runs alone: {alone}."
    )


def _lead(lead: dict[str, float]) -> str:
    if not lead["runs"] or not lead["of"]:
        return "0, at the same look" if lead["runs"] else "does not move"
    median = f"{lead['median']:g} / {lead['looks']:g}" if np.isfinite(lead["median"]) else "never in half of the runs"
    return f"{median} ({lead['earlier']} of {lead['of']} earlier, p = {lead['p']:.2g})"


def _fraction(found: xarray.Dataset, laws: dict[str, Laws]) -> str:
    here, table = laws["here"], laws["published"]
    never = int((~found.sel(arm=law_arms(found))["grokked"]).sum())
    said = []
    for name, law in (("the published table (one seed a point)", table), (f"our runs ({never} censored)", here)):
        if not np.isfinite(law.gain):
            said.append(f"{name}: {law.message}")
            continue
        line = law.lines[EXPONENTIAL]
        better = POWER if law.gain > 0 else EXPONENTIAL
        bound = f" (threshold at {law.bound})" if law.bound else ""
        said.append(
            f"{name}: ln(delay) = {line.intercept:.1f} {line.slope:+.1f}({line.slope_error:.1f}) f, or a power "
            f"{law.lines[POWER].slope:.1f} of f - {law.threshold:.3f}{bound}; Akaike favours the {better} by {abs(law.gain):.1f}; "
            f"simulated p of the exponential {law.p_said(EXPONENTIAL)}, of the power law {law.p_said(POWER)}: {law.message}"
        )
    return f"Is there a critical fraction? {'. '.join(one[0].upper() + one[1:] for one in said)}."


def _decay(found: xarray.Dataset, decay: Line) -> str:
    names = arms(found, "decay")
    never = int((~found.sel(arm=names)["grokked"]).sum())
    if len(names) < 2:
        return f"Weight decay and time: not asked, every run has decay {float(found['decay'].sel(arm=MAIN)[0]):g}."
    if not decay.converged:
        return f"Weight decay and time: {decay.message}; {never} runs are censored."
    span = " to ".join(f"{float(found['decay'].sel(arm=arm)[0]):g}" for arm in (names[0], names[-1]))
    sooner = "sooner" if decay.slope < 0 else "later"
    judged = f"more decay groks {sooner}" if decay.sure else "its sign is open"
    against = {True: "as the text and the released runs say, against the appendix", False: "as the appendix says"}[decay.slope < 0]
    return (
        f"Weight decay and time: ln(step of a test loss below 0.1) against ln(decay), {span}, has slope {decay.slope:.2f}"
        f"({decay.slope_error:.2f}) with {never} censored runs: {judged}{f', {against}' if decay.sure else ''}. Two released runs give "
        f"{published.decay_slope():.2f}."
    )


def _frequencies(found: xarray.Dataset) -> str:
    grokked = found["grokked"].values
    keys = found["final_key"].values[grokked]  # (runs, way, frequency)
    if not len(keys):
        return "No run groks: key frequencies of grokked networks are not known."
    same = int(np.all(keys[:, 0] == keys[:, 1], axis=-1).sum())
    counts = keys.sum(axis=-1).mean(axis=0)
    more = int((keys[:, 2].sum(axis=-1) >= keys[:, 1].sum(axis=-1)).sum())
    none = int((keys[:, 0].sum(axis=-1) == 0).sum())
    return (
        f"Key frequencies of {len(keys)} grokked networks: {counts[0]:.1f} on average by neurons, {counts[1]:.1f} by logit weights, "
        f"{counts[2]:.1f} by the embedding; neurons and logit weights name the same set in {same}, neurons none in {none}; the embedding "
        f"holds as many as the logit weights, or more, in {more}."
    )


def _excluded(found: xarray.Dataset) -> str:
    grokked = found["grokked"].values
    end = at_end(found)
    joint = end["published_excluded"].values[grokked]
    single = end["excluded_singly"].transpose(*end["grokked"].dims, ...).values[grokked]
    some = np.isfinite(joint)
    if not some.any():
        return "No grokked network has key frequencies by neurons: the excluded loss is not known."
    each = single[some]
    return (
        f"Excluded loss of grokked networks, training pairs, at the end: {np.median(joint[some]):.2g} nats (median) without all key "
        f"frequencies, {np.nanmedian(each):.2g} without a single one, {np.median(np.nanmax(each, axis=-1)):.2g} without the worst one: "
        "one name, two published readings."
    )
