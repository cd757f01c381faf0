"""A null model: the same columns, with nothing between them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import integer, real, require
from .arrays import as_samples
from .copula import checked_ridge, live_scores
from .gaussian import o_information
from .ranks import checked_ties, correlation_of, normal_scores, shrunk
from .records import Null


def null(
    samples: Any,
    shuffles: int = 20,
    *,
    seed: int,
    statistic: Callable[[np.ndarray], Any] | None = None,
    ties: str = "average",
    quantiles: Sequence[float] = (0.05, 0.5, 0.95),
    ridge: float = 0.0,
) -> Null:
    """What a statistic of the copula is worth when every column is permuted by itself: distributions kept, dependence gone.

        p_low = (1 + #{null <= observed}) / (1 + shuffles),      p_high = (1 + #{null >= observed}) / (1 + shuffles)

    Arguments:
        samples: activations, shape (T samples, n variables).
        shuffles: >= 1, default 20; the smallest p is 1 / (1 + shuffles).
        seed: >= 0, of the permutations (and of "random" ties).
        statistic: from the correlation matrix of the columns that vary to a number or an array; None: `o_information`.
        ties, ridge: as in `copula_correlation`. "ordinal" ties are ranked anew in every shuffle: they are a signal that survives it.
        quantiles: of the null, each within 0..1.
    Returns: `Null`: `.observed`, `.values` (shuffles, ...), `.quantiles` (quantiles, ...), `.p_low`, `.p_high`. The plug-in's bias is on
        both sides alike. An extremum over many sets has a null that is not 0: take it in `statistic`.
    Undefined (`ValueError`): as in `copula_correlation`; shuffles < 1; whatever `statistic` refuses.
    Source: permutation test; the p-values as in Phipson and Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9, 39.
    """
    checked_ties(ties, integer("seed", seed, minimum=0))
    shuffles, levels, ridge = integer("shuffles", shuffles, minimum=1), checked_quantiles(quantiles), checked_ridge(ridge)
    statistic = o_information if statistic is None else statistic
    x = as_samples(samples)
    scores, kept, _ = live_scores(x, ties, seed)
    observed = np.asarray(statistic(shrunk(correlation_of(scores), ridge)), dtype=np.float64)
    generator = shuffling(seed)
    values = np.empty((shuffles, *observed.shape))
    rows = np.ascontiguousarray(x[:, kept].T) if ties == "ordinal" else scores
    for i in range(shuffles):
        permuted = generator.permuted(rows, axis=1)
        if ties == "ordinal":
            permuted = normal_scores(permuted, ties, seed)[0]
        values[i] = statistic(shrunk(correlation_of(permuted), ridge))
    p_low, p_high = ((1 + (side * values <= side * observed).sum(axis=0)) / (1 + shuffles) for side in (1, -1))
    return Null(_plain(observed), values, np.quantile(values, levels, axis=0), _plain(p_low), _plain(p_high))


def shuffling(seed: int) -> np.random.Generator:
    """Random numbers for the permutations, other than those that break ties with the same seed."""
    return np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])


def checked_quantiles(quantiles: Any) -> np.ndarray:
    """Levels within 0..1."""
    levels = np.array([real("quantiles", q) for q in np.atleast_1d(quantiles).tolist()])
    require(levels.size > 0, "quantiles must name at least one level, got none")
    require(bool(((levels >= 0) & (levels <= 1)).all()), f"quantiles must be within 0..1, got {levels.tolist()}")
    return levels


def _plain(value: Any) -> Any:
    value = np.asarray(value)
    return float(value) if value.ndim == 0 else value
