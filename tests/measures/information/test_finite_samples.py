"""The bias of the plug-in."""

import numpy as np
import pytest
from scipy.special import digamma

from spinodal.measures.information import bias


@pytest.mark.parametrize(
    ("variables", "samples", "expected"),
    [(3, 1000, -5.0301330390e-07), (4, 100, -2.1477663230e-04), (10, 3763, -4.2519172894e-06)],
)
def test_bias_of_o_information_has_the_published_values(variables, samples, expected):
    assert bias(variables, samples).o_information == pytest.approx(expected, rel=1e-7)


def test_bias_equals_the_formula_written_out():
    n, samples = 7, 30
    b = [sum(digamma((samples - i) / 2) + np.log(2 / (samples - 1)) for i in range(1, k + 1)) / 2 for k in range(n + 1)]
    found = bias(n, samples)
    assert found.total_correlation == pytest.approx(n * b[1] - b[n], rel=1e-12)
    assert found.dual_total_correlation == pytest.approx(n * b[n - 1] - (n - 1) * b[n], rel=1e-12)
    assert found.o_information == pytest.approx((n - 2) * b[n] + n * b[1] - n * b[n - 1], rel=1e-12)
    assert found.s_information == pytest.approx(found.total_correlation + found.dual_total_correlation, rel=1e-12)


def test_pairs_have_no_bias_of_o_and_250_units_have_a_tenth_of_a_nat():
    assert bias(1, 10).o_information == bias(2, 10).o_information == 0
    assert bias(250, 3763).o_information == pytest.approx(-0.1, abs=0.05)


@pytest.mark.parametrize(("variables", "samples"), [(4, 5), (0, 10), (3, 0)])
def test_too_few_samples_are_refused(variables, samples):
    with pytest.raises(ValueError, match=f"got {variables if not variables else samples}"):
        bias(variables, samples)
