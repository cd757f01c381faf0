"""Coupled weight decay: an L2 penalty whose gradient goes through the optimiser."""

from dataclasses import dataclass
from typing import Any

import jax

from ...errors import not_negative
from .inner import require_optimizer
from .pytree import traced


@traced("inner", "weight_decay")
@dataclass(frozen=True)
class CoupledDecay:
    """Give `inner` the gradient plus weight_decay theta.

    Around `AdamW` without decay this is PyTorch's Adam with its own `weight_decay`: moments see the penalty, so that decay acts the more
    the smaller the gradients of the loss are, unlike the decoupled decay of `AdamW`. Inside `Grokfast` the penalty is not amplified.

    Arguments:
        inner: the optimiser that makes the step. weight_decay: >= 0, 0 (default) is `inner` alone.
    Source: arXiv:1711.05101, algorithm 2, the L2 form.
    """

    inner: Any
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        require_optimizer("inner", self.inner)
        object.__setattr__(self, "weight_decay", not_negative("weight_decay", self.weight_decay))

    def init(self, parameters: Any) -> Any:
        """The state of `inner`; this one has none."""
        return self.inner.init(parameters)

    def step(self, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
        """The step of `inner` on the penalised gradient."""
        penalised = jax.tree.map(lambda p, g: g + self.weight_decay * p, parameters, gradients)
        return self.inner.step(parameters, penalised, state)
