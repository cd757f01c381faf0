"""The closure of modular addition: published numbers, laws of scaling, extremes, refusals."""

import dataclasses
import math
import time

import numpy as np
import pytest

from spinodal.problems import ModularAddition
from spinodal.theory.modular_addition import solve, solve_many, transitions

FIGURE = ModularAddition(prime=401, width=1000, noise=0.2, readout_variance=2e-6, sextic_decay=1e-4)


def at(problem, **fields):
    return dataclasses.replace(problem, **fields)


def small(t, prime=7, width=400, sextic_decay=0.3):
    return ModularAddition(prime, width, t / width, 1 / (width * prime**2), sextic_decay)


def brute_force(problem, discrepancy):
    """lambda / sigma_a^2 and w by 10-point Gauss-Legendre cells in (Phi, Psi), the threshold between two cells."""
    P, threshold = problem.prime, 1 / math.sqrt(3 * problem.sextic_decay)
    g = 2 * problem.readout_variance * (P * discrepancy / problem.noise) ** 2 / problem.width
    outer = (g + math.sqrt(max(g**2 - problem.sextic_decay, 0))) / problem.sextic_decay
    end = max(outer, threshold) + 10 * (P * problem.sextic_decay) ** (-1 / 3)
    cell = threshold / math.ceil(threshold / end * 120)
    node, weight = np.polynomial.legendre.leggauss(10)
    x = (cell * (np.arange(120)[:, None] + 0.5 + node / 2)).ravel()
    single = np.tile(np.log(weight), 120) - P * x - P * problem.sextic_decay / 3 * x**3
    joint = single[:, None] + single + 2 * P * g * np.multiply.outer(x, x)
    density = np.exp(joint - joint.max())
    return 4 * P**2 * (x @ density @ x) / density.sum(), density[np.ix_(x > threshold, x > threshold)].sum() / density.sum()


@pytest.mark.parametrize(
    ("noise", "discrepancy", "weight", "gap", "tolerance"),
    [
        (0.235, 0.995680, 0.0170, 5.44, 0.005),
        (0.227, 0.961792, 0.1503, 3.12, 0.005),
        (0.2, 0.847401, 0.6003, 0.98, 0.005),
        (0.18, 0.762667, 0.9335, -1.26, 0.005),
        (0.175, 0.742529, 1, -396.4, 0.05),
        (0.15, 0.658506, 1, -11723, 0.5),
    ],
)
def test_printed_closure_of_figure_3(noise, discrepancy, weight, gap, tolerance):
    found = solve(at(FIGURE, noise=noise), eigenvalue="printed")
    assert found.converged
    assert found.discrepancy == pytest.approx(discrepancy, abs=5e-7)
    assert found.droplet_weight == pytest.approx(weight, abs=5e-5)
    assert found.action_gap == pytest.approx(gap, abs=tolerance)


@pytest.mark.parametrize(
    ("noise", "discrepancy", "weight", "gap"),
    [(0.235, 0.995647, 2.64e-8, 14.47), (0.2, 0.847365, 9.336e-7, 12.686), (0.15, 0.635525, 2.230e-6, 12.251)],
)
def test_exact_closure_of_figure_3(noise, discrepancy, weight, gap):
    found = solve(at(FIGURE, noise=noise))
    assert found.converged
    assert found.discrepancy == pytest.approx(discrepancy, abs=5e-7)
    assert found.droplet_weight == pytest.approx(weight, rel=5e-4 if weight > 1e-7 else 2e-3)
    assert found.action_gap == pytest.approx(gap, abs=5e-3)


def test_the_printed_closure_claims_the_product_of_its_droplets():
    noise = np.array([0.2, 0.18])
    found = solve_many(FIGURE, noise=noise, eigenvalue="printed")
    assert found.amplitude_product == pytest.approx(found.droplet_weight * found.outer_amplitude**2, rel=1e-6)


@pytest.mark.parametrize(
    ("t", "discrepancy"), [(2.4, 0.95809), (2, 0.93871), (1.8, 0.91046), (1.6, 0.83599), (1.3, 0.68864), (0.9, 0.48034)]
)
def test_exact_closure_at_prime_7(t, discrepancy):
    found = solve(small(t))
    eigenvalue, weight = brute_force(small(t), found.discrepancy)
    assert found.converged
    assert found.discrepancy == pytest.approx(discrepancy, abs=5e-6)
    assert found.eigenvalue == pytest.approx(small(t).readout_variance * eigenvalue, rel=1e-9)
    assert found.droplet_weight == pytest.approx(weight, rel=1e-9)
    assert found.amplitude_product == pytest.approx(eigenvalue / (4 * 7**2), rel=1e-9)


@pytest.mark.parametrize(
    "problem",
    [
        small(2.0, prime=3, sextic_decay=0.01), small(0.5, prime=3, sextic_decay=0.01), small(1.0, prime=5, sextic_decay=40.0),
        small(1.2, prime=11, sextic_decay=0.3), small(3.0, prime=13, width=30, sextic_decay=0.05), small(0.02, prime=7, sextic_decay=0.3),
        small(30.0, prime=23, sextic_decay=1.0), small(1.0, prime=31, sextic_decay=5.0),
    ],
    ids=str,
)  # fmt: skip
def test_the_solution_solves_the_closure_as_the_spec_writes_it(problem):
    found = solve(problem)
    eigenvalue, weight = brute_force(problem, found.discrepancy)
    assert found.converged
    assert problem.noise / (problem.readout_variance * eigenvalue + problem.noise) == pytest.approx(found.discrepancy, rel=1e-9)
    assert found.droplet_weight == pytest.approx(weight, rel=1e-8, abs=1e-15)


@pytest.mark.parametrize("eigenvalue", ["exact", "printed"])
def test_residual_is_that_of_the_reported_numbers(eigenvalue):
    for noise in (0.1, 0.2, 0.236015, 0.25, 0.3):
        found = solve(at(FIGURE, noise=noise), eigenvalue=eigenvalue)
        assert found.residual < 1e-13
        assert found.discrepancy * (found.eigenvalue + noise) == pytest.approx(noise, rel=1e-14)


def test_the_transitions_of_figure_3():
    printed, exact = transitions(FIGURE, eigenvalue="printed"), transitions(FIGURE)
    assert printed.spinodal == exact.spinodal == pytest.approx(0.2536147, abs=5e-8)
    assert printed.onset == exact.onset == pytest.approx(0.2360150, abs=5e-8)
    assert printed.completion == pytest.approx(0.1760150, abs=5e-8)
    assert exact.completion is None
    assert "never" in exact.message


def test_the_figure_is_real_elsewhere():
    """With the exact eigenvalue, N / 4 P^2 neurons and sigma_a^2 / 4 P^2 have the printed figure's transitions."""
    printed = transitions(ModularAddition(5, 1000, 0.2, 2e-6, 1e-2), eigenvalue="printed")
    exact = transitions(ModularAddition(5, 10, 0.2, 2e-8, 1e-2))
    assert printed.completion is not None
    assert (exact.spinodal, exact.onset, exact.completion) == pytest.approx(
        (printed.spinodal, printed.onset, printed.completion), rel=1e-13
    )


@pytest.mark.parametrize(("share", "exists"), [(0.999, True), (1.001, False)])
def test_completion_exists_below_the_stated_readout_variance(share, exists):
    decay, width, prime = 0.3, 10, 7
    readout = share * math.sqrt(3) * decay**1.5 / 144 / (width * prime**2)
    assert (transitions(ModularAddition(prime, width, 0.1, readout, decay)).completion is not None) == exists


@pytest.mark.parametrize("factor", [3, 10])
def test_width_trades_against_noise_and_readout_variance(factor):
    for t in (2.4, 1.6, 0.9):
        narrow, wide = solve(small(t)), solve(small(t, width=400 * factor))
        assert wide.discrepancy == pytest.approx(narrow.discrepancy, rel=1e-12)
        assert wide.droplet_weight == pytest.approx(narrow.droplet_weight, rel=1e-11)


def test_droplets_grow_linearly_below_the_onset_of_a_large_prime():
    """g is pinned at g_c: a = noise / onset and w = (onset - noise) / lambda_c, with corrections that vanish with P."""
    problem = ModularAddition(20011, 10, 1.0, 2e-13, 0.3)
    found = transitions(problem)
    assert found.completion is not None
    noise = found.completion + (found.onset - found.completion) * np.array([0.2, 0.5, 0.8])
    many = solve_many(problem, noise=noise)
    assert np.all(many.converged)
    assert many.discrepancy == pytest.approx(noise / found.onset, rel=1e-3)
    assert many.droplet_weight == pytest.approx([0.8, 0.5, 0.2], rel=2e-3)
    assert np.all(many.phase == "GMFL-I")


@pytest.mark.parametrize("eigenvalue", ["exact", "printed"])
@pytest.mark.parametrize("offset", [-1e-6, -1e-9, 0.0, 1e-9, 1e-6])
def test_noises_at_the_onset_are_solved_to_the_last_digits(eigenvalue, offset):
    onset = transitions(FIGURE).onset
    found = solve(at(FIGURE, noise=onset * (1 + offset)), eigenvalue=eigenvalue)
    assert found.converged
    assert found.residual < 1e-13
    assert found.phase == ("GFL" if offset > 0 else "GMFL-I")


@pytest.mark.parametrize("problem", [FIGURE, small(1.6)], ids=["401", "7"])
@pytest.mark.parametrize("eigenvalue", ["exact", "printed"])
def test_far_above_the_onset_there_is_one_root_too(problem, eigenvalue):
    noise = transitions(problem).onset * np.array([9.0, 11.0, 1e2, 1e4, 1e12])
    found = solve_many(problem, noise=noise, eigenvalue=eigenvalue)
    assert found.converged.all()
    assert (found.residual < 1e-13).all()
    prior = 4 * problem.readout_variance if eigenvalue == "exact" else 0  # the eigenvalue tends to that of the prior
    assert 1 / found.discrepancy[-2:] - 1 == pytest.approx(prior / noise[-2:], rel=0.1, abs=1e-15)


@pytest.mark.parametrize(
    ("fields", "exists"),
    [({"noise": 1e300}, True), ({"width": 10**35}, True), ({"readout_variance": 1e-300}, True), ({"readout_variance": 1e300}, False)],
    ids=str,
)
def test_an_exact_solve_fails_at_the_range_of_floats_alone_and_says_so(fields, exists):
    found = solve(at(FIGURE, **fields))
    assert found.converged == exists
    assert ("out of the range of floats" in found.message) != exists
    assert "printed" not in found.message


def test_far_above_the_spinodal_nothing_is_learned():
    exact, printed = (solve(at(FIGURE, noise=50.0), eigenvalue=e) for e in ("exact", "printed"))
    assert exact.eigenvalue == pytest.approx(4 * 2e-6, rel=1e-3)  # 4 P^2 sigma_a^2 / P^2: amplitudes of the prior
    assert exact.converged
    assert printed.converged
    assert printed.discrepancy == 1
    assert printed.droplet_weight == 0
    for found in (exact, printed):
        assert math.isnan(found.action_gap)
        assert math.isnan(found.outer_amplitude)
        assert found.phase == "GFL"


def test_a_huge_action_gap_leaves_the_weight_zero_and_no_warning():
    found = solve(at(FIGURE, noise=0.25))
    assert found.converged
    assert found.action_gap > 1e3
    assert found.droplet_weight == 0


@pytest.mark.parametrize("noise", [1e-12, 1e-60, 1e60])
@pytest.mark.parametrize("prime", [3, 100003])
@pytest.mark.parametrize("eigenvalue", ["exact", "printed"])
def test_extreme_settings_stay_finite(noise, prime, eigenvalue):
    for decay in (1e-8, 1e6):
        found = solve(ModularAddition(prime, 100, noise, 1e-4, decay), eigenvalue=eigenvalue)
        assert np.isfinite([found.discrepancy, found.droplet_weight, found.eigenvalue, found.residual]).all()
        assert 0 < found.discrepancy <= 1
        assert 0 <= found.droplet_weight <= 1


def test_the_printed_closure_may_have_no_solution_and_says_so():
    problem = ModularAddition(3, 1000, 0.1, 1.0, 1.0)  # one action of 1 at the spinodal, so droplets appear at once with weight .6
    found = solve(problem, eigenvalue="printed")
    assert not found.converged
    assert "jump" in found.message
    assert found.residual > 0.1
    assert solve(problem).converged


def test_many_noises_are_the_same_as_one_by_one():
    noise = np.linspace(0.1, 0.3, 7)
    for eigenvalue in ("exact", "printed"):
        many = solve_many(FIGURE, noise=noise, eigenvalue=eigenvalue)
        ones = [solve(at(FIGURE, noise=s), eigenvalue=eigenvalue) for s in noise]
        for name in ("discrepancy", "droplet_weight", "action_gap", "outer_amplitude", "eigenvalue"):
            assert getattr(many, name) == pytest.approx([getattr(one, name) for one in ones], rel=1e-11, nan_ok=True), name
        assert list(many.phase) == [one.phase for one in ones]
        assert np.array_equal(many.noise, noise)


def test_the_discrepancy_rises_with_the_noise():
    assert np.all(np.diff(solve_many(FIGURE, noise=np.linspace(0.05, 0.3, 40)).discrepancy) > 0)


def test_one_noise_takes_well_under_a_second_and_a_half():
    start = time.perf_counter()
    solve(FIGURE)
    assert time.perf_counter() - start < 1.5


def test_results_are_frozen():
    for found in (solve(FIGURE, eigenvalue="printed"), transitions(FIGURE)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            found.message = ""  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: solve(FIGURE, eigenvalue="exakt"), "eigenvalue"),
        (lambda: solve(FIGURE, eigenvalue=1), "eigenvalue"),
        (lambda: transitions(FIGURE, eigenvalue=None), "eigenvalue"),
        (lambda: solve("problem"), "problem"),
        (lambda: transitions(3), "problem"),
        (lambda: solve_many(None, noise=[0.1]), "problem"),
        *(
            (lambda noise=noise: solve_many(FIGURE, noise=noise), "noise")
            for noise in ([], [[0.1]], 0.1, [0.1, -0.2], [0.1, np.nan], "0.1 0.2", ["0.1"], [True], [[0.1], [0.1, 0.2]])
        ),
    ],
)
def test_wrong_calls_name_the_argument(call, name):
    with pytest.raises((ValueError, TypeError), match=name):
        call()
