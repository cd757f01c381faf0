"""Clusters and their unions, against the definition and plain scipy."""

from itertools import combinations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from spinodal.measures.information import bias, cluster_unions, copula_correlation, o_information
from spinodal.measures.information.blocks import union_tables
from spinodal.measures.information.finite_samples import entropy_bias

from .systems import LN2, all_by_definition, by_definition, correlated, entropy, layer, normal, plain_copula, rectified


@pytest.fixture(scope="module")
def x():
    found = layer(0, 400, 14)
    found[:, 5] = 0  # a dead unit
    return found


def unions_of(labels):
    return [u for size in range(2, labels + 1) for u in combinations(range(labels), size)]


def columns(found, union):
    return sorted(np.flatnonzero(np.isin(found.labels, union)).tolist())


def test_partition_is_wards_renumbered_by_first_appearance(x):
    found = cluster_unions(x, 4)
    live = [j for j in range(14) if j != 5]
    raw = fcluster(linkage(x[:, live].T, "ward"), 4, "maxclust")
    names = {}
    expected = [names.setdefault(label, len(names)) for label in raw.tolist()]
    assert found.labels[live].tolist() == expected
    assert found.labels[5] == -1
    assert found.labels[0] == 0


def test_unions_come_by_size_then_lexicographic(x):
    found = cluster_unions(x, 4)
    assert list(found.unions) == unions_of(4)
    assert found.sizes.tolist() == [len(columns(found, u)) for u in found.unions]


@pytest.mark.parametrize("ties", ["average", "ordinal"])
def test_neurons_equal_the_definition_on_the_units_of_each_union(x, ties):
    found = cluster_unions(x, 4, ties=ties)
    matrix = plain_copula(x[:, columns(found, range(4))], ties)
    place = {j: i for i, j in enumerate(columns(found, range(4)))}
    for union, value, size in zip(found.unions, found.o_information, found.sizes, strict=True):
        members = [place[j] for j in columns(found, union)]
        shift = bias(int(size), 400).o_information
        assert value == pytest.approx(by_definition(matrix, members)[2] - shift, abs=1e-11)


def test_blocks_equal_the_definition_with_multivariate_members(x):
    found, plain = cluster_unions(x, 4, "blocks"), cluster_unions(x, 4, "blocks", correct_bias=False)
    live = columns(found, range(4))
    matrix, b = plain_copula(x[:, live]), entropy_bias(14, 400)
    for union, value, raw in zip(found.unions, found.o_information, plain.o_information, strict=True):
        blocks = [[live.index(j) for j in columns(found, (label,))] for label in union]
        every = [j for block in blocks for j in block]
        rests = [[j for j in every if j not in block] for block in blocks]
        m = len(blocks)
        exact = (m - 2) * entropy(matrix, every) + sum(entropy(matrix, block) for block in blocks) - sum(entropy(matrix, r) for r in rests)
        shift = (m - 2) * b[len(every)] + sum(b[len(block)] - b[len(every) - len(block)] for block in blocks)
        assert raw == pytest.approx(exact, abs=1e-11)
        assert value == pytest.approx(exact - shift, abs=1e-11)
        assert m > 2 or value == 0


def test_means_average_each_cluster_before_the_copula(x):
    found = cluster_unions(x, 4, "means")
    means = np.column_stack([x[:, found.labels == label].mean(axis=1) for label in range(4)])
    matrix = plain_copula(means)
    expected = np.concatenate([all_by_definition(matrix, k) - bias(k, 400).o_information for k in (2, 3, 4)])
    np.testing.assert_allclose(found.o_information, expected, atol=1e-12)
    assert found.sizes.tolist() == [len(u) for u in found.unions]
    assert set(found.redundancy_members) <= set(range(14)) - {5}
    assert len(found.redundancy_members) >= found.redundancy_size


@pytest.mark.parametrize("mode", ["neurons", "blocks", "means"])
def test_synergy_and_redundancy_are_the_ends(x, mode):
    found = cluster_unions(x, 5, mode)
    low, high = int(found.o_information.argmin()), int(found.o_information.argmax())
    assert (found.synergy, found.redundancy) == (-found.o_information[low], found.o_information[high])
    assert list(found.synergy_members) == columns(found, found.unions[low])
    assert list(found.redundancy_members) == columns(found, found.unions[high])
    assert (found.synergy_size, found.redundancy_size) == (found.sizes[low], found.sizes[high])


def test_labels_of_ones_own_need_not_count_from_zero(x):
    labels = np.array([7, 7, 7, 3, 3, 3, -1, 5, 5, 5, 5, 7, -1, 3])
    found = cluster_unions(x, labels=labels)
    assert found.labels[5] == -1
    assert found.unions == ((3, 5), (3, 7), (5, 7), (3, 5, 7))
    members = np.flatnonzero((labels >= 0) & (np.arange(14) != 5))
    exact = o_information(copula_correlation(x[:, members])) - bias(len(members), 400).o_information
    assert found.o_information[-1] == pytest.approx(exact, abs=1e-11)
    same = cluster_unions(x, 4)
    np.testing.assert_array_equal(cluster_unions(x, labels=same.labels).o_information, same.o_information)


def test_ten_clusters_have_1013_unions():
    found = cluster_unions(layer(1, 300, 30))
    assert len(found.unions) == len(found.o_information) == 1013


def test_union_tables_hold_every_union_of_uneven_blocks():
    matrix = correlated(2, 11)
    blocks = [np.array([0]), np.array([1, 2, 3, 4]), np.array([5, 6]), np.array([10, 8, 7, 9])]
    for precisions in (True, False):
        log_det, strength = union_tables(matrix, blocks, precisions=precisions)
        for place in range(16):
            members = [int(j) for b in range(4) if place >> b & 1 for j in blocks[b]]
            part = matrix[np.ix_(members, members)]
            assert log_det[place] == pytest.approx(np.linalg.slogdet(part)[1] if members else 0, abs=1e-12)
            exact = np.log(np.diagonal(np.linalg.inv(part))).sum() if members and precisions else 0
            assert strength[place] == pytest.approx(exact, abs=1e-12)


def test_independent_units_are_redundant_only_with_ordinal_ties():
    x = rectified(3, 2000, 40)
    ordinal, average = (cluster_unions(x, 6, ties=ties) for ties in ("ordinal", "average"))
    assert ordinal.redundancy / LN2 > 3
    assert average.redundancy / LN2 < 0.1


def test_copies_are_singular_and_a_ridge_helps():
    x = normal(4, 100, 6)
    x[:, 5] = x[:, 0]
    for mode in ("neurons", "blocks"):
        with pytest.raises(ValueError, match=r"singular union.*ridge"):
            cluster_unions(x, 3, mode)
        assert cluster_unions(x, 3, mode, ridge=0.01).redundancy >= 0


def test_copies_leave_fewer_clusters_than_asked_for():
    x = np.repeat(normal(5, 60, 3), 2, axis=1)
    assert set(cluster_unions(x, 5, ridge=0.1).labels.tolist()) == {0, 1, 2}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"clusters": 1}, "clusters must be an integer >= 2, got 1"),
        ({"clusters": 14}, r"clusters must be within 2..13 \(the columns that vary, of 14\), got 14"),
        ({"clusters": 21}, "at most 20, got 21"),
        ({"mode": "units"}, "mode must be one of"),
        ({"ties": "random"}, "seed must be given"),
        ({"labels": [0, 1]}, r"one entry for each of 14 columns, got shape \(2,\)"),
        ({"labels": [0] * 14}, "clusters must be within 2..20, got 1"),
        ({"labels": [-2] + [0] * 13}, "whole numbers >= -1"),
        ({"ridge": -1}, "ridge must be >= 0"),
    ],
)
def test_impossible_settings_are_refused(x, settings, says):
    with pytest.raises(ValueError, match=says):
        cluster_unions(x, **{"clusters": 4, **settings})


def test_means_that_never_vary_are_refused():
    x = np.round(normal(6, 50, 2) * 8) / 8
    with pytest.raises(ValueError, match=r"constant one in \[0\]"):
        cluster_unions(np.column_stack([x, 1 - x]), mode="means", labels=[0, 1, 0, 2])
