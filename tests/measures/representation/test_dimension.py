"""Participation ratio against its definition and known spectra."""

import numpy as np
import pytest
from scipy.stats import ortho_group

from spinodal.measures.representation import effective_dimension


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def test_a_line_is_one_and_a_simplex_all_dimensions():
    assert effective_dimension(np.arange(10)) == pytest.approx(1, rel=1e-14)
    assert effective_dimension(np.outer(np.arange(10), normal(0, 4)) + 3.0) == pytest.approx(1, rel=1e-14)
    assert effective_dimension(np.eye(8)) == pytest.approx(7, rel=1e-14)


def test_a_circle_is_two():
    angle = 2 * np.pi * np.arange(11) / 11
    assert effective_dimension(np.stack([np.cos(angle), np.sin(angle)], axis=1)) == pytest.approx(2, rel=1e-14)


@pytest.mark.parametrize("shape", [(20, 5), (6, 40)])
def test_it_is_the_ratio_of_eigenvalues(shape):
    x = normal(1, *shape) * np.linspace(1, 3, shape[1])
    eigenvalues = np.linalg.eigvalsh(np.cov(x.T))
    assert effective_dimension(x) == pytest.approx(eigenvalues.sum() ** 2 / np.sum(eigenvalues**2), rel=1e-12)


def test_rotation_scale_and_shift_change_nothing():
    x = normal(2, 12, 5)
    assert effective_dimension(1e200 * x @ ortho_group.rvs(5, random_state=3)) == pytest.approx(effective_dimension(x), rel=1e-12)
    assert effective_dimension(1e-200 * x) == pytest.approx(effective_dimension(x + 5.0), rel=1e-12)


def test_independent_normal_entries_have_the_mean_of_the_docstring():
    n, d = 29, 20
    found = 1 / effective_dimension(normal(4, 2000, n + 1, d))
    assert abs(found.mean() - (n + d + 1) / (n * d + 2)) < 4 * found.std(ddof=1) / np.sqrt(2000)


def test_it_is_never_above_the_exponential_of_the_entropy():
    for seed in range(20):
        x = normal(seed, 9, 6) * normal(seed + 100, 6)
        share = np.linalg.eigvalsh(np.cov(x.T))
        share /= share.sum()
        assert effective_dimension(x) <= np.exp(-np.sum(share * np.log(share)))


def test_a_stack_is_the_same_as_one_by_one():
    stack = normal(5, 6, 10, 3)
    stack[2], stack[3, 0, 0] = 0.1, np.nan
    found = effective_dimension(stack)
    np.testing.assert_allclose(found, [effective_dimension(x) for x in stack], rtol=1e-13)
    assert np.flatnonzero(np.isnan(found)).tolist() == [2, 3]


def test_a_large_constant_dimension_hides_nothing():
    x = np.stack([1e-200 * np.arange(5), np.full(5, 0.1)], axis=1)
    assert effective_dimension(x) == pytest.approx(1, rel=1e-14)


def test_one_point_has_no_dimension():
    assert np.isnan(effective_dimension(np.full((7, 3), 0.1)))
    assert np.isnan(effective_dimension([[1.0, 2.0]]))
