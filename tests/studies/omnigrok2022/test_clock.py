"""What is read off the steps at which runs cross, against a clock of weight decay that is known."""

import numpy as np
import pytest
import xarray

from spinodal.studies.omnigrok2022 import clock

PASSING = 1.25


def steps_of_the_clock(alphas, decays, rate=3e-4, passing=PASSING, start=700.0, replicas=4):
    """(replica, alpha, decay): t_0 + ln(alpha / passing) / (rate decay), with a start of its own for every replica."""
    t = [[[start + 10 * r + np.log(a / passing) / (rate * d) for d in decays] for a in alphas] for r in range(replicas)]
    return xarray.DataArray(t, dims=("replica", "alpha", "decay"), coords={"alpha": list(alphas), "decay": list(decays)})


def test_a_clock_is_read_off_its_own_steps():
    steps = steps_of_the_clock((1.585, 2.0, 10.0), (0.05, 0.2, 0.5))
    slope, start = clock.time_slopes(steps.sel(alpha=2.0), 3e-4)
    assert slope == (pytest.approx(np.log(2 / PASSING), rel=1e-9), pytest.approx(0, abs=1e-9), steps.sizes["replica"] - 1)
    assert start.mean == pytest.approx(715)
    assert clock.logarithm_slopes(steps, 3e-4)[0] == pytest.approx(1, rel=1e-9)
    late = steps_of_the_clock((1.585, 2.0, 10.0), (0.05, 0.2, 0.5), start=0.0, replicas=1)
    assert clock.exponents(late.sel(alpha=2.0))[0] == pytest.approx(-1, rel=1e-9)


def test_runs_that_never_passed_are_left_out_of_the_clock():
    steps = steps_of_the_clock((1.585, 2.0, 10.0), (0.05, 0.2, 0.5))
    steps[0, 2, 0] = np.nan
    assert clock.logarithm_slopes(steps, 3e-4)[0] == pytest.approx(1, rel=1e-9)
    steps[1, 1, 1] = np.nan
    assert clock.time_slopes(steps.sel(alpha=2.0), 3e-4)[1].mean == pytest.approx(np.mean([700, 720, 730]))
    assert np.isnan(clock.exponents(steps.sel(alpha=2.0).where(False))[:2]).all()


def test_an_accuracy_between_kept_records_is_interpolated_and_none_after_the_end():
    curves = xarray.Dataset({"curve_step": ("curve", [0.0, 10.0, 1000.0, 2000.0]), "curve_test": ("curve", [0.0, 0.2, 0.6, np.nan])})
    assert float(clock.accuracy_at(curves, "test", 100.0)) == pytest.approx(0.4)
    assert np.isnan(float(clock.accuracy_at(curves, "test", 1500.0)))
    ended = curves.isel(curve=slice(3))
    assert float(clock.accuracy_at(ended, "test", 1000.0)) == pytest.approx(0.6)
    assert np.isnan(float(clock.accuracy_at(ended, "test", 1500.0)))


def test_from_below_the_same_norms_are_compared_at_every_decay():
    """No norm depends on decay; the slowest does not pass at the largest decay, whose mean would be sooner without it."""
    steps = np.broadcast_to([[6000.0], [1000.0], [800.0]], (3, 3, 3)).copy()
    steps[:, 0, -1] = np.nan
    coords = {"replica": range(3), "alpha": [0.1, 0.3, 0.6], "decay": [0.05, 0.2, 0.5]}
    exponent = clock.exponents_over_norms(xarray.DataArray(steps, coords, tuple(coords)))
    assert exponent.mean == pytest.approx(0, abs=1e-12)
