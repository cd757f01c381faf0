"""A binary operation modulo a prime, learned as classification from part of its table."""

from dataclasses import dataclass

import numpy as np

from ..errors import choice, odd_prime
from .pair_table import PairTask, all_pairs, checked_split

OPERATIONS = ("add", "sub", "mul", "divide", "parity", "squares", "quadratic", "quadratic-shifted", "cubic", "cubic-mixed")


@dataclass(frozen=True)
class ModularArithmetic(PairTask):
    """Which symbol is a o b mod p? All ordered pairs (a, b) of 0..p-1, a share of them trained on.

        add a+b    sub a-b    mul ab    divide a/b, without the pairs of b = 0    parity a/b if b is odd, else a-b
        squares a^2+b^2    quadratic a^2+ab+b^2    quadratic-shifted a^2+ab+b^2+a    cubic a^3+ab    cubic-mixed a^3+ab^2+b

    Arguments:
        prime: p, an odd prime. operation: one of the above.
        train_fraction: in (0, 1]; the first floor(train_fraction * n) rows of a shuffle are trained on. At 1 no row is left for a test.
        split_seed: of the split and of the noise. For one seed a smaller training set lies inside a larger one.
        split: "numpy" (`default_rng(split_seed).permutation`) or "python" (`random.seed(split_seed); random.shuffle(pairs)`, as in the
            released code of arXiv:2301.05217).
        label_noise: in [0, 1]; floor(label_noise * train rows) training labels become another, uniformly drawn. Test labels stay true.
    Gives: `pairs` (n, 2) and `labels` (n,) integers, `train_mask` and `corrupted` (n,) bool, `true_labels` (n,); row a * p + b is
        (a, b), except that `divide` leaves out b = 0; `data()` has all of them in one record. They are computed once and read-only.
    Raises: ValueError or TypeError that names the argument; ValueError where no row is left to train on.
    Source: arXiv:2201.02177, appendix A.1; label noise as in Doshi et al. (2024), arXiv:2310.13061.
    """

    prime: int
    operation: str = "add"
    train_fraction: float = 0.3
    split_seed: int = 0
    split: str = "numpy"
    label_noise: float = 0.0

    def __post_init__(self) -> None:
        prime = odd_prime("prime", self.prime, why="p, the modulus")
        operation = choice("operation", self.operation, OPERATIONS)
        rows = prime * (prime - (operation == "divide"))
        split = checked_split(rows, self.train_fraction, self.split_seed, self.split, self.label_noise)
        for name, value in {"prime": prime, "operation": operation, **split}.items():
            object.__setattr__(self, name, value)

    @property
    def symbols(self) -> int:
        """How many symbols there are, and how many classes."""
        return self.prime

    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        pairs = all_pairs(self.prime)
        if self.operation == "divide":
            pairs = pairs[pairs[:, 1] != 0]
        return pairs, _answer(self.operation, pairs[:, 0], pairs[:, 1], self.prime)


def _answer(operation: str, a: np.ndarray, b: np.ndarray, p: int) -> np.ndarray:
    inverse = np.array([0] + [pow(n, -1, p) for n in range(1, p)])  # that of 0 is never used
    match operation:
        case "add":
            found = a + b
        case "sub":
            found = a - b
        case "mul":
            found = a * b
        case "divide":
            found = a * inverse[b]
        case "parity":
            found = np.where(b % 2 == 1, a * inverse[b], a - b)
        case "squares":
            found = a**2 + b**2
        case "quadratic":
            found = a**2 + a * b + b**2
        case "quadratic-shifted":
            found = a**2 + a * b + b**2 + a
        case "cubic":
            found = a**3 + a * b
        case _:
            found = a**3 + a * b**2 + b
    return found % p
