"""The table of parallelograms against counting by hand."""

import itertools
from math import comb

import numpy as np
import pytest

from spinodal.measures.representation import pair_set, parallelograms
from spinodal.measures.representation.pairs import all_pairs, row_of


@pytest.mark.parametrize(("symbols", "count"), [(1, 0), (2, 0), (3, 1), (4, 3), (5, 7), (6, 13), (8, 34), (10, 70)])
def test_number_of_parallelograms(symbols, count):
    assert len(parallelograms(symbols)) == count


@pytest.mark.parametrize("symbols", [3, 7, 10])
def test_table_is_what_four_nested_loops_find(symbols):
    pairs = [(i, j) for i in range(symbols) for j in range(i, symbols)]
    expected = {frozenset((a, b)) for a, b in itertools.combinations(pairs, 2) if sum(a) == sum(b)}
    rows = parallelograms(symbols).tolist()
    assert {frozenset(((i, j), (m, n))) for i, j, m, n in rows} == expected
    assert len(rows) == len(expected)
    assert all(i <= j and m <= n and i < m and i + j == m + n for i, j, m, n in rows)


def test_a_hundred_symbols_follow_the_formula():
    sums = np.bincount(all_pairs(113).sum(axis=1))
    assert len(parallelograms(113)) == sum(comb(int(n), 2) for n in sums)


def test_the_answer_is_the_callers_to_change():
    parallelograms(5)[:] = -1
    assert parallelograms(5).min() == 0


def test_rows_of_pairs_are_their_places():
    assert np.array_equal(row_of(all_pairs(9), 9), np.arange(45))


def test_a_pair_set_forgets_order_and_repeats():
    assert pair_set([[3, 1], (1, 3), [0, 0]], 4).tolist() == [[0, 0], [1, 3]]
    assert pair_set([], 4).shape == pair_set(np.empty((0, 2)), 4).shape == (0, 2)


@pytest.mark.parametrize(
    ("pairs", "error", "says"),
    [
        ([[0, 4]], ValueError, r"within 0..3 \(symbols = 4\), got \[0, 4\] in row 0"),
        ([[0, 1], [-1, 1]], ValueError, "in row 1"),
        ([0, 1], ValueError, r"shape \(k, 2\)"),
        ([[0, 1, 2]], ValueError, r"got \(1, 3\)"),
        ([[0.0, 1.0]], TypeError, "float64"),
        ([[True, False]], TypeError, "bool"),
    ],
)
def test_bad_pairs_are_refused_in_words(pairs, error, says):
    with pytest.raises(error, match=says):
        pair_set(pairs, 4)


@pytest.mark.parametrize(("symbols", "error"), [(0, ValueError), (2.5, TypeError), (True, TypeError)])
def test_bad_numbers_of_symbols_are_refused(symbols, error):
    with pytest.raises(error, match="symbols must be an integer >= 1"):
        parallelograms(symbols)
