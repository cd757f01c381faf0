"""What is read off a hidden layer at one checkpoint."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...measures import information

# Average ranks less the bias; ordinal ranks without it, as published; and the two other readings of the published text
WAYS = {
    "": {"mode": "neurons"},
    "published_": {"mode": "neurons", "ties": "ordinal", "correct_bias": False},
    "blocks_": {"mode": "blocks"},
    "means_": {"mode": "means"},
}
VALUES = ("synergy", "redundancy", "synergy_size", "redundancy_size")
READINGS = (
    *(f"{way}{value}" for way in WAYS for value in VALUES),
    "tied_share",
    "dead_units",
    "zeros_share",
    "participation_ratio",
)
NULLS = ("null_synergy", "null_redundancy", "published_null_synergy", "published_null_redundancy")
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Looks:
    """How layers are judged; `seed`: of the shuffles."""

    clusters: int
    shuffles: int
    seed: int

    def at(self, activations: np.ndarray) -> tuple[dict[str, float], tuple[int, ...]]:
        """`READINGS`, NaN where one can't be had, and the most synergistic units (none without that reading)."""
        found = dict.fromkeys(READINGS, np.nan)
        labels, units = None, ()
        for way, settings in WAYS.items():
            try:
                read = information.cluster_unions(activations, self.clusters, labels=labels, **settings)
            except ValueError:
                continue  # too few units that vary, or units that are copies: the checkpoint has no such reading
            found |= {f"{way}{value}": float(getattr(read, value)) for value in VALUES}
            if way == "":
                labels, units = read.labels, read.synergy_members
        found["tied_share"], found["dead_units"] = ties(activations)
        found["zeros_share"] = float((activations == 0).mean())
        found["participation_ratio"] = participation_ratio(activations)
        return found, units

    def null(self, activations: np.ndarray) -> dict[str, np.ndarray]:
        """Quantiles of both extremes with every column shuffled by itself, in both rankings."""
        found = {}
        for way in ("", "published_"):
            how: dict[str, Any] = WAYS[way]
            run = information.progress(
                {0: activations}, clusters=self.clusters, shuffles=self.shuffles, quantiles=QUANTILES, seed=self.seed, **how
            )
            found[f"{way}null_synergy"], found[f"{way}null_redundancy"] = run.null_synergy[0], run.null_redundancy[0]
        return found


def participation_ratio(x: np.ndarray) -> float:
    """(tr C)^2 / tr C^2 of the covariance of the units: how many directions the layer uses; NaN if no unit varies."""
    centred = x - x.mean(axis=0)
    covariance = centred.T @ centred
    total = np.trace(covariance)
    return float(total**2 / (covariance**2).sum()) if total > 0 else np.nan


def ties(x: np.ndarray) -> tuple[float, float]:
    """The share of values that occur more than once in their column, mean over columns, and how many columns never vary."""
    dead = int((x == x[:1]).all(axis=0).sum())
    if dead == x.shape[1]:
        return 1.0, float(dead)
    return float(information.copula_correlation(x).tied_share.mean()), float(dead)
