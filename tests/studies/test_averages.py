"""Means over data sets with honest errors."""

import numpy as np
import pytest
import xarray
from scipy.stats import ttest_1samp

from spinodal.studies import averages
from spinodal.studies.averages import UNKNOWN, Spread, mean_and_error, negative_log_density, sign_test


def array(values):
    return xarray.DataArray(np.asarray(values, float), dims="data_seed")


def test_several_data_sets_scatter():
    values = np.random.default_rng(0).normal(3.0, 0.5, 2000)
    mean, error = mean_and_error(array(values), array(np.full(2000, 0.01)))
    assert abs(float(mean) - 3.0) < 4 * float(error)
    assert abs(float(error) - 0.5 / np.sqrt(2000)) < 0.001


def test_one_data_set_has_the_error_of_its_chains():
    mean, error = mean_and_error(array([2.0]), array([0.1]))
    assert (float(mean), float(error)) == (2.0, 0.1)


def test_the_error_is_never_below_that_of_the_chains():
    _, error = mean_and_error(array([2.0, 2.0, 2.0, 2.0]), array([0.2] * 4))
    assert float(error) == 0.1


def test_an_error_of_chains_that_is_not_known_is_not_zero():
    assert np.isnan(mean_and_error(array([0.0]), array([np.nan]))[1])
    assert np.isnan(mean_and_error(array([0.0, 0.0]), array([np.nan, np.nan]))[1])
    assert float(mean_and_error(array([1.0, 1.0]), array([np.nan, 0.5]))[1]) == pytest.approx(0.5 / np.sqrt(2))
    assert float(mean_and_error(array([1.0, 3.0]), array([np.nan, np.nan]))[1]) == pytest.approx(1.0)
    assert float(mean_and_error(array([1.0]), array([0.0]))[1]) == 0


def test_missing_cells_are_left_out():
    mean, error = mean_and_error(array([1.0, np.nan, 3.0]), array([0.1, np.nan, 0.1]))
    assert float(mean) == 2.0
    assert np.isfinite(error)
    assert np.isnan(mean_and_error(array([np.nan]), array([np.nan]))[0])


def test_density_of_normal_draws():
    rng = np.random.default_rng(1)
    edges = np.linspace(0, 4, 41)
    counts = np.stack([np.histogram(np.abs(rng.normal(size=50_000)), edges)[0] for _ in range(8)])
    counts = xarray.DataArray(counts.reshape(2, 4, 40), dims=("data_seed", "chain", "bin"))
    found, error = negative_log_density(counts, xarray.DataArray([50_000, 50_000], dims="data_seed"), edges)
    middle = (edges[1:] + edges[:-1]) / 2
    z = ((found - (middle**2 / 2 + 0.5 * np.log(2 * np.pi))) / error).values[:25]
    assert np.sqrt(np.mean(z**2)) < 2  # the spread is estimated from eight chains


def test_no_bin_is_known_better_than_its_counts():
    """Chains that agree by chance have no scatter."""
    counts = xarray.DataArray(np.array([[[40, 9]] * 2]).reshape(1, 2, 2), dims=("data_seed", "chain", "bin"))
    _, error = negative_log_density(counts, xarray.DataArray([49], dims="data_seed"), np.array([0.0, 1.0, 2.0]))
    assert np.allclose(error, [1 / np.sqrt(80), 1 / np.sqrt(18)])


def test_the_sign_test_is_binomial_and_leaves_out_zeros():
    assert sign_test(np.array([1, 2, 3, 4, 5, 0, np.nan])) == (5, 5, 2 * 0.5**5)
    above, count, p = sign_test(np.array([-1.0, 1, 1, 1]))
    assert (above, count) == (3, 4)
    assert p == pytest.approx(2 * (4 + 1) / 16, rel=1e-12)
    assert np.isnan(sign_test(np.zeros(3))[2])


def test_what_is_not_known_is_said():
    assert averages.with_error(0.234, 0.011) == "0.23 ± 0.01"
    assert averages.with_error(1234.5, 20, ",.0f") == "1,234 ± 20"
    assert averages.with_error(0.234, np.nan) == "0.23 (error not known)"
    assert averages.with_error(np.nan, np.nan) == "not known"


def test_a_mean_over_runs_has_the_error_of_those_that_have_a_value():
    mean, error, freedom = averages.over_runs([1.0, 2.0, 4.0, np.nan])
    assert (mean, error, freedom) == (pytest.approx(7 / 3), pytest.approx(np.std([1, 2, 4], ddof=1) / np.sqrt(3)), 2)
    assert averages.over_runs([5.0])[0] == 5
    assert np.isnan([averages.over_runs([5.0]).error, averages.over_runs([]).mean]).all()
    assert averages.over_all_runs([1.0, 2.0, 4.0]) == averages.over_runs([1.0, 2.0, 4.0])
    assert np.isnan(averages.over_all_runs([1.0, 2.0, np.nan])[:2]).all()


def test_the_reach_of_a_mean_is_its_interval_by_student_and_a_wider_error_is_so_many_times_it():
    values = np.array([1.0, 2.0, 4.0])
    found = averages.over_runs(values)
    low, high = ttest_1samp(values, 0.0).confidence_interval()
    assert found.reach == pytest.approx((high - low) / 2, rel=1e-9)
    assert found.wider(2.0) == (found.mean, 2 * found.error, found.freedom)
    assert np.isnan(averages.UNKNOWN.reach)


def test_a_number_that_was_measured_too_has_an_error():
    assert Spread(1.0, 0.03, 7.0).beside(Spread(5.0, 0.04, 2.0)) == (1.0, pytest.approx(0.05), 2.0)
    assert np.isnan(Spread(1.0, 0.03, 7.0).beside(UNKNOWN).error)
