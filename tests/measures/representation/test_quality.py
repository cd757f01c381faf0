"""RQI against lines, hand counts and a plain loop."""

import numpy as np
import pytest

from spinodal.measures.representation import parallelograms, rqi


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def plain_rqi(embedding, tolerance=0.01):
    """The definition, symbol by symbol."""
    e = np.asarray(embedding, dtype=float).reshape(len(embedding), -1)
    columns = []
    for column in e.T:
        column = column - column.mean()
        spread = np.sqrt((column**2).sum() / (len(column) - 1))
        columns.append(column / spread if spread > 0 else column)
    x = np.stack(columns, axis=1)
    p, hits, total = len(x), 0, 0
    for i in range(p):
        for j in range(i, p):
            for m in range(i + 1, p):
                n = i + j - m
                if m <= n < p:
                    total += 1
                    hits += np.mean((x[i] + x[j] - x[m] - x[n]) ** 2) < tolerance
    return hits / total


@pytest.mark.parametrize("symbols", [3, 10, 41])
def test_a_line_has_rqi_one(symbols):
    k = np.arange(symbols)
    assert rqi(7.0 - 0.3 * k) == 1
    assert rqi(np.stack([k, 3 - k, 0.5 * k], axis=1)) == 1


def test_affine_maps_change_nothing():
    e = np.arange(10) + 0.15 * normal(0, 10)
    assert 0 < rqi(e) < 1
    assert rqi(e) == rqi(-1e-3 * e + 5.0) == rqi(1e200 * e) == rqi(1e-200 * e)


@pytest.mark.parametrize("dimension", [1, 2, 5])
@pytest.mark.parametrize("noise", [0.02, 0.1, 0.4, 3.0])
def test_noisy_lines_agree_with_the_plain_loop(dimension, noise):
    e = np.arange(9)[:, None] * normal(1, dimension) + noise * normal(2, 9, dimension)
    assert rqi(e) == pytest.approx(plain_rqi(e), abs=1e-15)


def test_one_symbol_out_of_line_loses_exactly_its_parallelograms():
    e = np.arange(10.0)
    e[0] = -40
    through_zero = np.mean((parallelograms(10) == 0).any(axis=1))
    assert rqi(e) == pytest.approx(1 - through_zero, abs=1e-15)


def test_the_deviation_is_that_of_a_sample():
    """p = 3: the only defect is E_0 + E_2 - 2 E_1; at -1, h, 1 with mean h/3 it is (2h)^2 / ((2 + 2h^2/3) / 2)."""
    for h, realised in ((0.0500, 1.0), (0.0501, 0.0)):
        tolerance = 4 * 0.05005**2 / (1 + 0.05005**2 / 3)
        assert rqi([-1, h, 1], tolerance=tolerance) == realised


def test_dimensions_are_averaged_not_summed():
    noisy = np.array([0, 1.15, 2, 3, 4, 5])  # a share of its parallelograms is realised
    assert 0 < rqi(noisy) < 1
    assert rqi(np.stack([noisy] * 3, axis=1)) == rqi(noisy)


def test_a_dimension_without_spread_counts_as_one_without_defect():
    e = np.arange(8) + 0.12 * normal(3, 8)
    assert rqi(np.stack([e, np.full(8, 0.1)], axis=1)) == rqi(e, tolerance=0.02) == pytest.approx(plain_rqi(e, 0.02))
    assert rqi(e) < rqi(e, tolerance=0.02)


def test_a_stack_is_the_same_as_one_by_one():
    stack = np.arange(10)[:, None] * normal(4, 3000, 1, 2) + 0.2 * normal(5, 3000, 10, 2)
    stack[7], stack[8, 2, 1], stack[9, 0, 0] = 1.0, np.nan, np.inf
    found = rqi(stack)
    assert found.shape == (3000,)
    some = [0, 1, 7, 8, 9, 1500, 2999]
    np.testing.assert_array_equal(found[some], [rqi(stack[t]) for t in some])
    assert np.flatnonzero(np.isnan(found)).tolist() == [7, 8, 9]
    assert rqi(stack[:0]).shape == (0,)


def test_blocks_leave_no_parallelogram_out(monkeypatch):
    from spinodal.measures.representation import realised

    e = np.arange(12)[:, None] + 0.3 * normal(6, 5, 12, 3)
    whole = rqi(e)
    monkeypatch.setattr(realised, "BLOCK", 100)
    np.testing.assert_array_equal(rqi(e), whole)


def test_integers_and_float32_are_computed_in_float64():
    e = np.arange(10, dtype=np.float32) * np.float32(0.1)
    assert rqi(e) == rqi(np.arange(10)) == 1


@pytest.mark.parametrize(
    "embedding", [np.ones(10), np.full((10, 3), 0.1), [1.0, 2.0], [1.0], [0.0, np.nan, 2.0], [0.0, 1.0, np.inf]], ids=str
)
def test_undefined_is_nan(embedding):
    assert np.isnan(rqi(embedding))


@pytest.mark.parametrize(
    ("embedding", "tolerance", "error", "says"),
    [
        (np.zeros((2, 2, 2, 2)), 0.01, ValueError, r"got \(2, 2, 2, 2\)"),
        (np.zeros((4, 0)), 0.01, ValueError, r"\(4, 0\)"),
        (3.0, 0.01, ValueError, r"got \(\)"),
        (["a", "b"], 0.01, TypeError, "real numbers"),
        (np.arange(4), 0.0, ValueError, "tolerance must be > 0"),
        (np.arange(4), np.nan, ValueError, "finite"),
    ],
)
def test_wrong_calls_are_refused_in_words(embedding, tolerance, error, says):
    with pytest.raises(error, match=says):
        rqi(embedding, tolerance)
