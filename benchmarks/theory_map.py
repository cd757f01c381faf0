"""A 64 x 64 map of the adaptive-kernel theory in (noise, cubic): time on one core, and error against a fine grid.

The fine grid is the careful default of the literature: 4001 trapezoid points of q on [0, 4] and ln r in steps of 0.35 sqrt(2 / d).

    python benchmarks/theory_map.py [--cells 64] [--checked 4]
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is imported
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import time
from dataclasses import replace

import numpy as np
from scipy.integrate import simpson
from timing import machine

from spinodal.problems import TeacherStudent
from spinodal.theory.teacher_student import solve_many
from spinodal.theory.teacher_student.corrections import closure
from spinodal.theory.teacher_student.grids import log_weights, tensor_grid
from spinodal.theory.teacher_student.newton import newton

FIG2 = TeacherStudent(input_dim=150, width=700, samples=3000, noise=0.2, cubic=-0.3, weight_variance=0.5, readout_variance=8 / 700)
THRESHOLD = 0.4


def fine(problem, noise, transverse, start):
    """(b, c, P) on the fine grid, by Newton steps from the map's own solution."""
    d, norm = problem.input_dim, problem.weight_variance
    log_step = 0.35 * np.sqrt(2 / d)
    log_r = np.arange(np.log(0.02 * norm), np.log(4 * norm), log_step) if transverse == "exact" else np.log([norm])
    q = np.linspace(0, 4, 4001)
    grid = tensor_grid(q, log_r, d, norm, transverse == "exact")
    cells = closure(problem, np.array([noise]))
    state, _ = newton(start[None], cells, grid, np.array([20]))
    weights = log_weights(cells.field(state.tau), cells, grid)[0].reshape(len(q), -1)
    p = np.exp(weights - weights.max()).sum(axis=1)
    p[0] *= 2
    beyond = q >= THRESHOLD  # THRESHOLD is a node
    return state.tau[0, 0], state.tau[0, 1] / np.sqrt(6), simpson(p[beyond], x=q[beyond]) / simpson(p, x=q)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=64, help="noises and cubics")
    parser.add_argument("--checked", type=int, default=4, help="of them compared with the fine grid, in each direction")
    given = parser.parse_args()
    noise, cubic = np.geomspace(0.05, 0.4, given.cells), np.linspace(-0.8, 0.8, given.cells)
    some = np.unique(np.linspace(0, given.cells - 1, given.checked).astype(int))
    print(f"\n{machine()}\n")
    print("| transverse | cells | wall s | CPU s | cells per CPU s | unconverged | max error of b | of c | of P(\\|q\\| > 0.4) |")
    print("|---|---|---|---|---|---|---|---|---|")
    for transverse in ("mean", "exact"):
        began, cpu = time.perf_counter(), time.process_time()
        rows = [solve_many(replace(FIG2, cubic=float(c)), noise=noise, transverse=transverse) for c in cubic]
        fractions = [row.droplet_fraction(THRESHOLD) for row in rows]
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        bad = sum(int(np.sum(~row.converged)) for row in rows)
        errors = []
        for i in some:
            for k in some:
                mine = np.array([rows[i].linear_discrepancy[k], rows[i].cubic_discrepancy[k], fractions[i][k]])
                errors.append(np.abs(fine(rows[i].problem, noise[k], transverse, mine[:2] * [1, np.sqrt(6)]) - mine))
        b, c, share = np.max(errors, axis=0)
        cells = given.cells**2
        speed = f"{seconds:.2f} | {cpu:.2f} | {cells / cpu:.0f}"
        print(f"| {transverse} | {cells} | {speed} | {bad} | {b:.1e} | {c:.1e} | {share:.1e} |", flush=True)


if __name__ == "__main__":
    main()
