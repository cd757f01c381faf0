"""Synergy and redundancy of a layer along a training run, each with its null band and a flag."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import integer, require
from .arrays import as_float64, as_samples
from .clusters import checked_clusters, columns_by_label, partition
from .copula import checked_ridge
from .permutation import checked_quantiles, shuffling
from .ranks import checked_ties
from .records import Progress
from .unions import Layer


def progress(
    features_by_step: Mapping[Any, Any] | Iterable[tuple[Any, Any]],
    *,
    clusters: int = 10,
    mode: str = "neurons",
    ties: str = "average",
    shuffles: int = 20,
    quantiles: Sequence[float] = (0.05, 0.5, 0.95),
    seed: int = 0,
    correct_bias: bool = True,
    ridge: float = 0.0,
) -> Progress:
    """`cluster_unions` at every checkpoint, with the extremes that shuffled columns reach over the same unions.

    Arguments:
        features_by_step: a mapping from step to activations (samples, units), or pairs of both; of an iterator only one
            checkpoint is in memory at a time.
        clusters, mode, ties, correct_bias, ridge: as in `cluster_unions`.
        shuffles: of every column at each checkpoint, default 20; 0 leaves the band NaN.
        quantiles: of the null, within 0..1;  seed: >= 0, of the permutations and of "random" ties, the same at every checkpoint.
    Returns: `Progress`, one entry a checkpoint, nats. The untrained network can be as synergistic as a grokked one: compare with the
        first step too. In the null the partition is the one found on the true data.
    Undefined: a checkpoint with fewer varying units than clusters, too few samples, values that are not finite, or a singular union
        (units that are copies; `ridge` helps) has NaN, `valid` False and a `message`. `ValueError`: settings that are wrong, no
        checkpoint, activations that are not 2-D.
    Source: Clauw, Stramaglia, Marinazzo (2024), arXiv:2408.08944; ties, bias, null and flags are ours.
    """
    clusters, shuffles = checked_clusters(clusters, mode), integer("shuffles", shuffles, minimum=0)
    checked_ties(ties, integer("seed", seed, minimum=0))
    levels, ridge = checked_quantiles(quantiles), checked_ridge(ridge)
    pairs = features_by_step.items() if isinstance(features_by_step, Mapping) else features_by_step
    steps, rows = [], []
    for step, features in pairs:
        x = as_float64(f"samples of step {step}", features)
        require(x.ndim == 2 and x.size > 0, f"samples of step {step} must be 2-D, rows = samples and columns = units, got shape {x.shape}")
        steps.append(step)
        rows.append(_judged(x, clusters, mode, ties, seed, ridge, correct_bias, shuffles, levels))
        del x, features  # before the next one is read
    require(len(steps) > 0, "features_by_step must have at least one checkpoint, got none")
    message = tuple(row.pop("message") for row in rows)
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Progress(steps=np.array(steps), quantiles=levels, message=message, **columns)


def _judged(
    x: np.ndarray, clusters: int, mode: str, ties: str, seed: int, ridge: float, correct_bias: bool, shuffles: int, levels: np.ndarray
) -> dict[str, Any]:
    """One checkpoint as the fields of `Progress`."""
    repeats = _tied_share(x)
    seen = {"tied_share": float(repeats.mean()), "dead": int((x == x[:1]).all(axis=0).sum())}
    try:
        as_samples(x)
        labels = partition(x, clusters)
        layer = Layer(x, columns_by_label(labels), mode, ties, seed, ridge, correct_bias)
        scores, generator = layer.scores(), shuffling(seed)
        found = layer.unions(labels, scores)
        extremes = [layer.shuffled(scores, generator) for _ in range(shuffles)]
    except ValueError as error:
        nothing = np.full(len(levels), np.nan)
        values = {"synergy": np.nan, "redundancy": np.nan, "synergy_size": 0, "redundancy_size": 0}
        return {**values, "null_synergy": nothing, "null_redundancy": nothing, **seen, "valid": False, "message": str(error)}
    low, high = (np.quantile(side, levels) if shuffles else np.full(len(levels), np.nan) for side in _ends(extremes))
    return {
        "synergy": found.synergy,
        "redundancy": found.redundancy,
        "synergy_size": found.synergy_size,
        "redundancy_size": found.redundancy_size,
        "null_synergy": low,
        "null_redundancy": high,
        **seen,
        "valid": True,
        "message": f"{len(found.unions)} unions of {len(layer.groups)} clusters",
    }


def _ends(values: list[np.ndarray]) -> tuple[list[float], list[float]]:
    """Synergy and redundancy of each shuffle."""
    return [-float(v.min()) for v in values], [float(v.max()) for v in values]


def _tied_share(x: np.ndarray) -> np.ndarray:
    """Share of each column's values that occur more than once; NaN equals nothing."""
    rows = np.sort(np.ascontiguousarray(x.T), axis=1)
    repeats = rows[:, 1:] == rows[:, :-1]
    tied = np.zeros(rows.shape, dtype=bool)
    tied[:, 1:] |= repeats
    tied[:, :-1] |= repeats
    return np.where((x == x[:1]).all(axis=0), 1.0, tied.mean(axis=1))
