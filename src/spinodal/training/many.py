"""Many networks of one shape, one after another on a CPU or side by side on a GPU."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..compiling import key_of
from ..errors import choice, instance, integer, require
from .one import checked_optimizer, settings_of, starting_parameters, train
from .optimizers.interface import Optimizer
from .program import Spec, compiled
from .run import Log, assembled, both_crossed, chunk_records, on_host
from .settings import Schedule
from .tasks import bound
from .trajectory import Trajectory

BATCHINGS = ("auto", "sequential", "vmap")


@dataclass(frozen=True)
class Run:
    """One network of many: what it learns, how (None as in `train`), and the seed of its initial parameters."""

    problem: Any
    optimizer: Optimizer | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        seed = integer("seed", self.seed, minimum=0)
        require(seed < 2**63, f"seed must be below 2^63, got {seed}")
        object.__setattr__(self, "seed", seed)  # a plain integer, whose 64 bits an int32 of NumPy's does not have


def train_many(
    runs: Sequence[Run], *, steps: int, every: int = 10, stop_at: float | None = None, batching: str = "auto"
) -> list[Trajectory]:
    """Train every run; the result is that of `train` for each, up to float32 rounding with "vmap".

    Arguments:
        runs: of any problems; "vmap" wants one shape of network and data, and one kind of optimizer.
        steps, every, stop_at: as in `train`.
        batching: "sequential" runs one compiled scan after another, which is faster on a CPU core (64 sets of parameters leave its cache);
            "vmap" runs all networks in one program; "auto" is sequential on a CPU and vmap elsewhere.
    Returns: a `Trajectory` for each run, in order. With "vmap" `seconds` and `cpu_seconds` are those of all runs together, shared equally.
    Raises: ValueError or TypeError that names the run or the argument.
    """
    choice("batching", batching, BATCHINGS)
    runs = list(runs)
    for run in runs:
        instance("runs", run, Run)
    if batching == "vmap" or (batching == "auto" and jax.default_backend() != "cpu"):
        return _side_by_side(runs, Schedule(steps, every, stop_at, None, None, None)) if runs else []
    return [train(r.problem, optimizer=r.optimizer, seed=r.seed, steps=steps, every=every, stop_at=stop_at) for r in runs]


def _side_by_side(runs: Sequence[Run], schedule: Schedule) -> list[Trajectory]:
    begun = time.perf_counter(), time.process_time()
    ready = [bound(run.problem) for run in runs]
    spec, count = Spec(ready[0].task), len(runs)
    for k, other in enumerate(ready):
        same = other.task == ready[0].task and jax.tree.map(jnp.shape, other.data) == jax.tree.map(jnp.shape, ready[0].data)
        require(same, f"runs must have one shape of network and data with batching='vmap', and run {k} differs from run 0")
    starts = [starting_parameters(r, None, run.seed, 1.0) for r, run in zip(ready, runs, strict=True)]
    optimizers = [checked_optimizer(run.optimizer, r, start) for run, r, start in zip(runs, ready, starts, strict=True)]
    for k, optimizer in enumerate(optimizers):
        one_kind = jax.tree.structure(optimizer) == jax.tree.structure(optimizers[0])
        require(one_kind, f"runs must have one kind of optimizer with batching='vmap', and run {k} differs from run 0")
    begin, advance = compiled(spec, batched=True)
    # One by one: an array of seeds would be int32, and seeds may be larger
    keys = jnp.stack([jax.random.fold_in(key_of(run.seed), 1) for run in runs])
    data, optimizer = _stacked([r.data for r in ready]), _stacked(optimizers)
    carry, record = begin(_stacked(starts), optimizer, data)
    has_test = [bool(np.asarray(r.data.test.weight).sum() > 0) for r in ready]
    logs, final, going = [Log() for _ in runs], [*starts], set(range(count))

    def keep(records: dict[str, np.ndarray], first: int, before: Any) -> None:
        """Into the logs of those that are still going; `before`: the carry at the start of the chunk."""
        for k in sorted(going):
            fine = logs[k].keep({name: values[k] for name, values in records.items()}, first, schedule.every, has_test[k])
            if logs[k].diverged_at is not None:
                going.discard(k)
                replayed = on_host(advance(keys, before, optimizer, data, schedule.every, fine)[0].parameters)
                final[k] = jax.tree.map(lambda leaf, k=k: leaf[k], replayed)

    def end(ended: set[int]) -> None:
        """Take the parameters of these runs."""
        here = on_host(carry.parameters) if ended else None
        for k in ended:
            final[k] = jax.tree.map(lambda leaf, k=k: leaf[k], here)
        going.difference_update(ended)

    keep({name: np.asarray(values)[:, None] for name, values in record.items()}, 0, carry)
    capacity, done, total = chunk_records(ready[0], starts[0], schedule.every), 0, schedule.steps // schedule.every
    while done < total and going:
        rows, before = min(capacity, total - done), carry
        carry, records = advance(keys, carry, optimizer, data, schedule.every, rows)
        keep({name: np.asarray(values)[:, :rows] for name, values in records.items()}, (done + 1) * schedule.every, before)
        done += rows
        if schedule.stop_at is not None and done % capacity == 0 and done < total:
            for k in going:
                logs[k].stopped = both_crossed(logs[k], schedule.stop_at)
            end({k for k in going if logs[k].stopped})
    end(set(going))
    clocks = tuple((now - then) / count for now, then in zip((time.perf_counter(), time.process_time()), begun, strict=True))
    return [
        assembled(ready[k], logs[k], final[k], schedule, settings_of(run.problem, ready[k], optimizers[k], run.seed, schedule), clocks)
        for k, run in enumerate(runs)
    ]


def _stacked(trees: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.asarray(np.stack([np.asarray(leaf) for leaf in leaves])), *trees)
