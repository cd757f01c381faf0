"""How wide random phases must be: the rate against plain averages, the bound against draws."""

import numpy as np
import pytest
from scipy.optimize import minimize

from spinodal.measures.fourier import margins
from spinodal.theory.fourier_network import deviation_rate, sufficient_width, weights


def plain_rate(p, points=64):
    """The same from averages over both angles of the two symbols, without the integral done by hand."""
    a, b = np.meshgrid(*[2 * np.pi * np.arange(points) / points] * 2)

    def cumulant(t):
        logs = []
        for k in range(1, p):
            gain = (np.cos(a) + np.cos(b)) ** 2 * (np.cos(a + b) - np.cos(a + b - 2 * np.pi * k / p))
            logs.append(np.log(np.mean(np.exp(-t[0] * gain))))
        return np.sum(logs) / p

    return -minimize(cumulant, [0.2]).fun


@pytest.mark.parametrize("prime", [3, 11])
def test_the_rate_is_that_of_the_networks_own_leads(prime):
    assert deviation_rate(prime) == pytest.approx(plain_rate(prime), rel=1e-6)


def test_draws_keep_the_bound_and_are_not_far_below():
    """Mean share of wrong pairs at widths that p divides, against the error for which they would suffice."""
    p = 13
    for times in (4, 6):
        allowed = (p - 1) * np.exp(-times * p * deviation_rate(p))
        assert sufficient_width(p, allowed) == pytest.approx(times * p, rel=1e-9)
        wrong = np.mean([1 - weights(p, times * p, seed=seed).accuracy() for seed in range(200)])
        assert 0.03 * allowed < wrong < allowed


def test_a_neuron_leads_by_what_the_docstring_says():
    network = weights(7, 1, frequencies=(2,), seed=5)
    phi, psi = np.random.default_rng(5).uniform(0, 2 * np.pi, size=(2, 1))[:, 0]
    logits, turn = network.logits(), 2 * np.pi * 2 / 7
    for a, b in ((0, 0), (3, 5)):
        first, second = turn * a + phi, turn * b + psi
        s, d = first + second, first - second
        rivals = (1 + np.cos(d)) * (1 + np.cos(s)) * (np.cos(s) - np.cos(s - turn * np.arange(1, 7)))
        row = logits[a * 7 + b]
        np.testing.assert_allclose(row[(a + b) % 7] - row[(a + b - np.arange(1, 7)) % 7], rivals, atol=1e-12)
        assert margins(row[None], np.array([(a + b) % 7]))[0] == pytest.approx(rivals.min(), abs=1e-12)


def test_the_width_grows_with_the_logarithm_of_the_prime():
    widths = [sufficient_width(p) for p in (23, 113, 1009)]
    per_e = np.diff(widths) / np.diff(np.log([22, 112, 1008]))
    assert per_e[0] == pytest.approx(per_e[1], rel=1e-4)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="prime must be an odd prime"):
        sufficient_width(9)
    with pytest.raises(ValueError, match=r"error must be in \(0, 1\)"):
        sufficient_width(7, 1.5)
