"""Groups of permutations: tables by brute force, orders and classes that are known."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from spinodal.problems import GroupComposition, ModularArithmetic


def table(group, form="product"):
    task = GroupComposition(group, form=form)
    return task.true_labels.reshape(task.symbols, task.symbols)


def brute(elements, form):
    """The table from dictionaries and tuples."""
    number = {p: k for k, p in enumerate(elements)}

    def after(a, b):
        return tuple(a[i] for i in b)

    def inverse(a):
        return tuple(sorted(range(len(a)), key=a.__getitem__))

    last = {"product": lambda a: tuple(range(len(a))), "conjugate": inverse, "commutator-like": lambda a: a}[form]
    return [[number[after(after(a, b), last(a))] for b in elements] for a in elements]


@pytest.mark.parametrize("form", ["product", "conjugate", "commutator-like"])
@pytest.mark.parametrize("group", ["S4", "A5", "C7", "D5"])
def test_tables_are_those_of_brute_force(group, form):
    elements = [tuple(row) for row in GroupComposition(group).permutations.tolist()]
    assert elements == sorted(elements)
    assert table(group, form).tolist() == brute(elements, form)


@pytest.mark.parametrize(("group", "order"), [("S5", 120), ("A5", 60), ("C113", 113), ("D59", 118)])
def test_orders_are_known(group, order):
    task = GroupComposition(group)
    assert task.symbols == order
    assert len(task.pairs) == order**2
    assert task.pairs[order + 2].tolist() == [1, 2]


def test_s5_is_numbered_as_itertools_counts_permutations():
    assert GroupComposition("S5").permutations.tolist() == [list(p) for p in itertools.permutations(range(5))]


@pytest.mark.parametrize("group", ["S5", "A5", "C113", "D59"])
def test_every_row_and_column_of_a_product_holds_each_element_once(group):
    found = table(group)
    everyone = np.arange(len(found))
    assert np.array_equal(np.sort(found, axis=0), np.broadcast_to(everyone[:, None], found.shape))
    assert np.array_equal(np.sort(found, axis=1), np.broadcast_to(everyone, found.shape))
    assert np.array_equal(found[0], everyone)


@pytest.mark.parametrize(("group", "classes"), [("S5", 7), ("A5", 5), ("C113", 113), ("D59", 31)])
def test_conjugacy_classes_are_as_many_as_known(group, classes):
    assert len({tuple(np.unique(column)) for column in table(group, "conjugate").T}) == classes


def test_the_cyclic_group_is_modular_addition():
    assert np.array_equal(GroupComposition("C113").labels, ModularArithmetic(113).labels)


def test_split_and_noise_are_those_of_every_task_on_pairs():
    task = GroupComposition("C11", train_fraction=0.5, split="python", split_seed=4, label_noise=0.3)
    same = ModularArithmetic(11, train_fraction=0.5, split="python", split_seed=4, label_noise=0.3)
    for name in ("pairs", "labels", "true_labels", "train_mask", "corrupted"):
        assert np.array_equal(getattr(task, name), getattr(same, name))


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"group": "Q8"}, "group"),
        ({"group": 5}, "group"), ({"group": "S7"}, "5040"), ({"group": "D2"}, "degree"), ({"group": "S0"}, "group"),
        ({"group": "S5", "form": "sum"}, "form"), ({"group": "S5", "train_fraction": 2}, "train_fraction"),
        ({"group": "S2", "train_fraction": 0.1}, "leaves no pair"), ({"group": "C999999"}, "999999"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(settings, word):
    with pytest.raises(ValueError, match=word):
        GroupComposition(**settings)


def test_tasks_on_pairs_import_no_jax():
    use = "import sys, spinodal.problems as p; p.GroupComposition('D5').data(); p.ModularArithmetic(7).data()"
    code = f"{use}; print('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "False"
