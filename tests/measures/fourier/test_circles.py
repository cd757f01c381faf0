"""Circularity: circles, lines, a published embedding."""

import numpy as np
import pytest

from spinodal.measures.fourier import circularity

P = 59
N = np.arange(P)


def circles(frequencies, sizes, dims, seed=0):
    """Circles of these frequencies, turned into `dims` dimensions, away from the origin."""
    flat = np.concatenate(
        [[s * np.cos(2 * np.pi * k * N / P), s * np.sin(2 * np.pi * k * N / P)] for k, s in zip(frequencies, sizes, strict=True)]
    )
    turned, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dims, dims)))
    return flat.T @ turned[: len(flat)] + 5.0


def test_circles_are_one_and_scale_and_place_change_nothing():
    table = circles((5, 29), (2, 1), 16)
    assert circularity(table) == pytest.approx(1, abs=1e-10)
    assert circularity(1e150 * table) == pytest.approx(1, abs=1e-10)
    assert circularity(circles((3,), (1,), 2), components=2) == pytest.approx(1, abs=1e-10)


def test_a_direction_of_two_frequencies_counts_its_larger_half():
    direction = np.cos(2 * np.pi * 4 * N / P) + 0.5 * np.cos(2 * np.pi * 9 * N / P)
    assert circularity(direction[:, None], components=1) == pytest.approx(1 / 1.25, rel=1e-12)


def test_it_is_the_definition_on_a_random_table():
    x = np.random.default_rng(1).normal(size=(P, 7))
    x0 = x - x.mean(axis=0)
    _, vectors = np.linalg.eigh(x0 @ x0.T)
    expected = []
    for v in vectors.T[::-1][:3]:
        expected.append(max(2 / P * abs(np.sum(np.exp(2j * np.pi * N * k / P) * v)) ** 2 for k in range(1, P)))
    assert circularity(x, components=3) == pytest.approx(np.mean(expected), rel=1e-9)
    assert circularity(x, components=3) < 0.4


def test_fewer_directions_than_components_are_undefined():
    assert np.isnan(circularity(circles((5,), (1,), 16)))
    assert np.isnan(circularity(np.ones((P, 8))))
    assert np.isnan(circularity(np.full((P, 8), np.nan)))
    assert np.isnan(circularity(np.zeros((P, 8))))


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_directions_of_rounding_are_no_directions(kind):
    """One circle in 128 dimensions: the third and fourth component hold what float32 rounded off."""
    turned = circles((5,), (1,), 2) @ np.random.default_rng(0).standard_normal((2, 128))
    assert np.isnan(circularity(turned.astype(kind)))
    assert circularity(turned.astype(kind), components=2) == pytest.approx(1, abs=1e-3)


def test_the_most_negative_integer_is_large():
    table = np.where(np.random.default_rng(1).uniform(size=(P, 8)) < 0.5, -128, 0)
    assert circularity(table.astype(np.int8)) == circularity(table)


@pytest.mark.parametrize("components", [0, 3, 1.0])
def test_wrong_arguments_are_named(components):
    with pytest.raises((ValueError, TypeError), match="components"):
        circularity(circles((5,), (1,), 2), components=components)


def test_the_published_network_has_its_published_value(clock_pizza):
    assert circularity(clock_pizza["A_embedding"]) == pytest.approx(0.99782, abs=2e-5)  # weights are kept in float16


def test_at_even_length_the_highest_frequency_counts_once():
    n = np.arange(12)
    half, other = (-1.0) ** n / np.sqrt(12), np.cos(2 * np.pi * 2 * n / 12) / np.sqrt(6)
    assert circularity((half + other)[:, None], components=1) == pytest.approx(0.5, abs=1e-12)
    assert circularity(half[:, None], components=1) == pytest.approx(1, abs=1e-12)
