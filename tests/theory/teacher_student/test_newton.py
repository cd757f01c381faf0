"""Newton's method: psi's derivatives, one solution from anywhere, with every correction."""

import itertools

import numpy as np
import pytest

from spinodal.problems import TeacherStudent
from spinodal.theory.teacher_student.corrections import closure, effective_ridge
from spinodal.theory.teacher_student.grids import Spacing, first_window, window_grid
from spinodal.theory.teacher_student.newton import init, newton

from .reference import FIG2, SMALL, plain_ridge

SUBSETS = [c for k in range(4) for c in itertools.combinations(("cavity", "ridge", "gram"), k)]
PROBLEM = TeacherStudent(noise=0.14, **SMALL)
START = np.array([[0.2, -0.6]])


def cells_and_grid(corrections, exact, problem=PROBLEM):
    cells = closure(problem, np.array([problem.noise]), corrections, problem.draw(0) if "gram" in corrections else None)
    return cells, window_grid(cells, first_window(cells, cells.field(START), exact), Spacing(), exact)


@pytest.mark.parametrize("exact", [False, True], ids=["mean", "exact"])
@pytest.mark.parametrize("corrections", SUBSETS, ids="-".join)
def test_the_residual_is_the_gradient_of_psi_and_the_jacobian_its_derivative(corrections, exact):
    cells, grid = cells_and_grid(corrections, exact)
    here, h = init(START, cells, grid), 1e-5
    for k, ahead in enumerate(h * np.eye(2)):
        up, down = init(START + ahead, cells, grid), init(START - ahead, cells, grid)
        gradient = (1 - cells.self_share) * (here.residual @ cells.gram)[0, k]
        assert (up.merit - down.merit)[0] / (2 * h) == pytest.approx(gradient, abs=1e-7)
        assert np.allclose((up.residual - down.residual)[0] / (2 * h), here.jacobian[0, :, k], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("corrections", [(), ("cavity",), ("cavity", "ridge", "gram")], ids="-".join)
@pytest.mark.parametrize("noise", [0.05, 0.14, 0.4])
def test_every_start_leads_to_the_same_solution(corrections, noise):
    problem = TeacherStudent(**{**SMALL, "noise": noise})
    cells, grid = cells_and_grid(corrections, True, problem)
    starts = np.random.default_rng(0).normal(size=(12, 2)) * [[2.0, 4.0]]
    cells = cells.take(np.zeros(12, dtype=int))
    state, steps = newton(starts, cells, grid, np.full(12, 200))
    assert state.error.max() < 1e-8
    assert steps.max() < 60
    assert np.ptp(state.tau, axis=0).max() < 1e-9


def test_psi_is_convex_between_any_two_points():
    cells, grid = cells_and_grid(("cavity", "gram"), True)
    ends = np.random.default_rng(1).normal(size=(2, 20, 2))
    many = cells.take(np.zeros(20, dtype=int))
    first, second, middle = (init(tau, many, grid).merit for tau in (*ends, ends.mean(axis=0)))
    assert np.all(middle <= (first + second) / 2 + 1e-12)


def test_the_effective_ridge_is_the_limit_of_the_fixed_point_iteration():
    for noise in (1e-3, 0.14, 10):
        for given in (FIG2, SMALL, {**SMALL, "samples": 20}):
            problem = TeacherStudent(**{**given, "noise": noise})
            assert effective_ridge(problem, noise / problem.samples) == pytest.approx(plain_ridge(problem), rel=1e-9)
