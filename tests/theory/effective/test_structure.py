"""Nullity, growth rates and ideal accuracy against exact fractions and known spectra."""

import itertools

import numpy as np
import pytest

from spinodal.measures.representation import predicted_accuracy
from spinodal.theory.effective import growth_rates, ideal_accuracy, nullity, parallelograms
from spinodal.theory.effective.gram import gram

from .plain import all_pairs, random_pairs, rank, rows


@pytest.mark.parametrize(
    ("symbols", "eigenvalues"),
    [
        (10, [0, 0, 30, 31.2716, 36.5472, 38.3765, 42.1380, 45.7284, 47.3148, 48.6235]),
        (8, [0, 0, 20, 21.2554, 26, 28, 32, 32.7446]),
    ],
)
def test_all_pairs_have_the_known_spectrum(symbols, eigenvalues):
    full = all_pairs(symbols)
    matrix, count = gram(full, symbols)
    assert np.linalg.eigvalsh(matrix) == pytest.approx(eigenvalues, abs=6e-5)
    assert growth_rates(full, symbols) == pytest.approx(np.array(eigenvalues) * 2 / (count * symbols), abs=6e-5 * 2 / (count * symbols))


def test_slowest_rates_of_all_pairs():
    assert growth_rates(all_pairs(10), 10)[2] == pytest.approx(6 / 70, rel=1e-13)
    assert growth_rates(all_pairs(8), 8)[2] == pytest.approx(0.1470588, abs=5e-8)


@pytest.mark.parametrize("symbols", [5, 10, 13])
@pytest.mark.parametrize("share", [0.15, 0.3, 0.45, 0.8, 1.0])
def test_random_sets_agree_with_rows_and_fractions(symbols, share):
    for seed in range(3):
        pairs = random_pairs(seed, symbols, round(share * symbols * (symbols + 1) / 2))
        a = rows(pairs, symbols)
        assert np.array_equal(gram(pairs, symbols)[0], a.T @ a)
        expected = symbols - rank(a)
        assert nullity(pairs, symbols) == expected
        rates = growth_rates(pairs, symbols)
        assert np.sum(rates == 0) == expected
        if len(a):
            assert rates == pytest.approx(np.linalg.eigvalsh(a.T @ a) * 2 / (len(a) * symbols), abs=1e-14)


def test_every_set_of_four_symbols_agrees_with_fractions():
    pairs = all_pairs(4)
    for k in range(11):
        for chosen in itertools.combinations(pairs, k):
            assert nullity(chosen, 4) == 4 - rank(rows(chosen, 4))


def test_without_a_parallelogram_nothing_is_fixed():
    one_each = [(s // 2, s - s // 2) for s in range(19)]
    for pairs in ([], [(0, 1)], one_each):
        assert nullity(pairs, 10) == 10
        assert not growth_rates(pairs, 10).any()
        assert growth_rates(pairs, 10).shape == (10,)
        assert ideal_accuracy(pairs, 10) == pytest.approx(len(pairs) / 55)


def test_a_bare_chain_of_many_symbols_is_still_a_line():
    """E_k + E_(k+2) = 2 E_(k+1) for all k, and nothing else: its smallest eigenvalue falls as p^-4."""
    p = 300
    chain = [(k, k) for k in range(1, p - 1)] + [(k, k + 2) for k in range(p - 2)]
    assert nullity(chain, p) == 2
    assert nullity(chain[1:], p) == 3


def test_six_symbols_are_fixed_by_six_pairs_of_two_sums():
    """E_0 + E_4 = E_1 + E_3 = 2 E_2 and E_0 + E_5 = E_1 + E_4 = E_2 + E_3: four equations for six symbols."""
    six = [(0, 4), (1, 3), (2, 2), (0, 5), (1, 4), (2, 3)]
    assert nullity(six, 6) == 2
    assert all(nullity(six[:k] + six[k + 1 :], 6) > 2 for k in range(6))


def plain_ideal(pairs, symbols):
    """By the rank: a row that adds nothing to A_D is permissible."""
    known = {tuple(sorted(pair)) for pair in pairs}
    base = rows(known, symbols)
    bound = rank(base)
    right = set(known)
    for i, j, m, n in parallelograms(symbols).tolist():
        row = np.zeros(symbols)
        for k, sign in ((i, 1), (j, 1), (m, -1), (n, -1)):
            row[k] += sign
        inside = ((i, j) in known, (m, n) in known)
        if any(inside) and not all(inside) and rank(np.vstack([base, row])) == bound:
            right |= {(i, j), (m, n)}
    return len(right) / len(all_pairs(symbols))


@pytest.mark.parametrize("count", [3, 8, 11, 14, 20])
def test_ideal_accuracy_agrees_with_its_definition_by_ranks(count):
    for seed in range(3):
        pairs = random_pairs(seed, 7, count)
        assert ideal_accuracy(pairs, 7) == pytest.approx(plain_ideal(pairs, 7), abs=1e-15)


def test_some_sets_teach_more_than_themselves_and_less_than_all():
    found = {ideal_accuracy(random_pairs(seed, 10, 20), 10) for seed in range(40)}
    assert any(20 / 55 < accuracy < 0.9 for accuracy in found)


def test_with_nullity_two_the_ideal_is_that_of_a_line():
    """A line knows every sum that occurs in D; sums that do not occur stay unknown."""
    for seed in range(5):
        pairs = random_pairs(seed, 10, 36)
        assert nullity(pairs, 10) == 2
        assert ideal_accuracy(pairs, 10) == predicted_accuracy(np.arange(10), pairs)


def test_sets_know_no_order():
    pairs = random_pairs(0, 10, 24)
    shuffled = [pair[::-1] for pair in pairs[::-1]] + pairs[:3]
    assert nullity(shuffled, 10) == nullity(pairs, 10)
    assert ideal_accuracy(shuffled, 10) == ideal_accuracy(pairs, 10)
    assert np.array_equal(growth_rates(shuffled, 10), growth_rates(pairs, 10))


@pytest.mark.parametrize("function", [nullity, growth_rates, ideal_accuracy], ids=lambda f: f.__name__)
def test_symbols_out_of_range_are_refused(function):
    with pytest.raises(ValueError, match=r"within 0..9 \(symbols = 10\), got \[3, 10\] in row 1"):
        function([(0, 1), (3, 10)], 10)
    with pytest.raises(ValueError, match="symbols must be an integer >= 1"):
        function([], 0)
