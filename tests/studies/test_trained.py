"""What cells store of a run."""

import numpy as np
import pytest
import xarray

from spinodal.studies.trained import curve_steps, reached, trajectory_outputs

from .doubles import trajectory

SERIES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm", "rqi")


@pytest.mark.parametrize(("right", "of", "level"), [(18, 20, 0.9), (95, 100, 0.95)])
def test_a_share_that_is_exactly_the_level_has_reached_it(right, of, level):
    stored = np.array([float(np.float32(share)) for share in (right / of, (right - 1) / of, np.nan)])
    assert reached(stored, level).tolist() == [True, False, False]
    assert reached(xarray.DataArray(stored, dims="run"), level).dims == ("run",)


def test_a_run_that_diverged_at_its_start_is_stored_as_not_a_number():
    none = np.array([])
    run = trajectory(none, **dict.fromkeys(SERIES, none), every=10, converged=False, diverged_at=0)
    found = trajectory_outputs(run, 100, 0.9)
    assert found.pop("diverged_at") == 0
    assert found.pop("converged") is False
    np.testing.assert_array_equal(found.pop("curve_step"), curve_steps(100, 10))
    assert all(np.isnan(value).all() for value in found.values())


def test_curves_end_where_the_run_does():
    steps = np.arange(0, 60, 10)
    found = trajectory_outputs(trajectory(steps, **dict.fromkeys(SERIES, steps / 100.0)), 100, 0.3)
    ended = found["curve_step"] > 50
    np.testing.assert_array_equal(found["curve_norm"][~ended], found["curve_step"][~ended] / 100)
    assert np.isnan(found["curve_norm"][ended]).all()
    assert (found["last_step"], found["norm"], found["rqi"], found["train_step"]) == (50, 0.5, 0.5, 30)
