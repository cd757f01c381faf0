"""What the ensemble answers, in sentences and tables made from its numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray

from ...report import Table
from .analysis import WAYS
from .cell import FITTED, LEVEL
from .measures import MEASURES, NAMES, PREDICTORS, SETTINGS

DIGITS = {"area": ".2f", "ahead": ".3f"}  # that an interval of .003 to .04 leaves out 0 must be seen
KINDS = ("trivial", "measure", "sees the test", "control")

CAVEATS = (
    "A run that does not generalise within the budget might do so later: every number is about this budget.",
    "Pooled over settings, whoever knows the training fraction and the weight decay wins, and every measure knows something of them. What "
    "a measure adds is seen within strata, over pairs of runs with the same settings; only strata in which seeds differ have such pairs.",
    "Rows that see the test labels, or use the rule on all pairs (as the losses of the trigonometric part do), are no forecasts: an "
    "experimenter who has those needs none.",
    "Directions are those of the sources, which speak of networks that have generalised, not of those that will. Where a source has none "
    "it is learned from other seeds, which costs a little of the area.",
    "Intervals are percentiles over resampled settings and seeds within them, each by itself: of twenty about one is beyond by chance. "
    "With few settings they are rough; the noise control shows how rough. The best trivial predictor is the best on these very runs, which "
    "favours it.",
    "Scores are levels at one checkpoint. A source that speaks of a peak (synergy) is judged by its peak in clauw2024.",
    "Checkpoints are evenly spaced in the logarithm: a reading is up to one checkpoint old, an alarm up to one late.",
    "Splits and networks are drawn for each run alone, so that runs are independent given their settings.",
    "Squared-error networks have logits of order one: their softmax never collapses, and that row is a constant, which is not counted.",
    "The mean and median participation ratio and the share of periodic neurons are three readings of one quantity, not three findings.",
)


def verdict(found: xarray.Dataset) -> tuple[str, ...]:
    """Who generalises; pooled and within strata; where these disagree; lead times; what sees the test."""
    return (
        _ensemble(found),
        _compared(found, "pooled"),
        _compared(found, "within strata"),
        _opposed(found),
        _leads(found),
        _unfair(found),
    )


def _ensemble(found: xarray.Dataset) -> str:
    done, runs = int(found["test_step"].notnull().sum()), found["test_step"].size
    steps = found["test_step"].values[found["test_step"].notnull().values]
    when = f", the median at update {np.median(steps):g}" if steps.size else ""
    return (
        f"{done} of {runs} runs ({done / runs:.0%}) reach a test accuracy of {LEVEL:g} within {found.attrs['budget']:g} updates{when}. In "
        f"{int(found['mixed'].sum())} of {found['mixed'].size} settings seeds differ: all that is said within strata rests on these."
    )


def _compared(found: xarray.Dataset, way: str) -> str:
    here = found.sel(horizon=found.attrs["reference"], way=way)
    ours = here.sel(predictor=(here["kind"] == "measure") & ~found["constant"])
    area = ours["area_before"].values
    pairs = int(np.nanmax(ours["area_pairs_before"].values))
    begin = f"{way.capitalize()}, read {found.attrs['reference']:g} updates before the crossing ({pairs} pairs)"
    if not np.isfinite(area).any():
        return f"{begin}: no pair of runs, so that nothing can be said."
    rival = str(here["rival_before"].item())
    best = str(ours["predictor"].values[np.nanargmax(area)])
    above = [str(n) for n in ours["predictor"].values[(ours["ahead_low_before"] > 0).values]]
    below = int((ours["ahead_high_before"] < 0).sum())
    count = int(np.isfinite(area).sum())
    return (
        f"{begin}: the best trivial predictor is the {rival}, {_interval(here, rival, 'area')}{_alone(here, rival)}. The largest area of "
        f"{count} measures, flattered by being the largest, has the {best}, {_interval(here, best, 'area')}, ahead by "
        f"{_interval(here, best, 'ahead')}. {_ahead(here, rival, above)} Behind beyond their intervals: {below}; not decided by this many "
        f"runs: {count - len(above) - below}.{_contrary(ours)}{_constants(found)}"
    )


def _alone(here: xarray.Dataset, rival: str) -> str:
    """What the rate of the settings costs, and the best that is known without it."""
    if rival != SETTINGS:
        return ""
    alone = str(here["alone_before"].item())
    return (
        f", which needs the outcomes of finished runs at the same settings, {here.sizes['replica'] - 1} at most; the best that needs none "
        f"is the {alone}, {_interval(here, alone, 'area')}"
    )


def _ahead(here: xarray.Dataset, rival: str, above: Sequence[str]) -> str:
    """Which measures are ahead, or whether any could have been seen to be."""
    if above:
        return f"Ahead of it beyond the interval: {', '.join(above)}."
    test = here.sel(predictor="test accuracy")
    if float(test["ahead_low_before"]) > 0:
        return "None is ahead of it beyond its interval."
    most = 1 - float(here["area_before"].sel(predictor=rival))
    return (
        f"Whether any is ahead cannot be decided here: the largest possible lead is {most:.2f}, and the test accuracy itself, "
        f"{_interval(here, 'test accuracy', 'area')}, is ahead by {_interval(here, 'test accuracy', 'ahead')}."
    )


def _constants(found: xarray.Dataset) -> str:
    names = [str(name) for name in found["predictor"].values[((found["kind"] == "measure") & found["constant"]).values]]
    return f" Not counted, being one number in all runs: {', '.join(names)}." if names else ""


def _contrary(ours: xarray.Dataset) -> str:
    """Measures that announce the reverse of what their source says; one whose direction is learned can't."""
    fixed = [one.name for one in MEASURES if one.direction != "learned"]
    names = [str(name) for name in ours["predictor"].values[(ours["area_high_before"] < 0.5).values] if name in fixed]
    shown = [f"{name} {_interval(ours, name, 'area')}" for name in names]
    return f" Against the direction of their source, beyond the interval: {', '.join(shown)}." if shown else ""


def _opposed(found: xarray.Dataset) -> str:
    """Who says one thing over all settings and the reverse at given ones."""
    here = found.sel(horizon=found.attrs["reference"], predictor=found["kind"].isin(("trivial", "measure")))
    low, high = (here[f"area_{end}_before"] for end in ("low", "high"))
    above, below = low > 0.5, high < 0.5
    (pooled_above, within_above), (pooled_below, within_below) = ([side.sel(way=way).values for way in WAYS] for side in (above, below))
    names = here["predictor"].values[(pooled_above & within_below) | (pooled_below & within_above)]
    if not len(names):
        return "No fair predictor points one way over all pairs and the other way within strata, beyond both intervals."
    areas = here["area_before"]
    shown = [
        f"{name} ({float(areas.sel(predictor=name, way=WAYS[0])):.2f}, {float(areas.sel(predictor=name, way=WAYS[1])):.2f})"
        for name in names
    ]
    return (
        f"Over all pairs and within strata these point opposite ways, beyond both intervals: {', '.join(shown)}. Settings that generalise "
        "have one value of them, the seeds that do so at given settings the other: a direction or threshold learned over settings misleads "
        "within them."
    )


def _leads(found: xarray.Dataset) -> str:
    cases, controls = int(found["cases"]), int(found["controls"])
    begin = (
        f"Alarms set on other seeds at {found.attrs['rate']:.0%} false alarms, over {cases} runs that generalise and {controls} that do not"
    )
    lead = found["lead"].where((found["kind"] == "measure") & ~found["constant"]).values
    trivial = found["lead"].where(found["kind"] == "trivial").values
    if not np.isfinite(lead).any():
        return f"{begin}: no measure can be judged. {_silent(found)}"

    def shown(values: np.ndarray) -> str:
        k = int(np.nanargmax(values))
        name = str(found["predictor"].values[k])
        low, high = (float(found[f"lead_{end}"][k]) for end in ("low", "high"))
        said = f"{values[k]:g} updates [{low:.0f}, {high:.0f}] by the {name} (warned: {float(found['warned'][k]):.0%})"
        return said + (", not distinguishable from 0" if values[k] > 0 >= low else "")

    silent = int((lead == 0).sum())
    return (
        f"{begin}: the longest median lead of a measure is {shown(lead)}, of a trivial predictor {shown(trivial)}. {silent} of "
        f"{np.isfinite(lead).sum()} measures warn of fewer than half of the runs."
    )


def _silent(found: xarray.Dataset) -> str:
    """Why predictors have no lead, each reason once."""
    why = found["no_alarm"].values
    groups = {str(reason): found["predictor"].values[why == reason] for reason in why if reason}
    return " ".join(f"No lead for {', '.join(map(str, names))}: {reason}." for reason, names in groups.items())


def _unfair(found: xarray.Dataset) -> str:
    here = found.sel(horizon=found.attrs["reference"], way="within strata")
    here = here.sel(predictor=here["kind"] == "sees the test")
    shown = [f"{name} {_interval(here, str(name), 'area')}" for name in here["predictor"].values]
    return f"Not forecasts, since they see the test or use the rule, within strata at the same horizon: {', '.join(shown)}."


def _interval(here: xarray.Dataset, name: str, part: str) -> str:
    """Value and interval of `part` at one horizon and way."""
    one = here.sel(predictor=name)
    return _span([float(one[f"{part}{end}_before"]) for end in ("", "_low", "_high")], DIGITS[part])


def _span(numbers: Sequence[float], digits: str = ".2f") -> str:
    """A value and the ends of its interval, if there are any."""
    value, low, high = (*numbers, np.nan, np.nan)[:3]
    if not np.isfinite(value):
        return "–"
    value, low, high = (f"{number:z{digits}}" for number in (value, low, high))  # z: no minus sign before a zero
    ends = f" [{low},\N{NO-BREAK SPACE}{high}]" if low != "nan" else ""
    return f"{value}{ends}".replace("-", "−")


def tables(found: xarray.Dataset, milliseconds: Mapping[str, float]) -> tuple[Table, ...]:
    """The forecast table; all areas; the settings; where directions come from."""
    return _forecasts(found, milliseconds), _all_areas(found), _settings(found), _sources()


def _forecasts(found: xarray.Dataset, milliseconds: Mapping[str, float]) -> Table:
    soon, reference, after = (found.attrs[name] for name in ("soon", "reference", "after"))
    columns = (
        *("predictor", "sees", "direction", "median lead, updates", "warned", "false alarms"),
        *(f"area, {soon:g} before", f"area, {reference:g} before", f"area, {after:g} after fit", f"within strata, {reference:g} before"),
        *("ahead of the best trivial, pooled", "ahead, within strata", "ms a call"),
    )
    rows, marks = [], []
    for which in KINDS:
        for one in PREDICTORS:
            here = found.sel(predictor=one.name)
            if str(here["kind"].item()) != which:
                continue
            areas = [_area(here, dim, at) for dim, at in (("horizon", soon), ("horizon", reference), ("delay", after))]
            ahead = [_area(here, "horizon", reference, way, "ahead") for way in ("pooled", "within strata")]
            lead = _span([float(here[name]) for name in ("lead", "lead_low", "lead_high")], ".0f")
            shares = [_span([float(here[name])]) for name in ("warned", "false_alarms")]
            within = _area(here, "horizon", reference, "within strata")
            cost = milliseconds.get(one.name, 0.0)
            rows.append((one.name, one.sees, one.direction, lead, *shares, *areas, within, *ahead, float(f"{cost:.2g}")))
            beats = bool((here["ahead_low_before"].sel(horizon=reference) > 0).any())
            marks.append("good" if which == "measure" and beats else "")
    note = " ".join(
        (
            "Area under the ROC: the chance that a run that will generalise scores above one that won't, both read so many updates before",
            f"the crossing of the first, or after a training accuracy of {FITTED:g}; 0.5 tells nothing.",
            "Within strata: pairs with the same fraction and decay.",
            "Lead: from the alarm to the crossing, a run without a warning counting 0.",
            "Direction: the value that announces; learned: from other seeds (alarms: on either side).",
            f"Brackets: {found.attrs['confidence']:.0%} intervals over resampled settings, and seeds within them.",
            "Marked: measures ahead of the best trivial predictor beyond the interval.",
            "Rows: trivial, measures, what sees the test, the control.",
            f"The {SETTINGS.split(' (')[0]} have no alarm of their own.",
            _silent(found),
            "Milliseconds: on the machine that wrote this page, with all that the measure needs, nothing shared; 0: logged anyway.",
        )
    )
    return Table("The forecast table", columns, rows, note, marks=marks)


def _area(here: xarray.Dataset, dim: str, at: float, way: str = "pooled", part: str = "area") -> str:
    clock = "before" if dim == "horizon" else "after"
    one = here.sel({dim: at, "way": way})
    return _span([float(one[f"{part}{end}_{clock}"]) for end in ("", "_low", "_high")], DIGITS[part])


def _all_areas(found: xarray.Dataset) -> Table:
    horizons, delays = found["horizon"].values, found["delay"].values
    columns = ("predictor", "pairs", *(f"{h:g} before" for h in horizons), *(f"{d:g} after fit" for d in delays))
    rows = []
    for name in NAMES:
        for way in ("pooled", "within strata"):
            here = found.sel(predictor=name)
            areas = [_area(here, dim, float(at), way) for dim, ats in (("horizon", horizons), ("delay", delays)) for at in ats]
            rows.append((name, way, *areas))
    counts = [int(found["area_pairs_before"].sel(horizon=h, way="pooled").max()) for h in horizons]
    note = f"Pairs of all settings at these horizons: {', '.join(map(str, counts))}. Best trivial predictor, pooled: "
    return Table(
        "Areas at every horizon", columns, rows, note + ", ".join(map(str, found["rival_before"].sel(way="pooled").values)), folded=True
    )


def _settings(found: xarray.Dataset) -> Table:
    rows = []
    for f in found["train_fraction"].values:
        for d in found["weight_decay"].values:
            here = found.sel(train_fraction=f, weight_decay=d)
            share = _span([float(here[f"generalised{end}"]) / n for end, n in (("", found.sizes["replica"]), ("_low", 1), ("_high", 1))])
            steps = (float(here[name].median()) for name in ("train_step", "test_step"))
            rows.append((float(f), float(d), share, *steps, float(here["test_accuracy"].median())))
    columns = (
        "training fraction",
        "weight decay",
        "share that generalises",
        "fitted at, median",
        "generalised at, median",
        "test accuracy at the end",
    )
    return Table("The settings", columns, rows, "Wilson intervals. Medians of steps are over the runs that get there.")


def _sources() -> Table:
    rows = [(one.name, one.direction, one.source) for one in PREDICTORS if one.source]
    note = "The value that the source gives to networks that generalise, fixed before any run; learned: it gives none."
    return Table("Where directions come from", ("predictor", "direction", "source"), rows, note, folded=True)
