"""Pair by pair: does the run that will generalise score above the one that won't?"""

from typing import Any

import numpy as np

from ...errors import choice
from .ensemble import Ensemble
from .readings import Readings

DIRECTIONS = ("high", "low", "learned")


def wins(ensemble: Ensemble, readings: Readings, scores: Any) -> np.ndarray:
    """(runs, runs): 1 where the run that will generalise scores above the one that won't, 1/2 for a tie, 0 below; NaN for no pair.

    Arguments:
        scores: (runs, checkpoints), or (runs, 1) for what never changes. A pair with a score that is NaN is no pair.
    """
    values = ensemble.scores(scores)
    place = np.maximum(readings.place, 0)
    own = values[np.arange(ensemble.runs), place]
    first = own[:, None]
    second = values[:, place].T if readings.matched else own[None, :]
    won = np.where(first > second, 1.0, np.where(first == second, 0.5, 0.0))
    return np.where(readings.allowed & ~np.isnan(first) & ~np.isnan(second), won, np.nan)


def oriented(ensemble: Ensemble, won: np.ndarray, direction: str) -> np.ndarray:
    """`won` for a score of which a high ("high") or a low ("low") value says that a run will generalise.

    "learned": no direction is known in advance. For a pair of runs it is that which wins more often among the pairs without any run of
    their two folds; NaN where there are none. On pure noise this loses a little more often than it wins: a side that was ahead in the
    rest is slightly behind in what was left out.
    """
    choice("direction", direction, DIRECTIONS)
    if direction != "learned":
        return won if direction == "high" else 1 - won
    folds = np.asarray(ensemble.folds)
    excess = _by_label(won - 0.5, folds)
    count = _by_label(np.where(np.isnan(won), np.nan, 1.0), folds)
    ahead, there = (_without(table)[np.ix_(folds, folds)] for table in (excess, count))
    return np.where(there > 0, np.where(ahead >= -1e-9, won, 1 - won), np.nan)


def settings_wins(ensemble: Ensemble, readings: Readings) -> np.ndarray:
    """As `wins`, for the share of runs at the same settings that generalise: the best that settings alone can say.

    The share is that of the run's stratum over all folds but those of the pair, the same for both runs, so that within a stratum all pairs
    are ties. (Leaving out each run's own fold alone would let the share know the answer: it is lower for runs that generalise.) NaN where
    a stratum has no other run.
    """
    folds, strata = np.asarray(ensemble.folds), np.asarray(ensemble.strata)
    shape = (int(strata.max()) + 1, int(folds.max()) + 1)
    hits, count = np.zeros(shape), np.zeros(shape)
    judged = ensemble.will | ensemble.wont
    np.add.at(count, (strata[judged], folds[judged]), 1)
    np.add.at(hits, (strata[ensemble.will], folds[ensemble.will]), 1)
    i, j = np.indices((ensemble.runs, ensemble.runs))

    def rate(stratum: np.ndarray) -> np.ndarray:
        left = []
        for table in (hits, count):
            other = np.where(folds[i] == folds[j], 0.0, table[stratum, folds[j]])
            left.append(table.sum(axis=1)[stratum] - table[stratum, folds[i]] - other)
        return np.where(left[1] > 0, left[0] / np.maximum(left[1], 1), np.nan)

    first, second = rate(strata[i]), rate(strata[j])
    won = np.where(np.isclose(first, second, rtol=0, atol=1e-12), 0.5, (first > second).astype(float))
    return np.where(readings.allowed & ~np.isnan(first) & ~np.isnan(second), won, np.nan)


def _by_label(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(labels, labels): sums over pairs of runs by their labels, NaN counting nowhere."""
    which = np.eye(int(labels.max()) + 1)[labels]
    return which.T @ np.nan_to_num(values) @ which


def _without(table: np.ndarray) -> np.ndarray:
    """(labels, labels): the sum over the table without the rows and columns of both labels."""
    once = table.sum() - table.sum(axis=1) - table.sum(axis=0) + np.diagonal(table)
    both = once[:, None] + once[None, :] - table.sum() + table + table.T
    np.fill_diagonal(both, once)
    return both
