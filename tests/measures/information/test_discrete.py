"""Discrete systems whose information is known exactly."""

import itertools

import numpy as np
import pytest

from spinodal.measures.information import discrete_information, discrete_mmi

from .systems import LN2


def table(function, states=2):
    """(a, b, function(a, b)) with a and b uniform."""
    p = np.zeros((states,) * 3)
    for a, b in itertools.product(range(states), repeat=2):
        p[a, b, function(a, b)] += 1 / states**2
    return p


def copies(states=2):
    p = np.zeros((states,) * 3)
    p[(np.arange(states),) * 3] = 1 / states
    return p


def bits(found):
    return np.array([found.total_correlation, found.dual_total_correlation, found.o_information, found.s_information]) / LN2


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (table(lambda a, b: a ^ b), (1, 2, -1, 3)),
        (copies(), (2, 1, 1, 3)),
        (table(lambda a, b: a & b), (0.8112781245, 1, -0.1887218755, 1.8112781245)),
    ],
    ids=["xor", "copies", "and"],
)
def test_known_tables(p, expected):
    np.testing.assert_allclose(bits(discrete_information(p)), expected, atol=1e-10)


@pytest.mark.parametrize("prime", [3, 7, 11])
def test_modular_addition_is_pure_synergy(prime):
    found = discrete_information(table(lambda a, b: (a + b) % prime, prime))
    np.testing.assert_allclose(bits(found), np.log2(prime) * np.array([1, 2, -1, 3]), atol=1e-10)


def test_random_table_equals_sums_over_states_one_by_one():
    p = np.random.default_rng(0).random((2, 3, 2, 4))
    p /= p.sum()

    def entropy(axes):
        marginal = {}
        for state in itertools.product(*map(range, p.shape)):
            key = tuple(state[a] for a in axes)
            marginal[key] = marginal.get(key, 0) + p[state]
        return -sum(q * np.log(q) for q in marginal.values())

    joint = entropy(range(4))
    total = sum(entropy([j]) for j in range(4)) - joint
    dual = sum(entropy([k for k in range(4) if k != j]) for j in range(4)) - 3 * joint
    np.testing.assert_allclose(bits(discrete_information(p)) * LN2, [total, dual, total - dual, total + dual], atol=1e-12)


def test_mmi_of_xor_and_copies():
    xor, copy = discrete_mmi(table(lambda a, b: a ^ b)), discrete_mmi(copies())
    assert (xor.redundancy / LN2, xor.synergy / LN2) == pytest.approx((0, 1), abs=1e-12)
    assert (copy.redundancy / LN2, copy.synergy / LN2) == pytest.approx((1, 0), abs=1e-12)


def test_target_may_be_any_axis():
    p = table(lambda a, b: a & b)
    for axis in (0, 1, 2):
        moved = np.moveaxis(p, -1, axis)
        assert discrete_mmi(moved, target=axis) == discrete_mmi(moved, target=axis - 3)
        assert discrete_mmi(moved, target=axis).synergy == pytest.approx(discrete_mmi(p).synergy)
    assert discrete_mmi(p, target=0).synergy != pytest.approx(discrete_mmi(p).synergy)


def test_pairs_have_no_o_information():
    assert discrete_information(np.diag([0.3, 0.7])).o_information == 0


@pytest.mark.parametrize(
    ("p", "says"),
    [([0.5, 0.6], "must sum to 1, got"), ([1.5, -0.5], "must be >= 0, got -0.5"), ([np.nan, 1], "finite"), (1.0, "one axis per variable")],
)
def test_what_is_no_table_is_refused(p, says):
    for measure in (discrete_information, discrete_mmi):
        with pytest.raises(ValueError, match=says):
            measure(p)


def test_target_must_be_an_axis():
    with pytest.raises(ValueError, match=r"target must be an axis within -3..2, got 3"):
        discrete_mmi(copies(), target=3)
    with pytest.raises(ValueError, match="got -4"):
        discrete_mmi(copies(), target=-4)
    with pytest.raises(ValueError, match="at least one for a source"):
        discrete_mmi([0.5, 0.5])
