"""The flow of an embedding down the effective loss, in closed form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...citations import LIU2022 as CITATION
from ...errors import even, require
from ...measures.representation.realised import as_stack
from .gram import gram, null_space

ABSENT = 1e-14  # of the largest amplitude; below it stands the rounding of the start and of the modes


@dataclass(frozen=True, eq=False)
class Flow:
    """An embedding along the flow; `loss` is NaN unless `converged`."""

    times: np.ndarray  # (T,)
    embeddings: np.ndarray  # (T, p, d)
    loss: np.ndarray  # (T,) l_eff
    norm: np.ndarray  # (T,) Z0 of the embeddings: conserved
    centre: np.ndarray  # (T, d) mean over symbols: conserved only where it is zero
    converged: bool
    message: str
    citation: str = CITATION


def flow(embedding: ArrayLike, pairs: ArrayLike, times: ArrayLike) -> Flow:
    """Gradient flow dE/dt = -d l_eff/dE of an embedding, exact at any time.

        l_eff = l0 / Z0,   l0 = (1/M) sum over the M parallelograms of D of |E_i + E_j - E_m - E_n|^2,   Z0 = sum_k |E_k|^2,
        E(t) = sqrt(Z0) X(t) / |X(t)|,   X(t) = exp(-2 A_D^T A_D t / (M Z0)) E(0):

    the second term of the gradient stretches all modes alike and serves only to conserve Z0, so the flow is the linear one, renormalised.

    Arguments:
        embedding: E(0), (p,) or (p, d), used as given, neither centred nor scaled. pairs: D, (k, 2) integers within 0..p-1, a set.
        times: (T,), >= 0, ascending, measured from 0; under gradient descent on l_eff a step is `learning_rate` long.
    Returns: `Flow`. The loss comes from the modes and keeps its digits where the embeddings, rounded, would give 1e-32. The centre drifts
        as dC/dt = (2 l_eff / Z0) C; the paper says it is conserved, which holds for centred embeddings only.
    Undefined (converged=False, embeddings as given): squared norm zero or beyond float64. Without a parallelogram nothing moves.
        A mode with less than 1e-14 of the largest amplitude counts as absent, so that a start exactly on an unstable mode stays there.
    Source: Liu et al. (2022), arXiv:2205.10343; the closed form follows by inserting it.
    """
    start, times = _checked(embedding, times)
    symbols = len(start)
    matrix, count = gram(pairs, symbols)
    scale = np.abs(start).max()
    unit = start / (scale if scale > 0 else 1.0)
    with np.errstate(over="ignore", under="ignore"):
        norm = float(scale * (scale * np.sum(unit * unit)))
    if not 0 < norm < np.inf:
        why = f"the effective loss is undefined: the squared norm of the embedding is {norm:g} in float64"
        return _still(start, times, np.full(len(times), np.nan), norm, converged=False, message=why)
    if count == 0:
        return _still(start, times, np.zeros(len(times)), norm, converged=True, message="no parallelogram in the pairs: nothing moves")
    values, vectors = np.linalg.eigh(matrix / count)
    values[: null_space(pairs, symbols).shape[1]] = 0.0
    amplitudes = vectors.T @ unit
    size = np.linalg.norm(amplitudes, axis=1)
    present = size > ABSENT * size.max()
    values, vectors, directions = values[present], vectors[:, present], amplitudes[present] / size[present, None]
    with np.errstate(over="ignore", under="ignore"):
        rates = np.minimum((values - values[0]) * 2 / norm, 1e300)  # against the slowest mode, which thereby never vanishes
        logarithm = np.log(size[present]) - rates * times[:, None]
        weights = np.exp(logarithm - logarithm.max(axis=1, keepdims=True))
        shares = weights * weights / np.sum(weights * weights, axis=1, keepdims=True)
        loss = shares @ values
    embeddings = np.sqrt(norm) * np.einsum("ka,ta,ad->tkd", vectors, np.sqrt(shares), directions)
    message = f"effective loss {loss[0]:.4g} at time {times[0]:g}, {loss[-1]:.4g} at time {times[-1]:g}"
    norms, centre = np.sum(embeddings**2, axis=(1, 2)), embeddings.mean(axis=1)
    return Flow(times, embeddings, loss, norms, centre, converged=True, message=message)


def _checked(embedding: ArrayLike, times: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    stack, many = as_stack(embedding)
    require(not many, f"embedding must have shape (p,) or (p, d), got {stack.shape}")
    start = stack[0]
    require(bool(np.isfinite(start).all()), f"embedding must be finite, got {np.sum(~np.isfinite(start))} values that are not")
    when = even("times", times, "(T,)")
    if when.dtype.kind not in "fiu":
        raise TypeError(f"times must be real numbers, got an array of {when.dtype}")
    when = when.astype(np.float64)
    require(when.ndim == 1 and len(when) > 0, f"times must have shape (T,) with T >= 1, got {when.shape}")
    bad = when[~np.isfinite(when) | (when < 0)]
    require(bad.size == 0, f"times must be finite and >= 0, got {bad[:1]} (they are measured from the given embedding)")
    falls = np.flatnonzero(np.diff(when) < 0)
    require(falls.size == 0, f"times must be ascending, got {when[falls[:1]]} before {when[falls[:1] + 1]}")
    return start, when


def _still(start: np.ndarray, times: np.ndarray, loss: np.ndarray, norm: float, *, converged: bool, message: str) -> Flow:
    embeddings = np.repeat(start[None], len(times), axis=0)
    return Flow(times, embeddings, loss, np.full(len(times), norm), embeddings.mean(axis=1), converged=converged, message=message)
