"""A two-layer square network and its margins over all pairs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...citations import GROMOV2023 as CITATION
from ...errors import odd_prime
from ...measures.fourier.label_margins import margins

TIE = 1e-9  # of the largest |logit|: a margin within it is round-off, and an argmax there is luck


@dataclass(frozen=True, eq=False)
class FourierNetwork:
    """Logits (first[a] + second[b])^2 @ readout, float64; its methods speak of all p^2 pairs (a, b), row a p + b, and of a + b mod p.

    `first`, `second` (p, N) and `readout` (N, p); `numpy.vstack([first, second])` is the `first` of a trained `QuadraticMLP`.
    """

    first: np.ndarray
    second: np.ndarray
    readout: np.ndarray
    frequencies: np.ndarray  # (N,) k of each neuron
    citation: str = CITATION

    @property
    def prime(self) -> int:
        """p."""
        return len(self.first)

    @property
    def width(self) -> int:
        """N."""
        return len(self.readout)

    def logits(self) -> np.ndarray:
        """(p^2, p): row a p + b holds the logits of the pair (a, b)."""
        first, second, readout = (np.asarray(table, np.float64) for table in (self.first, self.second, self.readout))
        hidden = (first[:, None] + second) ** 2
        return hidden.reshape(-1, self.width) @ readout

    def margins(self) -> np.ndarray:
        """(p^2,): logit of a + b mod p minus the best rival; 0 where the two tie within 1e-9 of the largest |logit|."""
        return self._margins.copy()

    def accuracy(self) -> float:
        """Share of the pairs whose label is ahead of all rivals by more than a tie. NaN: logits that are not finite."""
        return float(np.mean(self._margins > 0)) if self._finite else np.nan

    def ties(self) -> float:
        """Share of the pairs whose label and best rival tie. A tie is not correct: what an argmax returns there depends on the library.

        NaN: logits that are not finite.
        """
        return float(np.mean(self._margins == 0)) if self._finite else np.nan

    def normalised_margin(self) -> float:
        """The smallest margin over the cube of the norm, which no rescaling of the weights changes.

            min margin / |theta|^3,    |theta| = (sum_i |(first_i, second_i, readout_i)|_2^3)^(1/3).

        Returns: at most `largest_normalised_margin(p)`, if that theorem is recalled rightly; 0 with a tie, negative with a wrong pair.
            NaN if all weights are 0 or logits are not finite.
        Source: Morwani et al. (2024), arXiv:2311.07568.
        """
        lengths = np.linalg.norm(np.vstack([self.first, self.second, self.readout.T]), axis=0)
        cube = float(np.sum(lengths**3))
        return float(self._margins.min()) / cube if cube > 0 and self._finite else np.nan

    @property
    def _finite(self) -> bool:
        return bool(np.isfinite(self._margins).all())

    @cached_property
    def _margins(self) -> np.ndarray:
        logits = self.logits()
        a, b = np.divmod(np.arange(self.prime**2), self.prime)
        found = margins(logits, (a + b) % self.prime)
        found[np.abs(found) <= TIE * np.abs(logits).max()] = 0.0
        return found


def largest_normalised_margin(prime: int) -> float:
    """The largest normalised margin of a two-layer square network on addition modulo a prime, by the theorem of arXiv:2311.07568.

        sqrt(2/27) / (sqrt(p) (p - 1)).

    Arguments: prime: p, an odd prime.
    Source: arXiv:2311.07568, as recalled, not read; the lattice networks of `weights` reach it to round-off.
    """
    p = odd_prime("prime", prime)
    return float(np.sqrt(2 / 27) / (np.sqrt(p) * (p - 1)))
