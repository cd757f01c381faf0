"""What the warm-up learns: the step size, the trajectory length, and where neurons outside the prior live."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import gammaln

from .posteriors.interface import Array
from .posteriors.neuron_updates import Proposal, unfitted

FITTED_WEIGHT = 0.4
# Hoffman and Gelman's gain, 1 / 0.05, makes so short a warm-up as ours swing widely, and the average of the swings comes out a third low
GAIN = 1 / 0.2


class DualAveraging(NamedTuple):
    """State of Nesterov's dual averaging of the log step size, after Hoffman and Gelman (2014)."""

    log_step: Array
    log_averaged: Array
    error: Array
    updates: Array
    centre: Array


def restart(step_size: float | np.ndarray) -> DualAveraging:
    """Start at this step; trials are drawn towards twice its value."""
    log_step = np.log(np.float32(step_size))
    return DualAveraging(log_step, log_step, np.float32(0), np.float32(0), np.float32(log_step + np.log(2.0)))


def update(state: DualAveraging, acceptance: jax.Array, target: jax.Array) -> DualAveraging:
    """One step towards the target acceptance."""
    count = state.updates + 1
    error = state.error + (target - acceptance - state.error) / (count + 10)
    log_step = state.centre - jnp.sqrt(count) * GAIN * error
    weight = count**-0.75
    return DualAveraging(log_step, weight * log_step + (1 - weight) * state.log_averaged, error, count, state.centre)


def trajectory_length(jumps: np.ndarray, overhead: float) -> int:
    """The number of steps with the largest squared jump of the likelihood per gradient.

        l* = argmax_l  E[min(1, e^(-dH_l)) (U_l - U_0)^2] / (l + overhead)

    Arguments: jumps: the accepted squared jumps after l = 1 ... L steps, shape (trajectories, L), smoothed over three neighbours here.
        overhead: cost of a draw beside its trajectory, in gradients.
    """
    mean = jumps.mean(axis=0)
    smooth = np.convolve(np.pad(mean, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    return int(np.argmax(smooth / (np.arange(1, smooth.size + 1) + overhead))) + 1


def fit_proposal(overlaps: np.ndarray, transverse_norms: np.ndarray, weight_variance: float, input_dim: int) -> Proposal:
    """A normal in (|q|, ln r) fitted to the neurons that the prior does not explain, by expectation and maximisation.

    The fixed parts of the mixture are the prior of (q, r) and the normal itself; with fewer than 10 neurons' worth of weight outside the
    prior there is nothing to fit and the broad proposal stays alone. Deviations are widened by half: a narrow proposal gets stuck.
    """
    q = np.abs(overlaps.ravel().astype(np.float64)) / weight_variance**0.5
    log_norm = np.log(np.maximum(transverse_norms.ravel().astype(np.float64), 1e-300) / weight_variance)
    if not (np.isfinite(q).all() and np.isfinite(log_norm).all()):
        return unfitted()
    half_norm = input_dim * np.exp(log_norm) / 2  # of a gamma law under the prior
    shape = (input_dim - 1) / 2
    prior = np.log(2 * input_dim / np.pi) / 2 - input_dim * q**2 / 2 + shape * np.log(half_norm) - half_norm - gammaln(shape)
    mean, deviation, share = np.array([1.2, np.log(0.6)]), np.array([0.5, 0.4]), 0.05
    points = np.stack([q, log_norm], axis=1)
    for _ in range(30):
        outer = np.log(share) - np.log(2 * np.pi * deviation.prod()) - (((points - mean) / deviation) ** 2).sum(axis=1) / 2
        responsibility = 1 / (1 + np.exp(np.clip(np.log1p(-share) + prior - outer, -500, 500)))
        total = responsibility.sum()
        if total < 10:
            return unfitted()
        share = min(total / q.size, 0.99)
        mean = responsibility @ points / total
        deviation = np.maximum(np.sqrt(responsibility @ (points - mean) ** 2 / total), 0.02)
    widened = 1.5 * deviation
    return Proposal(*(np.float32(x) for x in (FITTED_WEIGHT, mean[0], widened[0], mean[1], widened[1])))
