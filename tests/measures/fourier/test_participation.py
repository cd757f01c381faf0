"""Inverse participation ratio: pure cosines, noise, dead rows."""

import numpy as np
import pytest

from spinodal.measures.fourier import inverse_participation_ratio, null, participation_null


def cosines(p):
    return np.cos(2 * np.pi / p * np.outer(np.arange(1, (p - 1) // 2 + 1), np.arange(p)) + 0.3)


@pytest.mark.parametrize("p", [59, 113])
def test_a_pure_cosine_is_one_by_rfft_and_half_by_fft(p):
    for transform, value in (("rfft", 1), ("rfft-no-constant", 1), ("fft", 0.5)):
        assert inverse_participation_ratio(cosines(p), transform=transform) == pytest.approx(value, rel=1e-12)
    assert inverse_participation_ratio(cosines(p), transform="fft", exponent=3) == pytest.approx(0.25, rel=1e-12)


def test_two_cosines_share_it():
    row = cosines(59)[3] + 2 * cosines(59)[10]
    assert inverse_participation_ratio(row[None])[0] == pytest.approx((1 + 16) / 25, rel=1e-12)
    assert inverse_participation_ratio(row[None], exponent=3)[0] == pytest.approx((1 + 64) / 125, rel=1e-12)


@pytest.mark.parametrize("transform", ["rfft", "rfft-no-constant", "fft"])
@pytest.mark.parametrize("exponent", [2, 1.5])
def test_it_is_the_sum_of_its_definition(transform, exponent):
    rows, n = np.random.default_rng(0).normal(size=(4, 11)), np.arange(11)
    ks = {"rfft": range(6), "rfft-no-constant": range(1, 6), "fft": range(11)}[transform]
    amplitudes = np.array([[abs(np.sum(row * np.exp(-2j * np.pi * k * n / 11))) for k in ks] for row in rows])
    expected = [np.sum((a / np.sqrt(np.sum(a**2))) ** (2 * exponent)) for a in amplitudes]
    assert inverse_participation_ratio(rows, transform=transform, exponent=exponent) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("p", "with_constant", "without"), [(59, 0.0655, 0.0667), (113, 0.0348, 0.0351)])
def test_the_null_has_its_published_values(p, with_constant, without):
    assert participation_null(p) == pytest.approx(with_constant, rel=0.01)
    assert participation_null(p, transform="rfft-no-constant") == pytest.approx(without, rel=0.01)


@pytest.mark.parametrize("transform", ["rfft", "rfft-no-constant", "fft"])
@pytest.mark.parametrize("exponent", [2, 3])
@pytest.mark.parametrize("p", [5, 59])
def test_the_null_is_the_mean_over_gaussian_rows(p, exponent, transform):
    values = inverse_participation_ratio(np.random.default_rng(1).normal(size=(20_000, p)), exponent=exponent, transform=transform)
    z = (values.mean() - participation_null(p, exponent=exponent, transform=transform)) / (values.std(ddof=1) / np.sqrt(len(values)))
    assert abs(z) < 4


@pytest.mark.parametrize("p", [3, 5, 59, 10007])
def test_the_null_of_fft_has_a_closed_form_for_the_exponent_two(p):
    """Energies of a Dirichlet law: the constant has the moment 3/4, each of the (p-1)/2 waves 2, a quarter of it twice."""
    expected = (0.75 + (p - 1) / 2) / (p / 2 * (p / 2 + 1))
    assert participation_null(p, transform="fft") == pytest.approx(expected, rel=1e-10)


def test_shuffled_symbols_bring_a_cosine_down_to_noise():
    found = null(lambda rows: np.nanmean(inverse_participation_ratio(rows)), cosines(59), axis=1, draws=20)
    assert found.value == pytest.approx(1)
    assert found.mean < 3 * participation_null(59)
    assert found.share_above == pytest.approx(1 / 21)


def test_dead_rows_are_nan_and_the_others_as_before():
    rows = np.vstack([cosines(11)[1], 1e-7 * cosines(11)[2], np.zeros(11), 1e-5 * cosines(11)[3]])
    assert np.isnan(inverse_participation_ratio(rows)).tolist() == [False, True, True, False]
    assert np.isnan(inverse_participation_ratio(rows, dead_below=1e-8)).tolist() == [False, False, True, False]
    assert np.isnan(inverse_participation_ratio(np.zeros((3, 11)))).all()
    assert np.isnan(inverse_participation_ratio(np.zeros((3, 11)), dead_below=0)).all()


def test_a_constant_row_has_nothing_left_without_its_constant():
    rows = np.vstack([np.full(11, 0.1), 0.1 + 1e-9 * cosines(11)[0], cosines(11)[0]])
    assert inverse_participation_ratio(rows)[0] == pytest.approx(1)
    assert np.isnan(inverse_participation_ratio(rows, transform="rfft-no-constant")).tolist() == [True, True, False]


def test_a_row_that_is_not_finite_leaves_the_others_alone():
    rows = np.vstack([cosines(11)[1], np.full(11, np.inf), np.full(11, np.nan), 1e200 * cosines(11)[1], 1e195 * cosines(11)[1]])
    assert np.isnan(inverse_participation_ratio(rows, dead_below=0)).tolist() == [False, True, True, False, False]
    assert np.isnan(inverse_participation_ratio(rows[1:3])).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": np.zeros(5)}, "rows must have shape"),
        ({"exponent": 1}, "exponent"),
        ({"transform": "dft"}, "transform"),
        ({"dead_below": -1}, "dead_below"),
    ],
)
def test_wrong_arguments_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        inverse_participation_ratio(**({"rows": cosines(5)} | change))
