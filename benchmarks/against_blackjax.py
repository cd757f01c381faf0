"""blackjax's HMC on the same compiled potential, beside ours: which is faster, and so which do we use?

    python benchmarks/against_blackjax.py [--draws 200]

Both run on one core from one start, at figure 2 with noise 0.15: time a gradient, and effective draws of the observables a second.
blackjax gets its own window adaptation's job done for it: a step at which it accepts three in four. "Split": the stiff part in shorter
steps.
"""

import argparse
import time

import blackjax
import jax
import jax.numpy as jnp
import numpy as np
from threadpoolctl import threadpool_limits
from timing import FIG2, table

from spinodal.compiling import CPU_OPTIONS, small_pool
from spinodal.sampling import hmc
from spinodal.sampling.diagnostics import diagnose
from spinodal.sampling.posteriors import teacher_student as posterior

MOST_STEPS = 8

small_pool()  # one core


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    draws = parser.parse_args().draws
    shape = posterior.shape_key(FIG2)
    kernels = posterior.bind(shape)
    constants = jax.tree.map(jnp.asarray, posterior.constants(FIG2, FIG2.draw(0), 0.4))

    @jax.custom_vjp
    def potential(z):
        return kernels.potential_and_gradient(z, constants)[0]

    # The tiled gradient by hand: reverse-mode through the scan would store every tile
    potential.defvjp(lambda z: kernels.potential_and_gradient(z, constants)[:2], lambda slope, g: (g * slope,))
    log_density = lambda z: -potential(z) - jnp.sum(z**2) / 2  # noqa: E731
    theirs = blackjax.hmc.build_kernel()

    def run_theirs(steps, step_size, key, z):
        def one(state, key):
            state, info = theirs(key, state, log_density, step_size, jnp.ones(z.size), steps)
            return state, (kernels.observe(state.position, constants), info.acceptance_rate)

        state, rows = jax.lax.scan(one, blackjax.hmc.init(z, log_density), jax.random.split(key, draws))
        return state.position, rows

    def run_ours(rounds, guided, split):
        def run(steps, step_size, key, z):
            tuning = kernels.untuned(rounds)
            moving = kernels._replace(guide=kernels.guide if guided else None, stiff=kernels.stiff if split else None)
            if rounds:
                known = kernels.potential_and_gradient(z, constants)[2]
                tuning = kernels.tune(z[None], known[None], constants, tuning)

            def one(state, key):
                state, info = hmc.step(key, state, moving, constants, step_size, steps, MOST_STEPS)
                if rounds:
                    place, _ = kernels.refresh(jax.random.fold_in(key, 1), state.position, step_size, constants, tuning)
                    state = hmc.arrive(place, moving, constants)
                return state, (kernels.observe(state.position, constants), info.acceptance)

            state, rows = jax.lax.scan(one, hmc.init(z, moving, constants), jax.random.split(key, draws))
            return state.position, rows

        return run

    z = jnp.asarray(posterior.planted_start(FIG2, np.random.default_rng(0)))
    z = jax.jit(run_ours(2, guided=True, split=True), compiler_options=CPU_OPTIONS)(3, 0.25, jax.random.key(9), z)[0]
    rows = []
    for name, run, steps, step_size in (
        ("blackjax HMC", run_theirs, 8, 0.1),
        ("ours, prior solved exactly", run_ours(0, guided=False, split=False), 8, 0.18),
        ("the same, split", run_ours(0, guided=False, split=True), 5, 0.28),
        ("the same, guided in bfloat16", run_ours(0, guided=True, split=True), 5, 0.28),
        ("the same, short, with neuron updates", run_ours(2, guided=True, split=True), 3, 0.28),
    ):
        compiled = jax.jit(run, compiler_options=CPU_OPTIONS)
        jax.block_until_ready(compiled(steps, step_size, jax.random.key(0), z))
        began = time.perf_counter()
        _, (observed, acceptance) = jax.block_until_ready(compiled(steps, step_size, jax.random.key(1), z))
        spent = time.perf_counter() - began
        scalars = {scalar: np.asarray(observed[scalar])[None] for scalar in posterior.SCALARS}
        ess = diagnose(scalars).ess
        worth = [ess[scalar] / spent for scalar in posterior.SCALARS]
        rows.append((name, steps, step_size, float(acceptance.mean()), 1e3 * spent / draws, *worth))
    table("sampler | steps | step | acceptance | ms a draw | ESS/s of b | of c | of P", rows)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):  # as `sample` has it
        main()
