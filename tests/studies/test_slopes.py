"""Slopes of lines that are known."""

import numpy as np
import pytest

from spinodal.studies.slopes import slope_freedom, weighted_slope

X = np.log([32.0, 64, 128])


def test_points_within_their_errors_have_the_textbook_error():
    slope, error = weighted_slope(X, 2 - 0.5 * X, np.full(3, 0.01))
    assert slope == pytest.approx(-0.5)
    assert error == pytest.approx(0.01 / (np.sqrt(2) * np.log(2)))


def test_scatter_that_the_errors_do_not_explain_widens_them():
    y = np.log([0.30, 0.10, 0.15])
    given = 0.02 / np.exp(y)
    slope, error = weighted_slope(X, y, given)
    fitted, covariance = np.polyfit(X, y, 1, w=1 / given, cov=True)  # numpy's scales by chi^2 / (n - 2) always
    assert slope == pytest.approx(fitted[0])
    assert error == pytest.approx(np.sqrt(covariance[0, 0]))
    assert error > 3 * weighted_slope(X, slope * X, given)[1]


def test_two_points_have_no_scatter_and_one_no_slope():
    assert weighted_slope(X[:2], np.array([0.0, 1.0]), np.ones(2))[1] == pytest.approx(np.sqrt(2) / np.log(2))
    assert np.isnan(weighted_slope(X[:1], X[:1], X[:1])).all()


def test_the_freedom_is_that_of_the_errors_unless_they_leave_scatter_unexplained():
    given = np.full(3, 0.01)
    assert slope_freedom(X, 2 - 0.5 * X, given, of_errors=4) == 4
    assert slope_freedom(X, 2 - 0.5 * X + [0.01, -0.01, 0.01], given, of_errors=4) == 4
    assert slope_freedom(X, 2 - 0.5 * X + [0.03, -0.03, 0.03], given, of_errors=4) == 1
    assert slope_freedom(X[:2], X[:2], given[:2], of_errors=4) == 4
