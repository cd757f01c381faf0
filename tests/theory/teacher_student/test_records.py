"""What the solver says when it does not converge, what its records promise, and what it refuses."""

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from spinodal.problems import TeacherStudent
from spinodal.theory.teacher_student import solve, solve_many

from .reference import fig2


def test_too_few_iterations_are_said_not_raised():
    found = solve(fig2(0.1), max_iterations=2)
    assert not found.converged
    assert "max_iterations" in found.message
    assert found.residual > 1e-8
    assert found.iterations == 2
    assert np.isfinite(found.linear_discrepancy)


@pytest.mark.parametrize("branch", ["equilibrium", "gaussian"])
def test_overflow_is_said_not_raised(branch):
    found = solve(fig2(1e-200), branch=branch)
    assert not found.converged
    assert "out of range" in found.message
    assert np.isnan([found.linear_discrepancy, found.residual, found.droplet_fraction()]).all()
    many = solve_many(fig2(1.0), noise=[0.2, 1e-200, 1e300], branch=branch)
    assert many.converged.tolist() == [True, False, True]
    assert np.isfinite(many.droplet_fraction()).tolist() == [True, False, True]


def test_what_rounding_forbids_is_said_not_raised():
    found = solve(fig2(1e-20), transverse="mean")
    assert not found.converged
    assert found.message.startswith("stopped")


@pytest.mark.parametrize("noise", [1e-9, 1e-6, 1e-4, 1e12, 1e100])
@pytest.mark.parametrize("transverse", ["mean", "exact"])
def test_extreme_noises_converge(noise, transverse):
    found = solve(fig2(noise), transverse=transverse)
    assert found.converged, found.message
    assert found.linear_discrepancy == pytest.approx(1 if noise > 1 else 0, abs=1e-2)


def test_records_are_frozen_and_travel_between_processes():
    found = solve(fig2(0.2), transverse="mean")
    with pytest.raises(FrozenInstanceError):
        found.linear_discrepancy = 0.0  # pyright: ignore[reportAttributeAccessIssue]
    again = pickle.loads(pickle.dumps(found))
    assert again.droplet_fraction() == found.droplet_fraction()
    assert found.citation.startswith("Rubin")
    assert found.settings.transverse == "mean"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("transverse", {"transverse": "average"}),
        ("branch", {"branch": "Gaussian"}),
        ("corrections", {"corrections": ("ringe",)}),
        ("corrections", {"corrections": "ridge"}),
        ("data", {"corrections": ("gram",)}),
        ("data", {"data": "draw(0)"}),
        ("data", {"data": replace(fig2(0.2), samples=10).draw(0)}),
        ("max_iterations", {"max_iterations": 0}),
        ("max_iterations", {"max_iterations": 2.5}),
        ("fineness", {"fineness": 0}),
        ("fineness", {"fineness": 1e4}),
    ],
)
def test_wrong_arguments_are_named(name, change):
    with pytest.raises((ValueError, TypeError), match=name):
        solve(fig2(0.2), **change)
    with pytest.raises((ValueError, TypeError), match=name):
        solve_many(fig2(0.2), noise=[0.2], **change)


@pytest.mark.parametrize("noise", [[], 0.2, [[0.2]], [0.2, -1], [0.2, np.nan], ["a"], [0.1, np.inf], None, [[1], [1, 2]], [0.0]])
def test_wrong_noises_are_named(noise):
    with pytest.raises((ValueError, TypeError), match="noise"):
        solve_many(fig2(0.2), noise=noise)


def test_a_wrong_problem_is_named():
    for call in (lambda: solve(None), lambda: solve_many("x", noise=[1])):  # pyright: ignore[reportArgumentType]
        with pytest.raises(TypeError, match="problem"):
            call()


def test_an_unknown_argument_of_solve_many_is_named_with_its_neighbour():
    with pytest.raises(TypeError, match=r"transvers.*nearest: transverse"):
        solve_many(fig2(0.2), noise=[0.2], transvers="mean")


@pytest.mark.parametrize("threshold", [-0.1, np.nan, "0.4", None])
def test_wrong_thresholds_are_named(threshold):
    many = solve_many(fig2(0.2), noise=[0.2], transverse="mean")
    for found in (many, solve(fig2(0.2), transverse="mean")):
        with pytest.raises((ValueError, TypeError), match="threshold"):
            found.droplet_fraction(threshold)
    with pytest.raises((ValueError, TypeError), match="threshold"):
        solve(fig2(0.2), transverse="mean").droplet_transverse_norm(threshold)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"inputs": np.full((300, 20), np.nan)}, "finite inputs"),
        ({"teacher": np.ones(5)}, "a teacher that is a unit vector"),
        ({"teacher": None}, "a teacher that is a unit vector"),
        ({"teacher": np.full(20, 2.0)}, "a teacher that is a unit vector"),
    ],
)
def test_data_that_no_problem_draws_are_refused(changed, says):
    problem = TeacherStudent(20, 80, 300, 0.2, -0.3, 0.5, 0.012)
    with pytest.raises(ValueError, match=says):
        solve(problem, corrections=("gram",), data=replace(problem.draw(0), **changed))
