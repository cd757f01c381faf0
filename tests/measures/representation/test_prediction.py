"""Predicted accuracy against its definition on sets."""

import numpy as np
import pytest

from spinodal.measures.representation import parallelograms, predicted_accuracy
from spinodal.measures.representation.pairs import all_pairs


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def plain(embedding, pairs, tolerance=0.01):
    """The definition, with sets."""
    e = np.asarray(embedding, dtype=float).reshape(len(embedding), -1)
    x = (e - e.mean(axis=0)) / e.std(axis=0, ddof=1)
    known = {tuple(sorted(pair)) for pair in pairs}
    right = set(known)
    for i, j, m, n in parallelograms(len(e)).tolist():
        if np.mean((x[i] + x[j] - x[m] - x[n]) ** 2) < tolerance:
            if (i, j) in known:
                right.add((m, n))
            if (m, n) in known:
                right.add((i, j))
    return len(right) / len(all_pairs(len(e)))


def test_on_a_line_one_pair_of_each_sum_is_enough():
    one_each = [(s // 2, s - s // 2) for s in range(19)]
    assert predicted_accuracy(np.arange(10), one_each) == 1
    assert predicted_accuracy(np.arange(10), one_each[:-1]) == pytest.approx(54 / 55)


def test_a_useless_embedding_knows_its_training_pairs_only():
    e = 4.0 ** np.arange(6)
    assert predicted_accuracy(e, [(0, 0), (1, 4), (2, 2)], tolerance=1e-9) == pytest.approx(3 / 21)
    assert predicted_accuracy(e, []) == 0


def test_inference_is_one_step_and_no_more():
    """Of one sum (0, 4) and (1, 3) differ by .06, (1, 3) and (2, 2) too, (0, 4) and (2, 2) by .12, squared too much."""
    e, tolerance = np.array([0, 1, 2, 3.06, 4.12]), 0.003
    assert predicted_accuracy(e, [(1, 3)], tolerance=tolerance) == pytest.approx(3 / 15)
    assert predicted_accuracy(e, [(0, 4)], tolerance=tolerance) == pytest.approx(2 / 15)
    assert predicted_accuracy(e, [(2, 2)], tolerance=tolerance) == pytest.approx(2 / 15)


@pytest.mark.parametrize("dimension", [1, 3])
@pytest.mark.parametrize("count", [1, 5, 20, 45])
def test_noisy_lines_agree_with_sets(dimension, count):
    e = np.arange(9)[:, None] * normal(1, dimension) + 0.1 * normal(2, 9, dimension)
    pairs = np.random.default_rng(count).permutation(all_pairs(9))[:count]
    assert predicted_accuracy(e, pairs) == pytest.approx(plain(e, pairs.tolist()), abs=1e-15)


def test_order_and_repeats_do_not_matter():
    e = np.arange(7) + 0.1 * normal(3, 7)
    assert predicted_accuracy(e, [(0, 3), (2, 5)]) == predicted_accuracy(e, [(5, 2), (3, 0), (0, 3), (2, 5)])


def test_a_stack_is_the_same_as_one_by_one(monkeypatch):
    from spinodal.measures.representation import realised

    stack = np.arange(8)[:, None] * normal(4, 300, 1, 2) + 0.2 * normal(5, 300, 8, 2)
    stack[3], stack[4, 0, 0] = 2.0, np.nan
    pairs = [(0, 1), (2, 2), (1, 5), (3, 7), (4, 6)]
    found = predicted_accuracy(stack, pairs)
    np.testing.assert_array_equal(found, [predicted_accuracy(e, pairs) for e in stack])
    assert np.flatnonzero(np.isnan(found)).tolist() == [3, 4]
    monkeypatch.setattr(realised, "BLOCK", 100)
    np.testing.assert_array_equal(predicted_accuracy(stack, pairs), found)


def test_pairs_must_be_symbols_of_the_embedding():
    with pytest.raises(ValueError, match=r"within 0..3"):
        predicted_accuracy(np.arange(4), [(0, 4)])
    with pytest.raises(ValueError, match=r"pairs must have shape \(k, 2\), .* rows of different lengths"):
        predicted_accuracy(np.arange(4), [(0, 1), (2,)])
