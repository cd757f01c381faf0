"""What a look sees of one training pair whose logits are known."""

import numpy as np
import pytest

from spinodal.problems import ModularArithmetic
from spinodal.studies.prieto2025.looks import READINGS, Looks, cosine
from spinodal.training import losses


def _looked_at(scale, dtype, loss=losses.cross_entropy):
    """One hidden layer that knows the sum: logits `scale` at the label, 0 elsewhere, on one training pair."""
    problem = ModularArithmetic(5, train_fraction=0.05)

    class Known:
        def training_logits(self, parameters, pairs):
            import jax.numpy as jnp

            return parameters["size"] * (jnp.arange(5)[None, :] == ((pairs[:, 0] + pairs[:, 1]) % 5)[:, None])

    looks = Looks(problem, Known(), loss, dtype, between=10)
    return dict(zip(READINGS, looks({"size": np.float32([[scale]])}), strict=True))


def test_collapse_silences_the_label_but_not_its_rivals():
    """At a margin of 30 every order of summation collapses in float32; exp(-30) is left at the rivals, and float64 still sees all."""
    narrow, wide = (_looked_at(30.0, dtype) for dtype in ("float32", "float64"))
    assert narrow["collapsed_at_least"] == narrow["silent_labels"] == 1
    assert narrow["silent_rows"] == 0
    assert wide["collapsed_at_most"] == wide["silent_labels"] == 0
    assert narrow["silent_entries"] == 1  # here the label's logit is all that a parameter moves
    assert np.isnan(narrow["nlm_cosine"])
    assert wide["nlm_cosine"] == pytest.approx(1)


def test_beyond_the_smallest_float_nothing_is_left():
    assert _looked_at(200.0, "float32")["silent_rows"] == 1
    assert _looked_at(200.0, "float32", losses.stablemax)["silent_labels"] == 0


def test_a_cosine_without_a_direction_is_not_known():
    assert cosine(np.ones(3), 2 * np.ones(3)) == pytest.approx(1)
    assert np.isnan(cosine(np.ones(3), np.zeros(3)))
