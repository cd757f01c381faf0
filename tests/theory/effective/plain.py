"""The theory again, plainly: lists, fractions, an ODE solver. Nothing of the package."""

from fractions import Fraction

import numpy as np


def all_pairs(symbols):
    return [(i, j) for i in range(symbols) for j in range(i, symbols)]


def rows(pairs, symbols):
    """Every parallelogram with both pairs in the set, as a row of integers."""
    pairs = sorted({tuple(sorted(pair)) for pair in pairs})
    found = []
    for a in range(len(pairs)):
        for b in range(a + 1, len(pairs)):
            if sum(pairs[a]) == sum(pairs[b]):
                row = [0] * symbols
                for sign, pair in ((1, pairs[a]), (-1, pairs[b])):
                    for k in pair:
                        row[k] += sign
                found.append(row)
    return np.array(found, dtype=float).reshape(-1, symbols)


def rank(matrix):
    """Over the rationals, by elimination with fractions."""
    left = [[Fraction(int(x)) for x in row] for row in matrix]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        found += 1
        left = [
            [x - y * row[column] / pivot[column] for x, y in zip(row, pivot, strict=True)] if row[column] else row
            for row in left
            if row is not pivot
        ]
    return found


def random_pairs(seed, symbols, count):
    pairs = all_pairs(symbols)
    return [pairs[k] for k in np.random.default_rng(seed).permutation(len(pairs))[:count]]
