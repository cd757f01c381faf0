"""When a network that is too large for its norm generalises: the clock of weight decay."""

import math

from ...errors import positive, real, require


def generalisation_steps(norm_ratio: float, *, learning_rate: float, weight_decay: float) -> float:
    """Optimiser steps until decoupled weight decay has brought the parameter norm down to where networks generalise.

        t = ln(norm_ratio) / (learning_rate weight_decay),   norm_ratio = alpha / alpha_c,

    since the norm of a network that has fitted its data falls as exp(-learning_rate weight_decay t).

    Arguments:
        norm_ratio: >= 0, initial norm over the norm at which the reduced test loss is least. learning_rate: > 0.
        weight_decay: >= 0, decoupled (AdamW).
    Returns: steps; 0 for a ratio up to 1 (no grokking), infinity above it without decay.
    Where it ends: the mechanism is disputed outside regression from large initial weights; norms have been seen to rise through
        grokking. Show the norm beside the accuracies.
    Source: Liu, Michaud, Tegmark (2022), Omnigrok, arXiv:2210.01117.
    """
    norm_ratio = real("norm_ratio", norm_ratio, why="initial norm over critical norm")
    require(norm_ratio >= 0, f"norm_ratio must be >= 0, got {norm_ratio} (it is a ratio of norms)")
    rate = positive("learning_rate", learning_rate)
    decay = real("weight_decay", weight_decay)
    require(decay >= 0, f"weight_decay must be >= 0, got {decay}")
    if norm_ratio <= 1:
        return 0.0
    speed = rate * decay
    return math.log(norm_ratio) / speed if speed > 0 else math.inf
