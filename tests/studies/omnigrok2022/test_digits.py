"""Digits: what is said of delays of which some are bounds from below."""

import numpy as np
import pytest
import xarray

from spinodal.studies.omnigrok2022 import digits

NEVER = np.nan


def test_a_batch_is_no_larger_than_the_data():
    assert digits.DigitsCell(samples=100, batch=200).batch_rows is None
    assert digits.DigitsCell(samples=1000, batch=200).batch_rows == 200


def test_a_test_never_passed_counts_with_the_cap():
    runs = xarray.Dataset({"train_step": ("replica", [100.0, 100.0, np.nan]), "test_step": ("replica", [400.0, np.nan, np.nan])})
    assert digits.delays(runs, 1000).values[:2].tolist() == [300, 900]
    assert np.isnan(digits.delays(runs, 1000).values[2])


@pytest.mark.parametrize(
    ("delays", "bounds", "expected"),
    [
        ((1, 2, 3), (0, 0, 0), 1),
        ((1, 3, 2), (0, 0, 0), 0),
        ((2, 2, 2), (0, 0, 0), 0),
        ((1, 5, 4), (0, 0, 1), np.nan),  # at least 4, after 5
        ((1, 5, 6), (0, 0, 1), 1),
        ((1, 5, 4), (0, 1, 0), 0),  # 4, after at least 5
        ((1, 3, 4), (0, 1, 0), np.nan),
        ((1, 5, 4), (0, 1, 1), np.nan),
        ((1, np.nan, 4), (0, 0, 0), np.nan),
        ((3, np.nan, 2), (0, 0, 0), 0),
    ],
)
def test_a_bound_that_is_lower_than_a_delay_is_no_fall(delays, bounds, expected):
    delay, bound = (xarray.DataArray([values], dims=("replica", "alpha")) for values in (delays, bounds))
    np.testing.assert_equal(digits.growing(delay.astype(float), bound.astype(bool)).values.tolist(), [expected])


def judged(train, test):
    """The claims about delays of one replica: steps over N = 100 and 1000, and alpha = 1, 3 and 8; losses that say nothing."""
    dims, shape = ("replica", "samples", "alpha", "decay"), (1, 2, 3, 2)
    cell = digits.DigitsCell(decay=0.1, **digits.HURRY["quick"])
    steps = {
        f"{name}_step": (dims, np.stack([np.full((1, 2, 3), NEVER), [values]], axis=-1))
        for name, values in (("train", train), ("test", test))
    }
    losses = {f"{name}_loss": (dims, np.ones(shape)) for name in ("train", "test")}
    coords = {"replica": [0], "samples": [100, 1000], "alpha": [1.0, 3.0, 8.0], "decay": [0.0, 0.1]}
    found = xarray.Dataset({**steps, **losses}, coords)
    found["delay"] = digits.delays(found.sel(decay=0.1), cell.steps)
    claims = digits._claims(found, found.sel(decay=0.0), cell)
    return {claim.what.removeprefix("share of replicas: "): claim.verdict for claim in claims}


def test_delays_that_are_seen_are_judged():
    said = judged([[100, 200, 300], [100, 200, 300]], [[400, 900, 5000], [400, 900, 2000]])
    assert said["delay grows with α from 1 on, N = 100"] == "agrees"
    assert said["delay below 1000 updates at α = 1, N = 100"] == "agrees"
    assert said["delay at the largest α shorter with N = 1000 than with 100"] == "agrees"


def test_what_a_bound_or_no_training_leaves_open_is_not_known():
    """The cap is 20,000: a test never passed from a training step of 19,500 is a delay of at least 500."""
    said = judged([[19_500, 200, 300], [100, 200, NEVER]], [[NEVER, 900, 5000], [400, 900, NEVER]])
    assert said["delay below 1000 updates at α = 1, N = 100"] == "not known"
    assert said["delay grows with α from 1 on, N = 1000"] == "not known"
    assert said["delay at the largest α shorter with N = 1000 than with 100"] == "not known"
    late = judged([[100, 200, 300]] * 2, [[NEVER, 900, 5000]] * 2)
    assert late["delay below 1000 updates at α = 1, N = 100"] == "differs"  # at least 19,900
    assert late["delay grows with α from 1 on, N = 100"] == "differs"
