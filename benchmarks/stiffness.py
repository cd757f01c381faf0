"""Which directions of the posterior are stiff, and how long the steps of a trajectory are that follows them in shorter ones of their own.

    python benchmarks/stiffness.py [--trajectories 40]

First the spectrum of the tangent kernel over sigma^2 at a draw of the posterior of figure 2, in float64: each eigenvalue is a curvature of
the likelihood in units of the prior's. There are d = 150 linear functions of the input. Then the acceptance of trajectories over an angle
of 1.2, with and without the split of `hmc.step`, against the number of gradients that they take.
"""

import argparse

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import erf
from timing import FIG2, at_noise, seconds, table

from spinodal.compiling import CPU_OPTIONS, small_pool
from spinodal.problems import TeacherStudent
from spinodal.sampling import hmc
from spinodal.sampling.posteriors import teacher_student as posterior

NOISES = (0.1, 0.2, 0.3)
ANGLE, STEPS, DRAWS = 1.2, (3, 4, 5, 6, 8), 40

small_pool()  # one core


def eigenvalues(problem: TeacherStudent, z: np.ndarray) -> np.ndarray:
    """Of (d f / d z) (d f / d z)^T / sigma^2, samples by samples, the largest first."""
    width, d = problem.width, problem.input_dim
    weight_scale, readout_scale = (problem.weight_variance / d) ** 0.5, (problem.readout_variance / width) ** 0.5
    weights, readouts = z[:-width].reshape(width, d) * weight_scale, z[-width:] * readout_scale
    inputs = problem.draw(0).inputs
    h = inputs @ weights.T
    slope = 2 / np.sqrt(np.pi) * np.exp(-(h**2))
    kernel = readout_scale**2 * erf(h) @ erf(h).T + weight_scale**2 * ((slope * readouts**2) @ slope.T) * (inputs @ inputs.T)
    return np.linalg.eigvalsh(kernel)[::-1] / problem.noise


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trajectories", type=int, default=40)
    trajectories = parser.parse_args().trajectories
    kernels, d = posterior.bind(posterior.shape_key(FIG2)), FIG2.input_dim
    split = kernels._replace(guide=None)

    def compiled(function):
        return jax.jit(function, compiler_options=CPU_OPTIONS)

    @compiled
    def settle(z, constants):
        known = kernels.potential_and_gradient(z, constants)[2]
        tuning = kernels.tune(z[None], known[None], constants, kernels.untuned(2))

        def one(state, key):
            state, _ = hmc.step(key, state, split, constants, 0.2, 5, 5)
            place, _ = kernels.refresh(jax.random.fold_in(key, 1), state.position, 0.2, constants, tuning)
            return hmc.arrive(place, split, constants), None

        return jax.lax.scan(one, hmc.init(z, split, constants), jax.random.split(jax.random.key(0), DRAWS))[0].position

    def acceptances(moving):
        @compiled
        def run(z, constants, steps):
            def one(state, key):
                state, info = hmc.step(key, state, moving, constants, ANGLE / steps, steps, max(STEPS))
                return state, info.acceptance

            return jax.lax.scan(one, hmc.init(z, moving, constants), jax.random.split(jax.random.key(1), trajectories))[1]

        return run

    runs = {"prior and linear part": acceptances(split), "prior": acceptances(split._replace(stiff=None))}
    spectra, rows = [], []
    for noise in NOISES:
        problem = at_noise(noise)
        constants = jax.tree.map(jnp.asarray, posterior.constants(problem, problem.draw(0), 0.4))
        z = settle(jnp.asarray(posterior.planted_start(problem, np.random.default_rng(0))), constants)
        values = eigenvalues(problem, np.asarray(z, np.float64))
        spectra.append((noise, *(f"{values[k - 1]:.3g}" for k in (1, d // 2, d, d + 1, 5 * d))))
        for name, run in runs.items():
            rows.append((noise, name, *(f"{float(run(z, constants, steps).mean()):.2f}" for steps in STEPS)))
    table("noise | " + " | ".join(f"eigenvalue {k}" for k in (1, d // 2, d, d + 1, 5 * d)), spectra)
    table("noise | solved apart | " + " | ".join(f"acceptance with {steps} gradients" for steps in STEPS), rows)
    gradient, part = (compiled(function) for function in (lambda z, c: kernels.potential_and_gradient(z, c)[:2], kernels.stiff))
    milliseconds = [1e3 * seconds(lambda function=function: function(z, constants)) for function in (gradient, part)]
    table("gradient ms | of the linear part ms | ratio", [(*milliseconds, milliseconds[0] / milliseconds[1])])


if __name__ == "__main__":
    main()
