"""Key frequencies: neurons of which everything is known, and the 2-D transform as it is defined."""

import re

import numpy as np
import pytest

from spinodal.measures.fourier import basis, discrete_logarithms, key_frequencies, neuron_share_null
from spinodal.theory import fourier_network

P = 11
A, B = np.divmod(np.arange(P * P), P)


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def wave(k, n, phase=0.0, p=P):
    return np.cos(2 * np.pi * k * n / p + phase)


def defined_shares(values):
    """The 2-D transform of each neuron, 3x3 blocks cut out of it."""
    rows = basis(P)
    found = []
    for column in (values - values.mean(axis=0)).T:
        energy = (rows @ column.reshape(P, P) @ rows.T) ** 2
        blocks = [np.ix_([0, 2 * k - 1, 2 * k], [0, 2 * k - 1, 2 * k]) for k in range(1, (P - 1) // 2 + 1)]
        found.append([energy[block].sum() / energy.sum() for block in blocks])
    return np.array(found).T


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_shares_are_those_of_the_two_dimensional_transform(offset):
    values = normal(0, P * P, 6) + 3 * np.outer(wave(2, A, 0.3) + wave(2, B), [1, 0, 2, 0, 0, 0])
    found = key_frequencies(values + offset, P)
    assert found.shares.shape == (5, 6)
    assert np.allclose(found.shares, defined_shares(values), rtol=0, atol=1e-10)


def test_single_precision_gives_the_same_within_its_round_off():
    values = normal(1, P * P, 4).astype(np.float32)
    assert np.allclose(key_frequencies(values, P).shares, defined_shares(values.astype(float)), rtol=0, atol=1e-12)


def test_a_neuron_belongs_to_its_frequency_the_last_one_included():
    last = (P - 1) // 2
    values = np.stack([(1 + wave(1, A)) * (1 + wave(1, B, 0.4)), wave(last, A + B), wave(last, A, 1.0) + 0.3 * wave(last, A - B)], axis=1)
    found = key_frequencies(values, P)
    assert found.converged
    assert found.frequencies == (1, last)
    assert found.counts == {1: 1, last: 2}
    assert found.shares.max(axis=0) == pytest.approx(1, rel=1e-12)
    assert found.live.all()


def test_a_dead_neuron_is_counted_nowhere():
    values = np.stack([wave(2, A + B), np.full(P * P, 7.0), 1e-7 * wave(3, A)], axis=1)
    found = key_frequencies(values, P)
    assert found.live.tolist() == [True, False, False]
    assert np.isnan(found.shares[:, 1:]).all()
    assert found.counts == {2: 1}


def test_a_frequency_of_too_few_neurons_is_counted_but_not_key():
    values = np.stack([wave(1, A, x) for x in np.linspace(0, 1, 9)] + [wave(4, B)], axis=1)
    assert key_frequencies(values, P, minimum_share=0.2).frequencies == (1,)
    assert key_frequencies(values, P, minimum_share=0.2).counts == {1: 9, 4: 1}
    assert key_frequencies(values, P, minimum_share=0.1).frequencies == (1, 4)


def test_a_share_at_the_threshold_is_not_enough():
    values = (np.sqrt(0.85) * wave(1, A) + np.sqrt(0.15) * wave(2, A))[:, None]
    share = key_frequencies(values, P).shares[0, 0]
    assert share == pytest.approx(0.85, rel=1e-12)
    assert key_frequencies(values, P, threshold=share).frequencies == ()
    assert key_frequencies(values, P, threshold=share - 1e-9).frequencies == (1,)


def test_a_pure_neuron_of_a_square_network_also_carries_twice_its_frequency():
    """(cos x + cos y)^2 without its mean: 2 cos x cos y has energy 1, cos 2x / 2 and cos 2y / 2 have 1/8 each."""
    values = ((wave(1, A) + wave(1, B, 0.7)) ** 2)[:, None]
    found = key_frequencies(values, P)
    assert found.shares[[0, 1], 0] == pytest.approx([0.8, 0.2], rel=1e-12)
    assert found.frequencies == ()
    assert key_frequencies(values, P, threshold=0.7).frequencies == (1,)


def test_gaussian_neurons_have_the_mean_share_of_the_null():
    shares = key_frequencies(normal(2, P * P, 4000), P).shares
    means, errors = shares.mean(axis=1), shares.std(axis=1, ddof=1) / np.sqrt(4000)
    assert np.all(np.abs(means - neuron_share_null(P)) < 4 * errors)


def test_weights_take_the_smallest_set_that_holds_the_energy():
    n = np.arange(P)
    table = np.stack([3 * wave(2, n), 3 * wave(2, n, np.pi / 2), 2 * wave(5, n), np.full(P, 100.0), wave(1, n, 0.2)], axis=1)
    found = key_frequencies(table, P, method="weights")
    assert found.shares == pytest.approx(np.array([1, 18, 0, 0, 4]) / 23, abs=1e-12)
    assert found.frequencies == (2, 5)
    assert found.live.tolist() == [True, True, True, False, True]
    assert key_frequencies(table, P, method="weights", energy=18 / 23).frequencies == (2,)
    assert key_frequencies(table, P, method="weights", energy=0.97).frequencies == (1, 2, 5)
    assert key_frequencies(1e200 * table, P, method="weights").frequencies == (2, 5)


def test_weights_of_an_analytic_network_hold_its_frequencies():
    network = fourier_network.weights(59, phases="lattice", frequencies=(3, 7, 29))
    for table in (network.first, network.second, network.readout.T):
        assert key_frequencies(table, 59, method="weights").frequencies == (3, 7, 29)
    assert key_frequencies(table, 59, method="weights", energy=1.0).frequencies == (3, 7, 29)


def in_logarithms(operation):
    """Logarithms (i, j) of the two symbols of each row of the table without zeros, and where these rows lie."""
    powers = discrete_logarithms(P)
    logarithm = np.zeros(P, dtype=int)
    logarithm[powers] = np.arange(P - 1)
    a, b = (A, B) if operation == "mul" else (A[B > 0], B[B > 0])
    inside = (a > 0) & (b > 0)
    return logarithm[a], logarithm[b], inside


@pytest.mark.parametrize("operation", ["mul", "divide"])
def test_shares_of_products_are_those_of_the_transform_over_logarithms(operation):
    i, j, inside = in_logarithms(operation)
    n = P - 1
    values = normal(3, len(i), 5)
    values[~inside] = 1e3  # pairs with a zero count nowhere
    found = key_frequencies(values, P, operation=operation)
    grid = np.zeros((n, n, 5))
    grid[i[inside], j[inside]] = values[inside]
    waves = np.exp(2j * np.pi / n * np.outer(np.arange(n), np.arange(n)))
    energy = np.abs(np.einsum("ki,ijm,lj->klm", waves, grid - grid.mean(axis=(0, 1)), waves)) ** 2
    for k in range(1, n // 2 + 1):
        block = sorted({0, k, n - k})
        assert np.allclose(found.shares[k - 1], energy[np.ix_(block, block)].sum(axis=(0, 1)) / energy.sum(axis=(0, 1)), atol=1e-12)
    half = np.cos(np.pi * (i + j))[:, None]
    assert key_frequencies(half, P, operation=operation).shares[:, 0] == pytest.approx([0, 0, 0, 0, 1], abs=1e-12)


def test_a_table_of_products_is_read_by_logarithms():
    table = np.zeros((P, 3))
    table[discrete_logarithms(P)] = np.cos(2 * np.pi * np.outer(np.arange(P - 1), [2, 2, 5]) / (P - 1))
    found = key_frequencies(table, P, method="weights", operation="mul", energy=1.0)
    assert found.frequencies == (2, 5)
    assert found.shares == pytest.approx([0, 0.5, 0, 0, 0.5], abs=1e-12)  # a cosine of the last frequency has twice the energy


def test_differences_have_the_shares_of_sums():
    values = normal(4, P * P, 4)
    assert np.array_equal(key_frequencies(values, P, operation="sub").shares, key_frequencies(values, P).shares)


@pytest.mark.parametrize("method", ["neurons", "weights"])
def test_nothing_alive_is_said_not_raised(method):
    rows = P * P if method == "neurons" else P
    for values, why in ((np.ones((rows, 3)), "constant|same activation"), (np.full((rows, 3), np.nan), "not finite")):
        found = key_frequencies(values, P, method=method)
        assert not found.converged
        assert found.frequencies == ()
        assert not found.live.any()
        assert np.isnan(found.shares).all()
        assert re.search(why, found.message)


@pytest.mark.parametrize("size", [1e200, 1e-170, 1e-300])
def test_huge_activations_do_not_overflow_nor_tiny_ones_underflow(size):
    values = wave(2, A + B)[:, None]
    assert key_frequencies(size * values, P).frequencies == (2,)
    assert key_frequencies(size * values, P).shares == pytest.approx(key_frequencies(values, P).shares)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prime": 15}, "odd prime"), ({"values": np.zeros((P, 4))}, r"values must have shape \(121, width\).*got \(11, 4\)"),
        ({"method": "weights"}, r"values must have shape \(11, columns\)"), ({"method": "neuron"}, "nearest: neurons"),
        ({"operation": "cubic"}, "operation must be one of"), ({"operation": "divide"}, r"\(110, width\)"),
        ({"threshold": 1.0}, "threshold"), ({"minimum_share": -1}, "minimum_share"), ({"energy": 1.5}, "energy"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(change, words):
    given = {"values": np.zeros((P * P, 4)), "prime": P} | change
    with pytest.raises(ValueError, match=words):
        key_frequencies(**given)


def test_a_share_of_neurons_is_met_exactly():
    """7 of 100 neurons are a share of .07, though .07 * 100 is 7.000000000000001."""
    waves = [np.cos(2 * np.pi * k * (A + B) / P) for k in [1] * 7 + [2] * 93]
    assert key_frequencies(np.stack(waves, axis=1), P, minimum_share=0.07).frequencies == (1, 2)
    assert key_frequencies(np.stack(waves, axis=1), P, minimum_share=0.071).frequencies == (2,)
