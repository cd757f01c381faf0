"""Information about a target."""

import numpy as np
import pytest

from spinodal.measures.information import (
    mutual_information,
    redundancy_mmi,
    redundancy_synergy_index,
    shannon_invariants,
    synergy_mmi,
)

from .systems import correlated, entropy, equicorrelated


def plain(matrix, a, b):
    return entropy(matrix, a) + entropy(matrix, b) - entropy(matrix, [*a, *b])


def test_information_of_groups_equals_its_definition():
    matrix = correlated(0, 7)
    assert mutual_information(matrix, [0, 3], [1, 4, 6]) == pytest.approx(plain(matrix, [0, 3], [1, 4, 6]), abs=1e-13)
    assert mutual_information(matrix, 2, 5) == pytest.approx(-np.log(1 - matrix[2, 5] ** 2) / 2, abs=1e-14)
    assert mutual_information(matrix, np.int64(2), np.array([5])) == mutual_information(matrix, 5, 2)


def test_mmi_and_rsi_equal_their_definitions():
    matrix, sources, target = correlated(1, 6), [0, 2, 4], [1, 5]
    alone = [plain(matrix, [j], target) for j in sources]
    without = [plain(matrix, [k for k in sources if k != j], target) for j in sources]
    together = plain(matrix, sources, target)
    assert redundancy_mmi(matrix, sources, target) == pytest.approx(min(alone), abs=1e-13)
    assert synergy_mmi(matrix, sources, target) == pytest.approx(together - max(without), abs=1e-13)
    assert redundancy_synergy_index(matrix, sources, target) == pytest.approx(together - sum(alone), abs=1e-13)
    found = shannon_invariants(matrix, sources, target)
    assert found.redundancy_degree == pytest.approx(sum(alone) / together, abs=1e-12)
    assert found.vulnerability_degree == pytest.approx(sum(together - w for w in without) / together, abs=1e-12)


def test_collider_is_synergy_and_a_common_cause_is_redundancy():
    collider = np.array([[1, 0, 0.6], [0, 1, 0.6], [0.6, 0.6, 1]])
    common = np.array([[1, 0.81, 0.9], [0.81, 1, 0.9], [0.9, 0.9, 1]])
    assert redundancy_synergy_index(collider, [0, 1], 2) > 0 > redundancy_synergy_index(common, [0, 1], 2)
    assert synergy_mmi(collider, [0, 1], 2) > redundancy_mmi(collider, [0, 1], 2)
    assert synergy_mmi(common, [0, 1], 2) < redundancy_mmi(common, [0, 1], 2)


def test_one_source_holds_all_once_and_loses_all():
    found = shannon_invariants(equicorrelated(2, 0.5), [0], 1)
    assert (found.redundancy_degree, found.vulnerability_degree) == pytest.approx((1, 1))
    assert synergy_mmi(equicorrelated(2, 0.5), [0], 1) == pytest.approx(-np.log(0.75) / 2)


def test_invariants_are_undefined_without_information():
    found = shannon_invariants(np.eye(3), [0, 1], 2)
    assert np.isnan([found.redundancy_degree, found.vulnerability_degree]).all()


@pytest.mark.parametrize(
    ("sources", "target", "says"),
    [
        ([0, 1], 1, r"must not share a variable, got \[1\] in both"),
        ([], 1, "at least one variable, got none"),
        ([0, 0], 1, r"must not repeat a variable, got \[0, 0\]"),
        ([3], 1, "within 0..2, got 3"),
        ([-1], 1, "got -1"),
    ],
)
def test_impossible_groups_are_refused(sources, target, says):
    for measure in (redundancy_mmi, synergy_mmi, redundancy_synergy_index, shannon_invariants, mutual_information):
        with pytest.raises(ValueError, match=says):
            measure(np.eye(3), sources, target)


def test_indices_must_be_integers():
    with pytest.raises(TypeError, match="first must be an integer"):
        mutual_information(np.eye(3), 0.5, 1)
