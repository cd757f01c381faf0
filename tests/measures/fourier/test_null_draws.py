"""Nulls: by drawing, and in closed form."""

import itertools

import numpy as np
import pytest

from spinodal.measures.fourier import distance_irrelevance_null, null, variance_explained, variance_explained_null

P = 5


def test_permutations_have_the_mean_of_all_orders():
    values, weights = np.array([1.0, 2.0, 4.0, 8.0]), np.arange(4.0)
    everyone = np.array([weights @ values[list(order)] ** 2 for order in itertools.permutations(range(4))])
    found = null(lambda x: weights @ x**2, values, draws=4000)
    assert abs(found.mean - everyone.mean()) < 4 * everyone.std() / np.sqrt(4000)
    assert found.deviation == pytest.approx(everyone.std(), rel=0.05)
    share = np.mean(everyone >= found.value)
    assert abs(found.share_above - share) < 4 * np.sqrt(share * (1 - share) / 4000) + 1 / 4001


def test_slices_stay_whole_along_the_axis():
    values = np.arange(12.0).reshape(3, 4)
    seen = []
    null(lambda x: seen.append(x) or 0.0, values, axis=1, draws=5)
    assert all(sorted(map(tuple, x.T)) == sorted(map(tuple, values.T)) for x in seen)
    assert any(not np.array_equal(x, values) for x in seen)


def test_a_measure_that_does_not_see_the_order_is_its_own_null():
    found = null(np.sum, np.arange(5.0), draws=10)
    assert (found.value, found.mean, found.deviation, found.share_above) == (10, 10, 0, 1)


def test_gaussian_draws_have_the_mean_and_variance_of_the_values():
    values = np.array([1.0, 5.0])
    for measure, expected in ((np.mean, 3), (lambda x: np.mean((x - 3) ** 2), 4)):
        found = null(measure, values, kind="gaussian", draws=4000)
        assert abs(found.mean - expected) < 4 * found.deviation / np.sqrt(4000)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_gaussian_draws_know_the_spread_of_extreme_values(scale):
    values = np.random.default_rng(0).normal(size=50)
    found = null(lambda x: float(np.max(np.abs(x)) / np.mean(np.abs(x))), scale * values, kind="gaussian", draws=5, seed=1)
    assert found.converged, found.message
    assert found.value == pytest.approx(np.max(np.abs(values)) / np.mean(np.abs(values)))


def test_variance_explained_of_noise_is_its_share_of_directions():
    found = null(lambda x: variance_explained(x, P, (2,)), np.random.default_rng(0).normal(size=(P * P, P)), kind="gaussian", draws=400)
    assert variance_explained_null(P, (2,)) == pytest.approx(2 / 24)
    assert abs(found.mean - variance_explained_null(P, (2,))) < 4 * found.deviation / np.sqrt(400)


def test_the_same_seed_gives_the_same_draws_and_another_one_others():
    first, again, other = (null(lambda x: x[0], np.arange(50.0), seed=seed).draws for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_undefined_measure_is_said_not_raised():
    for measure, values in ((lambda x: np.nan, np.ones(3)), (np.sum, np.array([1.0, np.nan]))):
        found = null(measure, values)
        assert not found.converged
        assert np.isnan([found.mean, found.share_above]).all()
        assert "not finite" in found.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "shuffle"}, "kind"),
        ({"draws": 1}, "draws"),
        ({"axis": 1}, "axis"),
        ({"values": []}, "values"),
        ({"measure": np.asarray}, "one number"),
    ],
)
def test_wrong_arguments_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        null(**({"measure": np.sum, "values": np.arange(3.0)} | change))


def test_measures_import_no_jax_until_a_gradient_is_asked_for():
    import subprocess
    import sys

    code = "import sys; from spinodal.measures import fourier; fourier.basis(7); print('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "False"


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_round_off_of_another_order_of_summing_is_a_tie(kind):
    """A norm does not see the order: every draw ties, whatever the last digits do."""
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=(20, 3)).astype(kind)
        found = null(lambda x: np.linalg.norm(x @ np.ones(3, kind)), values, draws=30)
        assert found.share_above == 1


def test_a_measure_that_gives_no_number_is_named():
    with pytest.raises(TypeError, match="measure must return one real number, got None"):
        null(lambda x: None, np.arange(4.0))


def test_distance_irrelevance_of_large_primes_stays_below_one():
    """1 - 3/(4p) to leading order: Gamma(x + 1/2) / Gamma(x) = sqrt(x) (1 - 1/(8x) + ...) at x = (p - 1) / 2."""
    for prime in (199, 211, 99991, 999983):
        assert 1 - distance_irrelevance_null(prime) == pytest.approx(3 / (4 * prime), rel=2 / prime)
