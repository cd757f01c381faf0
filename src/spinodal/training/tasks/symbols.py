"""Embeddings and a decoder on pairs of symbols."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...errors import instance, require
from ...problems import PermutationGroup, SymbolAddition
from .. import losses
from ..networks.embedding_decoder import EmbeddingDecoder
from .criteria import Classes, NearestTemplate
from .interface import Bound, Data, Rows, Task


@dataclass(frozen=True)
class MeanAbsoluteEmbedding:
    """strength times mean |E|."""

    strength: float

    def __call__(self, parameters: Any) -> jax.Array:
        """The penalty."""
        return self.strength * jnp.abs(parameters["embedding"]).mean()


def embedding_of(parameters: Any) -> jax.Array:
    """What the RQI is computed from."""
    return parameters["embedding"]


def bind(problem: SymbolAddition | PermutationGroup, network: Any = None, loss: Any = None, loss_dtype: str | None = None) -> Bound:
    """All pairs go through the network, the test ones with weight 0 in the loss: one compiled program for any split."""
    group = isinstance(problem, PermutationGroup)
    if network is not None:
        instance("network", network, EmbeddingDecoder)
        fits = network.embedding_dim == problem.embedding_dim
        has = f"{network.embedding_dim} where {type(problem).__name__} has {problem.embedding_dim}"
        require(fits, f"network must have the embedding_dim of its problem, got {has}")
    for name, given in (("loss", loss), ("loss_dtype", loss_dtype)):
        labels_by = f"outputs are entries of templates with {type(problem).__name__}(loss={problem.loss!r})"
        chosen = given is None or problem.loss == "classification"
        require(chosen, f"{name} can't be chosen where {labels_by}: take loss='classification' there")
    network = network or EmbeddingDecoder(problem.embedding_dim, "product" if group else "sum")
    data = problem.data()
    by_template = problem.loss == "regression"
    criterion = NearestTemplate() if by_template else Classes(loss or losses.cross_entropy, loss_dtype)
    penalty = MeanAbsoluteEmbedding(problem.embedding_l1) if group and problem.embedding_l1 else None
    task = Task(network, criterion, shared=True, penalty=penalty, series=(("embedding", embedding_of),))
    inputs, labels = network.prepare(data.pairs, problem.symbols), jnp.asarray(data.labels, jnp.int32)
    train, test = (jnp.asarray(mask, jnp.float32) for mask in (data.train_mask, ~data.train_mask))
    templates = jnp.asarray(data.templates.astype(np.float32))
    pieces = Data(Rows(inputs, labels, train), Rows(inputs, labels, test), templates)
    return Bound(task, pieces, lambda seed: network.initialise(problem, seed), has_rqi=not group)
