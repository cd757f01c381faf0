"""Problems on symbols and vectors: what they hold, and what they refuse."""

import itertools

import numpy as np
import pytest

from spinodal.problems import Digits, PermutationGroup, RandomTeacher, SymbolAddition


def test_all_unordered_pairs_with_plain_sums_as_labels():
    data = SymbolAddition().data()
    assert [tuple(pair) for pair in data.pairs] == list(itertools.combinations_with_replacement(range(10), 2))
    np.testing.assert_array_equal(data.labels, data.pairs.sum(axis=1))
    assert data.train_mask.sum() == 45
    assert data.templates.shape == (19, 30)


def test_of_one_seed_the_smaller_training_set_lies_inside_the_larger_with_the_same_templates():
    small, large, other = (SymbolAddition(training_pairs=k, seed=s).data() for k, s in ((20, 1), (40, 1), (40, 2)))
    assert not (small.train_mask & ~large.train_mask).any()
    np.testing.assert_array_equal(small.templates, large.templates)
    assert (other.train_mask != large.train_mask).any()


def test_the_pairs_themselves_can_be_given_in_any_order():
    data = SymbolAddition(symbols=4, training_pairs=[(3, 1), (0, 0)]).data()
    assert {tuple(pair) for pair in data.pairs[data.train_mask]} == {(1, 3), (0, 0)}
    assert hash(SymbolAddition(symbols=4, training_pairs=[(3, 1)])) == hash(SymbolAddition(symbols=4, training_pairs=((1, 3),)))


def test_permutations_compose_as_a_group_that_does_not_commute():
    data = PermutationGroup().data()
    table = data.labels.reshape(6, 6)
    assert all(sorted(row) == list(range(6)) for row in [*table, *table.T])
    assert (table != table.T).any()
    for a, b, c in itertools.product(range(6), repeat=3):
        assert table[table[a, b], c] == table[a, table[b, c]]
    assert data.train_mask.sum() == 24


def test_a_random_teacher_is_a_network_of_the_students_shape():
    data = RandomTeacher().data()
    assert (data.inputs.shape, data.targets.shape, data.train_mask.sum()) == ((200, 5), (200, 5), 100)
    assert abs(data.inputs.mean()) < 4 / np.sqrt(1000)
    assert 0.01 < data.targets.std() < 1


def test_digits_are_scaled_to_one():
    pytest.importorskip("sklearn", reason="scikit-learn is an optional extra")
    data = Digits(samples=200).data()
    assert (data.inputs.shape, data.inputs.min(), data.inputs.max()) == ((1797, 64), 0.0, 1.0)
    assert data.train_mask.sum() == 200
    assert set(data.targets) == set(range(10))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: SymbolAddition(symbols=2), "symbols must be an integer >= 3, got 2"),
        (lambda: SymbolAddition(training_pairs=0), "training_pairs must be an integer >= 1, got 0"),
        (lambda: SymbolAddition(training_pairs=56), "at most 55"),
        (lambda: SymbolAddition(training_pairs=[]), "at least one pair"),
        (lambda: SymbolAddition(training_pairs=[(0, 1), (1, 0)]), r"must not overlap: \(0, 1\)"),
        (lambda: SymbolAddition(training_pairs=[(0, 10)]), r"symbols 0\.\.9, got 0\.\.10"),
        (lambda: SymbolAddition(training_pairs=[(0.5, 1)]), "number or pairs of symbols"),
        (lambda: SymbolAddition(loss="hinge"), "loss must be one of"),
        (lambda: SymbolAddition(embedding_scale=0), "embedding_scale"),
        (lambda: SymbolAddition(hidden_widths=()), "hidden_widths must be at least one width"),
        (lambda: PermutationGroup(degree=6), "degree must be at most 5"),
        (lambda: PermutationGroup(training_pairs=37), "at most 36"),
        (lambda: PermutationGroup(embedding_l1=-1.0), "embedding_l1 must be >= 0"),
        (lambda: RandomTeacher(tolerance=0), "tolerance"),
        (lambda: Digits(samples=2000), "at most 1797"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(make, why):
    with pytest.raises((ValueError, TypeError), match=why):
        make()
