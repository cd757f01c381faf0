"""How many training pairs force a line: P(linear) and the critical fraction."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...citations import LIU2022 as CITATION
from ...errors import even, integer, require
from .random_order import sizes_that_force_a_line


@dataclass(frozen=True, eq=False)
class LinearCurve:
    """P(nullity = 2) at every number of training pairs, and where it crosses 1/2."""

    symbols: int
    pairs: np.ndarray  # (n + 1,) 0..n
    probability: np.ndarray  # (n + 1,) never falls: the same random orders serve every size
    critical_pairs: float  # k_c
    critical_fraction: float  # k_c / n
    standard_error: float  # of critical_fraction, from the number of draws
    draws: int
    seed: int
    citation: str = CITATION


def linear_curve(symbols: int, *, draws: int = 1000, seed: int = 0) -> LinearCurve:
    """Probability that a random training set forces every zero-loss embedding onto a line, at all its sizes.

        P(k) = P(nullity = 2),   D uniform among sets of k of the n = p (p + 1) / 2 unordered pairs;
        k_c: first crossing of 1/2, interpolated linearly between neighbouring k.

    Arguments:
        symbols: p >= 2. draws: >= 1, random orders in which pairs come; each answers for all k, so that points of one curve are
            correlated, while each alone is the mean of `draws` independent sets. seed: >= 0.
    Returns: `LinearCurve`; P(k) has the standard error sqrt(P (1 - P) / draws).
    Where it ends: a line is necessary, not sufficient. Trained networks need more pairs, and nullity 2 says nothing of the decoder.
    Source: Liu et al. (2022), arXiv:2205.10343. The 0.4 quoted there is the value at p = 10: pairs a symbol, k_c / p, are nearly constant
        over 5 to 20 symbols (2.0 to 2.35), but grow at least as (1/2) ln p, since each symbol must be in some pair.
    """
    symbols = integer("symbols", symbols, minimum=2, why="p, the number of symbols; one has no line")
    draws = integer("draws", draws, minimum=1, why="the number of random training sets")
    seed = integer("seed", seed, minimum=0)
    count = symbols * (symbols + 1) // 2
    probability = np.bincount(sizes_that_force_a_line(symbols, draws, seed), minlength=count + 1).cumsum() / draws
    above = int(np.argmax(probability >= 0.5))
    if above == 0:  # two symbols: any two points are a line
        return LinearCurve(symbols, np.arange(count + 1), probability, 0.0, 0.0, 0.0, draws, seed)
    slope = probability[above] - probability[above - 1]
    critical = above - 1 + (0.5 - probability[above - 1]) / slope
    error = 0.5 / np.sqrt(draws) / slope
    return LinearCurve(
        symbols, np.arange(count + 1), probability, float(critical), float(critical / count), float(error / count), draws, seed
    )


def linear_probability(symbols: int, samples: ArrayLike, *, draws: int = 1000, seed: int = 0) -> float | np.ndarray:
    """P(nullity = 2) over random training sets of `samples` pairs; see `linear_curve`.

    Arguments:
        symbols, draws, seed: as of `linear_curve`. samples: k, an integer within 0..p(p+1)/2, or an array of them.
    Returns: a float, or an array of the shape of `samples`.
    Source: Liu et al. (2022), arXiv:2205.10343.
    """
    curve = linear_curve(symbols, draws=draws, seed=seed)
    sizes = even("samples", samples, "(k,)")
    if sizes.dtype.kind not in "iu":
        raise TypeError(f"samples must be an integer, or an array of them, got {samples!r} (it is a number of pairs, not a share)")
    last = len(curve.pairs) - 1
    outside = sizes[(sizes < 0) | (sizes > last)].ravel().tolist()
    require(not outside, f"samples must be within 0..{last}, the pairs of {symbols} symbols, got {', '.join(map(str, outside[:3]))}")
    found = curve.probability[sizes]
    return found if sizes.ndim else float(found)


def critical_fraction(symbols: int, *, draws: int = 1000, seed: int = 0) -> float:
    """Share of all pairs at which half of the random training sets force a line; see `linear_curve`, which also has its error.

    Arguments: as of `linear_curve`.
    Returns: k_c / n within 0..1; 0 for two symbols, which always are on a line.
    Source: Liu et al. (2022), arXiv:2205.10343.
    """
    return linear_curve(symbols, draws=draws, seed=seed).critical_fraction
