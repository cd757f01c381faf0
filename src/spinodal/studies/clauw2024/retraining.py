"""Retraining a part of the network from the start it had: does the synergistic part learn the task by itself?"""

from typing import Any

import numpy as np

from ..outputs import derived_seed
from .rules import LEVEL, RISEN

SETS = ("synergistic", "complement", "random", "random complement")
RETRAINED = ("retrain_units", "retrain_risen_step", "retrain_test_step", "retrain_test_accuracy")


def subnetwork(start: dict[str, np.ndarray], units: np.ndarray) -> dict[str, np.ndarray]:
    """The parameters of these hidden units alone.

    A unit that is masked at every step gives nothing and gets no gradient, so that masking is the same as training the smaller network.
    """
    return {"weights_0": start["weights_0"][:, units], "biases_0": start["biases_0"][units], "weights_1": start["weights_1"][units]}


def sets_of_units(synergistic: tuple[int, ...], width: int, draws: int, seed: int) -> list[list[np.ndarray]]:
    """For each of `SETS` its draws: the first two are what they are, the others are drawn anew, of the sizes of the first two."""
    chosen = np.array(synergistic, int)
    complement = np.setdiff1d(np.arange(width), chosen)
    generator = np.random.default_rng(seed)
    drawn = [[np.sort(generator.choice(width, len(part), replace=False)) for _ in range(draws)] for part in (chosen, complement)]
    return [[chosen], [complement], *drawn]


def retrained(problem: Any, start: Any, units: tuple[int, ...], optimizer: Any, steps: int, cell: Any) -> dict[str, np.ndarray]:
    """`RETRAINED`, (sets, draws) each, NaN where nothing is drawn or a set is empty; steps are NaN too where a level is not reached.

    A run ends once it has generalised, which leaves the steps as they are; its accuracy is then the last one before that.
    """
    from ...training import train
    from ...training.networks import ReluMLP

    found = {name: np.full((len(SETS), cell.retrain_draws), np.nan) for name in RETRAINED}
    seed = derived_seed(cell.seed, cell.replica)
    for i, parts in enumerate(sets_of_units(units, cell.width, cell.retrain_draws, seed)):
        for j, part in enumerate(parts):
            found["retrain_units"][i, j] = len(part)
            if not len(part):
                continue
            network = ReluMLP((len(part),), bias="first")
            mine = subnetwork(start, part)
            run = train(problem, network=network, optimizer=optimizer, parameters=mine, steps=steps, every=cell.every, stop_at=LEVEL)
            for name, level in (("risen", RISEN), ("test", LEVEL)):
                step = run.crossing("test_accuracy", level)
                found[f"retrain_{name}_step"][i, j] = np.nan if step is None else step
            found["retrain_test_accuracy"][i, j] = run.test_accuracy[-1]
    return found
