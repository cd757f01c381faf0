"""Multilayer perceptrons on vectors: a random teacher, digits."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from ...errors import instance, require
from ...problems import Digits, RandomTeacher
from .. import losses
from ..networks.mlp import MLP
from .criteria import Classes, Within
from .interface import Bound, Criterion, Data, Rows, Task


def bind(problem: RandomTeacher | Digits, network: Any = None, loss: Any = None, loss_dtype: str | None = None) -> Bound:
    """Training and test rows apart: only the first go through the network at every update."""
    data = problem.data()
    if network is not None:
        instance("network", network, MLP)
    if isinstance(problem, RandomTeacher):
        for name, given in (("loss", loss), ("loss_dtype", loss_dtype)):
            require(given is None, f"{name} can't be chosen for RandomTeacher, which is squared error against vectors")
        network, answers = network or MLP("tanh"), data.targets.astype(np.float32)
        criterion: Criterion = Within(problem.tolerance)
    else:
        network, answers = network or MLP("relu"), data.targets.astype(np.int32)
        criterion = Classes(loss or losses.mean_squared, loss_dtype)

    def rows(mask: np.ndarray) -> Rows:
        return Rows(jnp.asarray(data.inputs[mask], jnp.float32), jnp.asarray(answers[mask]), jnp.ones(int(mask.sum()), jnp.float32))

    pieces = Data(rows(data.train_mask), rows(~data.train_mask), jnp.zeros((0, 0)))
    return Bound(Task(network, criterion), pieces, lambda seed: network.initialise(problem, seed))
