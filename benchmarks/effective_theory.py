"""The effective theory on one core: P(linear) against batches of eigenvalue problems, critical fractions, RQI of stacks, the flow's error.

    python benchmarks/effective_theory.py [--draws 10000]

Every way to count sees the same training sets where it can, and the number of sets on which they disagree is printed beside the times.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is imported
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from timing import table

from spinodal.measures.representation import parallelograms, rqi
from spinodal.theory.effective import flow, linear_curve, nullity
from spinodal.theory.effective.random_order import sizes_that_force_a_line

SIZES = np.arange(14, 34)  # the rise at 10 symbols, from .0003 to .997
PAIRS = np.stack(np.triu_indices(10), axis=1)
X = np.eye(10)[PAIRS[:, 0]] + np.eye(10)[PAIRS[:, 1]]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` gives, and its CPU seconds."""
    sizes_that_force_a_line.cache_clear()
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


def orders(draws: int, seed: int) -> np.ndarray:
    """Random orders of all pairs."""
    return np.random.default_rng(seed).permuted(np.tile(np.arange(55), (draws, 1)), axis=1)


def by_eigenvalues(sets: np.ndarray) -> np.ndarray:
    """Is nullity 2? One batch of 10 x 10 eigenvalue problems; `sets` are (draws, 55) masks."""
    matrix = np.zeros((len(sets), 100))
    total = PAIRS.sum(axis=1)
    for s in range(19):
        block = np.flatnonzero(total == s)
        count = sets[:, block].sum(axis=1, keepdims=True)
        square = np.stack([np.outer(x, x).ravel() for x in X[block]])
        sums = sets[:, block] @ X[block]
        matrix += (sets[:, block] * count) @ square - (sums[:, :, None] * sums[:, None, :]).reshape(len(sets), -1)
    return np.linalg.eigvalsh(matrix.reshape(-1, 10, 10))[:, 2] > 1e-8


def counting(draws: int) -> None:
    """P(linear) for 20 sizes."""
    generator = np.random.default_rng(0)
    nested = orders(draws, 0)
    places = np.argsort(nested, axis=1)
    curve, ours = timed(lambda: linear_curve(10, draws=draws, seed=0).probability[SIZES])
    fresh, fresh_seconds = timed(lambda: [linear_curve(10, draws=draws, seed=int(k)).probability[k] for k in SIZES])
    batch, batch_seconds = timed(lambda: [by_eigenvalues((places < k).astype(float)).sum() for k in SIZES])
    few = [(k, PAIRS[order[:k]]) for k in SIZES for order in nested[generator.permutation(draws)[:50]]]
    _, loop_seconds = timed(lambda: [nullity(pairs, 10) for _, pairs in few])
    wrong = int(np.abs(np.round(curve * draws) - batch).sum())
    sets = draws * len(SIZES)
    z = np.max(np.abs(np.array(fresh) - curve) / np.sqrt(np.maximum(curve * (1 - curve), 1 / draws) * 2 / draws))
    loop = loop_seconds * sets / len(few)
    header = "P(linear), 10 symbols, 20 sizes | training sets | CPU s | against the first | disagree with the first"
    rows = [
        ("`linear_curve`: one random order serves all sizes", sets, ours, 1.0, 0),
        ("the same with fresh orders for each size", sets, fresh_seconds, fresh_seconds / ours, f"largest z {z:.1f}"),
        ("batches of eigenvalue problems, same sets", sets, batch_seconds, batch_seconds / ours, wrong),
        ("`nullity`, one set after the other (1,000 of them, scaled up)", sets, loop, loop / ours, "-"),
    ]
    table(header, rows)


def fractions() -> None:
    """Critical fractions."""
    rows = []
    for symbols in (5, 10, 20, 40):
        curve, seconds = timed(lambda symbols=symbols: linear_curve(symbols, draws=1000))
        rows.append((symbols, seconds, curve.critical_fraction, curve.standard_error, curve.critical_pairs / symbols))
    table("symbols | CPU s, 1000 draws | critical fraction | standard error | critical pairs a symbol", rows)


def stacks() -> None:
    """RQI of 5000 snapshots."""
    stack = np.arange(10)[:, None] + 0.2 * np.random.default_rng(0).normal(size=(5000, 10, 1))
    rows = parallelograms(10)
    signs = sum(sign * np.eye(10)[rows[:, k]] for k, sign in enumerate((1, 1, -1, -1)))
    plain = lambda e: np.mean((signs @ ((e - e.mean()) / e.std(ddof=1))) ** 2 < 0.01)  # noqa: E731
    whole, whole_seconds = timed(lambda: rqi(stack))
    single, single_seconds = timed(lambda: np.array([rqi(e) for e in stack]))
    matrix, matrix_seconds = timed(lambda: np.array([plain(e) for e in stack]))
    entries = [
        ("one stack", whole, whole_seconds),
        ("one by one", single, single_seconds),
        ("by its matrix, one by one", matrix, matrix_seconds),
    ]
    table(
        "RQI of 5000 embeddings of 10 symbols | CPU s | against the stack | differ",
        [(name, seconds, seconds / whole_seconds, int(np.sum(values != whole))) for name, values, seconds in entries],
    )


def motion() -> None:
    """The closed form of the flow against a solver at its tightest."""
    start = np.random.default_rng(1).normal(size=(10, 2))
    chosen = PAIRS[np.random.default_rng(2).permutation(55)[:30]]
    known = {tuple(pair) for pair in chosen.tolist()}
    rows = np.array([r for r in parallelograms(10).tolist() if tuple(r[:2]) in known and tuple(r[2:]) in known])
    a = sum(sign * np.eye(10)[rows[:, k]] for k, sign in enumerate((1, 1, -1, -1)))
    times = np.linspace(0, 100, 101)

    def slope(_: float, flat: np.ndarray) -> np.ndarray:
        e = flat.reshape(10, 2)
        norm, loss = np.sum(e**2), np.sum((a @ e) ** 2) / len(a)
        return (-2 / (len(a) * norm) * a.T @ (a @ e) + 2 * loss / norm**2 * e).ravel()

    ours, seconds = timed(lambda: flow(start, chosen, times))
    solved, solver_seconds = timed(lambda: solve_ivp(slope, (0, 100), start.ravel(), t_eval=times, method="DOP853", rtol=1e-13, atol=1e-13))
    difference = np.max(np.abs(solved.y.T.reshape(-1, 10, 2) - ours.embeddings)) / np.abs(start).max()
    drift = np.max(np.abs(ours.norm / np.sum(start**2) - 1))
    table(
        "flow of 10 x 2 numbers to 101 times | CPU s | largest difference, relative | norm off by, relative",
        [("closed form", seconds, "-", f"{drift:.1e}"), ("DOP853, rtol 1e-13", solver_seconds, f"{difference:.1e}", "-")],
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000, help="training sets at each size")
    given = parser.parse_args()
    counting(given.draws)
    fractions()
    stacks()
    motion()


if __name__ == "__main__":
    main()
