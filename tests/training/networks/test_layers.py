"""The shared layers: gradients in either orientation, and the slope of ReLU."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training.networks.layers import checked_pairs, product, relu, rows


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize(("inputs", "outputs"), [(9, 4), (4, 9), (5, 5), (3, 1)])
def test_a_product_and_both_its_gradients(inputs, outputs):
    x, weights, back = normal(20, inputs), normal(inputs, outputs), normal(20, outputs, seed=1)
    with jax.enable_x64(True):
        value, pull = jax.vjp(product, jnp.asarray(x), jnp.asarray(weights))
        to_x, to_weights = pull(jnp.asarray(back))
    np.testing.assert_allclose(value, x @ weights, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(to_x, back @ weights.T, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(to_weights, x.T @ back, rtol=1e-12, atol=1e-13)


def test_products_of_many_weights_map():
    x, weights = normal(6, 5).astype(np.float32), normal(3, 5, 2).astype(np.float32)
    np.testing.assert_allclose(jax.vmap(product, (None, 0))(x, weights), x @ weights, rtol=1e-5, atol=1e-6)


def test_relu_has_slope_0_at_0_and_below():
    value, slope = jax.vmap(jax.value_and_grad(relu))(jnp.array([-2.0, -0.0, 0.0, 3.0]))
    assert value.tolist() == [0, 0, 0, 3]
    assert slope.tolist() == [0, 0, 0, 1]


def test_rows_that_are_read_twice_collect_both_gradients():
    gradient = jax.grad(lambda table: jnp.sum(rows(table, jnp.array([1, 1, 0])) * jnp.array([[1.0], [2.0], [4.0]])))(jnp.zeros((3, 1)))
    assert gradient.tolist() == [[4.0], [3.0], [0.0]]


def test_pairs_that_a_compiled_function_closes_over_are_checked():
    table, pairs, wrong = jnp.ones((3, 2)), jnp.array([[0, 1], [2, 2]]), jnp.array([[0, 1], [3, 2]])
    assert jax.jit(lambda t: rows(t, checked_pairs(pairs, 3)[:, 0]))(table).shape == (2, 2)
    with pytest.raises(ValueError, match=r"pairs must hold symbols 0\.\.2, got 0\.\.3"):
        jax.jit(lambda t: rows(t, checked_pairs(wrong, 3)[:, 0]))(table)
