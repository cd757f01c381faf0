"""Greedy growth, against greedy growth by the definition."""

import numpy as np
import pytest

from spinodal.measures.information import extremes, grow

from .systems import by_definition, correlated


def plain(matrix, start, size, sign):
    members, values = list(start), [by_definition(matrix, start)[2]]
    while len(members) < size:
        outside = [v for v in range(len(matrix)) if v not in members]
        found = [by_definition(matrix, [*members, v])[2] for v in outside]
        best = int(np.argmax(sign * np.array(found)))
        members.append(outside[best])
        values.append(found[best])
    return tuple(members), values


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("start", [[4, 1, 7], [2, 9]])
def test_growth_equals_the_definition_at_every_step(sign, start):
    matrix = correlated(0, 14)
    members, values = plain(matrix, start, 14, sign)
    found = grow(matrix, start, 14, sign)
    assert found.members == members
    np.testing.assert_allclose(found.o_information, values, atol=1e-12)
    assert found.evaluated == sum(range(1, 15 - len(start)))


@pytest.mark.parametrize("sign", [-1, 1])
def test_no_start_means_the_best_triplet(sign):
    matrix = correlated(1, 12)
    best = extremes(matrix, 3)
    triplet = (best.synergistic if sign < 0 else best.redundant)[0]
    found = grow(matrix, None, 6, sign)
    assert found.members[:3] == triplet.members
    assert found.o_information[0] == pytest.approx(triplet.o_information, abs=1e-13)
    assert found.members == grow(matrix, triplet.members, 6, sign).members
    assert found.evaluated == 220 + 9 + 8 + 7


def test_errors_do_not_add_up_over_many_steps():
    matrix = correlated(2, 120)
    found = grow(matrix, [5, 50, 100], 120, -1)
    assert sorted(found.members) == list(range(120))
    for size in (40, 80, 120):
        exact = by_definition(matrix, list(found.members[:size]))[2]
        assert found.o_information[size - 3] == pytest.approx(exact, abs=1e-10)


def test_a_single_member_may_start_and_ties_go_to_the_lowest_index():
    found = grow(np.eye(5), [3], 5, -1)
    assert found.members == (3, 0, 1, 2, 4)
    assert found.o_information.tolist() == [0, 0, 0, 0, 0]
    assert grow(np.eye(5), [3, 1], 2, 1).members == (3, 1)


@pytest.mark.parametrize(
    ("start", "size", "sign", "says"),
    [
        ([0, 0], 3, 1, r"must not repeat a variable, got \[0, 0\]"),
        ([0, 9], 3, 1, "start must be within 0..4, got 9"),
        ([-1, 2], 3, 1, "got -1"),
        ([], 3, 1, "at least one variable"),
        ([0, 1, 2], 2, 1, "size must be within 3..5"),
        ([0, 1], 6, 1, "size must be within 2..5"),
        (None, 2, 1, "size must be within 3..5"),
        (None, 6, 1, "size must be within 3..5"),
        ([0, 1], 3, 0, "sign must be -1"),
        ([0, 1], 3, True, "sign must be -1"),
    ],
)
def test_impossible_growth_is_refused(start, size, sign, says):
    with pytest.raises(ValueError, match=says):
        grow(np.eye(5), start, size, sign)
