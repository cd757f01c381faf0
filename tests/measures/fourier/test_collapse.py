"""Softmax collapse: equal rivals, whose onset is known for every order, and the bracket."""

import numpy as np
import pytest

from spinodal.measures.fourier import softmax_collapse

DIGITS = {"float16": 11, "float32": 24, "float64": 53}


def equal_rivals(margins, rivals=112):
    """A leader at 0 in the first class and rivals at -margin."""
    return np.concatenate([np.zeros((len(margins), 1)), np.repeat(-np.asarray(margins, dtype=float)[:, None], rivals, axis=1)], axis=1)


@pytest.mark.parametrize("dtype", DIGITS)
def test_onsets_are_t_ln_2_one_after_another_and_ln_of_the_rivals_more_for_every_order(dtype):
    onset, bound = DIGITS[dtype] * np.log(2), DIGITS[dtype] * np.log(2) + np.log(112)
    gap = 0.02 if dtype == "float16" else 1e-3  # the spacing of the exponents in float16 is 2^-7 there
    for shift, sequential, certain in ((onset - gap, 0, 0), (onset + gap, 1, 0), (bound - gap, 1, 0), (bound + gap, 1, 1)):
        found = softmax_collapse(equal_rivals([shift]), dtype, order="sequential")
        assert (found.fraction, found.at_least, found.at_most) == (sequential, certain, sequential)


def test_in_single_precision_the_onsets_are_the_published_ones():
    grid = np.arange(16, 22, 0.005)
    found = {order: softmax_collapse(equal_rivals(grid), order=order) for order in ("sequential", "pairwise")}
    onsets = {order: grid[-1] - 0.005 * (len(grid) * record.fraction - 1) for order, record in found.items()}
    assert onsets["sequential"] == pytest.approx(16.64, abs=0.006)
    assert 16.64 < onsets["pairwise"] <= 21.355
    bound = grid[-1] - 0.005 * (len(grid) * found["pairwise"].at_least - 1)
    assert bound == pytest.approx(21.35, abs=0.006)


def test_the_leader_last_survives_longer_one_after_another():
    logits = equal_rivals([18.0])
    assert softmax_collapse(logits, order="sequential").fraction == 1
    assert softmax_collapse(logits[:, ::-1], order="sequential").fraction == 0


@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize("order", ["pairwise", "sequential"])
def test_the_fraction_lies_in_its_bracket_and_the_bracket_is_its_definition(dtype, order):
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(2000, 13))
    logits[np.arange(2000), generator.integers(0, 13, 2000)] += generator.uniform(0, 1.5 * DIGITS[dtype] * np.log(2), 2000)
    found = softmax_collapse(logits, dtype, order=order)
    assert found.at_least <= found.fraction <= found.at_most
    assert found.at_least < found.at_most
    terms = np.sort(np.exp((z := logits.astype(dtype)) - z.max(axis=1, keepdims=True)), axis=1)[:, :-1].astype(float)
    limit = 2.0 ** -DIGITS[dtype]
    assert found.at_least == np.mean([sum(map(float, row)) <= limit for row in terms])
    assert found.at_most == np.mean(terms.max(axis=1) <= limit)
    assert found.margins == pytest.approx(np.diff(np.sort(z.astype(float), axis=1)[:, -2:])[:, 0], rel=1e-12)


def test_two_leaders_never_collapse():
    found = softmax_collapse([[50.0, 50.0, 0.0]])
    assert (found.fraction, found.at_least, found.at_most) == (0, 0, 0)
    assert found.margins.tolist() == [0]


def test_logits_that_do_not_fit_are_said_not_raised():
    for logits, dtype in (([[1e6, 0.0], [0.0, 1.0]], "float16"), ([[np.nan, 0.0], [0.0, 1.0]], "float32")):
        found = softmax_collapse(logits, dtype)
        assert not found.converged
        assert np.isnan([found.fraction, found.at_least, found.at_most, *found.margins]).all()
        assert f"1 of 2 rows have logits that are not finite in {dtype}" in found.message
    assert softmax_collapse([[6e4, -6e4]], "float16").fraction == 1  # their distance does not fit, and need not


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"logits": np.zeros(3)}, "logits"),
        ({"logits": np.zeros((3, 1))}, "2 classes"),
        ({"dtype": "float8"}, "dtype"),
        ({"order": "random"}, "order"),
    ],
)
def test_wrong_arguments_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        softmax_collapse(**({"logits": np.zeros((3, 2))} | change))
