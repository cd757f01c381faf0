"""Medians and ratios of times of which some never came."""

import numpy as np
import pytest
from scipy.stats import binom

from spinodal.studies.censored import FEWEST, median_of, ratio_of_medians

NEVER = np.nan


def test_a_never_is_later_than_any_time_and_not_the_cap():
    assert median_of(np.array([10.0, NEVER, 20.0])).value == 20
    beyond = median_of(np.array([10.0, NEVER, NEVER]))
    assert np.isinf(beyond.value)
    assert (beyond.events, beyond.runs) == (1, 3)
    assert np.isinf(median_of(np.array([10.0, NEVER])).value)  # half of two: the mean with a never
    assert np.isnan(median_of(np.array([])).value)


def test_the_interval_is_that_of_order_statistics_and_says_what_it_covers():
    nine = median_of(np.arange(1.0, 10.0))
    assert (nine.value, nine.low, nine.high) == (5, 2, 8)  # 1 - 2 P(at most 1 of 9) = .961
    assert nine.coverage == pytest.approx(1 - 2 * binom.cdf(1, 9, 0.5))
    three = median_of(np.array([3.0, 1.0, 2.0]))
    assert (three.low, three.high, three.coverage) == (1, 3, 0.75)


def test_the_interval_covers_as_often_as_it_says():
    draws = np.random.default_rng(0).exponential(size=(2000, 9))
    covered = np.mean([m.low <= np.log(2) <= m.high for m in map(median_of, draws)])
    expected = 1 - 2 * binom.cdf(1, 9, 0.5)
    assert abs(covered - expected) / np.sqrt(expected * (1 - expected) / 2000) < 4


def test_a_ratio_of_equal_sides_is_one_and_of_a_multiple_that_multiple():
    times = np.random.default_rng(1).uniform(90, 110, 12)
    same = ratio_of_medians(times, times, 1000)
    assert (same.value, same.low, same.high) == (1, 1, 1)  # resampled together
    assert ratio_of_medians(3 * times, times, 1000).value == pytest.approx(3)


def test_a_censored_median_above_gives_a_bound_and_below_nothing():
    some, never = np.full(5, 100.0), np.full(5, NEVER)
    bound = ratio_of_medians(never, some, 1000)
    assert bound.bound
    assert bound.value == 10
    assert (bound.low, bound.high) == (10, np.inf)
    assert np.isnan(bound.error)
    assert np.isnan(ratio_of_medians(some, never, 1000).value)
    assert not ratio_of_medians(np.array([500.0, 500, 500, 500, NEVER]), some, 1000).bound


def test_a_ratio_says_what_it_can_where_medians_are_censored():
    """An undefined upper end would read as 'or more'."""
    sometimes = ratio_of_medians(np.full(6, 100.0), np.array([50.0, 50, 50, 50, NEVER, NEVER]), 1000)
    assert (sometimes.value, sometimes.low, sometimes.high) == (2, 0, 2)
    below = ratio_of_medians(np.full(6, 10.0), np.array([50.0, 50, 50, 50, NEVER, NEVER]), 1000)
    assert (below.value, below.low, below.high) == (0.2, 0, 0.2)
    slower = ratio_of_medians(np.full(5, 100.0), np.full(5, NEVER), 1000)
    assert (slower.low, slower.high) == (0, 0.1)
    unknown = ratio_of_medians(np.full(5, NEVER), np.full(5, NEVER), 1000)
    assert np.isnan(unknown.value)
    assert (unknown.low, unknown.high) == (0, np.inf)
    assert np.isnan(ratio_of_medians(np.array([100.0]), np.array([50.0]), 1000).low)


def test_a_median_between_a_time_and_a_never_is_bounded_by_the_time_and_the_cap():
    """True times just beyond the cap would give (120 + 1001) / 2 / 10 = 56.05."""
    half = np.array([100.0, 110, 120, NEVER, NEVER, NEVER])
    bound = ratio_of_medians(half, np.full(6, 10.0), 1000)
    assert bound.bound
    assert bound.value == pytest.approx(56)
    assert ratio_of_medians(np.full(6, 560.0), half, 1000).high == pytest.approx(560 / 105)


def test_an_interval_covers_the_true_ratio_where_there_are_seeds_enough_for_one():
    """Equal laws: 95 % and more from the fewest on; below there is none."""
    rng = np.random.default_rng(0)
    draws = np.exp(rng.normal(0, 0.3, (400, 2, FEWEST)))
    held = [found.low <= 1 <= found.high for found in (ratio_of_medians(*pair, 1e9) for pair in draws)]
    assert np.mean(held) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
    assert np.isnan([ratio_of_medians(*draws[0, :, :n], 1e9).low for n in range(1, FEWEST)]).all()


def test_a_seed_that_never_gets_there_is_later_than_all():
    found = median_of(np.array([100.0, np.nan, 300.0]))
    assert (found.value, found.low, found.events) == (300, 100, 2)
    assert np.isinf(found.high)
    assert found.coverage == 0.75
    assert np.isinf(median_of(np.array([100.0, np.nan])).value)
