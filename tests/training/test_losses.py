"""Losses against closed forms, float64 NumPy and finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.training.losses import cross_entropy, mean_squared, stablemax

SLOPES = {loss: jax.jit(jax.value_and_grad(loss)) for loss in (cross_entropy, mean_squared, stablemax)}
LOSSES = [cross_entropy, mean_squared, stablemax]


def row_losses(loss, logits, labels):
    """Plain float64, row by row."""
    found = []
    for z, y in zip(np.asarray(logits, float), labels, strict=True):
        if loss is cross_entropy:
            found.append(np.log(np.sum(np.exp(z - z.max()))) + z.max() - z[y])
        elif loss is mean_squared:
            found.append(np.mean((z - np.eye(len(z))[y]) ** 2))
        else:
            s = np.array([x + 1 if x >= 0 else 1 / (1 - x) for x in z])
            found.append(-np.log(s[y] / s.sum()))
    return np.array(found)


def sample(n=12, classes=7, seed=0):
    generator = np.random.default_rng(seed)
    return 3 * generator.normal(size=(n, classes)), generator.integers(0, classes, n)


@pytest.mark.parametrize(("loss", "expected"), [(cross_entropy, np.log(5)), (mean_squared, 1 / 5), (stablemax, np.log(5))])
def test_logits_of_zero_know_nothing(loss, expected):
    assert float(loss(jnp.zeros((3, 5)), jnp.array([0, 1, 4]))) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-13)])
def test_loss_is_the_mean_over_rows_in_the_dtype_of_the_logits(loss, dtype, tolerance):
    logits, labels = sample()
    with jax.enable_x64(True):
        found, _ = SLOPES[loss](jnp.asarray(logits, dtype), jnp.asarray(labels))
    assert found.dtype == dtype
    assert float(found) == pytest.approx(row_losses(loss, logits, labels).mean(), rel=tolerance)


@pytest.mark.parametrize("loss", LOSSES)
def test_weighted_rows_count_by_their_weight(loss):
    logits, labels = sample()
    weights = np.random.default_rng(1).uniform(size=len(labels)) * (np.arange(len(labels)) % 3 > 0)
    with jax.enable_x64(True):
        compiled = jax.jit(lambda weights: loss(jnp.asarray(logits), jnp.asarray(labels), weighted=weights))
        found, masked, chosen = float(compiled(weights)), compiled((weights > 0).astype(float)), weights > 0
        alone, _ = SLOPES[loss](jnp.asarray(logits[chosen]), jnp.asarray(labels[chosen]))
    assert found == pytest.approx(np.average(row_losses(loss, logits, labels), weights=weights), rel=1e-12)
    assert float(masked) == pytest.approx(float(alone), rel=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_agrees_with_finite_differences(loss):
    logits, labels = sample(4, 5)
    with jax.enable_x64(True):
        found = np.asarray(SLOPES[loss](jnp.asarray(logits), jnp.asarray(labels))[1])
    step = 1e-5
    for place in np.ndindex(logits.shape):
        nudge = np.zeros_like(logits)
        nudge[place] = step
        slope = (row_losses(loss, logits + nudge, labels) - row_losses(loss, logits - nudge, labels)).mean() / (2 * step)
        assert found[place] == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("loss", [cross_entropy, stablemax])
def test_gradient_at_zero_is_that_of_the_softmax(loss):
    """s(0) = s'(0) = 1, as for exp: both branches meet there without a kink."""
    _, gradient = SLOPES[loss](jnp.zeros((1, 4)), jnp.array([2]))
    np.testing.assert_allclose(gradient, [[0.25, 0.25, -0.75, 0.25]], rtol=1e-6)


def test_stablemax_has_a_gradient_where_cross_entropy_has_none_in_float32():
    logits = jnp.asarray(1e4 * (np.arange(113) == 5) * np.ones((2, 1)), jnp.float32)
    labels = jnp.array([5, 5])
    np.testing.assert_array_equal(SLOPES[cross_entropy](logits, labels)[1], 0)
    gradient = np.asarray(SLOPES[stablemax](logits, labels)[1])
    # of the label (s'/sum - s'/s) / n with s = 10001 and sum = 10113; of the others 1 / sum / n
    np.testing.assert_allclose(gradient[:, 5], (1 / 10113 - 1 / 10001) / 2, rtol=1e-3)
    np.testing.assert_allclose(np.delete(gradient, 5, axis=1), 1 / 10113 / 2, rtol=1e-5)


@pytest.mark.parametrize("logits", [[[1e30, -1e30, 0.0]], [[-1e30, 1e30, 1.0]], [[1.0, 1.0, 1.0]], [[-1.0, 0.0, -0.0]]])
@pytest.mark.parametrize("loss", [cross_entropy, stablemax])
def test_the_branch_not_taken_makes_no_nan(loss, logits):
    value, gradient = SLOPES[loss](jnp.array(logits), jnp.array([1]))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_adding_a_number_to_all_logits_of_a_row_changes_no_cross_entropy():
    logits, labels = sample()
    with jax.enable_x64(True):
        shifts = np.random.default_rng(2).normal(size=(len(labels), 1)) * 100
        moved, plain = (float(SLOPES[cross_entropy](jnp.asarray(z), jnp.asarray(labels))[0]) for z in (logits + shifts, logits))
    assert moved == pytest.approx(plain, rel=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_no_rows_give_nan(loss):
    assert np.isnan(loss(jnp.zeros((0, 3)), jnp.zeros(0, int)))


@pytest.mark.parametrize("loss", LOSSES)
def test_wrong_shapes_and_types_are_named(loss):
    with pytest.raises(ValueError, match=r"got \(4, 3\) and int32 of shape \(5,\)"):
        loss(jnp.zeros((4, 3)), jnp.zeros(5, int))
    with pytest.raises(ValueError, match=r"float32 of shape \(4,\)"):
        loss(jnp.zeros((4, 3)), jnp.zeros(4))
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match=r"labels must be in 0..2, got 0\.\.3|got -1\.\.0"):
            loss(jnp.zeros((4, 3)), jnp.zeros(4, int).at[1].set(wrong))
    with pytest.raises(TypeError, match="logits must be floating-point numbers, got int32"):
        loss(jnp.zeros((4, 3), int), jnp.zeros(4, int))
    with pytest.raises(ValueError, match="one weight for each of the 4 rows, got shape"):
        loss(jnp.zeros((4, 3)), jnp.zeros(4, int), weighted=jnp.ones(3))


@pytest.mark.parametrize("loss", LOSSES)
def test_labels_that_a_compiled_function_closes_over_are_checked(loss):
    logits, labels = jnp.zeros((2, 3)), jnp.array([0, 2])
    assert np.isfinite(jax.jit(lambda z: loss(z, labels))(logits))
    wrong = jnp.array([0, 3])
    with pytest.raises(ValueError, match=r"labels must be in 0\.\.2, got 0\.\.3"):
        jax.jit(lambda z: loss(z, wrong))(logits)


@pytest.mark.parametrize(
    ("logits", "labels", "name"), [([[0.0], [0.0, 1.0]], [0, 1], "logits"), ([[0.0, 1.0]] * 2, [[0], [0, 1]], "labels")]
)
def test_rows_of_different_lengths_are_refused_in_words(logits, labels, name):
    for loss in (cross_entropy, stablemax):
        with pytest.raises(ValueError, match=f"{name} must have shape .*, got rows of different lengths"):
            loss(logits, labels)
