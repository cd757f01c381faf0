"""One program for every split of a table: the same run, and nothing is compiled again."""

import numpy as np
import pytest

from spinodal.problems import ModularArithmetic, SymbolAddition
from spinodal.training import AdamW, train
from spinodal.training.networks import QuadraticMLP
from spinodal.training.program import Spec, compiled
from spinodal.training.tasks import bound

SETTINGS = {"network": QuadraticMLP(12), "optimizer": AdamW(1e-2), "steps": 20, "every": 10}


def test_it_is_the_same_run_up_to_rounding_with_label_noise_too():
    problem = ModularArithmetic(7, train_fraction=0.5, label_noise=0.3)
    apart, together = (train(problem, any_split=any_split, **SETTINGS) for any_split in (False, True))
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        np.testing.assert_allclose(getattr(together, name), getattr(apart, name), rtol=1e-4, err_msg=name)


def test_other_training_sets_compile_nothing_and_batches_hold_training_rows_alone():
    """A batch of all training rows is the full batch: no test row is ever drawn."""
    problem = ModularArithmetic(7, train_fraction=0.5)
    full = train(problem, any_split=True, **SETTINGS)
    drawn = train(problem, any_split=True, batch=int(problem.train_mask.sum()), **SETTINGS)
    np.testing.assert_allclose(drawn.train_loss, full.train_loss, rtol=1e-4)
    _, advance = compiled(Spec(bound(problem, QuadraticMLP(12), any_split=True).task), batched=False)
    before = advance._cache_size()
    train(ModularArithmetic(7, train_fraction=0.8), any_split=True, **SETTINGS)
    assert before == advance._cache_size() == 1


def test_other_problems_refuse_it():
    with pytest.raises(ValueError, match="any_split=True is for tables of pairs, got SymbolAddition"):
        train(SymbolAddition(), any_split=True, steps=10)
