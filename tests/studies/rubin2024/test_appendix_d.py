"""Appendix D: a posterior whose chains have not met is told apart, in words and in the pictures."""

import numpy as np
import pytest
import xarray

from spinodal.figures import rubin2024_appendix_d as figures
from spinodal.studies.rubin2024 import appendix_d


@pytest.fixture
def found(run_quickly, tmp_path):
    run_quickly("rubin2024-appendix-d", tmp_path / "out")
    with xarray.open_dataset(tmp_path / "out" / "data.nc") as dataset:
        return dataset.load()


def hollow(axes) -> int:
    lines = [line for line in axes.lines if line.get_markerfacecolor() == "white" and line.get_markeredgecolor() == figures.BLACK]
    return sum(int((line.get_ydata() == line.get_ydata()).sum()) for line in lines)


def test_chains_that_have_not_met_are_said_and_drawn(found):
    assert not any("not converged" in sentence for sentence in appendix_d._verdict(found, ()))
    assert hollow(figures.width(found).axes[0]) == hollow(figures.data_sets(found).axes[0]) == 0
    narrowest = int(found["width"].min())
    found["converged"] = found["converged"].astype(float).where(found["width"] != narrowest, 0.0)
    (said,) = [sentence for sentence in appendix_d._verdict(found, ()) if "not converged" in sentence]
    assert f"1 of 1 at N = {narrowest}." in said
    figure = figures.width(found)
    assert [hollow(axes) for axes in figure.axes] == [1, 1, 1]
    assert "chains not converged" in [text.get_text() for text in figure.legends[0].get_texts()]
    assert [hollow(axes) for axes in figures.data_sets(found).axes] == [1, 1]


def test_misses_of_both_signs_are_counted_though_their_mean_is_zero():
    dims = ("data_seed", "width")
    posterior, theory = np.array([[0.5, 0.30], [0.1, 0.32], [0.3, 0.9]]), np.full((3, 2), 0.3)
    names = {"linear_discrepancy_mean": posterior, "corrected_linear_discrepancy": theory}
    error = np.array([[0.01, 0.01], [0.01, 0.01], [0.01, 0.25]])  # the last miss is within three of its errors
    found = xarray.Dataset(
        {name: (dims, values) for name, values in {**names, "linear_discrepancy_mcse": error}.items()}, {"width": [2800, 700]}
    )
    assert "1 of 3 at N = 2800, 3 of 3 at N = 700." in appendix_d._each(found)
