"""Composition in a finite group of permutations, learned as classification from part of its table."""

import itertools
import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import choice, require
from .pair_table import PairTask, all_pairs, checked_split

FORMS = ("product", "conjugate", "commutator-like")
LARGEST = 1000  # elements: the table has the square of it


@dataclass(frozen=True)
class GroupComposition(PairTask):
    """Which element is a o b? All ordered pairs of elements of a group of permutations, a share of them trained on.

        product a b    conjugate a b a^-1    commutator-like a b a        (a b)(i) = a(b(i)): b acts first

    Arguments:
        group: "S5", "A5", "C113", "D59" or another degree: S all permutations, A the even ones, C the rotations of `degree` points on a
            circle, D rotations and reflections. At most 1000 elements. They are numbered in the lexicographic order of
            (a(0), a(1), ...); the identity is number 0.
        form: what is learned. train_fraction, split_seed, split, label_noise: as in `ModularArithmetic`.
    Gives: `pairs`, `labels`, `true_labels`, `train_mask`, `corrupted` and `data()` as `ModularArithmetic` does, row a * order + b;
        `permutations` (order, degree), row a holding a(0), a(1), ...
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2302.03025; the three forms are those of S5 in arXiv:2201.02177, appendix A.1.
    """

    group: str
    form: str = "product"
    train_fraction: float = 0.4
    split_seed: int = 0
    split: str = "numpy"
    label_noise: float = 0.0

    def __post_init__(self) -> None:
        choice("form", self.form, FORMS)
        family, degree = _parsed(self.group)
        order = _order(family, degree)
        require(
            order <= LARGEST, f"group must have at most {LARGEST} elements, got {self.group} with {order}: its table has {order}^2 rows"
        )
        split = checked_split(order**2, self.train_fraction, self.split_seed, self.split, self.label_noise)
        for name, value in split.items():
            object.__setattr__(self, name, value)

    @property
    def symbols(self) -> int:
        """The order of the group: how many symbols there are, and how many classes."""
        return len(self.permutations)

    @cached_property
    def permutations(self) -> np.ndarray:
        """(order, degree) integers: row a holds a(0), a(1), ...; rows ascend lexicographically."""
        found = np.array(sorted(_elements(*_parsed(self.group))))
        found.setflags(write=False)
        return found

    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        product = _products(self.permutations)
        everyone = np.arange(len(product))[:, None]
        match self.form:
            case "product":
                answer = product
            case "conjugate":
                inverse = np.argmin(product, axis=1)  # the identity is number 0
                answer = product[product, inverse[everyone]]
            case _:
                answer = product[product, everyone]
        return all_pairs(len(product)), answer.ravel()


def _parsed(group: Any) -> tuple[str, int]:
    match = re.fullmatch(r"([SACD])([1-9][0-9]{0,5})", group) if isinstance(group, str) else None
    if match is None:
        raise ValueError(f"group must be S, A, C or D with a degree, as 'S5', 'A5', 'C113' or 'D59', got {group!r}")
    family, degree = match[1], int(match[2])
    smallest = {"S": 2, "A": 3, "C": 2, "D": 3}[family]
    require(degree >= smallest, f"group {family} must have a degree >= {smallest}, got {group!r}")
    return family, degree


def _order(family: str, degree: int) -> int:
    if family in "CD":
        return degree * (1 + (family == "D"))
    return math.factorial(min(degree, 20)) // (1 + (family == "A"))


def _elements(family: str, degree: int) -> list[tuple[int, ...]]:
    points = range(degree)
    if family in "SA":
        return [p for p in itertools.permutations(points) if family == "S" or _even(p)]
    signs = (1,) if family == "C" else (1, -1)
    return [tuple((start + sign * i) % degree for i in points) for start in points for sign in signs]


def _even(permutation: tuple[int, ...]) -> bool:
    return sum(a > b for a, b in itertools.combinations(permutation, 2)) % 2 == 0


def _products(elements: np.ndarray) -> np.ndarray:
    """(order, order): the number of a b, found from as few first images as tell elements apart."""
    order, degree = elements.shape
    digits = next(k for k in range(1, degree + 1) if len(np.unique(elements[:, :k], axis=0)) == order)
    places = degree ** np.arange(digits)[::-1]
    codes = elements[:, :digits] @ places  # ascending, as the rows are
    return np.searchsorted(codes, elements[:, elements[:, :digits]] @ places)
