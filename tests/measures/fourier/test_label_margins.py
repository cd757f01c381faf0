"""Margins by hand."""

import numpy as np
import pytest

from spinodal.measures.fourier import margins


def test_the_label_minus_its_best_rival():
    assert margins([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [5.0, 5.0, 0.0]], [0, 2, 1]).tolist() == [1, -1, 0]
    assert margins(np.array([[3, 1], [1, 3]]), np.array([0, 0])).tolist() == [2, -2]


def test_single_precision_logits_are_subtracted_in_double():
    logits = np.array([[1.0, 1e-9]], dtype=np.float32)
    assert margins(logits, [0])[0] == 1 - float(np.float32(1e-9))


def test_rows_that_are_not_finite_are_nan_alone_and_the_logits_are_left_as_they_were():
    logits = np.array([[1.0, np.inf], [np.nan, 0.0], [2.0, 1.0]])
    before = logits.copy()
    assert np.isnan(margins(logits, [0, 0, 0])).tolist() == [True, True, False]
    assert np.array_equal(logits, before, equal_nan=True)


@pytest.mark.parametrize(
    ("logits", "labels", "words"),
    [([1.0], [0], "logits"), ([[1.0]], [0], "2 classes"), ([[1.0, 2.0]], [2], "labels"), ([[1.0, 2.0]], [0, 1], "labels")],
)
def test_wrong_arguments_are_named(logits, labels, words):
    with pytest.raises(ValueError, match=words):
        margins(logits, labels)
