"""How well a score separates runs that will generalise from runs that won't, against how early it is read."""

from collections.abc import Sequence
from typing import Any

from ...errors import choice
from .area import Area, area_over
from .ensemble import Ensemble
from .readings import Readings, readings_after, readings_before
from .wins import oriented, settings_wins, wins

CLOCKS = ("before", "after")


def auroc_against_horizon(
    ensemble: Ensemble,
    scores: Any,
    horizons: Sequence[float],
    *,
    clock: str = "before",
    direction: str = "high",
    within: bool = False,
) -> tuple[Area, ...]:
    """The chance that a run that will generalise scores above one that won't, at each horizon.

    Arguments:
        scores: (runs, checkpoints), or (runs, 1) for what never changes.
        horizons: updates; "before" (`readings_before`): before the crossing, both runs of a pair read at the same step. "after"
            (`readings_after`): after `since`, over runs that have not generalised by then.
        direction: "high" or "low" says that a run will generalise; "learned" if nothing was known in advance (see `oriented`). Never
            choose it by looking at the area.
        within: pairs of one stratum alone. Pooled over settings, whatever knows the settings wins; within a stratum they win exactly half.
            A "learned" direction is still learned from all pairs, across strata: there the settings may choose the sign of the score.
    Returns: an `Area` for each horizon.
    Undefined (NaN, `pairs` = 0): no run on one of the sides at that horizon.
    """
    return tuple(
        area_over(ensemble, oriented(ensemble, wins(ensemble, readings, scores), direction), within=within)
        for readings in _readings(ensemble, horizons, clock)
    )


def settings_against_horizon(
    ensemble: Ensemble, horizons: Sequence[float], *, clock: str = "before", within: bool = False
) -> tuple[Area, ...]:
    """The same for the settings alone: how often other runs of the stratum generalise (`settings_wins`); within strata exactly 1/2."""
    return tuple(area_over(ensemble, settings_wins(ensemble, readings), within=within) for readings in _readings(ensemble, horizons, clock))


def _readings(ensemble: Ensemble, horizons: Sequence[float], clock: str) -> list[Readings]:
    choice("clock", clock, CLOCKS)
    return [(readings_before if clock == "before" else readings_after)(ensemble, horizon) for horizon in horizons]
