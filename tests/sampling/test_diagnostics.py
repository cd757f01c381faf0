"""Diagnostics on draws whose worth is known, and the sentences they end in."""

import numpy as np
import pytest

from spinodal.sampling.diagnostics import diagnose, energy_fractions, faults, monte_carlo_error, varying, warned

STARTS = ("prior", "planted", "prior", "planted")


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def said(values, acceptance=None):
    acceptance = np.full(len(values), 0.8) if acceptance is None else acceptance
    return " ".join(faults({"b": values}, diagnose({"b": values}), acceptance, STARTS[: len(values)]))


def test_independent_draws_are_worth_their_number_and_nothing_is_wrong():
    x = normal(0, 4, 1000)
    found = diagnose({"b": x})
    assert found.ess["b"] == pytest.approx(4000, rel=0.1)
    assert found.rhat["b"] < 1.01
    assert monte_carlo_error(x) == pytest.approx(1 / np.sqrt(4000), rel=0.1)
    assert said(x) == ""


def test_an_autoregression_is_worth_its_known_share():
    """ESS / n = (1 - rho) / (1 + rho)."""
    noise, x = normal(1, 4, 4000), np.zeros((4, 4000))
    for t in range(1, 4000):
        x[:, t] = 0.8 * x[:, t - 1] + noise[:, t]
    assert diagnose({"b": x}).ess["b"] == pytest.approx(16_000 / 9, rel=0.2)


def test_a_scalar_that_is_one_number_in_every_draw_has_no_say():
    x = normal(4, 4, 1000)
    scalars = {"b": x, "p": np.zeros_like(x)}
    assert list(varying(scalars)) == ["b"]
    assert np.isnan(diagnose(scalars).rhat["p"])
    assert faults(scalars, diagnose(scalars), np.full(4, 0.8), STARTS) == []
    assert "nothing varies" in said(np.zeros((4, 1000)))
    assert list(varying({"p": np.array([[0.0] * 4, [1.0] * 4])})) == ["p"], "chains that disagree on a constant do have a say"


def test_chains_in_different_phases_are_told_apart():
    x = normal(2, 4, 200) + np.array([0, 0, 5, 5])[:, None]
    assert "R-hat b" in said(x)
    assert said(x).endswith("raise draws")


@pytest.mark.parametrize(("shift", "apart"), [(0.0, False), (0.25, True)])
def test_starts_that_have_not_met_are_a_fault_where_r_hat_sees_none(shift, apart):
    x = normal(9, 4, 500) + shift * np.array([0, 1, 0, 1])[:, None]
    assert diagnose({"b": x}).rhat["b"] < 1.02
    words = said(x)
    assert ("in chains from the prior and" in words) == apart
    assert ("errors apart raise draws" in words) == apart
    assert faults({"b": x}, diagnose({"b": x}), np.full(4, 0.8), ("prior",) * 4) == []


def test_chains_that_stand_still_are_compared_by_the_error_of_the_others():
    x = normal(9, 4, 500)
    x[1::2] = 3.0
    assert "R-hat b" in said(x)
    assert "errors apart" in said(x)
    x[::2] = 2.0
    assert "2 in chains from the prior and 3 in planted ones, and never moves" in said(x)


@pytest.mark.parametrize(("share", "apart"), [(0.0, False), (0.004, False), (0.08, True)])
def test_droplets_that_only_planted_chains_have_are_a_fault_where_r_hat_sees_none(share, apart):
    """Prior chains without any; planted ones with some in that share of the draws. Two or four draws of 1,000 may be chance."""
    x = np.zeros((4, 500))
    x[1::2] = np.random.default_rng(0).uniform(size=(2, 500)) < share
    other = normal(10, 4, 500)
    scalars = {"b": other, "droplet_fraction": x}
    found = diagnose(scalars)
    assert not found.rhat["droplet_fraction"] > 1.05
    words = "; ".join(faults(scalars, found, np.full(4, 0.8), STARTS))
    assert ("droplet_fraction is 0 in chains from the prior and" in words) == apart
    assert (words == "") != apart


def test_starts_are_not_compared_where_an_error_is_unknown():
    x = normal(9, 4, 3)
    x[1::2] += 10
    assert "errors apart" not in said(x)


def test_divergences_and_slow_energies_are_mentioned():
    assert warned(np.array([0, 0]), np.array([1.0, np.nan])) == []
    assert warned(np.array([1, 2]), np.array([1.0, 0.12])) == ["3 divergent trajectories", "E-BFMI of chain 1 0.12, below 0.3"]


def test_chains_of_different_width_are_told_apart_by_the_folded_rank():
    x = normal(3, 4, 500) * np.array([1, 1, 4, 4])[:, None]
    assert diagnose({"b": x}).rhat["b"] > 1.05


@pytest.mark.parametrize(
    ("values", "acceptance", "says"),
    [
        (normal(4, 1, 500), None, "1 chain"),
        (np.full((4, 50), np.nan), None, "not finite"),
        (normal(5, 2, 500) * np.array([[1.0], [0.0]]), None, "chain 1 never moved: lower step_size"),
        (normal(5, 2, 500), np.array([0.8, 0.0]), "accepted share of trajectories of chain 1 0, below 0.01: lower step_size"),
        (normal(5, 2, 500), np.array([0.8, 1e-30]), "chain 1 1e-30, below"),
        (np.ones((4, 50)), None, "nothing varies"),
        (normal(6, 4, 3), None, "ESS b nan"),
    ],
    ids=["one chain", "not finite", "frozen", "refused", "as good as refused", "constant", "too few"],
)
def test_what_cannot_be_believed_is_said(values, acceptance, says):
    assert says in said(values, acceptance)


def test_energy_fractions_of_independent_and_of_slow_energies():
    assert energy_fractions(normal(7, 2, 4000)) == pytest.approx([2, 2], rel=0.1)
    assert (energy_fractions(np.cumsum(normal(8, 2, 4000), axis=1)) < 0.01).all()
    assert np.isnan(energy_fractions(np.ones((2, 50)))).all()
    one_broken = normal(7, 2, 400)
    one_broken[0, 3] = np.inf
    assert np.isnan(energy_fractions(one_broken)).tolist() == [True, False]
