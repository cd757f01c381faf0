"""Curves on a common scale."""

import numpy as np
import pytest

from spinodal.measures.information import normalise

from .systems import normal


def test_running_uses_the_past_alone():
    v = normal(0, 30)
    whole = normalise(v)
    for t in range(1, 31):
        np.testing.assert_array_equal(normalise(v[:t]), whole[:t])
        low, high = v[:t].min(), v[:t].max()
        assert whole[t - 1] == pytest.approx((v[t - 1] - low) / (high - low) if high > low else 0)


def test_published_scales_the_whole_run_and_smooths():
    v = np.array([1.0, 3, 2, 5])
    w = (v - 1) / 4
    expected = [w[0]]
    for x in w[1:]:
        expected.append(0.1 * x + 0.9 * expected[-1])
    np.testing.assert_allclose(normalise(v, how="published"), expected, atol=1e-15)


@pytest.mark.parametrize("how", ["running", "published"])
def test_flat_curves_are_zero(how):
    assert normalise([2, 2, 2], how=how).tolist() == [0, 0, 0]
    assert normalise([-7.5], how=how).tolist() == [0]


@pytest.mark.parametrize("how", ["running", "published"])
def test_checkpoints_that_could_not_be_judged_stay_so_and_count_for_nothing(how):
    v = normal(1, 12)
    holes = np.insert(v, [0, 5, 5], np.nan)
    found = normalise(holes, how=how)
    assert np.isnan(found).tolist() == np.isnan(holes).tolist()
    np.testing.assert_array_equal(found[~np.isnan(found)], normalise(v, how=how))
    assert np.isnan(normalise([np.nan, np.nan], how=how)).all()


def test_huge_values_do_not_overflow():
    assert normalise([-1.7e308, 1.7e308, 0]).tolist() == [0, 1, 0.5]


@pytest.mark.parametrize(
    ("values", "how", "says"),
    [([1, np.inf], "running", "infinite"), ([[1]], "running", "1-D"), ([], "running", "1-D"), ([1], "run", "how must be one of")],
)
def test_what_is_no_curve_is_refused(values, how, says):
    with pytest.raises(ValueError, match=says):
        normalise(values, how=how)
