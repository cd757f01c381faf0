"""The finite-size solver: published numbers, a plain quadrature, limits."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import norm

from spinodal.problems import TeacherStudent
from spinodal.theory.teacher_student import solve, solve_many, transition

from .reference import DIGITS, SMALL, fig2, plain_closure, plain_turns

# noise: b, c, P(|q| > 0.4) for "mean", then for "exact". Two printed P of "exact" were a unit off in the last digit
# (.006587, .017110); a dense quadrature (test_agrees_with_a_plain_quadrature) gives .0065863 and .0171090
TABLE = {
    0.30: (0.473161, -0.296182, 0.001450, 0.466791, -0.295742, 0.002301),
    0.25: (0.396333, -0.294841, 0.003950, 0.389177, -0.293819, 0.006586),
    0.20: (0.314353, -0.292402, 0.011178, 0.304144, -0.287128, 0.017109),
    0.18: (0.279685, -0.290232, 0.016929, 0.267400, -0.279802, 0.020911),
    0.15: (0.224492, -0.281447, 0.026126, 0.210622, -0.263602, 0.023474),
    0.10: (0.125943, -0.247108, 0.027514, 0.112402, -0.229984, 0.025014),
}


@pytest.mark.parametrize("noise", TABLE)
def test_fig_2_numbers(noise):
    found = [solve(fig2(noise), transverse=t) for t in ("mean", "exact")]
    numbers = [x for f in found for x in (f.linear_discrepancy, f.cubic_discrepancy, f.droplet_fraction())]
    assert numbers == pytest.approx(TABLE[noise], abs=DIGITS)
    assert all(f.converged and f.residual < 1e-8 for f in found)


@pytest.mark.parametrize(
    ("transverse", "expected"),
    [("mean", (0.230307, -0.281401, 0.005917)), ("exact", (0.215404, -0.262090, 0.007078))],
)
def test_eight_times_larger_numbers(transverse, expected):
    found = solve(TeacherStudent(424, 5600, 24000, 0.15, -0.3, 0.5, 0.004040610178), transverse=transverse)
    assert (found.linear_discrepancy, found.cubic_discrepancy, found.droplet_fraction()) == pytest.approx(expected, abs=DIGITS)


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (2800, (0.624100, -1.198541, 0.557446, -1.183697)),
        (1400, (0.317324, -1.147884, 0.222583, -1.123776)),
        (700, (0.050454, -1.099721, -0.034923, -1.075276)),
    ],
)
def test_appendix_d_numbers(width, expected):
    problem = TeacherStudent(150, width, 600, 0.05, -1.2, 0.5, 0.011)
    found = [solve(problem, transverse=t) for t in ("mean", "exact")]
    assert [x for f in found for x in (f.linear_discrepancy, f.cubic_discrepancy)] == pytest.approx(expected, abs=DIGITS)


@pytest.mark.parametrize(
    ("corrections", "b", "c"),
    [
        ((), 0.199208, -0.257488),
        (("cavity",), 0.202878, -0.258506),
        (("cavity", "ridge"), 0.204107, -0.258720),
        (("gram",), 0.209623, -0.252863),
        (("gram", "cavity", "ridge"), 0.214709, -0.254383),
    ],
)
def test_numbers_with_corrections(corrections, b, c):
    problem = TeacherStudent(noise=0.14, **SMALL)
    found = solve(problem, corrections=corrections, data=problem.draw(40))
    assert (found.linear_discrepancy, found.cubic_discrepancy) == pytest.approx((b, c), abs=DIGITS)


def test_saddles_at_low_noise():
    """Positions as printed, to the grid they were read from (0.0025): the exact barrier is at 0.5228, the outer minimum at 0.8127."""
    mean, exact = (solve(fig2(0.15), transverse=t).saddles for t in ("mean", "exact"))
    assert [s.kind for s in mean] == [s.kind for s in exact] == ["central", "barrier", "outer"]
    assert [x for s in mean[1:] for x in (s.overlap, s.action)] == pytest.approx([0.57003, 0.03213, 0.67102, 0.03177], abs=6e-6)
    assert [x for s in exact[1:] for x in (s.overlap, s.action)] == pytest.approx([0.52279, 0.04392, 0.81266, 0.02880], abs=6e-6)
    assert exact[2].transverse_norm == pytest.approx(0.268, abs=5e-4)
    assert mean[2].transverse_norm == 0.5


def test_saddles_are_where_the_density_turns():
    found = solve(fig2(0.15))
    s = -found.log_density / 150
    turning = found.overlap[1:-1][(np.diff(np.sign(np.diff(s))) != 0) & (found.overlap[1:-1] > 0.01)]
    assert turning == pytest.approx([p.overlap for p in found.saddles[1:]], abs=2 * np.diff(found.overlap)[0])


@pytest.mark.parametrize(
    ("problem", "corrections"),
    [
        (TeacherStudent(162, 8, 2937, 0.0047, 0.913, 21.1, 0.0138), ()),
        (TeacherStudent(120, 1, 2045, 0.0369, 0.0658, 5.15, 0.00187), ("cavity",)),
        (TeacherStudent(29, 1, 45, 0.00488, -1.313, 1.333, 0.0353), ("cavity",)),
        (TeacherStudent(1216, 143, 45096, 0.0399, -1.376, 1.284, 0.160), ("cavity", "ridge")),
        (TeacherStudent(668, 3, 11190, 0.0056, -1.303, 0.1195, 0.236), ("cavity",)),
    ],
)
def test_saddles_beside_a_jump_of_the_transverse_norm(problem, corrections):
    """log p bends within one cell of its table where the likeliest r jumps: a spline through values had two to six more there."""
    found = solve(problem, corrections=corrections)
    b, c, saddles = found.linear_discrepancy, found.cubic_discrepancy, found.saddles
    last = 1.2 * saddles[-1].overlap
    q = last * np.concatenate([np.linspace(0, 0.02, 200, endpoint=False), np.linspace(0.02, 1, 1200)])
    turns, stable = plain_turns(problem, b, c, q, corrections)
    assert turns == pytest.approx([s.overlap for s in saddles[1:]], abs=1.1e-3 * last)
    assert (saddles[0].kind == "central") == stable


def random_problem(rng):
    d, width, n = (int(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in ((10, 2000), (30, 1e4), (30, 1e4)))
    cubic = rng.choice([-1, 1]) * np.exp(rng.uniform(np.log(0.05), np.log(1.5)))
    problem = TeacherStudent(d, width, n, 1.0, cubic, np.exp(rng.uniform(-3, 2)), np.exp(rng.uniform(0, 3)) / width)
    return replace(problem, noise=transition(problem, transverse="mean").noise * np.exp(rng.normal()))


def check_random(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    transverse = rng.choice(["mean", "exact"])
    corrections = tuple(c for c in ("cavity", "ridge", "gram") if rng.random() < 0.4)
    data = problem.draw(seed) if "gram" in corrections else None
    found = solve(problem, transverse=transverse, corrections=corrections, data=data)
    assert found.converged, found.message
    b, c = found.linear_discrepancy, found.cubic_discrepancy
    residual, beyond, norm = plain_closure(problem, b, c, transverse, corrections, data, furthest=1.15 * found.overlap[-1])
    assert residual < 1e-9
    assert found.droplet_fraction() == pytest.approx(beyond, abs=1e-8)
    if beyond > 1e-6:
        assert found.droplet_transverse_norm() == pytest.approx(norm, rel=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_agrees_with_a_plain_quadrature(seed):
    """psi is convex with curvature of at least one, so the residual bounds the error of the solution."""
    check_random(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 250))
def test_agrees_with_a_plain_quadrature_at_many_settings(seed):
    check_random(seed)


@pytest.mark.parametrize("noise", [0.25, 0.2])
def test_droplet_fractions_of_fig_2_agree_with_a_plain_quadrature(noise):
    found = solve(fig2(noise))
    plain = plain_closure(fig2(noise), found.linear_discrepancy, found.cubic_discrepancy, furthest=2.0)
    assert plain[0] < 1e-12
    assert found.droplet_fraction() == pytest.approx(plain[1], abs=1e-10)
    assert found.droplet_transverse_norm() == pytest.approx(plain[2], rel=1e-9)


def test_density_is_normalised_symmetric_and_negligible_at_the_edge():
    found = solve(fig2(0.15))
    assert np.all(np.diff(found.overlap) > 0)
    assert np.array_equal(found.overlap, -found.overlap[::-1])
    assert np.array_equal(found.log_density, found.log_density[::-1])
    density = np.exp(found.log_density)
    assert trapezoid(density, found.overlap) == pytest.approx(1, abs=1e-12)
    assert density[-1] < 1e-30
    assert found.droplet_fraction(0) == 1
    assert found.droplet_fraction(100) == 0
    assert np.isnan(found.droplet_transverse_norm(100))


def test_droplet_fraction_is_smooth_in_the_threshold():
    found = solve(fig2(0.15))
    spacing = found.overlap[1] - found.overlap[0]
    thresholds = 0.4 + spacing * np.linspace(0, 3, 31)
    fourth = np.diff([found.droplet_fraction(t) for t in thresholds], n=4)
    assert np.abs(fourth).max() < 5e-12
    slope = (found.droplet_fraction(0.399) - found.droplet_fraction(0.401)) / 0.002
    assert slope == pytest.approx(2 * np.exp(np.interp(0.4, found.overlap, found.log_density)), rel=1e-4)


def test_a_finer_grid_changes_nothing():
    for transverse in ("mean", "exact"):
        default, fine = solve(fig2(0.15), transverse=transverse), solve(fig2(0.15), transverse=transverse, fineness=2.5)
        assert default.linear_discrepancy == pytest.approx(fine.linear_discrepancy, abs=1e-11)
        assert default.cubic_discrepancy == pytest.approx(fine.cubic_discrepancy, abs=1e-11)
        assert default.droplet_fraction() == pytest.approx(fine.droplet_fraction(), abs=1e-10)


@pytest.mark.parametrize("transverse", ["mean", "exact"])
def test_at_infinite_noise_neurons_follow_their_prior(transverse):
    found = solve(fig2(1e9), transverse=transverse)
    assert (found.linear_discrepancy, found.cubic_discrepancy) == pytest.approx((1, -0.3), abs=1e-7)
    assert np.allclose(found.log_density, norm.logpdf(found.overlap, scale=np.sqrt(0.5 / 150)), rtol=0, atol=1e-6)
    assert found.droplet_fraction(0.1) == pytest.approx(2 * norm.sf(0.1, scale=np.sqrt(0.5 / 150)), abs=1e-9)
    assert found.saddles[0].transverse_norm == pytest.approx(0.5 if transverse == "mean" else 0.5 * 149 / 150, rel=1e-9)
    assert found.phase == "GFL"


@pytest.mark.parametrize("correction", ["cavity", "ridge"])
def test_a_correction_falls_as_the_inverse_of_the_size(correction):
    """N, n and 1 / sigma_a^2 grow together: that leaves the uncorrected closure as it is."""
    problems = [TeacherStudent(30, 600 * k, 2400 * k, 0.14, -0.3, 0.5, 1.6 / 600 / k) for k in (1, 100, 10_000)]
    plain, corrected = ([solve(p, corrections=c).linear_discrepancy for p in problems] for c in ((), (correction,)))
    assert plain == pytest.approx([plain[0]] * 3, abs=1e-9)
    shift = np.subtract(corrected, plain)
    assert shift[0] > 1e-3
    assert 100 * shift[2] == pytest.approx(shift[1], rel=0.02)


def test_without_a_cubic_target_the_network_makes_one_that_fades_with_size():
    """The erf has a cubic part of its own, whose share falls as 1 / d."""
    small, large = (solve(TeacherStudent(150 * k, 700 * k * k, 3000 * k * k, 0.3, 0.0, 0.5, 8 / 700 / k)).cubic_discrepancy for k in (1, 8))
    assert 0 < large < small / 4


def test_strong_learning_ends_in_the_second_mixed_phase():
    found = solve(TeacherStudent(10, 20, 4000, 0.02, -0.5, 1.0, 0.05))
    assert found.converged
    assert found.phase == "GMFL-II"
    assert found.saddles[0].kind == "barrier"  # the centre is unstable at this size


def test_a_noise_that_is_hard_leaves_its_neighbours_as_they_are():
    problem = fig2(0.2)
    many = solve_many(problem, noise=[0.2, 1e-28, 0.3], transverse="mean")
    assert many.converged.tolist() == [True, False, True]
    alone = [solve(fig2(noise), transverse="mean") for noise in (0.2, 0.3)]
    assert many.linear_discrepancy[[0, 2]] == pytest.approx([found.linear_discrepancy for found in alone], abs=1e-10)
    assert many.droplet_fraction()[[0, 2]] == pytest.approx([found.droplet_fraction() for found in alone], abs=1e-9)


def test_no_step_left_to_check_the_grid_is_said():
    found = solve(fig2(0.15), transverse="mean", max_iterations=15)
    assert not found.converged
    assert found.message.endswith("no step was left to check the grid; raise max_iterations")


def test_solve_many_is_solve_at_each_noise_in_the_order_given():
    noise = np.array([0.3, 0.1, 1e6, 0.2, 1e-3])
    many = solve_many(fig2(1.0), noise=noise)
    for k, value in enumerate(noise):
        one = solve(fig2(value))
        assert many.linear_discrepancy[k] == pytest.approx(one.linear_discrepancy, abs=1e-10)
        assert many.cubic_discrepancy[k] == pytest.approx(one.cubic_discrepancy, abs=1e-10)
        assert many.droplet_fraction(0.3)[k] == pytest.approx(one.droplet_fraction(0.3), abs=1e-9)
        assert many.phase[k] == one.phase
    assert many.converged.all()
    assert np.array_equal(many.noise, noise)
    for name in ("linear_discrepancy", "phase", "residual", "iterations", "converged", "message"):
        assert getattr(many, name).shape == noise.shape


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"cubic": 1e300}, "the coupling"),
        ({"weight_variance": 1e-320}, "weight_variance must be within 1e-100 and 1e100, got 9.99989e-321"),
        ({"weight_variance": 1e300}, "weight_variance must be within"),
        ({"input_dim": 10**21 - 1}, "input_dim must be at most 1e15"),
    ],
    ids=str,
)
@pytest.mark.parametrize("branch", ["equilibrium", "gaussian"])
def test_settings_beyond_floats_are_unsolved_not_wrong(fields, says, branch):
    found = solve(replace(fig2(0.15), **fields), branch=branch)
    assert not found.converged
    assert np.isnan(found.linear_discrepancy)
    assert found.message.startswith(f"out of range: {says}")
