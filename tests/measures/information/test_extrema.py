"""The extreme sets, against a sort of all of them."""

import itertools
import tracemalloc

import numpy as np
import pytest
from scipy.linalg import block_diag

from spinodal.measures.information import bias, extremes, stream, subsets
from spinodal.measures.information import lattice as lattice_module
from spinodal.measures.information.extrema import best
from spinodal.measures.information.halving import log_determinants_of_all, members_of, o_information_of_all

from .systems import all_by_definition, by_definition, correlated, equicorrelated


def sorted_sets(matrix, orders, samples=None):
    """(O, size, members) of all sets by the definition, most synergistic first."""
    found = []
    for k in orders:
        values = all_by_definition(matrix, k) - (bias(k, samples).o_information if samples else 0)
        found += [(v, k, s) for v, s in zip(values, itertools.combinations(range(len(matrix)), k), strict=True)]
    return sorted(found)


@pytest.mark.parametrize("orders", [3, [3], (3, 4, 5), range(3, 10)], ids=str)
@pytest.mark.parametrize("top", [1, 4, 200])
def test_extremes_are_the_ends_of_the_sorted_list(orders, top):
    matrix = correlated(0, 9)
    listed = sorted_sets(matrix, [orders] if isinstance(orders, int) else orders)
    found = extremes(matrix, orders, top)
    assert [f.members for f in found.synergistic] == [s for _, _, s in listed[:top]]
    assert [f.members for f in found.redundant] == [s for _, _, s in listed[::-1][:top]]
    assert [f.o_information for f in found.redundant] == pytest.approx([v for v, _, _ in listed[::-1][:top]], abs=1e-12)
    assert found.evaluated == len(listed)


def test_each_order_has_its_own_extremes():
    matrix = correlated(1, 7)
    found = extremes(matrix, (3, 5), 2)
    assert sorted(found.by_order) == [3, 5]
    alone = extremes(matrix, 5, 2)
    assert [f.members for f in found.by_order[5].redundant] == [f.members for f in alone.redundant]
    assert [f.members for f in found.by_order[5].synergistic] == [f.members for f in alone.by_order[5].synergistic]
    assert found.by_order[3].evaluated == 35


def test_bias_is_subtracted_order_by_order():
    matrix = correlated(2, 6)
    found, listed = extremes(matrix, range(3, 7), samples=9), sorted_sets(matrix, range(3, 7), samples=9)
    assert found.synergistic[0].members == listed[0][2]
    assert found.synergistic[0].o_information == pytest.approx(listed[0][0], abs=1e-12)
    assert extremes(matrix, 6, samples=9).redundant[0].o_information == pytest.approx(by_definition(matrix)[2] - bias(6, 9).o_information)


def test_equal_sets_come_smaller_first_then_in_lexicographic_order():
    found = extremes(np.eye(6), (4, 3), 3)
    assert [f.members for f in found.synergistic] == [f.members for f in found.redundant] == [(0, 1, 2), (0, 1, 3), (0, 1, 4)]
    assert [f.members for f in extremes(np.eye(4), (2, 3, 4)).redundant] == [(0, 1)]


@pytest.mark.parametrize("rows", [1, 12, 60])
def test_chunks_change_nothing(rows, monkeypatch):
    matrix = correlated(3, 9)
    whole = extremes(matrix, 4, 7)
    monkeypatch.setattr(stream, "ROWS", rows)
    monkeypatch.setattr(lattice_module, "ROWS", rows)
    found = extremes(matrix, 4, 7)
    assert [f.members for f in found.synergistic + found.redundant] == [f.members for f in whole.synergistic + whole.redundant]
    assert found.evaluated == 126


def test_a_planted_collider_and_a_planted_copy_are_found_among_many():
    collider, copies = np.array([[1, 0, 0.7], [0, 1, 0.7], [0.7, 0.7, 1]]), equicorrelated(3, 0.9)
    matrix = block_diag(np.eye(12), collider, np.eye(10), copies)
    found = extremes(matrix, 3)
    assert found.synergistic[0].members == (12, 13, 14)
    assert found.redundant[0].members == (25, 26, 27)


def test_halving_gives_every_log_determinant_in_its_place():
    matrix = correlated(4, 6)
    table = log_determinants_of_all(matrix)
    sizes, flat, values = o_information_of_all(matrix)
    for index in range(64):
        members = members_of(index, 6)
        place = tuple(0 if j in members else 1 for j in range(6))
        expected = np.linalg.slogdet(matrix[np.ix_(members, members)])[1] if members else 0.0
        assert table[place] == flat[index] == pytest.approx(expected, abs=1e-13)
        assert sizes[index] == len(members)
        assert values[index] == pytest.approx(by_definition(matrix, members)[2] if len(members) > 2 else 0, abs=1e-12)


def test_halving_and_look_up_agree_on_eleven_variables():
    matrix = correlated(5, 11)
    sizes, _, values = o_information_of_all(matrix)
    for order in range(3, 12):
        np.testing.assert_allclose(values[sizes == order], subsets(matrix, order).o_information, atol=1e-12)


def test_memory_stays_bounded():
    matrix = correlated(6, 60)
    extremes(matrix, 3)
    tracemalloc.start()
    found = extremes(matrix, 4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.evaluated == 487_635
    assert peak < 50e6


def test_best_keeps_the_first_of_equal_values():
    values = np.array([3.0, 1, 2, 1, 1, 2])
    assert best(values, 1).tolist() == [1]
    assert best(values, 2).tolist() == [1, 3]
    assert best(values, 4).tolist() == [1, 3, 4, 2]
    assert best(values, 9).tolist() == [1, 3, 4, 2, 5, 0]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"orders": 1}, "orders must be an integer >= 2, got 1"),
        ({"orders": (3, 9)}, "within 2..5"),
        ({"orders": ()}, "at least one order"),
        ({"orders": 3, "top": 0}, "top must be an integer >= 1"),
        ({"orders": 4, "samples": 5}, "samples must be at least 6 for 4 variables, got 5"),
    ],
)
def test_impossible_searches_are_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        extremes(np.eye(5), **settings)


def test_a_search_without_end_is_refused():
    with pytest.raises(ValueError, match="use grow or anneal"):
        extremes(np.eye(100), 30)
    with pytest.raises(TypeError, match="orders must be an integer"):
        extremes(np.eye(5), 3.0)
