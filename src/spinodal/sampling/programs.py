"""The compiled program: many draws of one chain, adapting or not, for one posterior and one shape."""

import functools
import os
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ..compiling import one_thread
from ..provenance import usable_cores
from . import adaptation, hmc, langevin
from .posteriors.interface import Array, Kernels


class Carry(NamedTuple):
    """All that a chain remembers between two draws."""

    state: hmc.State
    adaptation: adaptation.DualAveraging


class Controls(NamedTuple):
    """What the host may change between two chunks without compiling anew. Traced."""

    adapting: Array  # bool
    leapfrog_steps: Array
    target_acceptance: Array
    tuning: Any  # of `Kernels.refresh`


class Draws(NamedTuple):
    """A chunk: `observed` and the rest hold one row a draw; rows beyond the count asked for are zero."""

    observed: dict[str, Array]
    acceptance: Array
    energy: Array
    divergent: Array
    jumps: Array


class Spec(NamedTuple):
    """What changes the compiled program beside the posterior's shape."""

    kind: str  # "hmc", "langevin" or "mala"
    guided: bool
    refresh: bool
    most_steps: int
    capacity: int


def build(kernels: Kernels, spec: Spec):
    """`start(position, constants) -> State` and `advance(key, carry, constants, controls, first, count) -> (Carry, Draws)`."""
    refresh = kernels.refresh if spec.refresh else None
    kernels = kernels if spec.guided else kernels._replace(guide=None)

    def start(position, constants):
        return hmc.init(position, kernels, constants)

    def one_draw(key, carry: Carry, constants, controls: Controls):
        state, averaging = carry
        step_size = jnp.exp(jnp.where(controls.adapting, averaging.log_step, averaging.log_averaged))
        move_key, refresh_key = jax.random.split(key)
        if spec.kind == "hmc":
            state, info = hmc.step(move_key, state, kernels, constants, step_size, controls.leapfrog_steps, spec.most_steps)
        else:
            state, info = langevin.step(
                move_key, state, kernels, constants, step_size, controls.leapfrog_steps, adjusted=spec.kind == "mala"
            )
        updated = adaptation.update(averaging, info.acceptance, controls.target_acceptance)
        averaging = jax.tree.map(lambda new, old: jnp.where(controls.adapting, new, old), updated, averaging)
        if refresh is not None:
            place, _ = refresh(refresh_key, state.position, step_size, constants, controls.tuning)
            state = hmc.arrive(place, kernels, constants)
        return Carry(state, averaging), kernels.observe(state.position, constants), info

    def advance(key, carry: Carry, constants: Any, controls: Controls, first: jax.Array, count: jax.Array):
        shapes = jax.eval_shape(lambda c: one_draw(key, c, constants, controls)[1:], carry)
        observed, info = jax.tree.map(lambda s: jnp.zeros((spec.capacity, *s.shape), s.dtype), shapes)
        rows = Draws(observed, info.acceptance, info.energy, info.divergent, info.jumps)

        def body(i, loop):
            carry, rows = loop
            # The key depends on the number of the draw alone, so that a chain is the same however it is cut into chunks
            carry, observed, info = one_draw(jax.random.fold_in(key, first + i), carry, constants, controls)
            row = Draws(observed, info.acceptance, info.energy, info.divergent, info.jumps)
            return carry, jax.tree.map(lambda all_rows, new: all_rows.at[i].set(new), rows, row)

        return jax.lax.fori_loop(0, count, body, (carry, rows))

    return start, advance


@functools.cache
def compiled(bind, shape, spec: Spec, batched: bool) -> tuple[Any, Any, Any, Any]:
    """`build`'s two and `Kernels.tune`, compiled once for each posterior, shape and spec, and `Kernels.untuned`.

    `batched`: all chains in one program (for a GPU).
    """
    kernels = bind(shape)
    start, advance = build(kernels, spec)
    if batched:
        start, advance = jax.vmap(start, in_axes=(0, None)), jax.vmap(advance, in_axes=(0, 0, None, None, None, None))
    options = None if batched else one_thread()
    tune = jax.jit(kernels.tune, compiler_options=options) if kernels.tune else None
    return jax.jit(start, compiler_options=options), jax.jit(advance, compiler_options=options), tune, kernels.untuned


def cores_for_chains() -> int:
    """Cores that chains may use: OMP_NUM_THREADS if set, at most those of the process."""
    asked, all_of_them = os.environ.get("OMP_NUM_THREADS", ""), usable_cores()
    return max(1, min(int(asked), all_of_them)) if asked.isdigit() else all_of_them
