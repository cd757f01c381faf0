"""Composition in a symmetric group, each symbol a matrix."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from ..errors import choice, integer, not_negative, positive, require
from .symbol_pairs import SymbolPairs, shape_of_decoder, training_rows


@dataclass(frozen=True)
class PermutationGroup:
    """A decoder learns the product of two permutations from the product of two trainable matrices.

        (a, b) -> Dec(E_a E_b),   E (degree! , degree, degree),   label = index of  a o b  (b first),  all ordered pairs.

    Arguments:
        degree: of the symmetric group, 2..5; 3 is S3. Elements in lexicographic order.
        training_pairs: how many of the (degree!)^2 ordered pairs train, drawn from `seed`; the others test.
        loss: "regression" (nearest template) or "classification". template_dim: entries of a template, regression alone.
        hidden_widths: of the decoder. embedding_scale: E ~ U(-1/2, 1/2) times this. decoder_scale: as in `SymbolAddition`.
        embedding_l1: weight of mean |E| in what is trained on; it is no part of the reported loss.
        seed: >= 0, makes split and templates.
    The embedding is kept as (degree!, degree^2). The RQI is not defined here.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2205.10343, appendix on S3.
    """

    degree: int = 3
    training_pairs: int = 24
    loss: str = "regression"
    template_dim: int = 30
    hidden_widths: tuple[int, ...] = (200, 200)
    embedding_scale: float = 0.1
    decoder_scale: float = 1.0
    embedding_l1: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        degree = integer("degree", self.degree, minimum=2, why="of the symmetric group")
        require(degree <= 5, f"degree must be at most 5 (120 elements, 14,400 pairs), got {degree}")
        count = math.factorial(degree) ** 2
        training = integer("training_pairs", self.training_pairs, minimum=1, why="how many pairs train, and none teach nothing")
        require(training <= count, f"training_pairs must be at most {count}, all ordered pairs of {math.factorial(degree)}, got {training}")
        checked = {
            "degree": degree,
            "training_pairs": training,
            "loss": choice("loss", self.loss, ("regression", "classification")),
            "embedding_scale": positive("embedding_scale", self.embedding_scale),
            "embedding_l1": not_negative("embedding_l1", self.embedding_l1),
            "seed": integer("seed", self.seed, minimum=0),
            **shape_of_decoder(self),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def symbols(self) -> int:
        """Elements of the group."""
        return math.factorial(self.degree)

    @property
    def embedding_dim(self) -> int:
        """Entries of a matrix."""
        return self.degree**2

    @property
    def outputs(self) -> int:
        """Outputs of the decoder: entries of a template, or labels."""
        return self.template_dim if self.loss == "regression" else self.symbols

    def data(self) -> SymbolPairs:
        """All ordered pairs in lexicographic order."""
        elements = list(itertools.permutations(range(self.degree)))
        number = {element: k for k, element in enumerate(elements)}
        pairs = np.array(list(itertools.product(range(len(elements)), repeat=2)))
        labels = np.array([number[tuple(elements[a][k] for k in elements[b])] for a, b in pairs])
        templates = np.random.default_rng([self.seed, 1]).standard_normal((len(elements), self.template_dim))
        return SymbolPairs(pairs, labels, training_rows(len(pairs), self.training_pairs, self.seed), templates)
