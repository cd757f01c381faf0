"""What is read off a landscape of losses against the norm."""

import numpy as np
import pytest
import xarray

from spinodal.studies.omnigrok2022 import landscape


def test_the_vertex_of_a_parabola_in_logarithms_is_found_between_the_points():
    alphas = 10 ** np.linspace(-1, 1, 11)
    assert landscape.vertex(alphas, 3e-5 * np.exp(1.7 * np.log(alphas / 0.77) ** 2)) == pytest.approx(0.77, rel=1e-9)


def test_a_minimum_at_an_end_is_none():
    alphas = np.array([0.5, 1.0, 2.0])
    assert np.isnan(landscape.vertex(alphas, np.array([1.0, 2.0, 3.0])))
    assert np.isnan(landscape.vertex(alphas, np.array([3.0, 2.0, 1.0])))
    assert np.isnan(landscape.vertex(alphas, np.array([3.0, np.nan, 1.0])))


def test_a_landscape_is_passed_up_to_an_interpolated_norm():
    alphas = np.array([0.5, 1.0, 4.0])
    assert landscape.largest_passing(alphas, np.array([0.2, 1.0, 0.9]), 0.95) == pytest.approx(2.0)
    assert np.isnan(landscape.largest_passing(alphas, np.array([0.2, 0.3, 0.1]), 0.95))
    stored = np.array([0.9, np.float32(0.95), 0.5])  # 95 of 100 test samples
    assert landscape.largest_passing(alphas, stored, 0.95) == pytest.approx(1.0, rel=1e-6)
    assert np.isnan(landscape.largest_passing(alphas, np.array([0.2, 0.3, 1.0]), 0.95))


def test_a_geometric_mean_has_the_error_of_its_logarithm():
    mean, error, freedom = landscape.geometric(xarray.DataArray([1.0, 4.0, np.nan], dims="replica"))
    assert (mean, error, freedom) == (pytest.approx(2.0), pytest.approx(2.0 * np.log(4) / 2), 1)
