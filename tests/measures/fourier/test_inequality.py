"""Gini coefficient: known answers and its double sum."""

import numpy as np
import pytest

from spinodal.measures.fourier import basis, gini, null


def test_answers_that_are_known():
    assert gini([0, 0, 0, 0, 3]) == pytest.approx(0.8, rel=1e-15)
    assert gini([2.0, 2.0, 2.0]) == pytest.approx(0, abs=1e-15)
    assert gini([1, 3]) == pytest.approx(0.25, rel=1e-15)
    assert gini([5.0]) == 0


def test_it_is_the_double_sum_at_any_scale_and_in_any_order():
    x = np.random.default_rng(0).exponential(size=30)
    expected = np.abs(x[:, None] - x).sum() / (2 * 900 * x.mean())
    for same in (x, x[::-1], 1e300 * x, 1e-300 * x):
        assert gini(same) == pytest.approx(expected, rel=1e-12)


def test_what_is_undefined_is_nan_and_what_is_negative_is_refused():
    assert np.isnan(gini([np.nan, np.nan]))
    assert np.isnan(gini([0.0, 0.0]))
    assert np.isnan(gini([1.0, np.nan]))
    assert np.isnan(gini([1.0, np.inf]))
    with pytest.raises(ValueError, match=r"x must be >= 0, got -1"):
        gini([1.0, -1.0])
    with pytest.raises(ValueError, match="shape"):
        gini([[1.0, 2.0]])


@pytest.mark.parametrize("p", [59, 113])
def test_noise_has_its_published_values(p):
    """Rayleigh amplitudes of a row: (n-1)/n (1 - 1/sqrt 2) to first order; norms of 256 and of 128 numbers: 1 / sqrt(2 pi 256), 128."""
    amplitudes = null(lambda row: gini(np.abs(np.fft.rfft(row))[1:]), np.arange(float(p)), kind="gaussian", draws=400, seed=1)
    assert 0.284 - 4 * amplitudes.deviation / 20 < amplitudes.mean < 0.288 + 4 * amplitudes.deviation / 20
    rows = basis(p)

    def of_rows(table):
        return gini(np.linalg.norm(rows @ table, axis=1))

    def of_frequencies(table):
        return gini(np.sqrt(np.sum(((rows @ table)[1:] ** 2).reshape(-1, 2 * 128), axis=1)))

    for measure, published in ((of_frequencies, 0.025), (of_rows, 0.035)):
        found = null(measure, np.random.default_rng(2).normal(size=(p, 128)), kind="gaussian", draws=60)
        assert abs(found.mean - published) < 0.01 * published + 0.0005 + 4 * found.deviation / np.sqrt(60)
