"""Grokfast: the slow part of the gradient, amplified, in front of any optimiser."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ...errors import choice, integer, real, require
from .inner import require_optimizer
from .pytree import traced


class GrokfastState(NamedTuple):
    """`average` is the exponential one, or two sums: of the window, and of this lap through `recent`; `seen` counts gradients."""

    inner: Any
    seen: jax.Array
    average: Any
    recent: Any


@traced("inner", "decay", "amplification")
@dataclass(frozen=True)
class Grokfast:
    """Give `inner` the gradient plus an amplified average of the gradients so far: g + amplification m.

        "ema":  m <- decay m + (1 - decay) g, with m = g at the first step
        "ma":   m = mean of the last `window` gradients, the present one among them; added only once there are `window` of them

    Arguments:
        inner: the optimiser that makes the step.
        kind: "ema" (default) or "ma".
        decay: of "ema", in [0, 1), default 0.98.
        amplification: >= 0, default 2; 0 is `inner` alone. A constant gradient reaches `inner` (1 + amplification) times larger, so
            with SGD a fair baseline has its own best learning rate.
        window: gradients of "ma", default 100; that many copies of the parameters are kept, and three.
    Source: arXiv:2405.20233. Its published defaults differ between text and scripts.
    """

    inner: Any
    kind: str = "ema"
    decay: float = 0.98
    amplification: float = 2.0
    window: int = 100

    def __post_init__(self):
        require_optimizer("inner", self.inner)
        choice("kind", self.kind, ("ema", "ma"))
        object.__setattr__(self, "decay", real("decay", self.decay))
        require(0 <= self.decay < 1, f"decay must be in [0, 1), got {self.decay} (it is the weight of the past in the average)")
        object.__setattr__(self, "amplification", real("amplification", self.amplification))
        require(self.amplification >= 0, f"amplification must be >= 0, got {self.amplification}")
        integer("window", self.window, minimum=1, why="the number of gradients in the moving average")

    def init(self, parameters: Any) -> GrokfastState:
        """No gradient seen yet."""
        average, recent = jax.tree.map(jnp.zeros_like, parameters), None
        if self.kind == "ma":
            average = average, average
            recent = jax.tree.map(lambda p: jnp.zeros((self.window + 1, *jnp.shape(p)), jnp.result_type(p)), parameters)
        return GrokfastState(self.inner.init(parameters), jnp.zeros((), jnp.int32), average, recent)

    def step(self, parameters: Any, gradients: Any, state: GrokfastState) -> tuple[Any, GrokfastState]:
        """The step of `inner` on the amplified gradient."""
        average, recent, slow = self._averaged(gradients, state)
        amplified = jax.tree.map(lambda g, m: g + self.amplification * m, gradients, slow)
        parameters, inner = self.inner.step(parameters, amplified, state.inner)
        return parameters, GrokfastState(inner, state.seen + 1, average, recent)

    def _averaged(self, gradients: Any, state: GrokfastState) -> tuple[Any, Any, Any]:
        """What to remember as `average` and `recent`, and the m to add."""
        if self.kind == "ema":
            keep = jnp.where(state.seen == 0, 0.0, self.decay)
            average = jax.tree.map(lambda m, g: (keep * m + (1 - keep) * g).astype(m.dtype), state.average, gradients)
            return average, None, average
        # A ring of one place more than the window: the gradient that leaves is read after the new one was written elsewhere, so that XLA
        # writes in place. Were it the same place, each step would copy the ring
        slots = self.window + 1
        place, leaving = state.seen % slots, (state.seen + 1) % slots
        recent = jax.tree.map(lambda r, g: jax.lax.dynamic_update_index_in_dim(r, g, place, 0), state.recent, gradients)
        running, lap = state.average
        running = jax.tree.map(lambda s, g, r: s + g - r[leaving], running, gradients, recent)
        # At the end of a lap the window is all but its first gradient: their own sum takes over, so that round-off does not pile up
        lap = jax.tree.map(lambda s, g: jnp.where(place == 0, 0, s + g), lap, gradients)
        running = jax.tree.map(lambda s, own: jnp.where(place == self.window, own, s), running, lap)
        full = state.seen + 1 >= self.window
        return (running, lap), recent, jax.tree.map(lambda s: jnp.where(full, s / self.window, 0), running)
