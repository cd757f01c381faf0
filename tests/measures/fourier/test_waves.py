"""The real Fourier basis against its definition."""

import numpy as np
import pytest

from spinodal.measures.fourier import basis
from spinodal.measures.fourier.waves import modes


@pytest.mark.parametrize("prime", [3, 5, 59, 113])
def test_rows_are_orthonormal_and_span_everything(prime):
    assert np.allclose(basis(prime) @ basis(prime).T, np.eye(prime), rtol=0, atol=1e-13)


def test_rows_are_the_constant_then_cosine_and_sine_of_each_frequency_up_to_the_last():
    rows, n = basis(7), np.arange(7)
    assert np.allclose(rows[0], 1 / np.sqrt(7), rtol=0, atol=1e-15)
    for k in (1, 2, 3):
        assert np.allclose(rows[2 * k - 1], np.sqrt(2 / 7) * np.cos(2 * np.pi * k * n / 7), rtol=0, atol=1e-14)
        assert np.allclose(rows[2 * k], np.sqrt(2 / 7) * np.sin(2 * np.pi * k * n / 7), rtol=0, atol=1e-14)


def test_of_an_even_length_the_highest_frequency_is_one_unit_cosine():
    rows = modes(6, [1, 3])
    assert np.allclose(rows @ rows.T, np.diag([1, 1, 1, 0]), rtol=0, atol=1e-14)


@pytest.mark.parametrize("prime", [2, 1, 9, 111, 7.0, "7", True])
def test_only_an_odd_prime_will_do(prime):
    with pytest.raises(ValueError, match=f"prime must be an odd prime, got {prime!r}"):
        basis(prime)
