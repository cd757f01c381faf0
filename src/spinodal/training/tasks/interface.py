"""What the trainer asks of a problem: data, a network, a criterion."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import jax


class Rows(NamedTuple):
    """A set of samples. Traced."""

    inputs: Any  # what the network's function takes
    answers: jax.Array  # (n,) labels or (n, outputs) targets
    weight: jax.Array  # (n,) 1 for rows that belong to the set


class Data(NamedTuple):
    """All that is learned from and tested on. Traced.

    If all rows go through the network at every update, `test` has the inputs of `train` under another weight (see `Task.shared`).
    """

    train: Rows
    test: Rows
    templates: jax.Array  # (labels, outputs), or empty
    numbers: tuple[Any, ...] = ()  # the network's traced settings, those of `Task.numbers`


class Criterion(Protocol):
    """A loss and what counts as right; frozen and hashable."""

    def loss(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """The weighted mean over rows."""
        ...

    def correct(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """(n,) bool."""
        ...


@dataclass(frozen=True)
class Task:
    """The part of a problem that changes the compiled program; hashable.

    Arguments:
        network: has `initialise(problem, seed)` and the method named `forward` (parameters, inputs) -> (n, outputs). Settings that it
            registers as traced (see `traced`) change no program: tasks that differ in them alone are equal, and their values are in `Data`.
        criterion: the loss and what counts as right.
        shared: training and test rows go through the network together, told apart by their weights.
        penalty: of the parameters, trained on but not part of the reported loss.
        series: name -> what to record of the parameters beside losses and accuracies; small arrays.
    """

    network: Any = field(compare=False)
    criterion: Criterion
    forward: str = "logits"
    shared: bool = False
    penalty: Callable[[Any], jax.Array] | None = None
    series: tuple[tuple[str, Callable[[Any], jax.Array]], ...] = ()
    structure: Any = field(init=False, repr=False)  # the network without its traced settings

    def __post_init__(self) -> None:
        plain = jax.tree_util.all_leaves([self.network])
        object.__setattr__(self, "structure", self.network if plain else jax.tree.structure(self.network))

    @property
    def numbers(self) -> tuple[Any, ...]:
        """The network's traced settings; () for one that registers none."""
        return () if self.structure is self.network else tuple(jax.tree.leaves(self.network))

    def outputs(self, parameters: Any, inputs: Any, numbers: tuple[Any, ...] = ()) -> jax.Array:
        """What the network, with these traced settings, makes of the inputs."""
        network = jax.tree.unflatten(self.structure, numbers) if numbers else self.network
        return getattr(network, self.forward)(parameters, inputs)


class Bound(NamedTuple):
    """A problem made ready for training."""

    task: Task
    data: Data
    initialise: Callable[[int], dict[str, Any]]  # seed -> parameters, NumPy float32
    has_rqi: bool = False
