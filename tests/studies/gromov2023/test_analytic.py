"""Networks that are written down, against width and prime: answers that are known."""

import numpy as np
import pytest
import xarray

from spinodal.studies.gromov2023 import analytic
from spinodal.theory import fourier_network

TINY = analytic.Plan((11, 13), 4)


def test_lattices_are_what_the_theorem_says():
    found = analytic.lattices(TINY)
    exact = found.sel(lattice="6 (1, 4)")
    np.testing.assert_array_equal(exact["lattice_width"], [30, 36])  # 3 (p - 1)
    np.testing.assert_allclose(exact["lattice_least_margin"], 1, rtol=1e-12)
    np.testing.assert_allclose(exact["lattice_normalised_margin"], 1, rtol=1e-12)
    assert np.all(found["lattice_accuracy"].sel(lattice="6 (1, 2)") < 0.5)
    assert np.all(found["lattice_ties"].sel(lattice="6 (1, 2)") > 0.5)
    assert np.all(found["lattice_accuracy"].sel(lattice="6 (1, 4), k = 1 alone") == 1)
    assert np.all(found["lattice_accuracy"].sel(lattice="3 (1, 1)") == 1)
    assert np.all(found["lattice_cancels"].sel(lattice=["3 (1, 1)", "4 (1, 1)", "6 (1, 2)"]) == 0)


def test_random_phases_are_those_of_their_seeds():
    found = analytic.random_phases(TINY)
    one = fourier_network.weights(13, 26, seed=3)
    here = found.sel(prime=13, ratio=2.0, draw=3)
    assert float(here["random_accuracy"]) == one.accuracy()
    assert float(here["random_least_margin"]) == pytest.approx(one.margins().min() / 13, rel=1e-12)
    assert int(here["neurons"]) == 26


def invented_widths(needed, draws=30):
    """Random phases whose share of wrong pairs falls by e^-1 for 5 neurons, and is 1 % at `needed` of each prime."""
    primes = list(needed)
    neurons = np.array([[round(ratio * p) for ratio in analytic.WIDTHS] for p in primes])
    wrong = np.minimum(0.9, 0.01 * np.exp((np.array(list(needed.values()))[:, None] - neurons) / 5))
    scatter = 1 + 0.1 * np.random.default_rng(0).normal(size=(*neurons.shape, draws))
    coordinates = {"prime": primes, "ratio": list(analytic.WIDTHS), "draw": np.arange(draws)}
    data = {"random_accuracy": (("prime", "ratio", "draw"), 1 - wrong[..., None] * scatter), "neurons": (("prime", "ratio"), neurons)}
    found = xarray.Dataset(data, coordinates)
    widths, errors = zip(*(analytic.needed_width(found.sel(prime=p)) for p in primes), strict=True)
    return found.assign(needed_width=("prime", list(widths)), needed_width_error=("prime", list(errors)))


def test_the_needed_width_is_found_with_its_error():
    found = invented_widths({23: 60.0, 31: 60.0, 59: 60.0})
    z = (found["needed_width"] - 60) / found["needed_width_error"]
    assert np.all(np.abs(z) < 4)
    assert np.all(found["needed_width_error"] < 0.3)  # 10 % of scatter over root 30 draws, of 5 neurons


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_the_growth_of_widths_is_told_from_none(power):
    slope, error = analytic.growth(invented_widths({p: 40.0 * (p / 31) ** power for p in (23, 31, 59)}))
    assert abs(slope - power) < 4 * error
    assert error < 0.05


def test_the_bound_grows_as_the_logarithm():
    found = xarray.Dataset(
        {"theory_width": ("prime", [fourier_network.sufficient_width(p) for p in (23, 31, 59)])}, {"prime": [23, 31, 59]}
    )
    local = 1 / np.log(38 / 0.01)  # d ln ln((p - 1) / error) / d ln p, between the ends
    assert analytic.theory_growth(found) == pytest.approx(local, rel=0.05)
    assert np.isnan(analytic.theory_growth(found.isel(prime=[0, 1])))


def test_too_few_primes_have_no_power():
    assert np.isnan(analytic.growth(invented_widths({23: 60.0, 31: 60.0}))).all()
    assert np.isnan(analytic.needed_width(invented_widths({23: 1000.0}).sel(prime=23))).all()
