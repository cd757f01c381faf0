"""What the warm-up learns of trajectories: their step size and their length."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from .posteriors.interface import Array

# Hoffman and Gelman's gain, 1 / 0.05, makes so short a warm-up as ours swing widely, and the average of the swings comes out a third low
GAIN = 1 / 0.2
# Directions of the prior, which the likelihood's jump hardly feels, turn by a trajectory's angle; nothing else moves most of them
LEAST_ANGLE = np.pi / 4


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


def trajectory_length(jumps: np.ndarray, step_size: float) -> int:
    """The number of steps with the largest squared jump of the likelihood per gradient.

        l* = argmax_l  E[min(1, e^(-dH_l)) (U_l - U_0)^2] / l,    raised to LEAST_ANGLE / h where it is less

    Arguments: jumps: the accepted squared jumps after l = 1 ... L steps, shape (trajectories, L), smoothed over three neighbours here.
        step_size: h.
    """
    mean = np.concatenate([[0.0], jumps.mean(axis=0), jumps[:, -1:].mean(axis=0)])  # no step, no jump
    smooth = np.convolve(mean, np.ones(3) / 3, mode="valid")
    length = int(np.argmax(smooth / np.arange(1, smooth.size + 1))) + 1
    return max(length, min(int(np.ceil(LEAST_ANGLE / step_size)), smooth.size))
