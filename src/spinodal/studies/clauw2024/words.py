"""What the runs answer, in sentences and tables made from their numbers."""

import numpy as np
import xarray

from ...report import Table, three_digits
from ..peaks import DROP
from .analysis import EARLY, FITTED, LEAST_SEEDS, NEEDED, PREDICTORS, TOLD, lead_of, most_telling, sides
from .expected import share_of_ties
from .rules import PHASES

CAVEATS = (
    "The published ranking gives tied values ranks by position. Rectified units are zero for most samples, so that all units share the "
    "order of their zeros, a common signal that is not in the data: columns shuffled by themselves have it too. Here tied values share "
    "their rank.",
    "The published display scales each curve by its whole run, so that its early part depends on the future. Here curves are raw, in nats, "
    "beside what shuffled columns reach; scaled ones use the past alone. The published display is drawn beside them.",
    "The published phases were read by eye, without null or test. The phases here are a rule of our own (signs of smoothed slopes "
    "beyond the null spread and a tenth of the curve's largest value so far, with hysteresis), named after the published ones where "
    "both descriptions fit. The rule sees one checkpoint ahead, since it describes; lead times use it nowhere.",
    "The O-information of rank-Gaussian units is a statistic, not mutual information: rectified units mix a point mass with a density.",
    "The figures of the paper carry no numbers; expected values are those of independent runs with few seeds and another generator.",
    "The paper sets the last layer to zero in the arms with a fixed norm, its code ships without; the norm is that before. Both are "
    "options (last_layer), as is a scale of 5, which one sentence of the paper has in place of 50.",
)


def verdict(found: xarray.Dataset) -> tuple[str, ...]:
    """One sentence or two for each claim of the paper."""
    return (_who(found), _ties(found), *_synergy_first(found), _decoupling(found), _leads(found), _telling(found), _parts(found))


def _who(found: xarray.Dataset) -> str:
    seeds = found.sizes["replica"]
    words = []
    for arm in found["arm"].values:
        run = found.sel(arm=arm)
        rises, whole = int(run["rises"].sum()), int(run["test_step"].notnull().sum())
        last = float(run["last_step"].max())
        when = f" (median {float(run['risen_step'].median()):g})" if rises else ""
        words.append(f"{arm}: {rises}{when}, {whole} by {last:,.0f}")
    seeded = f"{seeds} seed{'s' if seeds > 1 else ''} an arm"
    return f"Of {seeded}, so many reach a test accuracy of 0.5 (at update), and 0.98, within their run. {'; '.join(words)}."


def _ties(found: xarray.Dataset) -> str:
    start = found.isel(checkpoint=0).sel(arm="decay 2").mean("replica")
    r, published, s = (float(start[n]) for n in ("redundancy", "published_redundancy", "synergy"))
    share = share_of_ties(found)
    judged = "is mostly tie-breaking" if share > 0.5 else "is not mostly tie-breaking"
    leads = "synergy exceeds redundancy" if s > r else "redundancy exceeds synergy"
    return (
        f"High redundancy at the start {judged}: of the {published:.1f} nats of the published ranking at decay 2, shuffled columns, "
        f"between which there is nothing, reach {share:.0%}. With average ranks the untrained network has {r:.2f} nats of redundancy "
        f"and {s:.1f} of synergy: {leads}."
    )


def _synergy_first(found: xarray.Dataset) -> list[str]:
    rises = found["rises"].values
    synergy, steps = found["synergy"].values[rises], found["curve_step"].values[rises]
    if not len(synergy):
        return ["In no run does the test accuracy reach 0.5: nothing can be said of what comes before it."]
    tops = [step[np.nanargmax(s)] if np.isfinite(s).any() else np.nan for s, step in zip(synergy, steps, strict=True)]
    at_start = int(np.sum(np.array(tops) == 0))
    fitted = found["train_step"].values[rises]
    later = [(s[step >= f], s[0]) for s, step, f in zip(synergy, steps, fitted, strict=True)]
    ratios = [np.nanmax(s) / first for s, first in later if np.isfinite(s).any() and np.isfinite(first)]
    if not ratios:
        return ["No run whose test accuracy rises has a synergy both at its start and after its training set is fitted."]
    low, high = min(ratios), max(ratios)
    between = f"{low:.2f}" if low == high else f"{low:.2f} to {high:.2f}"
    return [
        f"Of the {len(tops)} runs whose test accuracy rises, {at_start} have their largest synergy before any training; once the training "
        f"set is fitted, the largest synergy is {between} of that of the untrained network. A peak of synergy is therefore read against "
        "the start of its own run."
    ]


def _decoupling(found: xarray.Dataset) -> str:
    whole = found["test_step"].notnull().values
    if not whole.any():
        return "No run reaches a test accuracy of 0.98, so that decoupling cannot be judged."
    seen, falls = 0, 0
    for run in _runs(found, whole):
        after = run["curve_step"] >= run["risen_step"]
        if np.isfinite(run["synergy"][after]).sum() > 1:
            s, r = (run[name][after & np.isfinite(run["synergy"])] for name in ("synergy", "redundancy"))
            seen, falls = seen + 1, falls + int(s[-1] < s[0] and r[-1] > r[0])
    kinds = PHASES.index("decoupling")
    of_rule = sum(bool((run["phase"][run["curve_step"] >= run["risen_step"]] == kinds).any()) for run in _runs(found, whole))
    return (
        f"Decoupling: from the rise of the test accuracy to the end, synergy falls while redundancy rises in {falls} of the {seen} runs "
        f"that reach 0.98; the rule calls some of that stretch decoupling in {of_rule}."
    )


def _leads(found: xarray.Dataset) -> str:
    ours, rivals = lead_of(found, "synergy", "detection"), [(n, lead_of(found, n, "detection")) for n in PREDICTORS if n != "synergy"]
    if not ours["runs"]:
        said = f"the fall of synergy by {DROP:.0%} announces no rise of the test accuracy"
    else:
        said = f"a fall of synergy by {DROP:.0%} is seen {_lead(ours)}"
    before = [f"{name} ({lead['runs']} of {lead['rises']})" for name, lead in rivals if lead["median"] > max(ours["median"], -np.inf)]
    trivial = (
        f"By the same rule earlier, by the median over all runs that rise (announced): {', '.join(before)}."
        if before
        else "By the same rule no trivial predictor is earlier."
    )
    enough = "" if ours["runs"] >= NEEDED else f" Fewer than {NEEDED} runs: no winner is declared."
    return f"Lead time, with no use of the future: {said}. {trivial}{enough}"


def _lead(lead: dict[str, float]) -> str:
    ahead = f"{lead['median']:g} updates ahead of the rise" if np.isfinite(lead["median"]) else "not at all ahead of half of the rises"
    span = f"{ahead} (median; negative: after it; {lead['runs']} of {lead['rises']} announced, by {lead['least']:g} to {lead['largest']:g}"
    return f"{span}; earlier in {lead['earlier']} of {lead['of']} seeds, sign test p = {lead['p']:.2g})"


def _telling(found: xarray.Dataset) -> str:
    rises, other = sides(found)
    areas = {name: float(found["area_under_roc"].sel(told=name)) for name in TOLD}
    shown = ", ".join(f"{name} {area:.2f}" for name, area in areas.items() if np.isfinite(area))
    if not shown:
        return f"Will it generalise? {rises} runs rise and {other} do not: one side is empty, so that nobody can be judged."
    words = f"Will it generalise? Read at update {EARLY}, area under the ROC over {rises} runs that rise and {other} that do not: {shown}."
    if min(rises, other) < NEEDED:
        return f"{words} Fewer than {NEEDED} runs on a side: no winner is declared."
    if found.sizes["replica"] < LEAST_SEEDS:
        return f"{words} Fewer than {LEAST_SEEDS} seeds, which the arms share: no winner is declared."
    best, close = most_telling(found)
    also = f"; not behind it (95 %, by resampling seeds): {', '.join(close)}" if close else ""
    return f"{words} The most telling, in either direction: {best}{also}. Arms differ in more than synergy, so that this is no cause."


def _parts(found: xarray.Dataset) -> str:
    run = found.sel(arm="decay 2")
    if not run["retrain_units"].notnull().any():
        return "Parts of the network are retrained in the paper size only."
    words = []
    for name in found["set"].values:
        units, steps, risen = (run[f"retrain_{what}"].sel(set=name).values for what in ("units", "test_step", "risen_step"))
        made = np.isfinite(units)
        reached = steps[np.isfinite(steps)]
        median = f", at {np.median(reached):g}" if reached.size else ""
        size = np.median(units[made]) if made.any() else 0
        words.append(
            f"{name} ({size:g} units): {reached.size} of {int(made.sum())} reach 0.98{median}, {np.isfinite(risen).sum()} reach 0.5"
        )
    (ours, seeds), (theirs, others) = (_sooner(run, *pair) for pair in (("synergistic", "random"), ("complement", "random complement")))
    complement = f"its complement in {theirs} of {others}" if others else "neither its complement nor random units of that size ever do"
    return (
        f"Parts of the network retrained alone from their own start, decay 2. {'; '.join(words)}. Parts of one size compare: the "
        f"synergistic one reaches 0.98 before the median of random units of its size in {ours} of {seeds} seeds, {complement}."
    )


def _sooner(run: xarray.Dataset, part: str, control: str) -> tuple[int, int]:
    """In how many seeds a part generalises before the median of its control, of how many in which either does; never is later than any."""
    steps = run["retrain_test_step"].fillna(np.inf).where(run["retrain_units"].notnull())
    own, random = (steps.sel(set=name).median("draw", skipna=True).values for name in (part, control))
    there = np.isfinite(own) | np.isfinite(random)
    return int((own < random)[there].sum()), int(there.sum())


def tables(found: xarray.Dataset) -> tuple[Table, ...]:
    """Lead times, early predictors, layers, phases."""
    return _lead_table(found), _told_table(found), _layer_table(found), _phase_table(found)


def _lead_table(found: xarray.Dataset) -> Table:
    rows = []
    for name in PREDICTORS:
        for rule in ("peak", "detection"):
            if name == FITTED and rule == "peak":
                continue
            lead = lead_of(found, name, rule)
            counts = (f"{lead['runs']} of {lead['rises']}", f"{lead['earlier']} of {lead['of']}")
            shown = [three_digits(lead[key]) for key in ("median", "least", "largest", "p")]
            rows.append((name, "crossing" if name == FITTED else rule, counts[0], *shown[:3], counts[1], shown[3]))
    note = (
        "Updates from the announcement to a test accuracy of 0.5; negative: the announcement came later. The clock starts where the "
        f"training accuracy has passed 0.98. Peak: the largest value, if {DROP:.0%} of it is lost later (known only afterwards). "
        f"Detection: the first checkpoint at which {DROP:.0%} of the largest value so far is lost. Late by up to one checkpoint. "
        "Medians are over all runs that rise, a dash: half of them are not announced. The sign test has one sign a seed, since its arms "
        "share a split."
    )
    columns = ("predictor", "rule", "runs announced", "median lead", "least", "largest", "seeds in which earlier", "sign test p")
    return Table("Lead times", columns, rows, note)


def _told_table(found: xarray.Dataset) -> Table:
    rises = found["rises"].values
    rows = []
    for name in TOLD:
        values = found["early_value"].sel(told=name).values
        medians = (_median(values[side]) for side in (rises, ~rises))
        rows.append((name, *map(three_digits, (*medians, float(found["area_under_roc"].sel(told=name))))))
    count = sides(found)
    note = (
        f"Each read at update {EARLY} (or the last checkpoint before). {count[0]} runs rise, {count[1]} do not within their run; a "
        "short run that does not rise might have done so later. An area of 1 or 0 separates the sides, 0.5 does not."
    )
    return Table("Will it generalise?", ("predictor", "median, rises", "median, does not", "area under the ROC"), rows, note)


def _phase_table(found: xarray.Dataset) -> Table:
    rows = []
    for i, j in np.ndindex(found.sizes["replica"], found.sizes["arm"]):
        run = found.isel(replica=i, arm=j)
        codes, steps = run["phase"].values, run["curve_step"].values
        rows.append((str(run["arm"].item()), int(run["replica"]), _spans(codes, steps), int(np.sum(np.isfinite(steps) & np.isnan(codes)))))
    note = "From the checkpoint on at which the rule says so. Emergence: synergy rises, redundancy does not; decoupling: the reverse."
    return Table("Phases, by our own rule", ("arm", "replica", "phases", "checkpoints not judged"), rows, note, folded=len(rows) > 12)


def _layer_table(found: xarray.Dataset) -> Table:
    rows = []
    for i, j in np.ndindex(found.sizes["replica"], found.sizes["arm"]):
        run = found.isel(replica=i, arm=j)
        last = int(np.isfinite(run["curve_step"].values).sum()) - 1
        ends = [float(run[name][k]) for name in ("synergy", "redundancy") for k in (0, last)]
        rest = [float(run[name][last]) for name in ("synergy_size", "redundancy_size", "tied_share", "dead_units")]
        rows.append((str(run["arm"].item()), int(run["replica"]), *map(three_digits, (*ends, ends[1] / ends[0], *rest))))
    columns = (
        *("arm", "replica", "synergy, start", "end", "redundancy, start", "end", "synergy, end over start"),
        *("units, synergy", "units, redundancy", "tied share", "dead units"),
    )
    note = "Nats. Units of the extreme unions, ties and dead units (no variation) at the end of the run."
    return Table("The hidden layer of every run", columns, rows, note, folded=len(rows) > 12)


def _spans(codes: np.ndarray, steps: np.ndarray) -> str:
    there = np.isfinite(codes)
    codes, steps = codes[there], steps[there]
    starts = [i for i in range(len(codes)) if i == 0 or codes[i] != codes[i - 1]]
    return ", ".join(f"{PHASES[int(codes[i])]} from {steps[i]:g}" for i in starts) or "none"


def _runs(found: xarray.Dataset, which: np.ndarray):
    names = ("curve_step", "synergy", "redundancy", "phase", "risen_step")
    for place in zip(*np.nonzero(which), strict=True):
        yield {name: found[name].values[place] for name in names}


def _median(values: np.ndarray) -> float:
    values = values[np.isfinite(values)]
    return float(np.median(values)) if values.size else np.nan
