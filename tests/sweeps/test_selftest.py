"""The study that tests everything else, tested."""

import numpy as np
import pytest

from spinodal.sweeps.selftest import Selftest, run_cell


def test_outputs_are_those_of_the_specification(log):
    found = run_cell(Selftest(index=7, seed=2, size=5))
    assert found["value"] == 2007.0
    assert found["count"] == 7
    assert found["count"].dtype == np.int64
    np.testing.assert_array_equal(found["array"], np.random.Generator(np.random.PCG64([2, 7])).standard_normal(5))
    assert [line[:3] for line in log.lines()] == [["start", "7", "2"], ["end", "7", "2"]]


def test_moods(log):
    with pytest.raises(RuntimeError, match="selftest cell 4 fails as asked"):
        run_cell(Selftest(index=4, fail="raise", fail_every=2))
    assert run_cell(Selftest(index=3, fail="raise", fail_every=2))["count"] == 3
    with pytest.raises(RuntimeError):
        run_cell(Selftest(index=6, fail="flaky"))
    assert run_cell(Selftest(index=6, fail="flaky"))["count"] == 6
    assert np.isnan(run_cell(Selftest(fail="nan", size=3))["array"]).all()
    assert run_cell(Selftest(fail="object"))["array"].dtype == object


@pytest.mark.parametrize(
    "wrong", [{"index": -1}, {"sleep": 60.1}, {"size": 10_000_001}, {"fail": "other"}, {"fail_every": 0}, {"sleep": float("nan")}]
)
def test_settings_are_checked(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Selftest(**wrong)
