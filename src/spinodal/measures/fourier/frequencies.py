"""Which frequencies does a network use?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...citations import NANDA2023 as CITATION
from ...errors import choice, odd_prime, positive, real, require
from .checks import all_finite, largest, numbers
from .trig_part import OPERATIONS, symbol_order, table_rows
from .waves import all_modes

DEAD = 1e-12  # a column with this share of the largest energy, or less, is dead


@dataclass(frozen=True, eq=False)
class KeyFrequencies:
    """What `key_frequencies` found; without a live column `frequencies` is empty and `converged` False."""

    frequencies: tuple[int, ...]  # ascending
    counts: dict[int, int]  # neurons of each frequency that has any; empty for weights
    shares: np.ndarray  # ((p-1)/2, width), or ((p-1)/2,) for weights; row k-1 is frequency k; NaN where not live
    live: np.ndarray  # (width,) bool
    method: str
    converged: bool
    message: str
    citation: str = CITATION


def key_frequencies(
    values: Any,
    prime: Any,
    *,
    method: str = "neurons",
    threshold: float = 0.85,
    minimum_share: float = 0.01,
    energy: float = 0.9,
    operation: str = "add",
) -> KeyFrequencies:
    """The frequencies that a network computes with, by its neurons or by a table of its weights.

        neurons: share_k = energy of the activations in {1, cos_k, sin_k}(a) x {1, cos_k, sin_k}(b) / energy, both without the mean;
                 a neuron belongs to its largest share where that is > threshold, k is key where max(1, minimum_share * live) belong to it
        weights: energy_k = |cos_k row|^2 + |sin_k row|^2 of basis @ table; key is the smallest set that holds `energy` of all k >= 1

    Arguments:
        values: "neurons": hidden activations on all pairs, (p^2, width), row a p + b, after the nonlinearity; for "divide"
            (p (p-1), width), row a (p-1) + b - 1.
            "weights": a table over the symbols, (p, columns): the embedding, `(mlp_out @ unembedding).T`, or `first[:p]`.
        prime: p, an odd prime. method: "neurons" or "weights"; they disagree on imperfect networks, so report both.
        threshold: in [0, 1), minimum_share: in [0, 1], for neurons. energy: in (0, 1], for weights.
        operation: "add", "sub", "mul" or "divide", default "add". Products are sums of discrete logarithms: symbols and pairs without 0 in
            that order, waves of period p - 1, whose last frequency, (p-1)/2, has a cosine only.
    Returns: `KeyFrequencies`. A pure neuron of a *quadratic* network also carries 2k and stays below the default threshold: use weights,
        or a lower one. A column of at most 1e-12 of the largest energy is dead: its shares are NaN and it is counted nowhere.
    Undefined (`converged=False`, no frequencies): values that are not finite, or no live column.
    Source: arXiv:2301.05217, section 4 (neurons; weights as in its appendix on embeddings).
    """
    p = odd_prime("prime", prime)
    choice("method", method, ("neurons", "weights"))
    choice("operation", operation, OPERATIONS)
    require(0 <= real("threshold", threshold) < 1, f"threshold must be in [0, 1), got {threshold}")
    require(0 <= real("minimum_share", minimum_share) <= 1, f"minimum_share must be in [0, 1], got {minimum_share}")
    require(positive("energy", energy) <= 1, f"energy must be in (0, 1], got {energy}")
    pairs = p * (p - 1) if operation == "divide" else p**2
    if method == "neurons":
        table = numbers("values", values, (pairs, None), f"({pairs}, width), the activations on all pairs, for method='neurons'")
    else:
        table = numbers("values", values, (p, None), f"({p}, columns), a table over the symbols, for method='weights'")
    if not all_finite(table):
        return _nothing(p, table.shape[1], method, "values has entries that are not finite")
    if method == "weights":
        return _by_weights(table if operation in ("add", "sub") else table[symbol_order(p, operation)], energy)
    # The blocks of a - b are those of a + b, whose rows follow one another
    return _by_neurons(table, table_rows(p, "add" if operation == "sub" else operation), threshold, minimum_share)


def _by_neurons(values: np.ndarray, rows: np.ndarray, threshold: float, minimum_share: float) -> KeyFrequencies:
    inside, total = _block_energies(values, rows)
    live = total > DEAD * total.max()
    if not live.any():
        return _nothing(len(rows), len(live), "neurons", "every neuron has the same activation on all pairs")
    shares = np.full(inside.shape, np.nan)
    shares[:, live] = inside[:, live] / total[live]
    best = shares[:, live].argmax(axis=0)
    owned = np.bincount(best[shares[:, live].max(axis=0) > threshold] + 1, minlength=len(shares) + 1)
    need = max(1.0, minimum_share * live.sum() - 1e-9)  # .07 * 100 is above 7
    found = tuple(int(k) for k in np.flatnonzero(owned >= need))
    counts = {int(k): int(owned[k]) for k in np.flatnonzero(owned)}
    message = f"{len(found)} key frequencies; {owned.sum()} of {live.sum()} live neurons have a share > {threshold}"
    return KeyFrequencies(found, counts, shares, live, "neurons", converged=True, message=message)


def _block_energies(values: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Energy in the 3x3 block of each frequency, (n // 2, width), and of everything but the mean, (width,); `rows` (n, n): the table.

    The four functions cos_k, sin_k (a) x cos_k, sin_k (b) span the same space as cos_k, sin_k of a + b and of b - a, so four sums over the
    table hold every block, and the table is read once.
    """
    n = len(rows)
    contiguous = np.array_equal(rows.ravel(), np.arange(n * n))  # as for addition: blocks need not be copied
    origin = values[rows[0, 0]].astype(np.float64)  # taken away first: a large common activation must not eat the digits of its variations
    largest = max(float(values.max()), -float(values.min()))
    unit = 1.0 if 1e-100 < largest < 1e100 or largest == 0 else largest  # before squaring: activations of 1e200 or 1e-200 are legal
    block = np.empty((n, values.shape[1]))  # one for all rounds: it stays in the cache
    sums = np.zeros((4, n, values.shape[1]))  # over b, over a, along a + b, along b - a
    of_a, of_b, of_sum, of_difference = sums
    total = np.zeros(values.shape[1])
    for a in range(n):
        np.subtract(values[a * n : (a + 1) * n] if contiguous else values[rows[a]], origin, out=block)
        if unit != 1.0:
            block /= unit
        of_a[a] = block.sum(axis=0)
        of_b += block
        of_sum[a:] += block[: n - a]
        of_sum[:a] += block[n - a :]
        of_difference[: n - a] += block[a:]
        of_difference[n - a :] += block[:a]
        total += np.einsum("bi,bi->i", block, block)
    total -= of_a.sum(axis=0) ** 2 / n**2
    waves = all_modes(n)[1:] @ sums / np.sqrt(n)
    if n % 2 == 0:
        waves[3, -2:] = 0.0  # of frequency n/2 the cosines of a + b and of b - a are one and the same
    return np.sum(waves.reshape(4, -1, 2, values.shape[1]) ** 2, axis=(0, 2)), total


def _by_weights(values: np.ndarray, energy: float) -> KeyFrequencies:
    scale = largest(values)
    table = np.divide(values, scale or 1.0, dtype=np.float64)  # before squaring: weights of 1e200 are legal
    table = table - table[0]
    waves = np.sum((all_modes(len(table))[1:] @ table).reshape(-1, 2, table.shape[1]) ** 2, axis=1)
    columns = waves.sum(axis=0)
    live = columns > DEAD * columns.max()
    if not live.any():
        return _nothing(len(table), len(live), "weights", "every column of the table is constant")
    shares = waves.sum(axis=1) / waves.sum()
    order = np.argsort(-shares, kind="stable")
    held = np.cumsum(shares[order])
    count = int(np.searchsorted(held, energy - 1e-12)) + 1  # round-off in a sum of 1 must not ask for one more
    found = tuple(sorted(int(k) + 1 for k in order[:count]))
    message = f"{len(found)} frequencies hold {held[count - 1]:.3f} of the energy"
    return KeyFrequencies(found, {}, shares, live, "weights", converged=True, message=message)


def _nothing(length: int, width: int, method: str, why: str) -> KeyFrequencies:
    shares = np.full((length // 2, width) if method == "neurons" else (length // 2,), np.nan)
    return KeyFrequencies((), {}, shares, np.zeros(width, dtype=bool), method, converged=False, message=why)
