"""The Gaussian branch: closed forms, and the corrections that equilibrium takes."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from spinodal.problems import TeacherStudent
from spinodal.theory.teacher_student import solve, solve_many

from .reference import DIGITS, fig2


@pytest.mark.parametrize(("noise", "b"), [(0.3, 0.474730), (0.2, 0.325249), (0.15, 0.246403)])
def test_gaussian_branch_numbers(noise, b):
    found = solve(fig2(noise), branch="gaussian")
    assert found.linear_discrepancy == pytest.approx(b, abs=DIGITS)
    assert found.cubic_discrepancy == pytest.approx(-0.3, abs=1e-15)
    assert found.phase == "GFL"


def test_gaussian_branch_density_is_normal_with_the_closed_form_variance():
    found = solve(fig2(0.2), branch="gaussian")
    u, k = 3000**2 * 8 / 700 / (0.04 * 150 * 700), 2 / np.pi
    deviation = 1 / np.sqrt(150 * (2 - u * k * found.linear_discrepancy**2))
    assert np.allclose(found.log_density, norm.logpdf(found.overlap, scale=deviation), rtol=0, atol=1e-10)
    assert found.droplet_fraction(0.2) == pytest.approx(2 * norm.sf(0.2 / deviation), rel=1e-9)
    assert found.droplet_transverse_norm(0.2) == pytest.approx(0.5, rel=1e-12)  # the prior's, at any overlap


def test_gaussian_branch_is_the_equilibrium_of_a_large_network_above_the_onset():
    beta = 64
    large = TeacherStudent(1200, 700 * beta, 3000 * beta, 0.3, -0.3, 0.5, 8 / 700 / 8)
    gaussian, full = solve(large, branch="gaussian"), solve(large)
    assert gaussian.linear_discrepancy == pytest.approx(0.474730, abs=DIGITS)
    assert abs(full.linear_discrepancy - gaussian.linear_discrepancy) < 0.002


@pytest.mark.parametrize("corrections", [("ridge",), ("cavity",), ("gram",), ("cavity", "ridge", "gram")], ids="-".join)
def test_gaussian_branch_takes_the_corrections_that_equilibrium_takes(corrections):
    problem = TeacherStudent(400, 4000, 6000, 0.5, -0.3, 0.5, 8 / 4000)
    data = problem.draw(0)
    shift = {
        branch: solve(problem, branch=branch, corrections=corrections, data=data).linear_discrepancy
        - solve(problem, branch=branch).linear_discrepancy
        for branch in ("equilibrium", "gaussian")
    }
    assert shift["gaussian"] == pytest.approx(shift["equilibrium"], rel=0.05)


def test_solve_many_on_the_gaussian_branch():
    many = solve_many(fig2(1.0), noise=[0.3, 0.2, 0.15], branch="gaussian")
    assert many.linear_discrepancy == pytest.approx([0.474730, 0.325249, 0.246403], abs=DIGITS)


@pytest.mark.parametrize("corrections", [("cavity",), ("cavity", "ridge")])
def test_a_single_neuron_has_a_stable_centre_only_where_the_target_itself_leaves_it_one(corrections):
    """At width 1 the neuron sees x = 1: s''(0) = 1 / sigma_w^2 - u k', below 0 at low noise for whatever b."""
    problem = TeacherStudent(12, 1, 60, 0.1, -0.3, 0.5, 0.02)
    many = solve_many(problem, noise=np.geomspace(0.01, 1, 60), branch="gaussian", corrections=corrections)
    assert not many.converged.any()
    assert np.isnan(many.linear_discrepancy).all()
    warm = solve(replace(problem, noise=100.0), branch="gaussian", corrections=corrections)
    assert warm.converged
    assert warm.linear_discrepancy == pytest.approx(1, abs=1e-3)
