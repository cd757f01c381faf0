"""The theory beside the cells of the teacher-student studies, as variables of their dataset."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray

from ...problems import TeacherStudent
from ...theory import teacher_student as theory
from .teacher_student_cell import THRESHOLD

TRANSVERSE = ("mean", "exact")  # as published, and right
OVERLAPS = np.linspace(0, 1.8, 361)
QUANTITIES = ("linear_discrepancy", "cubic_discrepancy", "droplet_fraction")


def curves(problem: TeacherStudent, noise: Sequence[float] | np.ndarray, axis: str) -> dict[str, tuple]:
    """`theory_*` of the finite problem, dims (transverse, axis), and whether an outer minimum exists."""
    found = {name: [] for name in (*QUANTITIES, "has_droplet_saddle")}
    for transverse in TRANSVERSE:
        solved = theory.solve_many(problem, noise=np.asarray(noise), transverse=transverse)
        found["linear_discrepancy"].append(solved.linear_discrepancy)
        found["cubic_discrepancy"].append(solved.cubic_discrepancy)
        found["droplet_fraction"].append(solved.droplet_fraction(THRESHOLD))
        found["has_droplet_saddle"].append(np.asarray(solved.phase) != "GFL")
    return {f"theory_{name}": (("transverse", axis), np.array(values)) for name, values in found.items()}


def infinite_size(problem: TeacherStudent, noise: np.ndarray, axis: str) -> dict[str, tuple]:
    """`limit_*`: the Gaussian branch above the onset, coexistence below it; dims (transverse, axis)."""
    shape = (len(TRANSVERSE), len(noise))
    linear, cubic = np.full(shape, np.nan), np.full(shape, np.nan)
    for i, transverse in enumerate(TRANSVERSE):
        onset = theory.transition(problem, transverse=transverse, criterion="degeneracy")
        above = noise > onset.noise if onset.converged else np.ones(len(noise), bool)
        gaussian = theory.solve_many(problem, noise=noise, transverse=transverse, branch="gaussian")
        linear[i], cubic[i] = gaussian.linear_discrepancy, gaussian.cubic_discrepancy
        for j in np.flatnonzero(~above):
            both = theory.coexistence(at_noise(problem, noise[j]), transverse=transverse)
            linear[i, j], cubic[i, j] = both.linear_discrepancy, both.cubic_discrepancy
    return {"limit_linear_discrepancy": (("transverse", axis), linear), "limit_cubic_discrepancy": (("transverse", axis), cubic)}


def densities(problems: Sequence[TeacherStudent], axis: str, data_seed: int | None = None) -> dict[str, tuple]:
    """`theory_log_density` (transverse, axis, overlap) on `OVERLAPS`, and `theory_has_droplets` (transverse, axis).

    With `data_seed`, those of this data set, by its Gram matrix; else of infinitely many samples.
    """
    corrections = () if data_seed is None else ("gram",)
    log_density, droplets = [], []
    for transverse in TRANSVERSE:
        data = [None if data_seed is None else problem.draw(data_seed) for problem in problems]
        solved = [theory.solve(p, transverse=transverse, corrections=corrections, data=d) for p, d in zip(problems, data, strict=True)]
        log_density.append([np.interp(OVERLAPS, s.overlap, s.log_density, right=np.nan) for s in solved])
        droplets.append([s.phase.startswith("GMFL") for s in solved])
    return {
        "theory_has_droplets": (("transverse", axis), np.array(droplets)),
        "theory_log_density": (("transverse", axis, "overlap"), np.array(log_density)),
    }


def droplet_norms(problems: Sequence[TeacherStudent], axis: str) -> dict[str, tuple]:
    """`theory_fine_droplet_transverse_norm` (transverse, axis): |w_perp|^2 of neurons beyond the threshold."""
    norms = [[theory.solve(p, transverse=t).droplet_transverse_norm(THRESHOLD) for p in problems] for t in TRANSVERSE]
    return {"theory_fine_droplet_transverse_norm": (("transverse", axis), np.array(norms))}


def along(problems: Sequence[TeacherStudent], axis: str) -> dict[str, tuple]:
    """`theory_*` of any problems, dims (transverse, axis)."""
    shape = (len(TRANSVERSE), len(problems))
    found = {name: np.full(shape, np.nan) for name in QUANTITIES}
    for i, transverse in enumerate(TRANSVERSE):
        for j, problem in enumerate(problems):
            _keep(found, (i, j), theory.solve(problem, transverse=transverse))
    return {f"theory_{name}": (("transverse", axis), values) for name, values in found.items()}


def transitions(problem: TeacherStudent, finite: xarray.Dataset, axis: str) -> dict[str, tuple]:
    """`transition_noise` (transverse, criterion): two of infinite size, and where the finite density gets its outer minimum."""
    noises = []
    for i, transverse in enumerate(TRANSVERSE):
        infinite = [theory.transition(problem, transverse=transverse, criterion=c).noise for c in ("spinodal", "degeneracy")]
        saddle = finite["theory_has_droplet_saddle"].values[i]
        noises.append([*infinite, finite[axis].values[saddle].max() if saddle.any() else np.nan])
    return {"transition_noise": (("transverse", "criterion"), np.array(noises))}


CRITERIA = ("spinodal", "degeneracy", "finite-size minimum")


def of_data_sets(problems: Sequence[TeacherStudent], axis: str, seeds: Sequence[int]) -> dict[str, tuple]:
    """`gram_*`: theory with the Gram matrix of each data set, dims (transverse, axis, data_seed).

    Also `corrected_*`, with all three corrections and the exact transverse norm: the best that the theory can do at this size.
    """
    shape = (len(TRANSVERSE), len(problems), len(seeds))
    gram = {name: np.full(shape, np.nan) for name in QUANTITIES}
    corrected = {name: np.full(shape[1:], np.nan) for name in (*QUANTITIES, "droplet_transverse_norm")}
    for k, seed in enumerate(seeds):
        data = {}
        for j, problem in enumerate(problems):
            data.setdefault(problem.samples, problem.draw(int(seed)))
            for i, transverse in enumerate(TRANSVERSE):
                _keep(gram, (i, j, k), theory.solve(problem, transverse=transverse, corrections=("gram",), data=data[problem.samples]))
            best = theory.solve(problem, corrections=("cavity", "ridge", "gram"), data=data[problem.samples])
            _keep(corrected, (j, k), best)
            corrected["droplet_transverse_norm"][j, k] = best.droplet_transverse_norm(THRESHOLD) if best.converged else np.nan
    return {
        **{f"gram_{name}": (("transverse", axis, "data_seed"), values) for name, values in gram.items()},
        **{f"corrected_{name}": ((axis, "data_seed"), values) for name, values in corrected.items()},
    }


def _keep(into: dict[str, np.ndarray], where: tuple[int, ...], solved: theory.Solution) -> None:
    if solved.converged:
        into["linear_discrepancy"][where] = solved.linear_discrepancy
        into["cubic_discrepancy"][where] = solved.cubic_discrepancy
        into["droplet_fraction"][where] = solved.droplet_fraction(THRESHOLD)


def at_noise(problem: TeacherStudent, noise: float) -> TeacherStudent:
    """The problem at another noise."""
    return replace(problem, noise=float(noise))
