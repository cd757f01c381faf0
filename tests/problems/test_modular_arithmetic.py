"""Modular arithmetic: labels by brute force, splits by the published lines, noise by counting."""

import random
from dataclasses import replace

import numpy as np
import pytest

from spinodal.problems import ModularArithmetic
from spinodal.problems.modular_arithmetic import OPERATIONS

TASK = ModularArithmetic(11, train_fraction=0.5)


def divided(a, b, p):
    return next(q for q in range(p) if (q * b - a) % p == 0)


BRUTE = {
    "add": lambda a, b, p: (a + b) % p,
    "sub": lambda a, b, p: (a - b) % p,
    "mul": lambda a, b, p: a * b % p,
    "divide": divided,
    "parity": lambda a, b, p: divided(a, b, p) if b % 2 else (a - b) % p,
    "squares": lambda a, b, p: (a * a + b * b) % p,
    "quadratic": lambda a, b, p: (a * a + a * b + b * b) % p,
    "quadratic-shifted": lambda a, b, p: (a * a + a * b + b * b + a) % p,
    "cubic": lambda a, b, p: (a**3 + a * b) % p,
    "cubic-mixed": lambda a, b, p: (a**3 + a * b * b + b) % p,
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_labels_are_those_of_brute_force(operation):
    task = ModularArithmetic(7, operation)
    expected = [(a, b) for a in range(7) for b in range(7) if b or operation != "divide"]
    assert [tuple(pair) for pair in task.pairs.tolist()] == expected
    assert task.labels.tolist() == [BRUTE[operation](a, b, 7) for a, b in expected]


@pytest.mark.parametrize(("prime", "rows"), [(113, 3830), (97, 2822)])
def test_the_share_is_rounded_down(prime, rows):
    assert ModularArithmetic(prime).train_mask.sum() == rows
    assert ModularArithmetic(prime, split="python").train_mask.sum() == rows


def test_the_python_split_is_that_of_the_published_lines():
    pairs = [(i, j) for i in range(11) for j in range(11)]
    random.Random(3).shuffle(pairs)
    task = replace(TASK, split="python", split_seed=3)
    chosen = {tuple(pair) for pair in task.pairs[task.train_mask].tolist()}
    assert chosen == set(pairs[: int(0.5 * 121)])


def test_the_numpy_split_is_the_head_of_a_permutation():
    head = np.random.default_rng(5).permutation(121)[:60]
    assert set(np.flatnonzero(replace(TASK, split_seed=5).train_mask)) == set(head.tolist())


@pytest.mark.parametrize("split", ["numpy", "python"])
def test_a_smaller_training_set_lies_inside_a_larger_one(split):
    small, large = (ModularArithmetic(11, train_fraction=f, split=split, split_seed=2).train_mask for f in (0.2, 0.7))
    assert np.all(large[small])
    assert large.sum() > small.sum()


def test_everything_can_be_trained_on():
    assert ModularArithmetic(11, train_fraction=1).train_mask.all()


def test_noise_replaces_exactly_its_share_of_training_labels_by_other_ones():
    task = ModularArithmetic(97, train_fraction=0.3, label_noise=0.4)
    assert task.corrupted.sum() == int(0.4 * 2822)
    assert not np.any(task.corrupted & ~task.train_mask)
    assert np.array_equal(task.labels != task.true_labels, task.corrupted)
    assert np.array_equal(task.true_labels, ModularArithmetic(97).labels)


def test_corrupted_labels_are_uniform_over_the_wrong_ones():
    task = ModularArithmetic(11, train_fraction=1, label_noise=1)
    draws = np.concatenate([(t.labels - t.true_labels) % 11 for t in (replace(task, split_seed=s) for s in range(50))])
    counts = np.bincount(draws, minlength=11)
    assert counts[0] == 0
    expected = len(draws) / 10
    assert np.all(np.abs(counts[1:] - expected) < 4 * np.sqrt(expected * 0.9))


def test_noise_changes_neither_the_split_nor_the_rows_it_already_corrupted():
    quiet, loud = (ModularArithmetic(11, train_fraction=0.6, label_noise=x) for x in (0.2, 0.5))
    assert np.array_equal(quiet.train_mask, loud.train_mask)
    assert np.all(loud.corrupted[quiet.corrupted])
    assert np.array_equal(quiet.labels[quiet.corrupted], loud.labels[quiet.corrupted])


def test_the_record_holds_the_same_arrays_and_no_one_can_write_to_them():
    data = TASK.data()
    for name in ("pairs", "labels", "true_labels", "train_mask", "corrupted"):
        assert getattr(data, name) is getattr(TASK, name)
        assert not getattr(data, name).flags.writeable


def test_equal_settings_are_equal_problems():
    assert ModularArithmetic(11, train_fraction=0.5) == TASK
    assert hash(ModularArithmetic(11, train_fraction=0.5)) == hash(TASK)
    assert replace(TASK, split_seed=1) != TASK


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prime", 2), ("prime", 9), ("prime", 1), ("prime", 7.0), ("prime", True), ("operation", "plus"), ("train_fraction", 0),
        ("train_fraction", 1.1), ("train_fraction", 0.001), ("split", "torch"), ("split_seed", -1), ("split_seed", 0.5),
        ("label_noise", -0.1), ("label_noise", 1.1), ("label_noise", np.nan),
    ],
)  # fmt: skip
def test_wrong_fields_are_named(field, value):
    with pytest.raises((ValueError, TypeError), match=field):
        replace(TASK, **{field: value})


def test_an_unknown_operation_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="'quadratic-shifted'"):
        ModularArithmetic(7, "additoin")
