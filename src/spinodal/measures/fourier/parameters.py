"""Measures of a network's parameters as one long vector."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import even, require
from .checks import numbers


def weight_norm(parameters: Any) -> float:
    """Euclidean norm of all parameters together.

        |theta| = sqrt(sum of the squares of every entry of every array).

    Arguments:
        parameters: dict of arrays or of lists of arrays, one for each layer; biases and embeddings included.
    Returns: >= 0.
    Undefined (NaN): entries that are not finite.
    Source: the definition; published for the networks of arXiv:2301.05217 and arXiv:2306.17844.
    """
    return _norm(_vectors("parameters", parameters))


def naive_loss_minimisation(parameters: Any, gradients: Any) -> float:
    """Cosine between the step downhill and the parameters: near 1, the loss falls by scaling the logits and nothing is learned.

        cos(-g, theta) = -g . theta / (|g| |theta|),    over all parameters together.

    Arguments:
        parameters: dict of arrays or of lists of them. gradients: of the loss, under the same names and with the same shapes.
    Returns: -1..1; > 0 if the step makes the parameters longer.
    Undefined (NaN): entries that are not finite, no parameters but 0, a gradient of 0 (as after softmax collapse).
    Source: arXiv:2501.04697, "naive loss minimisation".
    """
    theta, g = _vectors("parameters", parameters), _vectors("gradients", gradients)
    require(theta.keys() == g.keys(), f"gradients must have the names of parameters, {sorted(theta)}, got {sorted(g)}")
    for name, array in theta.items():
        require(g[name].shape == array.shape, f"gradients[{name!r}] must have shape {array.shape} as the parameter, got {g[name].shape}")
    lengths = _norm(theta), _norm(g)
    if not all(0 < length < np.inf for length in lengths):
        return np.nan
    return -float(sum(np.vdot(array / lengths[0], g[name] / lengths[1]) for name, array in theta.items()))


def _vectors(what: str, arrays: Any) -> dict[str, np.ndarray]:
    if not isinstance(arrays, Mapping) or not arrays:
        raise TypeError(f"{what} must be a dict of arrays with at least one, got {type(arrays).__name__}")
    shaped = {name: even(f"{what}[{name!r}]", array, "(any)") for name, array in _leaves(arrays).items()}
    return {
        name: numbers(f"{what}[{name!r}]", a.reshape(-1), (None,), "(any)").reshape(a.shape).astype(np.float64)
        for name, a in shaped.items()
    }


def _leaves(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """One entry for each array: layer 0 of a list of arrays `weights` goes by "weights 0"."""
    found = {}
    for name, value in arrays.items():
        try:
            found[name] = np.asarray(value)
        except ValueError:  # layers of different shapes
            found |= {f"{name} {k}": layer for k, layer in enumerate(value)}
    return found


def _norm(arrays: dict[str, np.ndarray]) -> float:
    largest = max(float(np.abs(array).max()) for array in arrays.values())
    if not np.isfinite(largest) or any(np.isnan(array).any() for array in arrays.values()):
        return np.nan
    if largest == 0:
        return 0.0
    return largest * float(np.sqrt(sum(float(np.sum((array / largest) ** 2)) for array in arrays.values())))
