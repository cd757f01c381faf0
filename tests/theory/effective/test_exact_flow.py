"""The closed form of the flow against an ODE solver, its conservation laws and its modes."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from spinodal.theory.effective import flow, growth_rates

from .plain import all_pairs, random_pairs, rows


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def centred(seed, symbols=10, dimension=1):
    """Centre 0, unit mean square: Z0 = p."""
    e = normal(seed, symbols, dimension)
    e -= e.mean(axis=0)
    return e * np.sqrt(symbols / np.sum(e**2))


def slope(e, a):
    """-d l_eff/dE, from the rows of the parallelograms."""
    norm, loss = np.sum(e**2), np.sum((a @ e) ** 2) / len(a)
    return -2 / (len(a) * norm) * a.T @ (a @ e) + 2 * loss / norm**2 * e


@pytest.mark.parametrize("dimension", [1, 3])
@pytest.mark.parametrize("count", [14, 24, 55])
def test_it_is_what_an_ode_solver_finds(dimension, count):
    start, pairs = 0.7 + 0.4 * normal(1, 10, dimension), random_pairs(2, 10, count)
    a = rows(pairs, 10)
    times = np.array([0.0, 0.3, 2.0, 20.0])
    solved = solve_ivp(
        lambda _, e: slope(e.reshape(10, -1), a).ravel(), (0, 20), start.ravel(), t_eval=times, method="DOP853", rtol=1e-12, atol=1e-13
    )
    found = flow(start, pairs, times)
    assert found.converged
    np.testing.assert_allclose(found.embeddings.reshape(4, -1), solved.y.T, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(found.loss, [np.sum((a @ e) ** 2) / len(a) / np.sum(e**2) for e in found.embeddings], rtol=1e-10)


def test_the_loss_falls_by_the_square_of_the_slope():
    start, pairs = normal(3, 10, 2), random_pairs(4, 10, 30)
    step = 1e-3
    found = flow(start, pairs, [1.0 - step, 1.0, 1.0 + step])
    fall = (found.loss[2] - found.loss[0]) / (2 * step)
    assert fall == pytest.approx(-np.sum(slope(found.embeddings[1], rows(pairs, 10)) ** 2), rel=1e-5)


def test_norm_is_conserved_for_any_start():
    for seed in range(5):
        start = 3.0 + normal(seed, 10, 2)
        found = flow(start, random_pairs(seed, 10, 25), np.geomspace(1e-2, 1e4, 30))
        assert found.norm == pytest.approx(np.sum(start**2), rel=1e-10)


def test_a_centred_start_stays_centred():
    found = flow(centred(5), all_pairs(10), np.linspace(0, 200, 50))
    assert found.norm == pytest.approx(10, abs=1e-10)
    assert np.abs(found.centre).max() < 1e-14


def test_any_other_centre_drifts_by_its_law():
    """dC/dt = (2 l_eff / Z0) C, so ln C grows by the integral of the loss."""
    start = normal(6, 10, 2) + np.array([0.3, -0.2])
    times = np.linspace(0, 40, 4001)
    found = flow(start, all_pairs(10), times)
    integral = np.sum((found.loss[1:] + found.loss[:-1]) / 2 * np.diff(times))
    growth = np.log(found.centre[-1] / found.centre[0])
    assert growth == pytest.approx(2 / found.norm[0] * integral, rel=1e-5)
    assert growth.min() > 0.1


@pytest.mark.parametrize("count", [20, 55])
def test_modes_decay_against_a_null_mode_at_all_times(count):
    pairs = random_pairs(7, 10, count)
    a = rows(pairs, 10)
    values, vectors = np.linalg.eigh(a.T @ a)
    start = normal(8, 10)
    times = np.array([0.0, 1.0, 7.0, 30.0])
    amplitudes = np.einsum("ka,tk->ta", vectors, flow(start, pairs, times).embeddings[..., 0])
    ratio = amplitudes[:, 2:] / amplitudes[:, :1]
    expected = np.exp(-2 * values[2:] * times[:, None] / (len(a) * np.sum(start**2)))
    np.testing.assert_allclose(ratio / ratio[0], expected, rtol=1e-9)


def test_late_losses_fall_at_twice_the_slowest_rate():
    pairs = all_pairs(10)
    found = flow(centred(9), pairs, [400.0, 500.0, 3000.0])
    assert np.log(found.loss[0] / found.loss[1]) / 100 == pytest.approx(2 * growth_rates(pairs, 10)[2], rel=1e-3)
    assert np.log(found.loss[1] / found.loss[2]) / 2500 == pytest.approx(2 * growth_rates(pairs, 10)[2], rel=1e-4)
    assert 0 < found.loss[2] < 1e-200


def test_it_ends_on_the_line_nearest_in_direction():
    """With nullity 2 the limit is the projection of the start on lines, stretched to the norm."""
    start, k = normal(10, 10), np.arange(10.0)
    line = np.polynomial.Polynomial.fit(k, start, 1)(k)
    end = flow(start, all_pairs(10), [1e5]).embeddings[0, :, 0]
    np.testing.assert_allclose(end, line * np.linalg.norm(start) / np.linalg.norm(line), rtol=1e-12)


def test_units_scale_as_dimensions_say():
    """l_eff does not change with the scale c of E; time goes as c^2."""
    start, pairs, times = normal(11, 10, 2), random_pairs(12, 10, 30), np.array([0.0, 1.0, 9.0])
    for scale in (1e-3, 1e3, 1e-120, 1e120):
        found = flow(scale * start, pairs, scale**2 * times)
        np.testing.assert_allclose(found.loss, flow(start, pairs, times).loss, rtol=1e-12)
        np.testing.assert_allclose(found.embeddings / scale, flow(start, pairs, times).embeddings, rtol=1e-11, atol=1e-13)


def test_extreme_times_are_fine():
    found = flow(normal(13, 10), random_pairs(14, 10, 40), [0.0, 1e-300, 1e300, 1.7e308])
    assert np.isfinite(found.embeddings).all()
    assert found.loss[-1] == 0


def test_a_pure_mode_stands_still():
    a = rows(all_pairs(10), 10)
    mode = np.linalg.eigh(a.T @ a)[1][:, 5]
    found = flow(mode, all_pairs(10), [0.0, 2.0])
    np.testing.assert_allclose(found.embeddings[1, :, 0], mode, atol=1e-9)


@pytest.mark.parametrize("symbols", [3, 10, 40])
def test_a_start_on_an_unstable_mode_stays_there_at_any_time(symbols):
    """Rounding of the start, 1e-16, must not grow into another mode."""
    every = all_pairs(symbols)
    a = rows(every, symbols)
    values, vectors = np.linalg.eigh(a.T @ a / len(a))
    found = flow(vectors[:, -1], every, [0.0, 1.0, 10.0, 1e6])
    np.testing.assert_allclose(found.loss, values[-1], rtol=1e-9)


def test_three_symbols_on_their_unstable_mode_keep_a_loss_of_six():
    assert flow([1, -2, 1], [(0, 2), (1, 1)], [0, 1, 10, 1e6]).loss == pytest.approx([6.0] * 4, rel=1e-12)


def test_without_a_parallelogram_nothing_moves():
    start = normal(15, 4)
    found = flow(start, [(0, 1)], [0.0, 5.0])
    assert found.converged
    assert "nothing moves" in found.message
    assert np.array_equal(found.embeddings, np.stack([start, start])[..., None])
    assert not found.loss.any()


@pytest.mark.parametrize("scale", [0.0, 1e-200, 1e200])
def test_a_norm_that_has_no_value_is_said_not_raised(scale):
    found = flow(scale * np.arange(4.0), all_pairs(4), [0.0, 1.0])
    assert not found.converged
    assert "squared norm" in found.message
    assert np.isnan(found.loss).all()
    assert found.embeddings.shape == (2, 4, 1)


def test_shapes_are_as_promised():
    found = flow(normal(16, 6, 2), all_pairs(6), [0.0, 1.0, 2.0])
    assert (found.embeddings.shape, found.loss.shape, found.norm.shape, found.centre.shape) == ((3, 6, 2), (3,), (3,), (3, 2))
    np.testing.assert_allclose(found.embeddings[0], normal(16, 6, 2), atol=1e-14)
    assert np.array_equal(found.centre, found.embeddings.mean(axis=1))


@pytest.mark.parametrize(
    ("embedding", "pairs", "times", "says"),
    [
        (np.ones((2, 3, 4)), [], [0.0], r"got \(2, 3, 4\)"),
        ([1.0, np.nan], [], [0.0], "1 values that are not"),
        ([1.0, 2.0], [(0, 2)], [0.0], "within 0..1"),
        ([1.0, 2.0], [], [0.0, 2.0, 1.0], r"ascending, got \[2.\] before \[1.\]"),
        ([1.0, 2.0], [], [-1.0, 0.0], ">= 0"),
        ([1.0, 2.0], [], [0.0, np.inf], "finite"),
        ([1.0, 2.0], [], 1.0, r"shape \(T,\)"),
    ],
)
def test_wrong_calls_are_refused_in_words(embedding, pairs, times, says):
    with pytest.raises(ValueError, match=says):
        flow(embedding, pairs, times)


@pytest.mark.parametrize("embedding", [["1", "2", "3"], [True, False, True], [1j, 2, 3]])
def test_what_is_no_real_number_is_refused(embedding):
    with pytest.raises(TypeError, match="embedding must be real numbers"):
        flow(embedding, all_pairs(3), [0.0])
    with pytest.raises(ValueError, match=r"times must have shape \(T,\), got rows of different lengths"):
        flow([1.0, 2.0, 3.0], [(0, 2), (1, 1)], [[0], [1, 2]])
    with pytest.raises(TypeError, match="times must be real numbers"):
        flow([1.0, 2.0, 4.0], all_pairs(3), embedding)
