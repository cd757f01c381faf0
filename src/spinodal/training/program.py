"""The compiled program: updates of one network with recording inside, for one task and one structure of optimiser."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ..compiling import one_thread
from .tasks.interface import Data, Rows, Task

CAPACITY = 64  # records in a chunk at most


class Carry(NamedTuple):
    """All that a run remembers between two updates."""

    parameters: Any
    optimizer: Any
    updates: jax.Array
    norm: jax.Array  # that "fixed" keeps


class Spec(NamedTuple):
    """What changes the compiled program beside the task and the shapes."""

    task: Task
    norm: str = "free"
    batch: int | None = None


def norm_of(parameters: Any, kept: str) -> jax.Array:
    """Root of the sum of squares over all parameters, or over matrices alone if `kept` is "fixed-matrices"."""
    leaves = [leaf for leaf in jax.tree.leaves(parameters) if kept != "fixed-matrices" or leaf.ndim >= 2]
    return jnp.sqrt(sum(jnp.vdot(leaf, leaf) for leaf in leaves))


def rescaled(parameters: Any, norm: jax.Array, kept: str) -> Any:
    """The parameters (or the matrices among them) times one number, so that their norm is `norm`."""
    scale = norm / norm_of(parameters, kept)
    return jax.tree.map(lambda leaf: leaf * scale if kept != "fixed-matrices" or leaf.ndim >= 2 else leaf, parameters)


def build(spec: Spec):
    """`begin(parameters, optimizer, data) -> (Carry, record)`, `advance(key, carry, optimizer, data, every, count) -> (Carry, records)`."""
    task = spec.task

    def loss(parameters: Any, rows: Rows, data: Data) -> jax.Array:
        value = task.criterion.loss(task.outputs(parameters, rows.inputs, data.numbers), rows, data.templates)
        return value if task.penalty is None else value + task.penalty(parameters)

    def judged(outputs: jax.Array, rows: Rows, templates: jax.Array) -> tuple[jax.Array, jax.Array]:
        right = task.criterion.correct(outputs, rows, templates).astype(jnp.float32)
        value = task.criterion.loss(outputs, rows, templates)
        return value, right @ rows.weight.astype(jnp.float32) / rows.weight.sum()

    def record(parameters: Any, data: Data) -> dict[str, jax.Array]:
        outputs = task.outputs(parameters, data.train.inputs, data.numbers)
        train_loss, train_accuracy = judged(outputs, data.train, data.templates)
        if not task.shared:
            outputs = task.outputs(parameters, data.test.inputs, data.numbers)
        test_loss, test_accuracy = judged(outputs, data.test, data.templates)
        series = {name: function(parameters) for name, function in task.series}
        losses = {"train_loss": train_loss, "test_loss": test_loss, "train_accuracy": train_accuracy, "test_accuracy": test_accuracy}
        return {**losses, "norm": norm_of(parameters, "free"), **series}

    def begin(parameters: Any, optimizer: Any, data: Data) -> tuple[Carry, dict[str, jax.Array]]:
        """A fixed norm is that of these parameters; `run` may put another into the `Carry`."""
        carry = Carry(parameters, optimizer.init(parameters), jnp.int32(0), norm_of(parameters, spec.norm))
        return carry, record(parameters, data)

    def update(key: jax.Array, carry: Carry, optimizer: Any, data: Data) -> Carry:
        rows = data.train
        if spec.batch is not None:
            # The key depends on the number of the update alone: a run is the same however it is cut into chunks
            draw, chance = jax.random.fold_in(key, carry.updates), rows.weight / rows.weight.sum()
            here = jax.random.choice(draw, rows.weight.shape[0], (spec.batch,), replace=False, p=chance)
            rows = jax.tree.map(lambda values: values[here], rows)
        gradients = jax.grad(loss)(carry.parameters, rows, data)
        parameters, state = optimizer.step(carry.parameters, gradients, carry.optimizer)
        if spec.norm != "free":
            parameters = rescaled(parameters, carry.norm, spec.norm)
        return Carry(parameters, state, carry.updates + 1, carry.norm)

    def advance(key: jax.Array, carry: Carry, optimizer: Any, data: Data, every: jax.Array, count: jax.Array):
        shapes = jax.eval_shape(record, carry.parameters, data)
        records = jax.tree.map(lambda s: jnp.zeros((CAPACITY, *s.shape), s.dtype), shapes)

        def body(i, loop):
            carry, records = loop
            carry = jax.lax.fori_loop(0, every, lambda _, c: update(key, c, optimizer, data), carry)
            row = record(carry.parameters, data)
            return carry, jax.tree.map(lambda all_rows, new: all_rows.at[i].set(new), records, row)

        return jax.lax.fori_loop(0, count, body, (carry, records))

    return begin, advance


@functools.cache
def compiled(spec: Spec, batched: bool) -> tuple[Any, Any]:
    """`build`'s two, compiled once for each task, structure and shape. `batched`: many networks in one program (for a GPU)."""
    begin, advance = build(spec)
    if batched:
        begin, advance = jax.vmap(begin), jax.vmap(advance, in_axes=(0, 0, 0, 0, None, None))
    options = None if batched else one_thread()
    return jax.jit(begin, compiler_options=options), jax.jit(advance, compiler_options=options)
