"""TC, DTC, O and S of Gaussians against closed forms, definitions and identities."""

import numpy as np
import pytest
from scipy.linalg import block_diag

from spinodal.measures.information import (
    bias,
    copula_correlation,
    dual_total_correlation,
    mutual_information,
    o_information,
    o_information_gradient,
    s_information,
    total_correlation,
)

from .systems import by_definition, correlated, equicorrelated, layer, normal

MEASURES = (total_correlation, dual_total_correlation, o_information, s_information)


def collider(r):
    return np.array([[1, 0, r], [0, 1, r], [r, r, 1]])


def chain(a, b):
    return np.array([[1, a, a * b], [a, 1, b], [a * b, b, 1]])


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (equicorrelated(3, 0.5), (0.3465735903, 0.2616240719, 0.0849495184, 0.6081976622)),
        (equicorrelated(5, 0.5), (0.8369882168, 0.4400758426, 0.3969123742, 1.2770640594)),
        (collider(0.5), (0.3465735903, 0.4054651081, -0.0588915178, 0.7520386984)),
        (chain(0.8, 0.6), (0.7339691751, 0.6030269853, 0.1309421898, 1.3369961604)),
    ],
    ids=["equicorrelated 3", "equicorrelated 5", "collider", "chain"],
)
def test_known_systems(matrix, expected):
    assert [measure(matrix) for measure in MEASURES] == pytest.approx(expected, abs=1.5e-10)


@pytest.mark.parametrize("n", [3, 4, 10, 60])
@pytest.mark.parametrize("r", [0.01, 0.5, 0.99])
def test_equicorrelated_variables_follow_the_closed_form(n, r):
    exact = (1 - n / 2) * np.log1p(-r) + (n / 2 - 1) * np.log1p((n - 1) * r) - n / 2 * np.log1p((n - 2) * r)
    assert o_information(equicorrelated(n, r)) == pytest.approx(exact, rel=1e-9, abs=1e-12)


def test_collider_follows_its_closed_form():
    for r in (0.1, 0.5, 0.7):
        assert o_information(collider(r)) == pytest.approx(np.log((1 - 2 * r**2) / (1 - r**2) ** 2) / 2, abs=1e-13)


def test_chain_holds_the_information_of_its_ends_twice():
    matrix = chain(0.8, 0.6)
    assert o_information(matrix) == pytest.approx(mutual_information(matrix, 0, 2), abs=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 30])
def test_one_factorisation_gives_what_the_definition_does(n):
    matrix = correlated(n, n) if n > 1 else np.eye(1)
    assert [measure(matrix) for measure in MEASURES] == pytest.approx(by_definition(matrix), abs=1e-11)


def test_pairs_keep_the_digits_of_a_small_correlation():
    matrix = equicorrelated(2, 1e-9)
    assert total_correlation(matrix) == pytest.approx(0.5e-18, rel=1e-12)
    assert mutual_information(matrix, 0, 1) == pytest.approx(0.5e-18, rel=1e-12)
    assert o_information(matrix) == 0
    assert o_information(equicorrelated(2, 0.9)) == 0


def test_an_independent_variable_changes_nothing():
    matrix = correlated(1, 6)
    assert [m(block_diag(matrix, 1)) for m in MEASURES] == pytest.approx([m(matrix) for m in MEASURES], abs=1e-12)


def test_independent_groups_add_up():
    a, b = correlated(2, 4), correlated(3, 5)
    for measure in MEASURES:
        assert measure(block_diag(a, b)) == pytest.approx(measure(a) + measure(b), abs=1e-12)


def test_s_information_is_what_each_says_of_all_others():
    matrix = correlated(4, 7)
    each = sum(mutual_information(matrix, j, [k for k in range(7) if k != j]) for j in range(7))
    assert s_information(matrix) == pytest.approx(each, abs=1e-12)


def test_o_information_of_three_is_information_less_conditional_information():
    matrix = correlated(5, 3)
    conditional = mutual_information(matrix, 0, [1, 2]) - mutual_information(matrix, 0, 2)
    assert o_information(matrix) == pytest.approx(mutual_information(matrix, 0, 1) - conditional, abs=1e-13)


def test_gradient_is_the_difference_that_a_variable_makes():
    matrix = correlated(6, 8)
    without = [by_definition(matrix, [k for k in range(8) if k != i])[2] for i in range(8)]
    np.testing.assert_allclose(o_information_gradient(matrix), by_definition(matrix)[2] - np.array(without), atol=1e-12)


def test_gradient_equals_its_sum_of_informations():
    matrix, n = correlated(7, 5), 5
    for i, found in enumerate(o_information_gradient(matrix)):
        others = [k for k in range(n) if k != i]
        first = (2 - n) * mutual_information(matrix, i, others)
        rest = sum(mutual_information(matrix, i, [k for k in others if k != left_out]) for left_out in others)
        assert found == pytest.approx(first + rest, abs=1e-12)


def test_gradient_of_a_pair_is_zero_and_of_a_triple_is_all():
    assert o_information_gradient(equicorrelated(2, 0.5)).tolist() == [0, 0]
    np.testing.assert_allclose(o_information_gradient(collider(0.5)), o_information(collider(0.5)), atol=1e-14)


def test_a_covariance_is_normalised():
    matrix, scale = correlated(8, 5), np.array([1e-6, 1, 10, 1e6, 3])
    assert o_information(matrix * scale * scale[:, None]) == pytest.approx(o_information(matrix), abs=1e-12)


def test_plug_in_is_unbiased_after_the_correction():
    """z-score of the mean over many small Gaussian samples."""
    truth = equicorrelated(4, 0.4)
    factor = np.linalg.cholesky(truth)
    for name, measure in zip(("total_correlation", "dual_total_correlation", "o_information"), MEASURES, strict=False):
        exact, off = measure(truth), getattr(bias(4, 40), name)
        found = np.array([measure(np.corrcoef(normal(1000 + k, 40, 4) @ factor.T, rowvar=False)) for k in range(500)])
        error = found.std(ddof=1) / np.sqrt(len(found))
        assert abs(found.mean() - off - exact) < 4 * error
        if name != "o_information":
            assert abs(found.mean() - exact) > 8 * error


def test_float64_holds_for_a_whole_layer():
    matrix = copula_correlation(layer(9, 400, 100, 20)).matrix
    assert o_information(matrix) == pytest.approx(by_definition(matrix)[2], abs=1e-9)


@pytest.mark.parametrize("measure", [*MEASURES, o_information_gradient])
@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        (np.ones((2, 3)), r"square matrix, got shape \(2, 3\): make it from samples with copula_correlation"),
        (np.ones(3), "square"),
        (np.zeros((0, 0)), "square"),
        ([[1, np.nan], [np.nan, 1]], "finite, got 2 values"),
        ([[1, 0.5], [0.4, 1]], "symmetric"),
        ([[1, 0.5], [0.5, 0]], "diagonal entry of 0"),
        ([[1.0, 1.0], [1.0, 1.0]], "ridge"),
        (equicorrelated(3, -0.6), "positive definite.*ridge"),
        (equicorrelated(3, 1 - 1e-13), r"pivots of at least 1e-12, got \d.*ridge"),
    ],
)
def test_what_is_no_correlation_is_refused_in_words(measure, matrix, says):
    with pytest.raises(ValueError, match=says):
        measure(matrix)
