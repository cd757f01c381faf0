"""Plain gradient descent on the quadratic network: the rule for its rate, and what is said of runs that are known."""

import numpy as np
import pytest
import xarray

from spinodal.figures import gromov2023_descent as figures
from spinodal.studies.gromov2023 import descent
from spinodal.studies.gromov2023.descent_cell import DIMS, DescentCell, group_key, learning_rate, run_cell

PRIMES, RATES, SEEDS = (11, 23, 43), (0.1, 0.2, 0.4, 0.6, 6.0), 8


ARGUED = descent.argued_power(np.array(PRIMES))


def invented(power=-1.0, of_p=ARGUED, scatter=0.0):
    """Training takes 20 rate^power p^of_p updates and the test half as long again; the last rate diverges, one run never generalises."""
    shape = (len(PRIMES), len(RATES), 1, SEEDS)
    p, rate = np.array(PRIMES)[:, None, None, None], np.array(RATES)[None, :, None, None]
    noise = np.exp(scatter * np.random.default_rng(0).normal(size=shape))
    train = 20 * rate**power * p**of_p * noise
    test = 1.5 * train
    test[0, 0, 0, 0] = np.nan
    diverged = np.zeros(shape, bool)
    diverged[:, -1] = True
    train[:, -1] = test[:, -1] = np.nan
    dims = ("prime", "rate", "train_fraction", "replica")
    last = np.full(shape, 3000.0)
    numbers = {"train_step": train, "test_step": test, "diverged": diverged, "last_step": last, "learning_rate": p * rate + 0 * last}
    numbers |= {"test_accuracy": np.where(np.isfinite(test), 1.0, 0.3), "train_accuracy": np.ones(shape), "norm": np.ones(shape)}
    numbers |= {"diverged_at": np.where(diverged, 10.0, np.nan)}
    axes = {"prime": list(PRIMES), "rate": list(RATES), "train_fraction": [0.7], "replica": range(SEEDS)}
    return xarray.Dataset({name: (dims, value) for name, value in numbers.items()}, axes)


def test_a_step_is_one_of_the_network_without_factors():
    """Weights theta / (2 p N)^(1/3) need no factors in the forward pass, and steps that are smaller by the square of that."""
    import jax

    from spinodal.training.losses import mean_squared
    from spinodal.training.networks import QuadraticMLP

    problem, width = DescentCell(prime=11).problem(), 32
    scale, eta = (22 * width) ** (1 / 3), learning_rate(0.2, 11, width)
    meanfield, plain = QuadraticMLP(width, init="mean-field"), QuadraticMLP(width)
    theta = meanfield.initialise(problem, 0)
    phi = {name: values / np.float32(scale) for name, values in theta.items()}

    def stepped(network, parameters, rate):
        gradients = jax.grad(lambda weights: mean_squared(network.logits(weights, problem.pairs), problem.labels))(parameters)
        return {name: values - rate * np.asarray(gradients[name]) for name, values in parameters.items()}

    expected, found = stepped(meanfield, theta, eta), stepped(plain, phi, eta / scale**2)
    for name, values in expected.items():
        np.testing.assert_allclose(scale * found[name], values, rtol=1e-4, atol=1e-5)
        assert np.abs(values - theta[name]).max() > 0.01  # the step is no round-off


def test_the_published_width_has_the_rates_of_the_preset():
    assert learning_rate(0.6, 97, 500) == pytest.approx(0.98e6, rel=0.01)


@pytest.mark.parametrize(("power", "of_p"), [(-1.0, 11 / 6), (-0.5, 2.0)])
def test_powers_are_found_with_their_errors(power, of_p):
    found = descent.powers(invented(power, of_p, scatter=0.1))
    for name, known in (("rate", power), ("prime", of_p)):
        value, error, freedom = found[name]
        assert freedom == 7
        assert abs(value - known) < 4 * error
        assert 0 < error < 0.1


def test_a_run_that_never_learned_takes_the_powers_away():
    runs = invented()
    runs["train_step"][0, 0, 0, 0] = np.nan
    assert np.isnan(descent.powers(runs)["rate"][:2]).all()
    for alone in ({"prime": [23]}, {"rate": [0.1, 6.0]}, {"replica": [0]}):
        assert np.isnan(descent.powers(invented().sel(alone))["prime"][:2]).all()


def test_words_and_comparisons_come_from_the_runs():
    found = descent.analyse(invented(scatter=0.05), "quick")
    said = " ".join(found.verdict)
    assert "rate 0.1, 70% of the pairs: 23 of 24" in said
    assert "1.5 times the update of training" in said
    assert "no run diverges at 0.1, 0.2, 0.4, 0.6; some or all do at 6" in said
    assert "the rates share the same 24 splits and networks" in said
    assert "1.50 to 1.50 times the update of training, median 1.50: below 10 it is not called grokking" in said
    assert "1 of 96 runs that learn their training set do not generalise within the cap" in said
    assert all(row.agrees for row in found.comparisons)
    slower = descent.analyse(invented(power=-0.5, scatter=0.05), "quick")
    assert not slower.comparisons[0].agrees
    (table,) = found.tables
    assert len(table.rows) == len(PRIMES) * len(RATES)
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_the_power_of_p_has_the_logarithm_of_the_luckiest_neuron():
    for twins in ((11, 13), (29, 31), (41, 43)):  # so near that it is a power at one place
        assert descent.argued_power(np.array(twins)) == pytest.approx(11 / 6 - 1 / (2 * np.log(5 * np.mean(twins))), abs=1e-3)
    without = descent.analyse(invented(of_p=11 / 6, scatter=0.001), "quick")
    assert not without.comparisons[1].agrees


def test_a_late_test_accuracy_is_called_grokking():
    runs = invented()
    runs["test_step"] = 20 * runs["train_step"]
    assert "median 20.00: such a delay is called grokking" in descent.analyse(runs, "quick").verdict[0]


def test_nothing_stable_is_said():
    runs = invented()
    runs["diverged"][:] = True
    assert "Every rate diverged" in descent.analyse(runs, "quick").verdict[0]


def test_every_run_is_drawn():
    (picture,) = descent.recipe.pictures
    axes = picture.draw(invented()).axes[0]
    shown = {marker: sum(len(line.get_xdata()) for line in axes.lines if line.get_marker() == marker) for marker in ("x", figures.NEVER)}
    assert shown["x"] == len(PRIMES) * SEEDS
    assert shown[figures.NEVER] == 1
    assert figures.NEVER not in {marker for _, marker in figures.PRIMES}


def test_runs_that_cross_nothing_have_a_picture():
    (picture,) = descent.recipe.pictures
    runs = invented()
    for name in ("train_step", "test_step"):
        runs[name][:] = np.nan
    assert picture.draw(runs).axes[0].get_title(loc="left") == "70% of the pairs"


def test_a_run_that_diverges_is_an_answer():
    found = run_cell(DescentCell(prime=11, rate=20.0, steps=20, every=10))
    assert found["diverged"]
    assert found["converged"]
    assert np.isfinite(found["diverged_at"])
    for name, value in found.items():
        assert np.ndim(value) == len(DIMS.get(name, ()))


def test_rates_share_splits_and_programs():
    assert DescentCell(rate=0.1).problem() == DescentCell(rate=0.8).problem()
    assert group_key(DescentCell(rate=0.1)) == group_key(DescentCell(rate=0.8, replica=3))
    assert DescentCell(prime=31).width == 155


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="rate must be finite and > 0"):
        DescentCell(rate=0.0)
    with pytest.raises(ValueError, match="neurons_per_symbol must be an integer >= 1"):
        DescentCell(neurons_per_symbol=0)
