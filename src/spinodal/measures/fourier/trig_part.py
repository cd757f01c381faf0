"""The part of the logits that depends on a + b alone, by frequency: what the restricted and the excluded loss share.

On all pairs the projector on cos and sin of w_k(a + b) is: average over the pairs of equal a + b, then keep frequency k. So everything
happens in a table over s = a + b, and no p^2 x p^2 matrix is ever made. Other operations are additions in another order of the rows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, odd_prime
from .checks import chosen_frequencies, table_logits
from .waves import modes

OPERATIONS = ("add", "sub", "mul", "divide")


@dataclass(frozen=True, eq=False)
class Table:
    """Logits with their rows in the order of a cyclic group: the answer of row `rows[i, j]` depends on i + j modulo `len(rows)`."""

    logits: np.ndarray  # (pairs, prime), in the precision given
    rows: np.ndarray  # (n, n); n is prime, or prime - 1 where the group is that of multiplication
    frequencies: tuple[int, ...]

    @property
    def sums(self) -> np.ndarray:
        """(n, n): i + j modulo n."""
        return cyclic_sums(len(self.rows))

    def means(self) -> np.ndarray:
        """(n, prime): the mean logits of the pairs of equal sum; not finite somewhere if any logit is not."""
        n = len(self.rows)
        found = np.zeros((n, self.logits.shape[1]))
        with np.errstate(invalid="ignore", over="ignore"):  # infinities may meet; the caller looks at what comes out
            for i, rows in enumerate(self.rows):
                block = self.block(rows)
                found[i:] += block[: n - i]
                found[:i] += block[n - i :]
        return found / n

    def block(self, rows: np.ndarray) -> np.ndarray:
        """(rows, prime) logits, not copied where the rows follow one another, as they do for addition."""
        together = len(rows) > 0 and rows[-1] - rows[0] == len(rows) - 1 and bool(np.all(np.diff(rows) == 1))
        return self.logits[rows[0] : rows[-1] + 1] if together else self.logits[rows]

    def parts(self, frequencies: tuple[int, ...], means: np.ndarray) -> np.ndarray:
        """(n, prime): T as a function of the sum, for some frequencies together."""
        kept = modes(len(self.rows), frequencies)
        return kept.T @ (kept @ means)


def table(logits: Any, prime: Any, frequencies: Any, operation: str) -> Table:
    """Check the arguments that the measures of the trig part have in common."""
    p = odd_prime("prime", prime)
    choice("operation", operation, OPERATIONS)
    found = table_logits(logits, p, p * (p - 1) if operation == "divide" else None)
    rows = table_rows(p, operation)
    return Table(found, rows, chosen_frequencies(frequencies, len(rows)))


def cyclic_sums(n: int) -> np.ndarray:
    """(n, n): i + j modulo n."""
    return np.add.outer(np.arange(n), np.arange(n)) % n


def discrete_logarithms(prime: Any) -> np.ndarray:
    """The nonzero residues in the order of their logarithm: g^0, g^1, ..., g^(p-2), g the smallest generator.

    In this order multiplication is addition modulo p - 1: `table[discrete_logarithms(p)]` is how an embedding learned on products is read.

    Arguments:
        prime: p, an odd prime.
    Returns: (p-1,) integers, a permutation of 1..p-1 that begins with 1.
    Source: Doshi et al. (2024), arXiv:2406.03495.
    """
    p = odd_prime("prime", prime)
    for generator in range(2, p):
        powers = [1]
        while (power := powers[-1] * generator % p) != 1:
            powers.append(power)
        if len(powers) == p - 1:
            return np.array(powers)
    raise AssertionError(f"{p} is prime and has no generator")  # cannot be


def symbol_order(p: int, operation: str) -> np.ndarray:
    """The symbols in the order in which `operation` adds: all p, or without 0 by their discrete logarithm."""
    return np.arange(p) if operation in ("add", "sub") else discrete_logarithms(p)


def table_rows(p: int, operation: str) -> np.ndarray:
    """(n, n): rows of a table of all pairs, such that the answer of row [i, j] depends on i + j modulo n."""
    if operation in ("add", "sub"):
        a, b = np.arange(p), np.arange(p)
        return np.add.outer(a * p, b if operation == "add" else -b % p)
    powers = discrete_logarithms(p)
    if operation == "mul":
        return np.add.outer(powers * p, powers)
    inverses = np.roll(powers[::-1], 1)  # g^0, g^-1, g^-2, ...
    return np.add.outer(powers * (p - 1), inverses - 1)
