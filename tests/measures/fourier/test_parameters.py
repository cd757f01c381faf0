"""Norm of the parameters and the direction that only scales them."""

import numpy as np
import pytest

from spinodal.measures.fourier import naive_loss_minimisation, weight_norm

THETA = {"first": np.array([[1.0, 2.0], [0.0, 2.0]]), "bias": np.array(4.0)}


def test_the_norm_is_that_of_one_long_vector_at_any_scale():
    assert weight_norm(THETA) == pytest.approx(5, rel=1e-15)
    assert weight_norm({name: 1e300 * array for name, array in THETA.items()}) == pytest.approx(5e300, rel=1e-15)
    assert weight_norm({"w": np.zeros(3)}) == 0
    assert np.isnan(weight_norm({"w": [1.0, np.nan]}))
    assert np.isnan(weight_norm({"w": [1.0, -np.inf]}))


def test_downhill_along_the_parameters_is_one_and_across_them_zero():
    assert naive_loss_minimisation(THETA, {name: -1e-8 * array for name, array in THETA.items()}) == pytest.approx(1, rel=1e-14)
    assert naive_loss_minimisation(THETA, THETA) == pytest.approx(-1, rel=1e-14)
    across = {"first": np.array([[2.0, -1.0], [7.0, 0.0]]), "bias": 0.0}
    assert naive_loss_minimisation(THETA, across) == pytest.approx(0, abs=1e-15)
    assert naive_loss_minimisation({"w": [1.0, 0.0]}, {"w": [-1.0, 1.0]}) == pytest.approx(np.sqrt(0.5), rel=1e-14)


def test_a_homogeneous_network_obeys_eulers_relation():
    """f of degree 3: theta . df/dtheta = 3 f, so -g . theta = -3 f."""
    generator = np.random.default_rng(0)
    w, a = generator.normal(size=(2, 5))
    value = np.sum(w**2 * a)
    gradients = {"w": 2 * w * a, "a": w**2}
    lengths = weight_norm({"w": w, "a": a}) * weight_norm(gradients)
    assert naive_loss_minimisation({"w": w, "a": a}, gradients) == pytest.approx(-3 * value / lengths, rel=1e-12)


def test_without_a_direction_it_is_undefined():
    nothing = {name: 0 * array for name, array in THETA.items()}
    assert np.isnan(naive_loss_minimisation(THETA, nothing))
    assert np.isnan(naive_loss_minimisation(nothing, THETA))
    assert np.isnan(naive_loss_minimisation(THETA, {name: np.nan * array for name, array in THETA.items()}))


@pytest.mark.parametrize(
    ("gradients", "words"),
    [({"first": np.zeros((2, 2))}, "names"), ({"first": np.zeros(4), "bias": 0.0}, r"gradients\['first'\]"), ([1.0], "dict"), ({}, "dict")],
)
def test_wrong_arguments_are_named(gradients, words):
    with pytest.raises((ValueError, TypeError), match=words):
        naive_loss_minimisation(THETA, gradients)


def test_layers_of_different_shapes_are_taken_one_by_one():
    layers = {"weights": [np.ones((1, 3)), np.ones((3, 4))], "biases": [np.zeros(3), np.ones(1)]}
    assert weight_norm(layers) == pytest.approx(4, rel=1e-15)
    assert naive_loss_minimisation(layers, layers) == pytest.approx(-1, rel=1e-14)
