"""Information measures against thoi, from raw data to all values, and how their cost grows; one thread, one process.

    python benchmarks/information.py [--repeats 7]

Both sides take turns, each keeps its best time. Times include the copula. thoi ranks and computes in float64, too, and its results stay
tensors (the table of strings that it makes by default takes it longer still).
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is imported
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["TQDM_DISABLE"] = "1"

import argparse
import time
import tracemalloc
from collections.abc import Callable
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import torch
from thoi.commons import gaussian_copula_covmat
from thoi.measures.gaussian_copula import multi_order_measures
from threadpoolctl import threadpool_limits
from timing import table

from spinodal.measures.information import anneal, bias, cluster_unions, copula_correlation, extremes, grow, subsets


def mixed(variables: int, samples: int) -> np.ndarray:
    """Gaussians in a random mixture."""
    rng = np.random.default_rng(0)
    mixture = rng.standard_normal((variables, variables))
    return rng.standard_normal((samples, variables)) @ (np.eye(variables) + 0.3 * mixture)


def rectified(samples: int, units: int) -> np.ndarray:
    """Rectified units with common causes: many zeros, all alive."""
    rng = np.random.default_rng(1)
    causes = rng.standard_normal((samples, 40)) @ rng.standard_normal((40, units)) / np.sqrt(40)
    return np.maximum(causes + 0.5 * rng.standard_normal((samples, units)) - 0.7, 0)


def times(*sides: Callable[[], Any], repeats: int) -> list[list[float]]:
    """Seconds of every call of each side, taking turns."""
    found: list[list[float]] = [[] for _ in sides]
    for _ in range(repeats):
        for side, seconds in zip(sides, found, strict=True):
            began = time.perf_counter()
            side()
            seconds.append(time.perf_counter() - began)
    return found


def ours(x: np.ndarray, orders: range) -> list[np.ndarray]:
    """All four quantities of every set of these orders."""
    copula = copula_correlation(x)
    found = [subsets(copula, k) for k in orders]
    return [f.o_information for f in found]


def theirs(x: torch.Tensor, orders: range) -> list[np.ndarray]:
    """The same by thoi."""
    collect = {"batch_data_collector": lambda _, values, __: values, "batch_aggregation": lambda parts: parts}
    return [part[:, 0, 2].numpy() for part in multi_order_measures(x, orders[0], orders[-1], **collect)]


def one_by_one(x: np.ndarray, orders: range) -> list[np.ndarray]:
    """The same by the definition: n + 1 batched slogdets of every set."""
    matrix, found = copula_correlation(x).matrix, []
    for k in orders:
        sets = np.array(list(combinations(range(len(matrix)), k)))
        log_det = np.linalg.slogdet(matrix[sets[:, :, None], sets[:, None, :]])[1]
        parents = 0.0
        for i in range(k):
            rest = np.delete(sets, i, axis=1)
            parents = parents + np.linalg.slogdet(matrix[rest[:, :, None], rest[:, None, :]])[1]
        found.append((k / 2 - 1) * log_det - parents / 2)
    return found


def against_thoi(repeats: int) -> None:
    """The same values, from raw data."""
    rows = []
    for variables, samples, orders in (
        (30, 1000, range(4, 5)),
        (30, 5000, range(4, 5)),
        (10, 3763, range(3, 11)),
        (16, 2000, range(3, 17)),
    ):
        x = mixed(variables, samples)
        tensor, few = torch.as_tensor(x), max(3, repeats // 2) if variables == 16 else repeats
        a, b, c = times(lambda: ours(x, orders), lambda: theirs(tensor, orders), lambda: one_by_one(x, orders), repeats=few)  # noqa: B023
        pairs = zip(ours(x, orders), theirs(tensor, orders), orders, strict=True)
        worst = max(float(np.abs(p - _corrected(q, k, samples)).max()) for p, q, k in pairs)
        sets = sum(comb(variables, k) for k in orders)
        size = (variables, samples, f"{orders[0]}..{orders[-1]}", sets)
        rows.append(
            (*size, 1e3 * a[0], 1e3 * min(a), 1e3 * min(b), min(b) / min(a), min(c) / min(a), float(np.median(a[1:])) / a[0], worst)
        )
    columns = (
        "here, first call ms | here ms | thoi ms | thoi / here | slogdets / here | median later call / first | largest difference, nats"
    )
    table(f"variables | samples | orders | sets | {columns}", rows)
    x = rectified(3763, 250)
    tensor = torch.as_tensor(x)
    a, b = times(lambda: copula_correlation(x), lambda: gaussian_copula_covmat(tensor[None]), repeats=repeats)
    table("copula of | here ms | thoi ms | ratio", [("250 rectified units x 3763", 1e3 * min(a), 1e3 * min(b), min(b) / min(a))])


def _corrected(values: np.ndarray, order: int, samples: int) -> np.ndarray:
    """thoi subtracts the bias; without it, as ours are."""
    return values + bias(order, samples).o_information


def of_a_layer(repeats: int) -> None:
    """What a checkpoint costs."""
    x = rectified(3763, 250)
    copula = copula_correlation(x)
    work = {
        "cluster measure, neurons": lambda: cluster_unions(x, mode="neurons"),
        "cluster measure, blocks": lambda: cluster_unions(x, mode="blocks"),
        "cluster measure, means": lambda: cluster_unions(x, mode="means"),
        "grow 3 -> 200 of 250": lambda: grow(copula, [0, 1, 2], 200, -1),
        "best triplet of 250, then 3 -> 200": lambda: grow(copula, None, 200, -1),
        "anneal 10 of 250, 10 x 1000 swaps": lambda: anneal(copula, 10, seed=0),
    }
    found = times(*work.values(), repeats=max(3, repeats // 2))
    table("250 units x 3763 samples | s | first call s", [(name, min(s), s[0]) for name, s in zip(work, found, strict=True)])


def growth(repeats: int) -> None:
    """Cost against the number of variables and against the order; extremes of all sets, nothing stored."""
    matrix = copula_correlation(mixed(100, 2000)).matrix
    rows = []
    for variables, order in (
        (20, 4),
        (40, 4),
        (60, 4),
        (80, 4),
        (100, 4),
        (100, 2),
        (100, 3),
        (40, 3),
        (40, 5),
        (30, 6),
        (24, 8),
        (20, 10),
    ):
        part = matrix[:variables, :variables]
        (seconds,) = times(lambda: extremes(part, order), repeats=3 if comb(variables, order) > 1e6 else repeats)  # noqa: B023
        tracemalloc.start()
        extremes(part, order)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        sets = comb(variables, order)
        rows.append((variables, order, sets, 1e3 * min(seconds), 1e9 * min(seconds) / sets, peak / 2**20))
    table("variables | order | sets | ms | ns a set | peak MiB", rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    with threadpool_limits(1):
        against_thoi(repeats)
        of_a_layer(repeats)
        growth(repeats)


if __name__ == "__main__":
    main()
