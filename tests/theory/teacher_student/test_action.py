"""Gaussian integrals and bounds of the action against quadrature."""

import numpy as np
import pytest
from scipy.special import erf

from spinodal.theory.teacher_student.action import (
    SQRT6,
    action,
    linear_gain,
    mean_square,
    overlap_bound,
    projections,
    slope_over_overlap,
    transverse_bounds,
)

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@pytest.mark.parametrize(("q", "r"), [(0.0, 0.5), (0.7, 0.3), (-1.1, 0.05), (0.2, 1.4)])
def test_projections_are_the_gaussian_averages_of_the_erf(q, r):
    z, other = NODES[:, None], NODES[None]
    weight = WEIGHTS[:, None] * WEIGHTS[None]
    neuron = erf(q * z + np.sqrt(r) * other)
    g1, g3 = projections(q, r)
    assert np.sum(weight * neuron * z) == pytest.approx(g1, abs=1e-9)
    assert np.sum(weight * neuron * (z**3 - 3 * z) / SQRT6) == pytest.approx(g3, abs=1e-8)
    assert np.sum(weight * neuron**2) == pytest.approx(mean_square(q, r), abs=1e-8)


def test_the_linear_gain_is_the_slope_of_the_first_projection():
    assert projections(1e-6, 0.5)[0] ** 2 / 1e-12 == pytest.approx(linear_gain(0.5), rel=1e-9)


def test_the_slope_is_the_derivative_of_the_action():
    q, h = np.linspace(0.1, 2, 9), 1e-5
    at = (0.3, 40.0, 0.2, -0.28, 0.5)
    numeric = (action(q + h, *at) - action(q - h, *at)) / (2 * h)
    assert np.allclose(q * slope_over_overlap(q, *at), numeric, rtol=0, atol=1e-7)


@pytest.mark.parametrize(("u", "b", "c"), [(40, 0.2, -0.28), (300, 0.1, 0.3), (5, 1.0, 0.0), (80, -0.1, -0.2)])
def test_nothing_is_stationary_beyond_the_bounds(u, b, c):
    furthest = overlap_bound(u, b, c, 0.5)
    q, r = furthest * np.linspace(1.001, 4, 200)[:, None], np.geomspace(1e-6, 50, 300)
    assert slope_over_overlap(q, r, u, b, c, 0.5).min() > 0
    low, high = transverse_bounds(u, b, c, 0.5)
    q = np.linspace(0, 2 * furthest, 200)[:, None]
    below, above = low * np.array([0.3, 0.99]), high * np.array([1.01, 3])
    assert np.all(np.diff(action(q, below, u, b, c, 0.5), axis=1) < 0)
    assert np.all(np.diff(action(q, above, u, b, c, 0.5), axis=1) > 0)
