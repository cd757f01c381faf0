"""The law of one mode against a plain two-dimensional quadrature and against Laplace's method."""

import numpy as np
import pytest

from spinodal.theory.modular_addition.mode_law import droplet_share, mean_product, outer_saddle


def brute_force(sharpness, excess):
    """<Phi Psi> and P(both > 1) by a tensor grid over (Phi, Psi) / Phi_0, sums in log space; nothing of the method under test.

    The exponent is the action as the spec writes it: P Phi_0 = t, 2 P g Phi_0^2 = (4/3) t (1 + delta), P gamma Phi_0^3 / 3 = t / 9.
    """
    t, delta = sharpness, excess
    outer = 2 * (1 + delta) + np.sqrt(max(4 * (1 + delta) ** 2 - 3, 0))
    soft = np.sqrt(4 / 3 * t * max(np.sqrt(max(4 * (1 + delta) ** 2 - 3, 0)), 0.3))
    edges = [np.array([0.0, 1.0])]
    edges.append(np.geomspace(1e-3, 60, 40) / t)  # the centre, on the scale of the prior
    edges.append(outer + np.linspace(-14, 14, 57) / soft)
    edges.append(np.linspace(0, 1.5 * outer + 2 + 8 * t ** (-1 / 3), 60))  # wells that touch
    edges = np.unique(np.concatenate(edges))
    edges = edges[(edges >= 0) & (edges <= max(outer + 14 / soft, 1 + 12 * t ** (-1 / 3)))]
    x, w = np.polynomial.legendre.leggauss(10)
    half = np.diff(edges)[:, None] / 2
    x, w = (half * x + edges[:-1, None] + half).ravel(), (half * w).ravel()
    single = -t * x - t / 9 * x**3
    joint = single[:, None] + single + 4 / 3 * t * (1 + delta) * np.multiply.outer(x, x)
    density = np.exp(joint - joint.max()) * np.multiply.outer(w, w)
    return x @ density @ x / density.sum(), density[np.ix_(x > 1, x > 1)].sum() / density.sum()


@pytest.mark.parametrize("sharpness", [0.02, 0.6, 4.0, 25.0, 150.0])
@pytest.mark.parametrize("excess", [-1.0, -0.6, -0.134, -0.1339, -0.05, 0.0, 1e-7, 0.02, 0.4, 5.0])
def test_averages_agree_with_a_two_dimensional_grid(sharpness, excess):
    product, droplets = brute_force(sharpness, excess)
    assert mean_product(sharpness, excess) == pytest.approx(product, rel=1e-9)
    assert droplet_share(sharpness, excess) == pytest.approx(droplets, rel=1e-8, abs=1e-250)


def test_many_excesses_at_once_are_the_same_as_one_by_one():
    excess = np.linspace(-0.5, 0.5, 12).reshape(3, 4)
    assert np.array_equal(mean_product(7.0, excess), [[mean_product(7.0, e) for e in row] for row in excess])


def test_without_coupling_and_decay_amplitudes_are_exponential():
    """At g = 0 and huge t the sextic term is nothing: <Phi Psi> = <Phi>^2 = 1 / P^2, that is 1 / t^2, to first order in 12 / (9 t^2)."""
    assert mean_product(1e5, -1.0) == pytest.approx(1e-10, rel=2e-9)


@pytest.mark.parametrize("excess", [-1e-6, 3e-6, 1e-5])
def test_outer_to_centre_is_laplace_with_the_volume_of_the_phases(excess):
    """Gaussian widths over the volume 1 / t^2 of the centre: pi t exp(-t e_+) / sqrt(u_+^2 / 9 - 4 (1 + delta)^2 / 9)."""
    t, saddle = 1e5, outer_saddle(excess)
    ratio = np.pi * t * np.exp(-t * saddle.action) / np.sqrt(saddle.amplitude**2 / 9 - 4 * (1 + excess) ** 2 / 9)
    found = droplet_share(t, excess)
    assert found / (1 - found) == pytest.approx(ratio, rel=1e-4)


def test_the_outer_saddle_keeps_its_digits_at_the_onset():
    """e_+ = -4 delta (3 + O(delta)): its slope is minus the d/d delta of the coupling term, (4/3) u^2 at u = 3."""
    for excess in (1e-3, 1e-8, -1e-12):
        assert outer_saddle(excess).action / excess == pytest.approx(-12, rel=10 * abs(excess) + 1e-14)


def test_the_saddle_ends_at_the_spinodal():
    edge = np.sqrt(0.75) - 1
    found = outer_saddle([edge - 1e-12, edge + 1e-12])
    assert np.isnan(found.amplitude[0])
    assert found.amplitude[1] == pytest.approx(np.sqrt(3), rel=1e-5)
    assert found.barrier[1] == pytest.approx(np.sqrt(3), rel=1e-5)
