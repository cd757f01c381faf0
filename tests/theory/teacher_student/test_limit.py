"""Infinite size: onset, spinodal and coexistence, against their equations and the finite-size solver."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import root

from spinodal.problems import TeacherStudent
from spinodal.theory.teacher_student import coexistence, solve, transition
from spinodal.theory.teacher_student.action import action
from spinodal.theory.teacher_student.criteria import gaussian_landscape

from .reference import FIG2


def fig2(noise=1.0, **changed):
    return TeacherStudent(**{**FIG2, "noise": noise, **changed})


# The printed q_* of the onsets (.7213, .7288) were read from a grid; `test_the_onset_solves_its_equations` has .72137 and .72926
@pytest.mark.parametrize(
    ("transverse", "spinodal", "onset", "b", "overlap", "r", "barrier"),
    [
        ("mean", 0.19066, 0.178719, 0.291958, 0.72137, 0.5, 0.01042),
        ("exact", 0.23339, 0.217099, 0.351676, 0.72926, 0.30040, 0.01335),
    ],
)
def test_fig_2_transitions(transverse, spinodal, onset, b, overlap, r, barrier):
    assert transition(fig2(), transverse=transverse, criterion="spinodal").noise == pytest.approx(spinodal, abs=6e-6)
    found = transition(fig2(), transverse=transverse)
    assert found.converged
    assert (found.noise, found.linear_discrepancy) == pytest.approx((onset, b), abs=6e-7)
    assert (found.overlap, found.transverse_norm, found.barrier) == pytest.approx((overlap, r, barrier), abs=6e-6)


@pytest.mark.parametrize(
    ("cubic", "mean", "exact"),
    [(-0.1, 0.0632, 0.0786), (-0.5, 0.2790, 0.3306), (-0.8, 0.4024, 0.4626), (0.3, 0.0428, 0.0478)],
)
def test_onsets_at_other_cubics(cubic, mean, exact):
    found = [transition(fig2(cubic=cubic), transverse=t).noise for t in ("mean", "exact")]
    assert found == pytest.approx([mean, exact], abs=6e-5)


def test_the_onset_solves_its_equations():
    """The action vanishes and is stationary in q and in r, by finite differences and a root finder that knows nothing else."""
    found = transition(fig2())
    h = 1e-5

    def equations(unknowns):
        noise, q, r = unknowns
        v = 3000 * FIG2["readout_variance"] / (noise * 150)
        u, k = v * 3000 / (noise * 700), 2 / np.pi
        b = root(lambda b: b * (1 + v * k / (2 - u * k * b * b)) - 1, found.linear_discrepancy, tol=1e-14).x[0]
        at = (u, b, -0.3, 0.5)
        return [
            action(q, r, *at),
            (action(q + h, r, *at) - action(q - h, r, *at)) / (2 * h),
            (action(q, r + h, *at) - action(q, r - h, *at)) / (2 * h),
        ]

    start = np.array([found.noise, found.overlap, found.transverse_norm])
    assert root(equations, start * 1.01, tol=1e-12).x == pytest.approx(start, abs=1e-6)


@pytest.mark.parametrize(
    ("transverse", "expected"),
    [("mean", (0.234288, -0.281150, 0.79773, 0.5, 2.2434)), ("exact", (0.218573, -0.261843, 0.85100, 0.25525, 2.8404))],
)
def test_fig_2_coexistence(transverse, expected):
    found = coexistence(fig2(0.15), transverse=transverse)
    obtained = (found.linear_discrepancy, found.cubic_discrepancy, found.overlap, found.transverse_norm, found.droplet_number)
    assert found.converged
    assert obtained[:2] == pytest.approx(expected[:2], abs=6e-7)
    assert obtained[2:4] == pytest.approx(expected[2:4], abs=6e-6)
    assert obtained[4] == pytest.approx(expected[4], abs=6e-5)


@pytest.mark.parametrize("transverse", ["mean", "exact"])
def test_no_droplets_above_the_onset_and_none_at_it(transverse):
    onset = transition(fig2(), transverse=transverse).noise
    above = coexistence(fig2(1.001 * onset), transverse=transverse)
    assert not above.converged
    assert np.isnan(above.droplet_number)
    assert "onset" in above.message
    below = coexistence(fig2(onset * (1 - 1e-6)), transverse=transverse)
    assert below.converged
    assert 0 < below.droplet_number < 1e-3


@pytest.mark.parametrize("transverse", ["mean", "exact"])
def test_finite_networks_converge_to_coexistence(transverse):
    """At fixed u, v: N ~ beta, d ~ sqrt(beta), n ~ beta, readout_variance ~ 1 / sqrt(beta); the error falls with d."""
    limit = coexistence(fig2(0.15), transverse=transverse)
    errors = []
    for root_beta in (4, 16, 64):
        beta = root_beta**2
        large = TeacherStudent(150 * root_beta, 700 * beta, 3000 * beta, 0.15, -0.3, 0.5, 8 / 700 / root_beta)
        found = solve(large, transverse=transverse)
        number = large.input_dim * found.droplet_fraction()
        errors.append([found.linear_discrepancy - limit.linear_discrepancy, number - limit.droplet_number])
    first, second, third = np.abs(errors)
    assert np.all(second < 0.5 * first)
    assert np.all(third < 0.5 * second)
    assert np.all(third < [3e-4, 0.03])
    assert found.cubic_discrepancy == pytest.approx(limit.cubic_discrepancy, abs=1e-4)


@pytest.mark.parametrize("transverse", ["mean", "exact"])
def test_spinodal_lies_above_degeneracy(transverse):
    rng = np.random.default_rng(5)
    for _ in range(4):
        problem = fig2(cubic=rng.normal(), weight_variance=np.exp(rng.normal()))
        spinodal, onset = (transition(problem, transverse=transverse, criterion=c) for c in ("spinodal", "degeneracy"))
        assert spinodal.converged
        assert onset.converged
        assert spinodal.noise > onset.noise
        assert onset.barrier > 0


def test_a_transition_depends_on_the_noise_of_its_problem_not_at_all():
    assert transition(fig2(0.01)).noise == transition(fig2(5.0)).noise


def test_scaling_all_sizes_leaves_the_transition():
    large = replace(fig2(), input_dim=600, width=700 * 16, samples=3000 * 16, readout_variance=8 / 700 / 4)
    assert transition(large).noise == pytest.approx(transition(fig2()).noise, rel=1e-9)


def test_without_a_cubic_there_is_no_transition():
    for criterion in ("degeneracy", "spinodal"):
        found = transition(fig2(cubic=0.0), criterion=criterion)
        assert not found.converged
        assert np.isnan(found.noise)
        assert "cubic" in found.message
    assert not coexistence(fig2(0.1, cubic=0.0)).converged


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("problem", lambda: transition(3)),  # pyright: ignore[reportArgumentType]
        ("problem", lambda: coexistence(None)),  # pyright: ignore[reportArgumentType]
        ("transverse", lambda: transition(fig2(), transverse="none")),
        ("transverse", lambda: coexistence(fig2(), transverse=1)),  # pyright: ignore[reportArgumentType]
        ("criterion", lambda: transition(fig2(), criterion="binodal")),
    ],
)
def test_wrong_arguments_are_named(name, call):
    with pytest.raises((ValueError, TypeError), match=name):
        call()


@pytest.mark.parametrize(
    ("problem", "transverse", "noise", "overlap", "barrier"),
    [
        (TeacherStudent(150, 10, 100, 0.1, 0.1, 0.15, 1e-9), "mean", 8.7421206e-07, 0.99466, 1.537),
        (TeacherStudent(100_000, 20, 1, 0.1, 0.01, 22.613531937605725, 0.006107953548036989), "exact", None, 4.36, 0.41),
    ],
)
def test_a_spinodal_is_that_of_the_outer_minimum_where_a_broad_well_looks_deeper(problem, transverse, noise, overlap, barrier):
    """Numbers of a dense search by another program."""
    found = transition(problem, transverse=transverse, criterion="spinodal")
    assert found.overlap == pytest.approx(overlap, rel=2e-3)
    assert found.barrier == pytest.approx(barrier, rel=1e-2)
    assert noise is None or found.noise == pytest.approx(noise, rel=1e-7)


@pytest.mark.parametrize(
    "problem",
    [
        TeacherStudent(10, 1, 200, 0.1, 2.0, 6.2990241229762844, 5.875539709677622e-05),
        TeacherStudent(150, 700, 3000, 0.1, -0.01, 19.3, 14.77),
        TeacherStudent(150, 700, 3000, 0.1, -0.3, 0.5, 8 / 700),
    ],
)
def test_a_barrier_is_the_highest_of_the_lowest_where_the_best_r_jumps_from_well_to_well(problem):
    """On a dense grid of ln r, and of q: 300 points, and twice 300 about the highest."""
    found = transition(problem)
    landscape = gaussian_landscape(problem, np.array([found.noise]), "exact")
    r = problem.weight_variance * np.exp(np.linspace(-8, 1, 20_001))
    low, high = 0.0, found.overlap
    for _ in range(3):
        q = np.linspace(low, high, 301)
        lowest = action(q[:, None], r, landscape.u, landscape.b, landscape.c, problem.weight_variance).min(axis=1)
        best = int(np.argmax(lowest))
        low, high = q[best - 1], q[best + 1]
    assert found.barrier == pytest.approx(lowest[best], rel=1e-5)
