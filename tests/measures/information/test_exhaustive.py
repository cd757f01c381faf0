"""All sets of one order, by look-up, against the definition and the published sums."""

from itertools import combinations

import numpy as np
import pytest

from spinodal.measures.information import bias, copula_correlation, stream, subsets
from spinodal.measures.information import lattice as lattice_module
from spinodal.measures.information.lattice import Lattice, drops, members, unrank

from .systems import LN2, by_definition, correlated, equicorrelated, fixed


@pytest.mark.parametrize(
    ("variables", "samples", "order", "expected"),
    [(20, 1000, 3, -2.230423), (30, 1000, 3, -2.451911), (30, 1000, 4, -69.404868)],
)
def test_sums_over_all_sets_have_the_published_values(variables, samples, order, expected):
    found = subsets(copula_correlation(fixed(variables, samples)), order).o_information
    assert (found - bias(order, samples).o_information).sum() / LN2 == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("order", [2, 3, 4, 5, 7, 8])
def test_every_set_equals_the_definition(order):
    matrix = correlated(0, 8)
    found = subsets(matrix, order)
    assert found.members.tolist() == [list(s) for s in combinations(range(8), order)]
    expected = np.array([by_definition(matrix, s) for s in found.members.tolist()])
    values = np.stack([found.total_correlation, found.dual_total_correlation, found.o_information, found.s_information], axis=1)
    np.testing.assert_allclose(values, expected, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 10, 40, 200])
def test_chunks_of_any_size_give_the_same(rows, monkeypatch):
    """Prefixes of every length, and sets factorised one by one where no table is small enough."""
    matrix = correlated(1, 9)
    whole = {order: subsets(matrix, order) for order in (2, 3, 5, 8, 9)}
    monkeypatch.setattr(stream, "ROWS", rows)
    monkeypatch.setattr(lattice_module, "ROWS", rows)
    for order, expected in whole.items():
        found = subsets(matrix, order)
        np.testing.assert_allclose(found.o_information, expected.o_information, atol=1e-12)
        np.testing.assert_allclose(found.total_correlation, expected.total_correlation, atol=1e-12)
        np.testing.assert_array_equal(found.members, expected.members)


def test_nearly_all_of_many_variables_are_factorised_one_by_one():
    matrix = correlated(2, 40)
    found = subsets(matrix, 39)
    assert found.o_information[0] == pytest.approx(by_definition(matrix, range(39))[2], abs=1e-10)
    assert found.o_information[-1] == pytest.approx(by_definition(matrix, range(1, 40))[2], abs=1e-10)
    assert subsets(matrix, 40).members.tolist() == [list(range(40))]


def test_members_are_lexicographic_and_drops_are_their_parents_ranks():
    for n, order in [(6, 1), (6, 3), (9, 5), (5, 5)]:
        sets = members(n, order)
        assert sets.T.tolist() == [list(s) for s in combinations(range(n), order)]
        parents = {s: rank for rank, s in enumerate(combinations(range(n), order - 1))}
        expected = [[parents[tuple(s[:i]) + tuple(s[i + 1 :])] for s in sets.T.tolist()] for i in range(order)]
        np.testing.assert_array_equal(drops(n, order), expected if order > 1 else np.zeros((1, n)))
        assert [list(unrank(n, order, rank)) for rank in range(sets.shape[1])] == sets.T.tolist()


def test_one_lattice_serves_fewer_variables():
    tables, matrix = Lattice(8, 4), correlated(3, 5)
    found = tables.log_determinants(matrix)
    for r in range(1, 5):
        expected = [np.linalg.slogdet(matrix[np.ix_(s, s)])[1] for s in combinations(range(5), r)]
        np.testing.assert_allclose(found[r][tables.tail(5, r)], expected, atol=1e-13)


def test_small_tables_are_kept_and_large_ones_are_not():
    assert drops(12, 3) is drops(12, 3)
    assert drops(100, 3) is not drops(100, 3)


def test_pairs_keep_the_digits_of_a_small_correlation():
    np.testing.assert_allclose(subsets(equicorrelated(3, 1e-9), 2).total_correlation, 0.5e-18, rtol=1e-12)


def test_members_cannot_be_overwritten_for_the_next_call():
    with pytest.raises(ValueError, match="read-only"):
        subsets(np.eye(4), 2).members[0, 0] = 3


@pytest.mark.parametrize(
    ("order", "says"),
    [(1, "order must be an integer >= 2, got 1"), (5, r"order must be within 2..4 \(the variables\), got 5")],
)
def test_an_order_out_of_range_is_refused(order, says):
    with pytest.raises(ValueError, match=says):
        subsets(np.eye(4), order)


def test_too_many_sets_are_refused_before_anything_is_stored():
    with pytest.raises(ValueError, match="use extremes"):
        subsets(np.eye(60), 10)
