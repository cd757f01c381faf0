"""The area under the ROC curve against counting pairs."""

import numpy as np
import pytest

from spinodal.transitions.forecast import auroc


def test_the_area_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(0)
    scores, positive = rng.integers(0, 6, 40).astype(float), rng.random(40) < 0.4
    pairs = [(a > b) + (a == b) / 2 for a in scores[positive] for b in scores[~positive]]
    assert auroc(scores, positive).value == pytest.approx(np.mean(pairs), rel=1e-12)
    assert auroc(-scores, positive).value == pytest.approx(1 - np.mean(pairs), rel=1e-12)


def test_small_cases_by_hand():
    labels = np.array([True, True, False, False])
    assert auroc([4.0, 3.0, 2.0, 1.0], labels).value == 1
    assert auroc([4.0, 2.0, 2.0, 1.0], labels).value == 3.5 / 4
    assert auroc([1.0, 1.0, 1.0, 1.0], labels).value == 0.5
    found = auroc([4.0, 2.0, 3.0, 1.0], labels)
    # Shares of pairs won: 1 and 1/2 for the positives, 1/2 and 1 for the negatives; variance 1/8 each, over 2 runs each
    assert found.value == 0.75
    assert found.error == pytest.approx(np.sqrt(1 / 8), rel=1e-12)


def test_the_area_needs_both_sides():
    one_side = auroc(np.arange(3.0), np.ones(3, bool))
    assert np.isnan(one_side.value)
    assert (one_side.positives, one_side.negatives) == (3, 0)
    assert np.isnan(auroc([1.0, np.nan], np.array([True, False])).value)
    assert np.isnan(auroc([1.0, 2.0], np.array([True, False])).error)


def test_the_error_is_the_scatter_of_independent_samples():
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        labels = np.arange(60) < 25
        found.append(auroc(rng.normal(size=60) + labels, labels))
    values, errors = (np.array([getattr(f, name) for f in found]) for name in ("value", "error"))
    expected = 0.7602499389  # Phi(1 / sqrt 2)
    assert abs(values.mean() - expected) < 4 * values.std(ddof=1) / np.sqrt(400)
    assert errors.mean() == pytest.approx(values.std(ddof=1), rel=0.15)


def test_wrong_calls_are_named():
    with pytest.raises(ValueError, match=r"one shape \(runs,\), got \(2,\) and \(3,\)"):
        auroc([1.0, 2.0], np.ones(3, bool))
    with pytest.raises(TypeError, match="labels must be booleans"):
        auroc([1.0, 2.0], [0, 1])


def test_rows_of_different_lengths_are_refused_in_words():
    for scores, labels, name in (([[0.0], [0.0, 1.0]], [True, False], "scores"), ([0.0, 1.0], [[True], [True, False]], "labels")):
        with pytest.raises(ValueError, match=f"{name} must have shape \\(runs,\\), got rows of different lengths"):
            auroc(scores, labels)
