"""Analytic networks: exact margins, the cancellation condition, ties that are not correct."""

import dataclasses
import itertools

import numpy as np
import pytest

from spinodal.theory.fourier_network import cancels, largest_normalised_margin, weights


@pytest.mark.parametrize(
    ("prime", "per_frequency", "multipliers", "width", "margin", "normalised"),
    [
        (59, 6, (1, 4), 174, 88.5, 6.109126e-4), (97, 6, (1, 4), 288, 145.5, 2.878565e-4), (59, 8, (1, 2), 232, 118.0, 6.109126e-4),
    ],
)  # fmt: skip
def test_a_lattice_that_cancels_has_one_margin_the_largest_there_is(prime, per_frequency, multipliers, width, margin, normalised):
    found = weights(prime, phases="lattice", per_frequency=per_frequency, multipliers=multipliers)
    assert found.width == width == found.first.shape[1] == found.second.shape[1] == len(found.readout)
    assert found.margins() == pytest.approx(margin, rel=1e-12)
    assert margin == per_frequency * prime / 4
    assert found.normalised_margin() == pytest.approx(normalised, rel=2e-7)
    assert found.normalised_margin() == pytest.approx(largest_normalised_margin(prime), rel=1e-12)
    assert (found.accuracy(), found.ties()) == (1, 0)


def test_three_neurons_a_frequency_are_right_with_uneven_margins():
    found = weights(97, phases="lattice", per_frequency=3, multipliers=(1, 1))
    assert (found.margins().min(), found.margins().max()) == pytest.approx((36.375, 145.5), rel=1e-12)
    assert (found.accuracy(), found.ties()) == (1, 0)
    assert found.normalised_margin() < largest_normalised_margin(97)


@pytest.mark.parametrize(("per_frequency", "multipliers"), [(4, (1, 1)), (6, (1, 2))])
def test_a_tie_is_not_correct(per_frequency, multipliers):
    found = weights(59, phases="lattice", per_frequency=per_frequency, multipliers=multipliers)
    a, b = np.divmod(np.arange(59**2), 59)
    assert found.ties() == pytest.approx(58 / 59)
    assert found.accuracy() == pytest.approx(1 / 59)
    assert np.all((found.margins() == 0) == ((a + b) % 59 != 0))  # the rival is -(a + b): a term of phase 2 (alpha + beta) survives
    assert found.normalised_margin() == 0


def test_margins_are_even_exactly_where_the_condition_says_so():
    for m, p in itertools.product(range(1, 9), (7,)):
        for multipliers in itertools.product(range(m), repeat=2):
            margins = weights(p, phases="lattice", per_frequency=m, multipliers=multipliers).margins()
            assert cancels(m, multipliers) == np.allclose(margins, m * p / 4, rtol=1e-9, atol=0), (m, multipliers)


def test_logits_are_those_of_the_loop_over_neurons():
    found = weights(7, width=5, seed=3)
    expected = np.zeros((49, 7))
    for a, b, q, i in itertools.product(range(7), range(7), range(7), range(5)):
        expected[a * 7 + b, q] += (found.first[a, i] + found.second[b, i]) ** 2 * found.readout[i, q]
    assert found.logits() == pytest.approx(expected, abs=1e-12)


def test_the_phase_of_the_readout_is_the_sum_of_the_two_others():
    found = weights(11, width=30, seed=1)
    assert found.frequencies.tolist() == [i % 11 for i in range(30)]
    n = np.arange(11)
    for i in range(30):
        w = 2 * np.pi * found.frequencies[i] / 11
        phi, psi = (np.angle(np.sum(x[:, i] * np.exp(-1j * w * n))) for x in (found.first, found.second))
        if found.frequencies[i]:
            assert found.first[:, i] == pytest.approx(np.cos(w * n + phi), abs=1e-12)
            assert found.readout[i] == pytest.approx(np.cos(w * n + phi + psi), abs=1e-12)


@pytest.mark.parametrize(
    ("prime", "width", "mean", "deviation"),
    [(59, 59, 0.962, 0.021), (59, 118, 0.9999, 0.0004), (59, 177, 1, 0), (113, 113, 0.998, 0.001), (113, 226, 1, 0)],
)
def test_random_phases_reach_the_published_accuracies(prime, width, mean, deviation):
    draws = 12 if prime == 59 else 3
    found = [weights(prime, width, seed=seed).accuracy() for seed in range(draws)]
    assert abs(np.mean(found) - mean) <= 4 * deviation / np.sqrt(draws) + 0.5 * 10 ** -(3 if mean < 0.999 else 4)


def test_one_frequency_is_enough_with_a_margin_that_is_known():
    found = weights(59, phases="lattice", frequencies=(3,))
    assert found.accuracy() == 1
    assert found.margins().min() / found.logits().max() == pytest.approx(1 - np.cos(2 * np.pi / 59), rel=1e-9)


def test_frequencies_replace_the_list_in_both():
    assert weights(11, 5, frequencies=(2, 7)).frequencies.tolist() == [2, 7, 2, 7, 2]
    assert weights(11, phases="lattice", per_frequency=3, frequencies=(2, 7)).frequencies.tolist() == [2, 2, 2, 7, 7, 7]


def test_rescaled_weights_have_the_same_normalised_margin():
    from dataclasses import replace

    found = weights(13, phases="lattice", per_frequency=5)
    scaled = replace(found, first=2 * found.first, second=2 * found.second, readout=2 * found.readout)
    assert scaled.normalised_margin() == pytest.approx(found.normalised_margin(), rel=1e-12)
    assert np.isnan(replace(found, first=0 * found.first, second=0 * found.second, readout=0 * found.readout).normalised_margin())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prime": 9, "width": 5}, "odd prime"),
        ({"prime": 7}, "width must be given"),
        ({"prime": 7, "width": 0}, "width"),
        ({"prime": 7, "width": 18, "phases": "lattice"}, "width must not be given"),
        ({"prime": 7, "width": 5, "phases": "regular"}, "phases"),
        ({"prime": 7, "width": 5, "frequencies": (7,)}, r"frequencies must be in 0\.\.6"),
        ({"prime": 7, "width": 5, "frequencies": ()}, "frequencies"),
        ({"prime": 7, "width": 5, "frequencies": 3}, "frequencies"),
        ({"prime": 7, "width": 5, "seed": -1}, "seed"),
        ({"prime": 7, "phases": "lattice", "frequencies": (0,)}, "frequencies"),
        ({"prime": 7, "phases": "lattice", "multipliers": 3}, "multipliers"),
        ({"prime": 7, "phases": "lattice", "per_frequency": 0}, "per_frequency"),
    ],
)
def test_wrong_arguments_are_named(settings, words):
    with pytest.raises((ValueError, TypeError), match=words):
        weights(**settings)


def test_settings_of_the_other_kind_are_checked_and_each_kind_cites_its_source():
    for wrong in ({"per_frequency": -3}, {"multipliers": "x"}, {"seed": -1}):
        for phases in ({"width": 10}, {"phases": "lattice"}):
            with pytest.raises(ValueError, match=next(iter(wrong))):
                weights(7, **phases, **wrong)
    assert "2301.02679" in weights(7, 10).citation
    assert "2311.07568" in weights(7, phases="lattice").citation


@pytest.mark.parametrize("spoiled", [np.nan, np.inf])
def test_shares_of_logits_that_are_not_finite_are_not_known(spoiled):
    good = weights(5, phases="lattice")
    first = good.first.copy()
    first[0, 0] = spoiled
    with np.errstate(invalid="ignore"):
        found = dataclasses.replace(good, first=first)
        assert np.isnan([found.accuracy(), found.ties(), found.normalised_margin()]).all()


def test_tables_in_float32_are_computed_with_in_float64():
    exact = weights(59, phases="lattice", per_frequency=4, multipliers=(1, 1))
    single = dataclasses.replace(exact, **{name: getattr(exact, name).astype(np.float32) for name in ("first", "second", "readout")})
    assert single.logits().dtype == np.float64
    np.testing.assert_allclose(single.logits(), exact.logits(), rtol=0, atol=1e-5 * np.abs(exact.logits()).max())


def test_multipliers_count_modulo_the_phases():
    huge, small = (weights(5, phases="lattice", per_frequency=6, multipliers=(m, 4)) for m in (6 * 10**30 + 1, 1))
    np.testing.assert_array_equal(huge.first, small.first)
