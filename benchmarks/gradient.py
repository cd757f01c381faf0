"""One posterior gradient against a matrix product of the same FLOPs, on one core and in one process; growth with d, N and n.

    python benchmarks/gradient.py

A gradient at (d, N, n) needs 4 d N n FLOPs in two products, X W^T and G^T X. Beside the products of just these shapes stands the square
product of as many FLOPs, which is the most that the library can do. Chains run one a core, so one core is what is timed. The last two
columns are of the gradient that guides trajectories, its factors in bfloat16, which only a processor with products of that does faster.
"""

import jax
import jax.numpy as jnp
import numpy as np
from timing import FIG2, seconds, table

from spinodal.compiling import CPU_OPTIONS, small_pool
from spinodal.problems import TeacherStudent
from spinodal.sampling.posteriors import teacher_student as posterior

SIZES = [
    *[(d, 700, 3000) for d in (75, 150, 300)],
    *[(150, width, 3000) for width in (350, 700, 1400)],
    *[(150, 700, samples) for samples in (1500, 3000, 6000)],
]

small_pool()  # one core


def gradient_seconds(problem: TeacherStudent) -> tuple[float, float]:
    """One gradient at a prior draw, and one of the guide."""
    kernels = posterior.bind(posterior.shape_key(problem))
    gradient, guide = (jax.jit(f, compiler_options=CPU_OPTIONS) for f in (kernels.potential_and_gradient, kernels.guide))
    constants = jax.tree.map(jnp.asarray, posterior.constants(problem, problem.draw(0), 0.4))
    z = jnp.asarray(posterior.prior_start(problem, np.random.default_rng(0)))
    return seconds(lambda: gradient(z, constants)), seconds(lambda: guide(z, constants))


def product_seconds(problem: TeacherStudent) -> tuple[float, float]:
    """The two products alone, and one square product of as many FLOPs."""
    d, width, samples = problem.input_dim, problem.width, problem.samples
    side = round((2 * d * width * samples) ** (1 / 3))
    product = jax.jit(jnp.matmul, compiler_options=CPU_OPTIONS)
    normal = lambda *shape: jax.random.normal(jax.random.key(0), shape)  # noqa: E731
    x, w, g, square = normal(samples, d), normal(d, width), normal(width, samples), normal(side, side)
    return seconds(lambda: product(x, w)) + seconds(lambda: product(g, x)), seconds(lambda: product(square, square))


def main() -> None:
    """Print both tables."""
    rows, cost = [], {}
    for d, width, samples in SIZES:
        problem = TeacherStudent(d, width, samples, FIG2.noise, FIG2.cubic, FIG2.weight_variance, FIG2.readout_variance)
        (ours, guide), (products, square) = gradient_seconds(problem), product_seconds(problem)
        cost[d, width, samples] = ours
        rate = 4e-9 * d * width * samples / ours
        row = (d, width, samples, 1e3 * ours, rate, 1e3 * products, products / ours, 1e3 * square, square / ours)
        rows.append((*row, 1e3 * guide, ours / guide))
    table("d | N | n | gradient ms | GFLOP/s | its products ms | ratio | square product ms | ratio | guide ms | gradient / guide", rows)
    slopes = []
    for axis, name in enumerate(("d", "N", "n")):
        sizes = SIZES[3 * axis : 3 * axis + 3]
        slope = np.polyfit(np.log([size[axis] for size in sizes]), np.log([cost[size] for size in sizes]), 1)[0]
        slopes.append((name, float(slope)))
    table("grows with | exponent of the time", slopes)


if __name__ == "__main__":
    main()
