"""What cells store of a run."""

import numpy as np
import pytest
import xarray

from spinodal.studies.trained import answered, curve_steps, reached, run_table, trajectory_outputs

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


@pytest.mark.parametrize(("ended", "may_diverge", "answer"), [(True, False, True), (False, False, False), (False, True, True)])
def test_a_setting_that_diverges_is_an_answer_only_among_settings_that_are_compared(ended, may_diverge, answer):
    steps = np.arange(0, 60, 10)
    run = trajectory(steps, **dict.fromkeys(SERIES, steps / 100.0), converged=ended, diverged_at=None if ended else 60)
    assert answered(run, may_diverge=may_diverge) is answer
    found = trajectory_outputs(run, 100, 0.3, may_diverge=may_diverge)
    assert found["converged"] is answer
    assert np.isfinite(found["diverged_at"]) == (not ended)


def test_curves_end_where_the_run_does():
    steps = np.arange(0, 60, 10)
    found = trajectory_outputs(trajectory(steps, **dict.fromkeys(SERIES, steps / 100.0)), 100, 0.3)
    ended = found["curve_step"] > 50
    np.testing.assert_array_equal(found["curve_norm"][~ended], found["curve_step"][~ended] / 100)
    assert np.isnan(found["curve_norm"][ended]).all()
    assert (found["last_step"], found["norm"], found["rqi"], found["train_step"]) == (50, 0.5, 0.5, 30)


def test_the_table_of_runs_says_who_diverged_and_marks_failures_alone():
    """Cells that ended as asked, lost by diverging, failed by diverging, and are not done."""
    columns = ("last_step", *(f"{pairs}_{what}" for pairs in ("train", "test") for what in ("step", "accuracy", "loss")))
    cells = dict.fromkeys(columns, ("arm", np.ones(4)))
    cells |= {"cell_status": ("arm", [1, 1, 1, 0]), "diverged_at": ("arm", [np.nan, 40, 50, np.nan])}
    cells["converged"] = ("arm", [1.0, 1.0, 0.0, np.nan])
    table = run_table(xarray.Dataset(cells, {"arm": list("abcd")}), ("arm",))
    assert [row[:2] for row in table.rows] == [
        ("a", "as asked"),
        ("b", "diverged at step 40"),
        ("c", "diverged at step 50"),
        ("d", "not done"),
    ]
    assert table.marks == ["", "", "bad", "bad"]
