"""Numbers of runs that were made elsewhere with the same maths, beside what came out; the paper itself prints none."""

import xarray

from ..averages import over_all_runs, over_runs
from ..comparison import Comparison
from .analysis import at_step

SOURCE = "independent runs, {} seed{}"
COMMON = 600  # updates, as far as most of the independent runs went

# arm: seeds, training above 0.98, test above 0.5, test above 0.98, each with what another seed or generator may shift it by
CROSSINGS = {
    "decay 2": (3, (35, 15), (175, 40), (420, 80)),
    "decay 0.1": (1, (25, 15), (1225, 350), None),
    "scale 8": (1, None, (175, 40), (430, 80)),
}
NOT_BY_600 = ("decay 10", "decay 50", "scale 1", "scale 50")
LEVELS = (  # arm, what, step, value in nats, allowed: the range of the independent runs and as much again
    ("decay 2", "synergy", 0, 5.5, 2.5),
    ("decay 2", "redundancy", 0, 0.15, 0.15),
    ("decay 2", "synergy", 150, 4.45, 0.9),
    ("decay 2", "synergy", 500, 1.1, 1.4),
    ("decay 2", "redundancy", 500, 1.8, 1.8),
    ("decay 0.1", "synergy", 1500, 5.5, 2.0),
    ("decay 10", "synergy", COMMON, 0.5, 1.0),
    ("decay 10", "redundancy", COMMON, 25.0, 10.0),
    ("decay 50", "redundancy", COMMON, 96.0, 12.0),
    ("scale 8", "synergy", 200, 3.9, 0.6),
    ("scale 8", "synergy", COMMON, 0.065, 0.1),
    ("scale 8", "redundancy", COMMON, 2.5, 1.0),
    ("scale 1", "synergy", COMMON, 0.0, 0.3),
    ("scale 1", "redundancy", COMMON, 105.0, 15.0),
    ("scale 50", "synergy", COMMON, 0.2, 0.3),
    ("scale 50", "redundancy", COMMON, 6.0, 3.0),
)
TIED_SHARE = 0.95  # of O of all units at the start, published ranking: here it is that of the most redundant union


def comparisons(found: xarray.Dataset) -> tuple[Comparison, ...]:
    """Who generalises and when, how much synergy and redundancy there is, and how much of the published redundancy is ties."""
    return (*_crossings(found), *_failures(found), *_levels(found), _ties(found))


def _crossings(found: xarray.Dataset) -> list[Comparison]:
    names = {"train_step": "training accuracy above 0.98", "risen_step": "test accuracy above 0.5", "test_step": "test accuracy above 0.98"}
    rows = []
    for arm, (seeds, *expected) in CROSSINGS.items():
        for (name, words), known in zip(names.items(), expected, strict=True):
            if known is not None:
                step = over_all_runs(found[name].sel(arm=arm))
                rows.append(Comparison.of_runs(f"{arm}: step of {words}", known[0], step, _source(seeds), known[1]))
    return rows


def _failures(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    for arm in NOT_BY_600:
        share = float((found["risen_step"].sel(arm=arm) <= COMMON).mean())
        last = min(COMMON, float(found["last_step"].sel(arm=arm).max()))
        rows.append(Comparison(f"{arm}: share of seeds with test accuracy above 0.5 by update {last:g}", 0.0, share, _source(1), 0.0))
    return rows


def _levels(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    for arm, name, step, expected, allowed in LEVELS:
        level = over_runs(at_step(found, name, step).sel(arm=arm))
        seeds = CROSSINGS.get(arm, (1,))[0]
        last = min(step, float(found["last_step"].sel(arm=arm).max()))
        what = f"{arm}: {name} at update {last:g}, nats"
        rows.append(Comparison.of_runs(what, expected, level, _source(seeds), allowed))
    return rows


def _ties(found: xarray.Dataset) -> Comparison:
    what = "decay 2: share of the published redundancy at the start that shuffled columns reach"
    return Comparison(what, TIED_SHARE, share_of_ties(found), f"{_source(1)}, O of all units", 0.05)


def share_of_ties(found: xarray.Dataset) -> float:
    """Median of the null over the value, published ranking, at step 0 of decay 2; mean over seeds."""
    start = found.isel(checkpoint=0).sel(arm="decay 2")
    return float((start["published_null_redundancy_band"].sel(quantile=0.5) / start["published_redundancy"]).mean())


def _source(seeds: int) -> str:
    return SOURCE.format(seeds, "" if seeds == 1 else "s")
