"""The order parameter: where its curve falls, with errors, whether it sharpens, and two kinds of networks."""

import numpy as np
import pytest

from spinodal.studies.zhong2023 import published
from spinodal.studies.zhong2023.order import Fall, fall_of, level_crossing, trend, two_kinds, variance_interval

COEFFICIENTS = np.linspace(0, 1, 11)


def test_a_straight_line_is_halfway_in_the_middle():
    assert level_crossing(COEFFICIENTS, 1 - COEFFICIENTS, 0.5) == pytest.approx(0.5)
    assert level_crossing(np.array([0, 0.2, 1.0]), np.array([1.0, 0.9, 0.1]), 0.5) == pytest.approx(0.2 + 0.8 * (0.9 - 0.55) / 0.8)
    assert np.isnan(level_crossing(COEFFICIENTS, np.ones(11), 0.5))


def test_the_published_means_are_halfway_where_they_were_read_off():
    assert len(published.SYMMETRICITY) == len(published.IRRELEVANCE) == 10
    middle = ((0.982 + 0.994) / 2 + 0.455) / 2  # the second is above the first: isotonic regression takes their mean
    assert published.crossing() == pytest.approx(0.65 + 0.1 * (0.762 - middle) / 0.099, rel=1e-9)


def networks(steepness, seeds=12, noise=0.03, seed=0):
    rng = np.random.default_rng(seed)
    return [1 / (1 + np.exp(steepness * (c - 0.6))) + noise * rng.standard_normal(seeds) for c in COEFFICIENTS]


def test_a_logistic_fall_is_found_within_its_errors():
    found = fall_of(COEFFICIENTS, networks(12))
    assert found.converged
    assert abs(found.crossing - 0.6) < 4 * found.crossing_error < 0.1
    assert abs(found.breadth - 2 * np.log(3) / 12) < 4 * found.breadth_error + 0.02  # straight between the coefficients


def test_the_error_of_the_crossing_is_its_spread_over_repetitions():
    found = [fall_of(COEFFICIENTS, networks(12, seeds=3, seed=k)) for k in range(40)]
    spread = np.std([f.crossing for f in found], ddof=1)
    assert np.sqrt(np.mean([f.crossing_error**2 for f in found])) == pytest.approx(spread, rel=0.35)


def test_noise_has_no_fall():
    rng = np.random.default_rng(0)
    found = fall_of(COEFFICIENTS, [rng.normal(size=5) for _ in COEFFICIENTS])
    assert not found.converged
    assert "no fall to speak of" in found.message
    assert np.isnan([found.crossing, found.breadth_error]).all()
    assert "fewer than two networks" in fall_of(COEFFICIENTS, [np.array([])] * 11).message


def test_the_interval_of_a_variance_covers_it():
    rng = np.random.default_rng(0)
    ends = np.array([variance_interval(rng.normal(scale=2, size=6))[1:] for _ in range(400)])
    covered = np.mean((ends[:, 0] < 4) & (ends[:, 1] > 4))
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)
    assert np.isnan(variance_interval(np.ones(1))).all()


def test_two_kinds_are_told_from_one_hump():
    rng = np.random.default_rng(0)
    humps = np.concatenate([rng.normal(0.2, 0.03, 10), rng.normal(0.9, 0.03, 10)])
    assert two_kinds(humps) < 0.01
    uniform = np.array([two_kinds(rng.random(10)) for _ in range(60)])
    assert abs(np.mean(uniform < 0.2) - 0.2) < 4 * np.sqrt(0.16 / 60)
    assert two_kinds(np.append(rng.normal(0.2, 0.03, 19), 0.9)) > 0.05  # one outlier is no hump
    assert np.isnan(two_kinds(humps[:7]))


def test_three_widths_can_show_a_trend_and_two_cannot():
    def falls(exponent, widths):
        return [Fall(0.6, 0.01, 2.0 * w**exponent, 0.02 * w**exponent, True, "") for w in widths]

    three = trend((32, 64, 128), falls(-0.5, (32, 64, 128)))
    assert three.exponent == pytest.approx(-0.5)
    assert three.error == pytest.approx(0.01 / (np.sqrt(2) * np.log(2)))
    assert three.sharpens
    assert not trend((32, 64), falls(-0.5, (32, 64))).sharpens
    assert not trend((32, 64, 128), falls(0.5, (32, 64, 128))).sharpens


def test_breadths_that_jump_about_are_no_trend():
    jumping = [Fall(0.6, 0.01, breadth, 0.02, True, "") for breadth in (0.30, 0.10, 0.15)]
    found = trend((32, 64, 128), jumping)
    assert found.exponent + 2 * 0.1 < 0  # by the errors of the breadths alone, two of them below 0
    assert not found.sharpens
    near = [Fall(0.6, 0.01, breadth, 0.01 * breadth, True, "") for breadth in (0.40, 0.31, 0.20)]
    assert trend((32, 64, 128), near).exponent + 2 * trend((32, 64, 128), near).error < 0
    assert not trend((32, 64, 128), near).sharpens  # one degree of freedom: Student's t needs 12.7 errors
