"""Lines through censored times, and which of two laws a delay follows, against data that were made by one."""

import numpy as np
import pytest
from scipy.stats import linregress, norm

from spinodal.studies.censored_line import EARLIER, LATER, SEEN, fit_line
from spinodal.studies.delay_laws import EXPONENTIAL, POWER, fit_laws
from spinodal.studies.nanda2023 import published


def noisy_line(seed, cap=np.inf, least=-np.inf, runs=30):
    """y = 8 - 3 x + 0.5 e, seen between two bounds."""
    x = np.repeat(np.linspace(0, 1, 6), runs // 6)
    y = 8 - 3 * x + 0.5 * np.random.default_rng(seed).standard_normal(len(x))
    return x, np.clip(y, least, cap), np.where(y > cap, LATER, np.where(y < least, EARLIER, SEEN))


def test_without_bounds_it_is_least_squares():
    x, y, kind = noisy_line(0)
    found = fit_line(x, y, kind)
    slope, intercept = np.polyfit(x, y, 1)
    np.testing.assert_allclose((found.intercept, found.slope), (intercept, slope), rtol=1e-6)
    assert found.spread == pytest.approx(np.std(y - intercept - slope * x), rel=1e-6)
    assert found.slope_error == pytest.approx(linregress(x, y).stderr, rel=1e-6)
    assert found.sure


def test_a_slope_is_sure_by_students_t():
    x, y, kind = noisy_line(0, runs=6)
    for scale in (0.05, 1.0, 3.0):
        shaken = y + scale * np.array([1, -2, 0, 2, -1, 1])
        assert fit_line(x, shaken, kind).sure == (linregress(x, shaken).pvalue < 0.05)
    assert not fit_line([1, 2, 3], [1, 2, 1], [SEEN, SEEN, LATER]).sure


def test_bounds_on_both_sides_leave_slope_and_error_right():
    found = [fit_line(*noisy_line(k, cap=7.0, least=5.2)) for k in range(200)]
    z = np.array([(line.slope + 3) / line.slope_error for line in found])
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert 0.85 < z.std() < 1.2
    ignoring = [np.polyfit(*noisy_line(k, cap=7.0, least=5.2)[:2], 1)[0] for k in range(200)]
    assert np.mean(ignoring) > -2.2  # bounds taken for times


def test_the_likelihood_has_no_slope_at_its_top():
    x, y, kind = noisy_line(3, cap=7.0, least=5.2)
    found = fit_line(x, y, kind)

    def log_likelihood(a, b, s):
        z = (y - a - b * x) / s
        return np.sum(np.where(kind == SEEN, norm.logpdf(z) - np.log(s), np.where(kind == LATER, norm.logsf(z), norm.logcdf(z))))

    top = found.intercept, found.slope, found.spread
    assert found.log_likelihood == pytest.approx(log_likelihood(*top), rel=1e-9)
    for k in range(3):
        moved = [log_likelihood(*(value + sign * 1e-3 * (i == k) for i, value in enumerate(top))) for sign in (-1, 1)]
        assert max(moved) < found.log_likelihood


@pytest.mark.parametrize(
    ("x_offset", "x_scale", "y_offset", "y_scale"), [(1e5, 1.0, 0.0, 1.0), (0.0, 1e-5, 3e6, 1e4), (-7.0, 1e8, 1e3, 1e-7)]
)
def test_units_and_offsets_change_nothing(x_offset, x_scale, y_offset, y_scale):
    x, y, kind = noisy_line(3, cap=7.0, least=5.2)
    plain, moved = fit_line(x, y, kind), fit_line(x_offset + x_scale * x, y_offset + y_scale * y, kind)
    assert moved.converged
    assert moved.slope == pytest.approx(plain.slope * y_scale / x_scale, rel=1e-5)
    assert moved.slope_error == pytest.approx(plain.slope_error * y_scale / x_scale, rel=1e-5)
    assert moved.spread == pytest.approx(plain.spread * y_scale, rel=1e-5)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood - plain.seen * np.log(y_scale), abs=1e-4)
    np.testing.assert_allclose(moved.at(x_offset + x_scale * x), y_offset + y_scale * plain.at(x), rtol=0, atol=1e-4 * y_scale)


def test_no_line_says_why():
    assert "times are seen at 1 places" in fit_line([1, 1, 2], [3, 4, 5], [SEEN, SEEN, LATER]).message
    assert "one line" in fit_line([1, 2, 3], [1, 2, 3], [SEEN] * 3).message
    assert "one line" in fit_line([1, 2, 3], [1, 2, 1], [SEEN, SEEN, LATER]).message
    assert not fit_line([], [], []).converged


def test_the_published_table_has_the_published_line():
    fraction, delay = published.delays()
    line = fit_line(fraction, np.log(delay), np.full(len(fraction), SEEN))
    assert abs(line.slope - published.LINE[1]) < 2 * line.slope_error
    assert line.intercept == pytest.approx(published.LINE[0], abs=0.2)
    assert published.decay_slope() == pytest.approx(-1.081, abs=1e-3)


def delays(law, fractions, seeds=4, scatter=0.1, cap=np.inf):
    f = np.repeat(fractions, seeds)
    middle = 12.8 - 12 * f if law == EXPONENTIAL else 5 - 3 * np.log(f - 0.24)
    y = middle + scatter * np.random.default_rng(5).standard_normal(len(f))
    return f, np.minimum(y, cap), np.where(y > cap, LATER, SEEN)


@pytest.mark.parametrize("law", [EXPONENTIAL, POWER])
def test_the_law_that_made_the_delays_is_kept(law):
    fractions = np.array([0.26, 0.3, 0.35, 0.4, 0.5, 0.6])
    found = fit_laws(*delays(law, fractions, cap=12.0 if law == POWER else 9.5), draws=60)
    assert found.decided == law
    assert (found.gain > 0) == (law == POWER)
    if law == POWER:
        assert found.threshold == pytest.approx(0.24, abs=0.02)
        assert found.lines[POWER].slope == pytest.approx(-3, abs=0.5)


def test_a_threshold_at_a_bound_is_said():
    fractions = np.array([0.26, 0.3, 0.35, 0.4, 0.5, 0.6])
    assert fit_laws(*delays(POWER, fractions), draws=3).bound == ""
    assert "lower bound" in fit_laws(*delays(EXPONENTIAL, fractions), draws=3).bound
    f = np.repeat(fractions, 4)
    steep = 5 - 3 * np.log(f - 0.2599) + 0.1 * np.random.default_rng(1).standard_normal(len(f))
    assert "upper bound" in fit_laws(f, steep, np.full(len(f), SEEN), draws=3).bound


def test_a_p_that_no_draw_reaches_is_a_bound():
    found = fit_laws(*delays(EXPONENTIAL, np.array([0.26, 0.3, 0.35, 0.4, 0.5, 0.6])), draws=19)
    assert found.p_said(POWER) == "≤ 0.05"
    assert found.p_said(EXPONENTIAL) == f"{found.p_exponential:.2f}"


def test_three_fractions_decide_nothing():
    found = fit_laws(*delays(POWER, np.array([0.3, 0.4, 0.5])), draws=10)
    assert np.isfinite(found.gain)
    assert not found.decided
    assert "fewer than 5 fractions" in found.message


def test_delays_that_are_never_seen_leave_the_laws_open():
    found = fit_laws(np.array([0.3, 0.4, 0.5]), np.full(3, 9.0), np.full(3, LATER))
    assert np.isnan(found.gain)
    assert found.message.startswith("not decided")
