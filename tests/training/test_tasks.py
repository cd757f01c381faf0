"""What of a network is part of the compiled program, and what is traced."""

from dataclasses import replace

import numpy as np
import pytest

from spinodal.problems import ModularArithmetic
from spinodal.training.networks import OneLayerTransformer, ReluMLP
from spinodal.training.tasks import bound

PROBLEM = ModularArithmetic(7)
NETWORK = OneLayerTransformer(8, 2, 8, attention=1.0, equals_token=False)


def test_networks_that_differ_in_a_traced_setting_share_a_task():
    first, second = (bound(PROBLEM, replace(NETWORK, attention=c)) for c in (1, 0.25))
    assert first.task == second.task
    assert hash(first.task) == hash(second.task)
    assert (first.data.numbers, second.data.numbers) == ((1.0,), (0.25,))
    assert isinstance(first.data.numbers[0], float)
    assert second.task.network.attention == 0.25


@pytest.mark.parametrize("change", [{"d_mlp": 12}, {"heads": 4}, {"equals_token": True}])
def test_other_settings_are_part_of_the_task(change):
    assert bound(PROBLEM, replace(NETWORK, **change)).task != bound(PROBLEM, NETWORK).task


def test_a_task_of_one_coefficient_computes_any_other():
    """As the program does that was compiled for the first of them."""
    other = replace(NETWORK, attention=0.25)
    task, parameters = bound(PROBLEM, NETWORK).task, NETWORK.initialise(PROBLEM, 0)
    for network in (NETWORK, other):
        found = task.outputs(parameters, PROBLEM.pairs, bound(PROBLEM, network).data.numbers)
        np.testing.assert_allclose(found, network.logits(parameters, PROBLEM.pairs), rtol=1e-6, atol=1e-6)
    assert not np.allclose(NETWORK.logits(parameters, PROBLEM.pairs), other.logits(parameters, PROBLEM.pairs))


def test_a_network_without_traced_settings_has_no_numbers():
    first, second = (bound(PROBLEM, ReluMLP((width,))) for width in (8, 9))
    assert first.task.numbers == first.data.numbers == ()
    assert first.task != second.task
    assert first.task == bound(PROBLEM, ReluMLP((8,))).task
