"""The verb: train a network on a problem."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import jax
import numpy as np

from ..errors import choice, instance, integer, require
from .hooks import known_measures
from .networks.embedding_decoder import EmbeddingDecoder
from .optimizers.adamw import AdamW
from .optimizers.inner import innermost, require_optimizer
from .optimizers.interface import Optimizer
from .optimizers.per_group import PerGroup
from .program import Spec
from .run import Progress, assembled, run
from .settings import Measure, Schedule, checked_norm, named_measures
from .tasks import Bound, bound
from .trajectory import Trajectory


def initial_parameters(problem: Any, *, network: Any = None, seed: int = 0) -> dict[str, Any]:
    """Parameters of the problem's network (or of `network`) before training, NumPy float32; `seed` is the network's own.

    For `SymbolAddition`: `embedding` (symbols, embedding_dim), `weights` [(in, out), ...], `biases` [(out,), ...].
    """
    return bound(problem, network).initialise(integer("seed", seed, minimum=0))


def train(
    problem: Any,
    *,
    network: Any = None,
    optimizer: Optimizer | None = None,
    loss: Any = None,
    steps: int = 10_000,
    seed: int = 0,
    every: int = 10,
    measures: Sequence[str | Measure] | Mapping[str, Measure] = (),
    measure_every: int | None = None,
    checkpoint_every: int | str | Sequence[int] | np.ndarray | None = None,
    checkpoint_at: float | None = None,
    batch: int | None = None,
    stop_at: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    loss_dtype: str | None = None,
    any_split: bool = False,
    initial_scale: float = 1.0,
    norm: str = "free",
    norm_value: float | None = None,
    progress: Progress | None = None,
) -> Trajectory:
    """Train one network; float32, one thread on a CPU, compiled once for all values of rates, decays, seeds and splits.

    The record at step t is taken after t updates, all series from the same weights; t = 0 is the initial network; recorded are
    0, every, 2 every, ..., steps.

    Arguments:
        problem: `SymbolAddition`, `PermutationGroup`, `RandomTeacher`, `Digits`, `ModularArithmetic` or `GroupComposition`.
        network: None for the one that belongs to the problem, `QuadraticMLP()` for tables of pairs; these take any of `training.networks`.
        loss: None for the problem's own (squared error with a `QuadraticMLP`, else cross-entropy), or a function of `training.losses`.
        optimizer: `AdamW`, `SGD`, ..., or `PerGroup` with one for the embedding and one for the rest. None: `PerGroup()`, the rates of
            arXiv:2205.10343, for its network, an embedding and a decoder; `AdamW()` for all others.
        steps: updates, a multiple of `every`. seed: of the initial parameters and of batches.
        measures: names, or functions of the parameters (a dict of NumPy arrays) that give numbers or arrays; evaluated on the host at every
            `measure_every` updates (default `every`), both multiples of `every`. Their cost is `measure_seconds`.
        checkpoint_every: keep parameters at its multiples, "log" for every, 2 every, 4 every, ..., or at the steps of a sequence.
            checkpoint_at: and at the record where training and where test accuracy first reach this level.
        batch: rows of an update, drawn anew for each without replacement; None: all.
        stop_at: end at the first chunk (a number of updates that depends on shapes and `every` alone) at whose end both accuracies have
            reached this level. Crossings of levels up to it are those of the whole run.
        parameters: to start from, in place of `initial_parameters(problem, seed=seed)`.
        loss_dtype: "float64" or "float32": logits are cast to it before a loss on logits.
        any_split: of tables of pairs, put all rows through the network at every record (and, without `batch`, at every update), the
            others with weight 0: one compiled program for all training sets of a table; the same run up to float32 rounding without
            `batch`, and other draws of batches with it. Default False, which does no work on rows that do not count.
        initial_scale: alpha, multiplies all parameters at the start.
        norm: "fixed" rescales all parameters together after every update to their norm at the start; "fixed-matrices" does so for the
            weight matrices alone; "free" does neither. norm_value: the norm to keep, > 0, in place of that of the start.
        progress: called with the share done and a sentence after every chunk.
    Returns: `Trajectory`. A loss that is not finite ends the run with `converged=False` and a message; the series end before it.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2205.10343, arXiv:2210.01117; where their code and text differ, see docs/effective-theory.md.
    """
    begun = time.perf_counter(), time.process_time()
    schedule = Schedule(steps, every, stop_at, checkpoint_every, checkpoint_at, measure_every)
    checked_norm(norm, batch, initial_scale, norm_value)
    seed = integer("seed", seed, minimum=0)
    require(seed < 2**63, f"seed must be below 2^63, got {seed}")
    if loss_dtype is not None:
        choice("loss_dtype", loss_dtype, ("float32", "float64"))
    with jax.enable_x64(True) if loss_dtype == "float64" else contextlib.nullcontext():
        ready = bound(problem, network, loss, loss_dtype, any_split)
        rows = int(np.asarray(ready.data.train.weight).sum())
        require(batch is None or batch <= rows, f"batch must be at most the {rows} training rows, got {batch}")
        start = starting_parameters(ready, parameters, seed, initial_scale)
        optimizer = checked_optimizer(optimizer, ready, start)
        named = named_measures(measures, known_measures(problem, ready.task.network))
        spec = Spec(ready.task, norm, batch)
        log, final = run(ready, spec, optimizer, start, schedule, seed=seed, norm_value=norm_value, measures=named, progress=progress)
    options = {
        "batch": batch,
        "loss_dtype": loss_dtype,
        "any_split": any_split,
        "parameters_given": parameters is not None,
        "initial_scale": initial_scale,
        "norm": norm,
        "norm_value": norm_value,
    }
    settings = settings_of(problem, ready, optimizer, seed, schedule, **options)
    clocks = time.perf_counter() - begun[0], time.process_time() - begun[1]
    return assembled(ready, log, final, schedule, settings, clocks)


def starting_parameters(ready: Bound, given: Mapping[str, Any] | None, seed: int, scale: float) -> Any:
    """Given or initial parameters times `scale`, float32, shaped as the network's own."""
    own = ready.initialise(seed)
    if given is not None:
        instance("parameters", given, Mapping)
        given = jax.tree.map(lambda leaf: np.asarray(leaf, np.float32), dict(given))
        expected, got = (jax.tree.map(np.shape, tree) for tree in (own, given))
        require(expected == got, f"parameters must have the shapes {expected}, got {got}")
        own = given
    return jax.tree.map(lambda leaf: np.asarray(leaf * np.float32(scale)), own)


def checked_optimizer(optimizer: Any, ready: Bound, parameters: Mapping[str, Any]) -> Any:
    """`optimizer`, or what is usual for this network; refuses what can't step its parameters."""
    if optimizer is None:
        return PerGroup() if isinstance(ready.task.network, EmbeddingDecoder) else AdamW()
    require_optimizer("optimizer", optimizer)
    if isinstance(innermost(optimizer), PerGroup) and "embedding" not in parameters:
        raise ValueError("optimizer=PerGroup(...) needs a network with an embedding, this one has none: give optimizer=AdamW(...)")
    return optimizer


def settings_of(problem: Any, ready: Bound, optimizer: Any, seed: int, schedule: Schedule, **options: Any) -> dict[str, Any]:
    """What a trajectory says of how it was made; `options` that are not given are those of `train`."""
    own = {"problem": problem, "network": ready.task.network, "criterion": ready.task.criterion, "optimizer": optimizer, "seed": seed}
    usual = {"batch": None, "loss_dtype": None, "any_split": False, "parameters_given": False}
    usual |= {"initial_scale": 1.0, "norm": "free", "norm_value": None}
    return {**own, **asdict(schedule), **usual, **options}
