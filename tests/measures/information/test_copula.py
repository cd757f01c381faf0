"""Normal scores and their correlations: ties, dead units, and every kind of array."""

import numpy as np
import pytest
from scipy.stats import rankdata

from spinodal.measures.information import copula_correlation, o_information, total_correlation
from spinodal.measures.information.ranks import MOST_BITS, normal_scores, score_table, sorting

from .systems import LN2, equicorrelated, fixed, layer, normal, plain_copula, rectified


@pytest.mark.parametrize("x", [normal(0, 50, 4), layer(1, 301, 12), normal(2, 40, 3).round(1)], ids=["continuous", "rectified", "rounded"])
@pytest.mark.parametrize("ties", ["average", "ordinal"])
def test_matrix_equals_scipys_ranks_column_by_column(x, ties):
    found = copula_correlation(x, ties=ties)
    np.testing.assert_allclose(found.matrix, plain_copula(x, ties), atol=1e-13)
    assert (found.matrix == found.matrix.T).all()
    assert (np.diagonal(found.matrix) == 1).all()
    assert (found.samples, found.ties, found.ridge) == (len(x), ties, 0.0)


def off_diagonal(matrix):
    return matrix[np.triu_indices(len(matrix), 1)].mean()


def test_ordinal_ties_manufacture_redundancy_and_average_ones_do_not():
    """Independent units, so the truth is 0: the table of section 2."""
    x = np.maximum(np.random.default_rng(0).standard_normal((3763, 10)) - 1, 0)
    ordinal, average = (copula_correlation(x, ties=ties) for ties in ("ordinal", "average"))
    chance = copula_correlation(x, ties="random", seed=0)
    assert off_diagonal(ordinal.matrix) == pytest.approx(0.44, abs=0.005)
    assert o_information(ordinal) / LN2 == pytest.approx(1.73, abs=0.005)
    assert off_diagonal(average.matrix) == pytest.approx(-0.002, abs=5e-4)
    assert o_information(average) / LN2 == pytest.approx(-0.0001, abs=5e-5)
    assert abs(off_diagonal(chance.matrix)) < 3 / np.sqrt(45 * 3763)
    assert abs(o_information(chance) / LN2) < 2e-4


def test_order_of_samples_matters_to_ordinal_ties_alone():
    x = rectified(3, 500, 5)
    mixed = x[np.random.default_rng(4).permutation(500)]
    np.testing.assert_allclose(copula_correlation(mixed).matrix, copula_correlation(x).matrix, atol=1e-13)
    assert np.abs(copula_correlation(mixed, ties="ordinal").matrix - copula_correlation(x, ties="ordinal").matrix).max() > 0.01


def test_random_ties_depend_on_the_seed_and_break_each_column_by_itself():
    x = np.repeat(rectified(5, 400, 1), 2, axis=1)
    x[:50] = normal(6, 50, 2)
    first, again, other = (copula_correlation(x, ties="random", seed=seed).matrix for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    scores, _ = normal_scores(np.ascontiguousarray(x.T), "random", 1)
    zeros = x[50:, 0] == 0
    assert abs(np.corrcoef(scores[:, 50:][:, zeros])[0, 1]) < 4 / np.sqrt(zeros.sum())
    ranks = np.sort(scores, axis=1)
    np.testing.assert_array_equal(ranks, np.broadcast_to(score_table(400)[::2], ranks.shape))


def test_rising_maps_change_nothing_and_falling_ones_flip_a_sign():
    x = layer(7, 300, 4)
    before = copula_correlation(x).matrix
    np.testing.assert_allclose(copula_correlation(np.column_stack([np.exp(x[:, 0]), x[:, 1:] ** 3])).matrix, before, atol=1e-14)
    flipped = copula_correlation(np.column_stack([-x[:, 0], x[:, 1:]])).matrix
    np.testing.assert_allclose(flipped[0, 1:], -before[0, 1:], atol=1e-13)


def test_dead_units_are_dropped_and_listed_and_one_spike_is_kept():
    x = np.column_stack([np.zeros(60), normal(8, 60), np.full(60, 3.0), np.eye(60)[0], normal(9, 60)])
    found = copula_correlation(x)
    assert found.kept.tolist() == [1, 3, 4]
    assert found.dropped.tolist() == [0, 2]
    np.testing.assert_allclose(found.tied_share, [1, 0, 1, 59 / 60, 0], atol=1e-15)
    assert np.isfinite(found.matrix).all()


def test_tied_share_counts_all_values_that_repeat():
    x = np.array([[1, 1], [1, 2], [2, 3], [3, 3], [3, 3], [0, 0]])
    np.testing.assert_allclose(copula_correlation(x).tied_share, [4 / 6, 3 / 6])


def test_zeros_of_either_sign_are_tied():
    x = normal(10, 30, 2)
    x[:10] = 0.0
    negative = np.where(x == 0, -0.0, x)
    half = np.where(np.arange(30)[:, None] % 2, x, negative)
    np.testing.assert_array_equal(copula_correlation(half).matrix, copula_correlation(x).matrix)
    np.testing.assert_array_equal(copula_correlation(half, ties="ordinal").matrix, copula_correlation(x, ties="ordinal").matrix)


def test_ridge_shrinks_as_it_says_and_is_in_the_record():
    x = layer(11, 200, 4)
    plain, shrunk = copula_correlation(x), copula_correlation(x, ridge=0.25)
    np.testing.assert_allclose(shrunk.matrix, (plain.matrix + 0.25 * np.eye(4)) / 1.25, atol=1e-15)
    assert shrunk.ridge == 0.25
    twins = np.repeat(normal(12, 50, 1), 2, axis=1)
    assert total_correlation(copula_correlation(twins, ridge=0.1)) == pytest.approx(-np.log(1 - 1 / 1.21) / 2, rel=1e-12)


@pytest.mark.parametrize("scale", [1.0, 1e-310, 1e300])
def test_sorting_agrees_with_a_stable_argsort(scale):
    """Values that differ in their last bits only, subnormals, repeats and both signs."""
    rng = np.random.default_rng(13)
    close = 1 + np.arange(200) * np.finfo(float).eps
    rows = np.stack([rng.permutation(close), -rng.permutation(close), rng.integers(-3, 4, 200) * 1.0, rng.standard_normal(200)]) * scale
    found = sorting(rows).reshape(rows.shape) - 200 * np.arange(4)[:, None]
    np.testing.assert_array_equal(found, np.argsort(rows, axis=1, kind="stable"))


def test_values_that_differ_enough_are_never_sorted_twice(monkeypatch):
    rows = normal(20, 3, 500).round(3)
    expected = np.argsort(rows, axis=1, kind="stable") + 500 * np.arange(3)[:, None]
    monkeypatch.setattr(np, "argsort", None)
    np.testing.assert_array_equal(sorting(rows), expected.ravel())


def test_many_samples_take_the_plain_way_to_the_same_scores():
    rows = np.round(normal(14, 2, 2**MOST_BITS + 1), 3)
    scores, _ = normal_scores(rows, "average", None)
    table = score_table(rows.shape[1])
    expected = table[(2 * rankdata(rows, axis=1)).astype(int) - 2]
    np.testing.assert_array_equal(scores, expected)


def test_scores_are_exactly_odd():
    for samples in (5, 6):
        table = score_table(samples)
        np.testing.assert_array_equal(table, -table[::-1])
        assert len(table) == 2 * samples - 1


SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("torch", "bfloat16")]  # some seconds to import


@pytest.mark.parametrize("kind", ["list", "float32", "integers", "jax", "dlpack", "on a device", *SLOW])
def test_every_kind_of_array_is_welcome(kind):
    x = np.round(normal(15, 40, 3) * 4)
    given = {
        "on a device": lambda: OnDevice(x),
        "list": x.tolist,
        "float32": lambda: x.astype(np.float32),
        "integers": lambda: x.astype(int),
        "dlpack": lambda: OnlyDlpack(x),
    }
    if kind == "jax":
        jnp = pytest.importorskip("jax.numpy")
        samples = jnp.asarray(x)
    elif kind in ("torch", "bfloat16"):
        torch = pytest.importorskip("torch")
        samples = torch.tensor(x, dtype=torch.bfloat16 if kind == "bfloat16" else torch.float32, requires_grad=True)
    else:
        samples = given[kind]()
    np.testing.assert_array_equal(copula_correlation(samples).matrix, copula_correlation(x).matrix)


class OnDevice:
    """A tensor as PyTorch has it: NumPy may see it only when detached, on the CPU, and in a type that it knows."""

    def __init__(self, x, *done):
        self.x, self.done = x, done

    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert a tensor that requires grad")

    def detach(self):
        return OnDevice(self.x, *self.done, "detach")

    def cpu(self):
        return OnDevice(self.x, *self.done, "cpu")

    def double(self):
        return OnDevice(self.x, *self.done, "double")

    def is_complex(self):
        return False

    def numpy(self):
        assert self.done == ("detach", "cpu", "double")
        return self.x


class OnlyDlpack:
    def __init__(self, x):
        self.x = x

    def __dlpack__(self, **settings):
        return self.x.__dlpack__(**settings)

    def __dlpack_device__(self):
        return self.x.__dlpack_device__()


def test_the_record_stands_for_its_matrix():
    found = copula_correlation(fixed(4, 100))
    assert o_information(found) == o_information(found.matrix)
    assert np.asarray(found, dtype=np.float32).dtype == np.float32
    copied = np.array(found)
    copied[0, 1] = 9
    assert found.matrix[0, 1] != 9


@pytest.mark.parametrize(
    ("samples", "settings", "says"),
    [
        ([[1.0, np.nan], [0, 1]], {}, "got 1 values that are NaN or infinite of 4"),
        ([[1.0, np.inf], [0, 1]], {}, "NaN or infinite"),
        (np.ma.masked_equal([[1.0, 2], [0, 1], [3, 4], [5, 2]], 0), {}, "NaN or infinite"),
        ([1.0, 2], {}, r"must be 2-D.*got shape \(2,\)"),
        (np.zeros((0, 3)), {}, "must not be empty"),
        (normal(0, 5, 4), {}, "at least 6 rows for 4 varying columns, got 5"),
        (np.ones((9, 3)), {}, "got 3 constant columns"),
        (normal(0, 9, 3), {"ties": "avrage"}, "ties must be one of .* got 'avrage'; nearest: average"),
        (normal(0, 9, 3), {"ties": "random"}, "seed must be given"),
        (normal(0, 9, 3), {"ties": "random", "seed": -1}, "seed must be an integer >= 0, got -1"),
        (normal(0, 9, 3), {"ridge": -0.1}, "ridge must be >= 0, got -0.1"),
        (normal(0, 9, 3), {"ridge": np.nan}, "ridge must be a finite number"),
    ],
)
def test_what_has_no_copula_is_refused_in_words(samples, settings, says):
    with pytest.raises(ValueError, match=says):
        copula_correlation(samples, **settings)


@pytest.mark.parametrize("samples", [[["a", "b"]], np.ones((4, 2), complex), [[1, 2], [3]]])
def test_what_holds_no_real_numbers_is_a_type_error(samples):
    with pytest.raises(TypeError, match="samples must be an array of real numbers"):
        copula_correlation(samples)


def test_samples_just_enough_are_enough():
    assert copula_correlation(normal(16, 6, 4)).matrix.shape == (4, 4)


def test_strong_correlation_is_found():
    r = 0.7
    x = normal(17, 20_000, 3) @ np.linalg.cholesky(equicorrelated(3, r)).T
    error = (1 - r**2) / np.sqrt(len(x))
    assert np.abs(copula_correlation(x).matrix[np.triu_indices(3, 1)] - r).max() < 4 * error
