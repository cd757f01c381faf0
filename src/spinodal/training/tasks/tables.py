"""Networks on tables of pairs: modular arithmetic and composition in a group."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from ...errors import instance
from ...problems import GroupComposition, ModularArithmetic
from .. import losses
from ..networks import QuadraticMLP
from ..networks.interface import Network, Symbols
from .criteria import Classes
from .interface import Bound, Data, Rows, Task


def bind(
    problem: ModularArithmetic | GroupComposition,
    network: Any = None,
    loss: Any = None,
    loss_dtype: str | None = None,
    any_split: bool = False,
) -> Bound:
    """Training rows alone go through the network at every update; test rows have their true labels, label noise or not.

    With `any_split` all rows go through it, the test ones with weight 0 in the loss: one compiled program for every split.
    """
    network = instance("network", network or QuadraticMLP(), Network)
    loss = loss or (losses.mean_squared if isinstance(network, QuadraticMLP) else losses.cross_entropy)
    data = problem.data()

    def rows(mask: np.ndarray, labels: np.ndarray) -> Rows:
        pairs = jnp.asarray(data.pairs[mask], jnp.int32)
        return Rows(pairs, jnp.asarray(labels[mask], jnp.int32), jnp.ones(int(mask.sum()), jnp.float32))

    def weighed(mask: np.ndarray) -> Rows:
        # Noise is on training rows alone, so that `labels` are true on the test rows
        return Rows(jnp.asarray(data.pairs, jnp.int32), jnp.asarray(data.labels, jnp.int32), jnp.asarray(mask, jnp.float32))

    # The logit of a token that is no symbol, as "=", takes part in the loss and in nothing else
    task = Task(network, Classes(loss, loss_dtype, classes=problem.symbols), forward="training_logits", shared=any_split)
    if any_split:
        train, test = weighed(data.train_mask), weighed(~data.train_mask)
    else:
        train, test = rows(data.train_mask, data.labels), rows(~data.train_mask, data.true_labels)
    pieces = Data(train, test, jnp.zeros((0, 0)), task.numbers)
    return Bound(task, pieces, lambda seed: network.initialise(Symbols(problem.symbols), seed))
