"""P(linear) and critical fractions against enumeration, fractions and measured references."""

import itertools

import numpy as np
import pytest

from spinodal.theory.effective import critical_fraction, linear_curve, linear_probability, nullity, random_order
from spinodal.theory.effective.random_order import sizes_that_force_a_line

from .plain import all_pairs, rank, rows


def z_score(found, expected, draws, reference_error=0.0):
    return (found - expected) / np.sqrt(expected * (1 - expected) / draws + reference_error**2)


def enumerated(symbols):
    """P(nullity = 2) at each k over all sets of k pairs, from the eigenvalues of sum_s (n_s sum x x^T - t t^T) in one batch."""
    pairs = np.array(all_pairs(symbols))
    x = np.zeros((len(pairs), symbols))
    np.add.at(x, (np.repeat(np.arange(len(pairs)), 2), pairs.ravel()), 1)
    sets = np.array(list(itertools.product((0, 1), repeat=len(pairs))))
    matrix = np.zeros((len(sets), symbols, symbols))
    for a, b in itertools.combinations(range(len(pairs)), 2):
        if pairs[a].sum() == pairs[b].sum():
            matrix += (sets[:, a] & sets[:, b])[:, None, None] * np.outer(x[a] - x[b], x[a] - x[b])
    linear = np.sum(np.linalg.eigvalsh(matrix) < 1e-9, axis=1) == 2
    size = sets.sum(axis=1)
    return np.bincount(size, weights=linear) / np.bincount(size)


def test_three_symbols_are_known_in_closed_form():
    """The one parallelogram needs both its pairs: P(k) = k (k - 1) / 30, which crosses 1/2 at 4 + 3/8."""
    curve = linear_curve(3, draws=20_000)
    for k in range(1, 6):
        assert abs(curve.probability[k] - k * (k - 1) / 30) < 4 * np.sqrt(k * (k - 1) / 30 * (1 - k * (k - 1) / 30) / 20_000) + 1e-15
    assert abs(curve.critical_fraction - 4.375 / 6) < 4 * curve.standard_error


@pytest.mark.parametrize("symbols", [4, 5])
def test_small_tables_agree_with_all_training_sets(symbols):
    exact = enumerated(symbols)
    found = linear_curve(symbols, draws=20_000, seed=1).probability
    for k in np.flatnonzero((exact > 0) & (exact < 1)):
        assert abs(z_score(found[k], exact[k], 20_000)) < 4
    assert np.array_equal(found[exact == 0], exact[exact == 0])
    assert np.array_equal(found[exact == 1], exact[exact == 1])


def test_six_symbols_agree_with_all_training_sets():
    """3 of 54264 sets of six, 129 of 116280 of seven, 1594 of 203490 of eight, 9666 of 293930 of nine: counted once with exact ranks."""
    found = linear_probability(6, [5, 6, 7, 8, 9], draws=20_000, seed=2)
    assert found[0] == 0
    for p, exact in zip(found[1:], (3 / 54264, 129 / 116280, 1594 / 203490, 9666 / 293930), strict=True):
        assert abs(z_score(p, exact, 20_000)) < 4


def test_ten_symbols_have_the_measured_probabilities():
    """References from 10,000 to 20,000 draws, quoted to .001: each to its own error."""
    reference = {16: 0.005, 18: 0.039, 21: 0.288, 24: 0.703, 27: 0.920, 30: 0.981, 36: 0.999}
    found = linear_probability(10, list(reference), draws=10_000, seed=3)
    for p, expected in zip(found, reference.values(), strict=True):
        rounding = 0.001 / np.sqrt(12)
        error = np.hypot(np.sqrt(expected * (1 - expected) / 10_000), rounding)
        assert abs(z_score(p, expected, 10_000, error)) < 3.5


@pytest.mark.parametrize(("symbols", "reference"), [(5, 0.652), (10, 0.408), (20, 0.225)])
def test_critical_fractions_are_the_measured_ones(symbols, reference):
    curve = linear_curve(symbols, draws=4000, seed=4)
    assert abs(curve.critical_fraction - reference) < 3.5 * np.hypot(curve.standard_error, 0.0015)
    assert critical_fraction(symbols, draws=4000, seed=4) == curve.critical_fraction
    assert 1.9 < curve.critical_pairs / symbols < 2.45


def test_the_standard_error_is_the_spread_over_seeds():
    curves = [linear_curve(8, draws=400, seed=seed) for seed in range(60)]
    spread = np.std([curve.critical_fraction for curve in curves], ddof=1)
    assert spread == pytest.approx(np.mean([curve.standard_error for curve in curves]), rel=0.35)


def test_sizes_are_where_exact_ranks_say():
    """Over the rationals, one pair less than the size is not enough, and the size is."""
    orders = np.random.default_rng(5).permuted(np.tile(np.arange(55), (40, 1)), axis=1)
    sizes = random_order._sizes(orders, 10)
    pairs = all_pairs(10)
    for order, size in zip(orders, sizes, strict=True):
        chosen = [pairs[k] for k in order]
        assert rank(rows(chosen[:size], 10)) == 8
        assert rank(rows(chosen[: size - 1], 10)) < 8


@pytest.mark.parametrize("symbols", [7, 20, 45])
def test_sizes_agree_with_nullity(symbols):
    count = symbols * (symbols + 1) // 2
    orders = np.random.default_rng(6).permuted(np.tile(np.arange(count), (12, 1)), axis=1)
    pairs = np.array(all_pairs(symbols))
    for order, size in zip(orders, random_order._sizes(orders, symbols), strict=True):
        assert nullity(pairs[order[:size]], symbols) == 2
        assert nullity(pairs[order[: size - 1]], symbols) > 2


def test_blocks_change_nothing_and_more_draws_go_on_from_fewer(monkeypatch):
    whole = sizes_that_force_a_line(9, 500, 7)
    assert np.array_equal(sizes_that_force_a_line(9, 120, 7), whole[:120])
    monkeypatch.setattr(random_order, "BLOCK", 81 * 33)
    sizes_that_force_a_line.cache_clear()
    assert np.array_equal(sizes_that_force_a_line(9, 500, 7), whole)
    sizes_that_force_a_line.cache_clear()


def test_seeds_differ_and_repeat():
    assert linear_probability(10, 22, seed=0) == linear_probability(10, 22, seed=0)
    assert linear_probability(10, 22, seed=0) != linear_probability(10, 22, seed=1)


def test_ends_of_the_curve():
    assert linear_probability(10, 0) == 0
    assert linear_probability(10, 55) == 1
    assert linear_probability(2, 0) == 1
    assert critical_fraction(2) == 0
    curve = linear_probability(10, np.arange(56).reshape(7, 8))
    assert curve.shape == (7, 8)
    assert np.all(np.diff(curve.ravel()) >= 0)
    assert isinstance(linear_probability(10, np.int64(20)), float)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: linear_probability(10, 56), ValueError, r"samples must be within 0..55, the pairs of 10 symbols, got 56"),
        (lambda: linear_probability(10, [3, -1]), ValueError, "got -1"),
        (lambda: linear_probability(10, 0.4), TypeError, "not a share"),
        (lambda: linear_probability(3, [[1], [2, 3]]), ValueError, "samples must have shape"),
        (lambda: linear_probability(1, 0), ValueError, "symbols must be an integer >= 2, got 1"),
        (lambda: critical_fraction(10, draws=0), ValueError, "draws must be an integer >= 1"),
        (lambda: critical_fraction(10, seed=-1), ValueError, "seed must be an integer >= 0"),
    ],
)
def test_wrong_calls_are_refused_in_words(call, error, says):
    with pytest.raises(error, match=says):
        call()
