"""Addition of symbols, the toy of the effective theory: which pairs, which labels, which are shown in training."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..errors import choice, integer, positive, require
from .symbol_pairs import SymbolPairs, shape_of_decoder, training_rows


@dataclass(frozen=True)
class SymbolAddition:
    """A decoder learns i + j, not modular, from the sum of two trainable embeddings.

        (i, j) -> Dec(E_i + E_j),  i <= j,   Dec an MLP  embedding_dim - hidden_widths - out,  tanh, tanh, linear.

    Arguments:
        symbols: p >= 3; n = p (p + 1) / 2 unordered pairs, labels 0..2p-2.
        training_pairs: how many pairs train, 1..n, drawn from `seed` (of one seed the smaller set lies inside the larger), or the pairs
            themselves; the others test.
        loss: "regression" (squared error against the label's template, nearest template predicts) or "classification" (cross-entropy).
        template_dim: entries of a template Y ~ N(0, 1), regression alone.
        embedding_dim: d >= 1. hidden_widths: of the decoder.
        embedding_scale: E ~ U(-1/2, 1/2) times this. decoder_scale: weights and biases ~ U(-1, 1)/sqrt(fan-in) times this.
        seed: >= 0, makes split and templates; the network has its own.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2205.10343, section 2; decoupled decay and d = 1 as in its figures.
    """

    symbols: int = 10
    training_pairs: int | tuple[tuple[int, int], ...] = 45
    loss: str = "regression"
    template_dim: int = 30
    embedding_dim: int = 1
    hidden_widths: tuple[int, ...] = (200, 200)
    embedding_scale: float = 1.0
    decoder_scale: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        symbols = integer("symbols", self.symbols, minimum=3, why="p; with 2 symbols there is no parallelogram")
        checked = {
            "symbols": symbols,
            "training_pairs": _checked_pairs(self.training_pairs, symbols),
            "loss": choice("loss", self.loss, ("regression", "classification")),
            "embedding_dim": integer("embedding_dim", self.embedding_dim, minimum=1),
            "embedding_scale": positive("embedding_scale", self.embedding_scale),
            "seed": integer("seed", self.seed, minimum=0),
            **shape_of_decoder(self),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def outputs(self) -> int:
        """Outputs of the decoder: entries of a template, or labels."""
        return self.template_dim if self.loss == "regression" else 2 * self.symbols - 1

    def data(self) -> SymbolPairs:
        """All pairs i <= j in lexicographic order."""
        pairs = np.stack(np.triu_indices(self.symbols), axis=1)
        if isinstance(self.training_pairs, int):
            train = training_rows(len(pairs), self.training_pairs, self.seed)
        else:
            train = (pairs[:, None] == np.array(self.training_pairs)[None]).all(axis=2).any(axis=1)
        templates = np.random.default_rng([self.seed, 1]).standard_normal((2 * self.symbols - 1, self.template_dim))
        return SymbolPairs(pairs, pairs.sum(axis=1), train, templates)


def _checked_pairs(given: object, symbols: int) -> int | tuple[tuple[int, int], ...]:
    count = symbols * (symbols + 1) // 2
    if not isinstance(given, Iterable):
        number = integer("training_pairs", given, minimum=1, why="how many pairs train; an empty training set teaches nothing")
        require(number <= count, f"training_pairs must be at most {count}, all pairs of {symbols} symbols, got {number}")
        return number
    try:
        array = np.asarray(list(given))
    except (ValueError, TypeError):  # rows of different lengths, or an array without any axis
        raise ValueError(f"training_pairs must be a number or pairs of symbols, got {given!r}") from None
    require(array.size > 0, "training_pairs must hold at least one pair, got none")
    require(
        array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind in "iu",
        f"training_pairs must be a number or pairs of symbols, got an array of shape {array.shape} and type {array.dtype}",
    )
    require(
        array.min() >= 0 and array.max() < symbols,
        f"training_pairs must hold symbols 0..{symbols - 1}, got {int(array.min())}..{int(array.max())}",
    )
    pairs = [(int(i), int(j)) for i, j in np.sort(array, axis=1)]
    twice = next((pair for pair in pairs if pairs.count(pair) > 1), None)
    require(twice is None, f"training_pairs must not overlap: {twice} is given more than once (a pair is unordered)")
    return tuple(sorted(pairs))
