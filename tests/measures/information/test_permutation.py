"""The null model."""

import numpy as np
import pytest
from scipy.stats import binomtest

from spinodal.measures.information import cluster_unions, copula_correlation, null, o_information, total_correlation
from spinodal.measures.information.permutation import shuffling

from .systems import layer, normal, plain_copula, rectified


def test_values_are_those_of_permuted_columns():
    """Permuted scores are the scores of permuted columns."""
    x = layer(0, 80, 4)
    found = null(x, 5, seed=3)
    generator = shuffling(3)
    for value in found.values:
        columns = generator.permuted(np.ascontiguousarray(x.T), axis=1)
        assert value == pytest.approx(o_information(plain_copula(columns.T)), abs=1e-12)
    assert found.observed == o_information(copula_correlation(x))


def test_ordinal_ties_survive_in_the_null():
    x = rectified(1, 2000, 10)
    ordinal, average = (null(x, 10, seed=0, ties=ties) for ties in ("ordinal", "average"))
    assert ordinal.values.min() > 0.5
    assert np.abs(average.values).max() < 0.01
    assert abs(ordinal.observed - ordinal.values.mean()) < 4 * ordinal.values.std()


def test_p_values_count_both_sides():
    found = null(normal(2, 60, 3), 19, seed=0)
    assert found.p_low == (1 + (found.values <= found.observed).sum()) / 20
    assert found.p_high == (1 + (found.values >= found.observed).sum()) / 20
    np.testing.assert_allclose(found.quantiles, np.quantile(found.values, [0.05, 0.5, 0.95]))


def test_dependence_is_found_and_its_p_is_the_smallest_there_is():
    x = layer(3, 300, 5, hidden=1)
    assert null(x, 19, seed=0, statistic=total_correlation).p_high == 1 / 20


def test_p_is_uniform_without_dependence():
    found = [null(normal(100 + k, 40, 3), 9, seed=k).p_low for k in range(200)]
    low = sum(p <= 0.2 + 1e-9 for p in found)
    assert binomtest(low, 200, 0.2).pvalue > 1e-3


def test_a_statistic_may_be_an_array():
    x = layer(4, 100, 4)
    found = null(x, 6, seed=0, statistic=lambda matrix: matrix[0, 1:], quantiles=[0.5])
    assert found.observed.shape == (3,)
    assert found.values.shape == (6, 3)
    assert found.quantiles.shape == (1, 3)
    assert found.p_low.shape == found.p_high.shape == (3,)


def test_the_same_seed_gives_the_same_null():
    x = layer(5, 60, 4)
    assert (null(x, 3, seed=1).values == null(x, 3, seed=1).values).all()
    assert (null(x, 3, seed=1).values != null(x, 3, seed=2).values).any()
    assert null(x, 3, seed=1, ties="random").observed == o_information(copula_correlation(x, ties="random", seed=1))


def test_ridge_is_in_both_sides():
    x = np.repeat(normal(6, 50, 2), 2, axis=1)
    found = null(x, 3, seed=0, ridge=0.1)
    assert found.observed == pytest.approx(o_information(copula_correlation(x, ridge=0.1)))
    assert np.abs(found.values).max() < found.observed


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"shuffles": 0}, "shuffles must be an integer >= 1, got 0"),
        ({"seed": -1}, "seed"),
        ({"quantiles": [1.5]}, r"quantiles must be within 0..1, got \[1.5\]"),
        ({"quantiles": []}, "at least one level"),
        ({"ties": "none"}, "ties must be one of"),
        ({"ridge": -1}, "ridge"),
    ],
)
def test_impossible_nulls_are_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        null(normal(7, 20, 3), **{"seed": 0, **settings})


def test_extremum_over_unions_has_a_null_that_is_not_zero():
    x = normal(8, 200, 20)
    found = cluster_unions(x, 5)
    assert found.synergy > 0
