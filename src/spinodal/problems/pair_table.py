"""What tasks on pairs of symbols share: the settings of the split and of the label noise, and the data."""

import math
import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import choice, integer, positive, real, require

SPLITS = ("numpy", "python")


@dataclass(frozen=True, eq=False)
class PairData:
    """Every pair of a table with its label; arrays are read-only, since problems keep them.

    `pairs` (n, 2) integers, the first symbol varying slowest; `labels` (n,) as trained on; `true_labels` (n,) without noise;
    `train_mask` (n,) bool; `corrupted` (n,) bool, the training rows whose label is not the true one.
    """

    pairs: np.ndarray
    labels: np.ndarray
    true_labels: np.ndarray
    train_mask: np.ndarray
    corrupted: np.ndarray


class PairTask(ABC):
    """A task on pairs: gives its data field by field. Whoever inherits says what `_table` is."""

    def data(self) -> PairData:
        """Pairs, labels and masks in one record."""
        return self._data

    @property
    @abstractmethod
    def symbols(self) -> int:
        """How many symbols there are, and how many classes."""

    @property
    def pairs(self) -> np.ndarray:
        """(n, 2) integers."""
        return self._data.pairs

    @property
    def labels(self) -> np.ndarray:
        """(n,) integers, with the noise."""
        return self._data.labels

    @property
    def true_labels(self) -> np.ndarray:
        """(n,) integers, without the noise."""
        return self._data.true_labels

    @property
    def train_mask(self) -> np.ndarray:
        """(n,) bool."""
        return self._data.train_mask

    @property
    def corrupted(self) -> np.ndarray:
        """(n,) bool: the training rows whose label was replaced."""
        return self._data.corrupted

    @cached_property
    def _data(self) -> PairData:
        return _split(*self._table(), self.symbols, self)

    @abstractmethod
    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        """All pairs, (n, 2), and their true labels, (n,)."""


def checked_split(rows: int, train_fraction: Any, split_seed: Any, split: Any, label_noise: Any) -> dict[str, Any]:
    """The four settings that every task on pairs has, in their types, for a table of so many rows."""
    fraction = positive("train_fraction", train_fraction, why="the share of pairs trained on")
    require(fraction <= 1, f"train_fraction must be in (0, 1], got {train_fraction} (it is the share of pairs trained on)")
    require(math.floor(fraction * rows) >= 1, f"train_fraction={train_fraction} leaves no pair to train on: the table has {rows}")
    noise = real("label_noise", label_noise, why="the share of training labels replaced")
    require(0 <= noise <= 1, f"label_noise must be in [0, 1], got {label_noise} (it is the share of training labels replaced)")
    return {
        "train_fraction": fraction,
        "split_seed": integer("split_seed", split_seed, minimum=0),
        "split": choice("split", split, SPLITS),
        "label_noise": noise,
    }


def all_pairs(symbols: int) -> np.ndarray:
    """(symbols^2, 2): row a * symbols + b is (a, b)."""
    return np.stack(np.divmod(np.arange(symbols**2), symbols), axis=1)


def _split(pairs: np.ndarray, true_labels: np.ndarray, classes: int, settings: Any) -> PairData:
    """The table split, and training labels corrupted, as the problem `settings` says.

    Noise has a stream of its own, so that the split of a seed is the same at every noise, and the rows corrupted at a smaller noise
    are among those of a larger one.
    """
    rows = len(pairs)
    train = math.floor(settings.train_fraction * rows)
    order = _order(rows, settings)
    train_mask = np.zeros(rows, dtype=bool)
    train_mask[order[:train]] = True

    noise = np.random.default_rng([settings.split_seed, 1])
    victims = noise.permutation(order[:train])[: math.floor(settings.label_noise * train)]
    shifts = noise.integers(1, classes, size=train)[: len(victims)]  # 0 is left out: a corrupted label is never the true one
    corrupted = np.zeros(rows, dtype=bool)
    corrupted[victims] = True
    labels = true_labels.copy()
    labels[victims] = (labels[victims] + shifts) % classes

    found = PairData(pairs, labels, true_labels, train_mask, corrupted)
    for array in vars(found).values():
        array.setflags(write=False)
    return found


def _order(rows: int, settings: Any) -> np.ndarray:
    if settings.split == "numpy":
        return np.random.default_rng(settings.split_seed).permutation(rows)
    order = list(range(rows))  # the shuffle depends on the length alone: this is the published shuffle of a list of pairs
    random.Random(settings.split_seed).shuffle(order)
    return np.array(order)
