"""Coupled decay: the penalty goes through the moments of Adam, which decoupled decay does not."""

import numpy as np
import pytest

from spinodal.training import AdamW, CoupledDecay, Grokfast

START = {"w": np.array([2.0, -1.0, 0.5], np.float32)}
GRADIENT = {"w": np.array([0.3, 0.0, -0.2], np.float32)}


def stepped(optimizer, steps):
    parameters, state = START, optimizer.init(START)
    for _ in range(steps):
        parameters, state = optimizer.step(parameters, GRADIENT, state)
    return np.asarray(parameters["w"], float)


def test_it_is_adam_on_the_penalised_gradient():
    """By hand, in float64: Adam with the gradient g + decay w."""
    w, m, v = START["w"].astype(float), np.zeros(3), np.zeros(3)
    for t in (1, 2, 3):
        g = GRADIENT["w"] + 0.7 * w
        m, v = 0.9 * m + 0.1 * g, 0.98 * v + 0.02 * g * g
        w = w - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.98**t)) + 1e-8)
    np.testing.assert_allclose(stepped(CoupledDecay(AdamW(0.01, beta2=0.98), 0.7), 3), w, rtol=1e-5)


def test_without_decay_it_is_the_inner_optimiser():
    np.testing.assert_array_equal(stepped(CoupledDecay(AdamW(0.01)), 3), stepped(AdamW(0.01), 3))


def test_inside_grokfast_the_penalty_is_not_amplified():
    """The first step of "ema" has the gradient g + amplification g: only g is amplified."""
    found = stepped(Grokfast(CoupledDecay(AdamW(0.01, epsilon=1.0), 0.7), amplification=3.0), 1)
    g = 4 * GRADIENT["w"].astype(float) + 0.7 * START["w"]
    np.testing.assert_allclose(found, START["w"] - 0.01 * g / (np.abs(g) + 1), rtol=1e-5)


def test_wrong_settings_are_refused_in_words():
    with pytest.raises(ValueError, match="weight_decay must be >= 0, got -1"):
        CoupledDecay(AdamW(), -1)
    with pytest.raises(TypeError, match="inner must be an optimiser"):
        CoupledDecay(AdamW)
