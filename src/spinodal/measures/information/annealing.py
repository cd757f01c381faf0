"""Simulated annealing of a set of fixed size."""

from typing import Any

import numpy as np

from ...errors import integer, positive, require
from .correlation import as_correlation
from .greedy import checked_sign
from .records import Annealed

PROBES = 100  # random swaps whose median difference is the first temperature
COOLED = 1e-3  # last temperature over the first


def anneal(
    R: Any,
    order: int,
    *,
    sign: int = -1,
    seed: int,
    repeats: int = 10,
    steps: int = 1000,
    temperature: float | None = None,
    cooling: float | None = None,
) -> Annealed:
    """Searches the set of `order` variables with the smallest O-information, or the largest, by swapping members.

    One member is swapped for one outsider, and kept with probability min(1, exp(sign dO / T)); T cools geometrically.

    Arguments:
        R: correlation matrix (n, n), or the record of `copula_correlation`.
        order: 3..n.
        sign: -1 for synergy (smallest O, default), +1 for redundancy.
        seed: >= 0; the same seed gives the same set.
        repeats: random starts, default 10, all run side by side;  steps: swaps tried in each, default 1000.
        temperature: at the start, nats; None: the median |dO| of 100 random swaps, the scale that matters.
        cooling: factor of T at each step; None: such that T ends at 1e-3 of the start.
    Returns: `Annealed`: the best set met in all repeats (its O-information is plug-in, nats). Nothing proves that it is the best of all.
    Undefined (`ValueError`): order outside 3..n, sign other than -1 or 1, temperature or cooling not > 0, R not positive definite.
    Source: Kirkpatrick, Gelatt, Vecchi (1983); started at the scale of the differences, where published tools start at T = 100.
    """
    matrix = as_correlation(R)
    n, order, sign = len(matrix), integer("order", order, minimum=3), checked_sign(sign)
    require(order <= n, f"order must be within 3..{n} (the variables), got {order}")
    generator = np.random.default_rng(integer("seed", seed, minimum=0))
    repeats, steps = integer("repeats", repeats, minimum=1), integer("steps", steps, minimum=1)
    factor = COOLED ** (1 / steps) if cooling is None else positive("cooling", cooling)
    heat = None if temperature is None else positive("temperature", temperature)
    sets = np.array([generator.permutation(n) for _ in range(repeats)])  # members first, then outsiders
    now = _o_information(matrix, sets[:, :order])
    evaluated = repeats
    if heat is None:
        heat, probed = _typical_difference(matrix, order, generator)
        evaluated += probed
    best = int(np.argmax(sign * now))
    found, value = sets[best, :order].copy(), float(now[best])
    rows, hot = np.arange(repeats), heat
    for _ in range(steps if order < n else 0):
        i, j = generator.integers(order, size=repeats), generator.integers(order, n, size=repeats)
        trial = sets.copy()
        trial[rows, i], trial[rows, j] = sets[rows, j], sets[rows, i]
        then = _o_information(matrix, trial[:, :order])
        evaluated += repeats
        gain = sign * (then - now)
        kept = gain >= 0
        if hot > 0:
            kept |= generator.random(repeats) < np.exp(np.minimum(gain / hot, 0.0))
        sets[kept], now[kept] = trial[kept], then[kept]
        leader = int(np.argmax(sign * now))
        if sign * now[leader] > sign * value:
            found, value = sets[leader, :order].copy(), float(now[leader])
        hot *= factor
    return Annealed(tuple(sorted(found.tolist())), value, heat, evaluated)


def _typical_difference(matrix: np.ndarray, order: int, generator: np.random.Generator) -> tuple[float, int]:
    """Median |dO| of random swaps in random sets, and how many sets that took."""
    n = len(matrix)
    if order == n:
        return 0.0, 0
    before = np.array([generator.permutation(n)[: order + 1] for _ in range(PROBES)])
    difference = _o_information(matrix, before[:, :-1]) - _o_information(matrix, before[:, 1:])
    return float(np.median(np.abs(difference))), 2 * PROBES


def _o_information(matrix: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """Of each row of `sets`, by one batched Cholesky."""
    factors = np.linalg.cholesky(matrix[sets[:, :, None], sets[:, None, :]])
    half = np.linalg.inv(factors)
    log_det = 2 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    return -log_det - np.log((half**2).sum(axis=1)).sum(axis=1) / 2
