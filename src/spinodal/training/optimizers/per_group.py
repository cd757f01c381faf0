"""An optimiser for the embedding and another one for all else."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .adamw import AdamW
from .inner import innermost, require_optimizer
from .interface import Optimizer
from .pytree import traced


class GroupStates(NamedTuple):
    """The states of both groups."""

    embedding: Any
    decoder: Any


@traced("embedding", "decoder")
@dataclass(frozen=True)
class PerGroup:
    """`embedding` moves the parameters of that name, `decoder` all others.

    Arguments:
        embedding, decoder: optimisers, not `PerGroup` again, nor one around it; the defaults are those of arXiv:2205.10343.
    """

    embedding: Optimizer = field(default_factory=lambda: AdamW(1e-3))
    decoder: Optimizer = field(default_factory=lambda: AdamW(1e-4))

    def __post_init__(self):
        require_optimizer("embedding", self.embedding)
        require_optimizer("decoder", self.decoder)
        for name in ("embedding", "decoder"):
            if isinstance(innermost(getattr(self, name)), PerGroup):
                raise TypeError(f"{name} must be the optimiser of one group, such as AdamW(), got another PerGroup")

    def init(self, parameters: Any) -> GroupStates:
        """Both groups at their start."""
        embedding, rest = _split(parameters)
        return GroupStates(self.embedding.init(embedding), self.decoder.init(rest))

    def step(self, parameters: Any, gradients: Any, state: GroupStates) -> tuple[Any, GroupStates]:
        """One update of both."""
        (embedding, rest), (embedding_gradients, rest_gradients) = _split(parameters), _split(gradients)
        embedding, first = self.embedding.step(embedding, embedding_gradients, state.embedding)
        rest, second = self.decoder.step(rest, rest_gradients, state.decoder)
        return {**embedding, **rest}, GroupStates(first, second)


def _split(parameters: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"embedding": parameters["embedding"]}, {name: value for name, value in parameters.items() if name != "embedding"}
