"""A symbol that no training pair shows is free: what that alone says of the number of pairs."""

import math
from fractions import Fraction

import numpy as np


def covered_probability(symbols: int, pairs: int) -> float:
    """Probability that every symbol is in some of `pairs` random pairs: an upper bound on P(nullity = 2), p >= 3.

        P = sum_j (-1)^j C(p, j) C(n_(p - j), k) / C(n_p, k),   n_q = q (q + 1) / 2,

    since the sets that avoid j given symbols are those of the other p - j. Exact: the terms alternate and would lose all digits in floats.
    """
    every = math.comb(symbols * (symbols + 1) // 2, pairs)
    avoiding = ((-1) ** j * math.comb(symbols, j) * math.comb((symbols - j) * (symbols - j + 1) // 2, pairs) for j in range(symbols + 1))
    return float(Fraction(sum(avoiding), every))


def covering_pairs(symbols: int) -> float:
    """Pairs at which half of the random sets show every symbol, interpolated; grows as p (ln p - ln ln 2) / 2, faster than p."""
    # At the upper end, where it is not all pairs, about exp(-exp(-8)) of the sets show every symbol
    low, high = 0, min(symbols * (symbols + 1) // 2, math.ceil(symbols * (math.log(symbols) + 8) / 2))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if covered_probability(symbols, middle) >= 0.5 else (middle, high)
    below, above = covered_probability(symbols, low), covered_probability(symbols, high)
    return low + (0.5 - below) / (above - below)


def covering_curve(symbols: np.ndarray) -> np.ndarray:
    """`covering_pairs` at each number of symbols."""
    return np.array([covering_pairs(int(p)) for p in symbols])
