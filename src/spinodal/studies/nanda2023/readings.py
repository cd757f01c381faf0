"""What is read off a network at one look: key frequencies three ways, progress measures with and without the future, their null."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...measures import fourier
from ...problems import ModularArithmetic

WAYS = ("neurons", "logit weights", "embedding")  # that key frequencies are found in
CHOICES = ("neurons, final", "logit weights, final", "neurons, now", "logit weights, now")
PUBLISHED, PAST = CHOICES[0], CHOICES[3]
TRIG = ("restricted", "restricted_text", "excluded", "variance_explained")
NULLED = ("restricted", "excluded", "variance_explained")
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False)
class View:
    """A network on all pairs at one step; tables have a row for each symbol, none for the token `=`."""

    logits: np.ndarray  # (p * p, p)
    hidden: np.ndarray  # (p * p, d_mlp)
    embedding: np.ndarray  # (p, d_model)
    logit_weights: np.ndarray  # (p, d_mlp): W_L = unembedding^T mlp_out^T


@dataclass(frozen=True)
class Reader:
    """A problem without label noise, and a network that can be looked at on all its pairs."""

    problem: ModularArithmetic
    network: Any

    def view(self, parameters: dict[str, Any]) -> View:
        """The network at these parameters."""
        from ...training.hooks import forward

        p = self.problem.prime
        hidden, logits = forward(self.network)(parameters, self.problem.pairs)
        return View(
            np.asarray(logits, np.float64),
            np.asarray(hidden),
            np.asarray(parameters["embedding"], np.float64)[:p],
            (np.asarray(parameters["mlp_out"], np.float64) @ np.asarray(parameters["unembedding"], np.float64)[:, :p]).T,
        )

    def keys(self, view: View) -> dict[str, tuple[int, ...]]:
        """Key frequencies by every one of `WAYS`; none where nothing is alive, or no neuron is pure enough."""
        p = self.problem.prime
        return {
            "neurons": fourier.key_frequencies(view.hidden, p).frequencies,
            "logit weights": fourier.key_frequencies(view.logit_weights, p, method="weights").frequencies,
            "embedding": fourier.key_frequencies(view.embedding, p, method="weights").frequencies,
        }

    def trig(self, view: View, keys: tuple[int, ...]) -> dict[str, float]:
        """`TRIG` for these frequencies, NaN without any: restricted over all pairs, excluded over the training pairs, as published."""
        if not keys:
            return dict.fromkeys(TRIG, np.nan)
        task = self.problem
        of = (view.logits, task.labels, task.prime, keys)
        return {
            "restricted": fourier.restricted_loss(*of),
            "restricted_text": fourier.restricted_loss(*of, bias_correction=False),
            "excluded": fourier.excluded_loss(*of, mask=task.train_mask),
            "variance_explained": fourier.variance_explained(view.logits, task.prime, keys),
        }

    def singly(self, view: View, keys: tuple[int, ...]) -> np.ndarray:
        """((p-1)/2,) excluded loss of each key frequency alone, training pairs; NaN for the others."""
        task = self.problem
        found = np.full((task.prime - 1) // 2, np.nan)
        if keys:
            each = fourier.excluded_loss(view.logits, task.labels, task.prime, keys, mask=task.train_mask, per_frequency=True)
            for k, loss in each.items():
                found[k - 1] = loss
        return found

    def null(self, view: View, sets: list[tuple[int, ...]]) -> dict[str, np.ndarray]:
        """`QUANTILES` of `NULLED` over sets of frequencies that are not key; NaN without sets."""
        task = self.problem
        if not sets:
            return {f"null_{name}": np.full(len(QUANTILES), np.nan) for name in NULLED}
        of = view.logits, task.labels, task.prime
        drawn = {
            "restricted": [fourier.restricted_loss(*of, some) for some in sets],
            "excluded": [fourier.excluded_loss(*of, some, mask=task.train_mask) for some in sets],
            "variance_explained": [fourier.variance_explained(view.logits, task.prime, some) for some in sets],
        }
        return {f"null_{name}": np.quantile(values, QUANTILES) for name, values in drawn.items()}

    def ginis(self, view: View) -> dict[str, float]:
        """Of the norms of the p Fourier rows, cosines and sines apart and with the constant, as published."""
        waves = fourier.basis(self.problem.prime)
        tables = {"gini_embedding": view.embedding, "gini_logit_weights": view.logit_weights}
        return {name: fourier.gini(np.linalg.norm(waves @ table, axis=1)) for name, table in tables.items()}

    def identity_gap(self, view: View) -> float:
        """|restricted loss over all frequencies - loss of the logits averaged over pairs of equal sum|: 0 up to round-off."""
        task = self.problem
        p = task.prime
        a = np.arange(p)
        means = np.array([view.logits[a * p + (s - a) % p].mean(axis=0) for s in range(p)])
        means -= means.max(axis=1, keepdims=True)
        loss = float(np.mean(np.log(np.exp(means).sum(axis=1)) - means[a, a]))
        return abs(fourier.restricted_loss(view.logits, task.labels, p, range(1, (p - 1) // 2 + 1)) - loss)


def random_sets(prime: int, keys: tuple[int, ...], draws: int, seed: int) -> list[tuple[int, ...]]:
    """Sets of as many frequencies as there are keys, none of them key; none where so many are not left."""
    others = np.array([k for k in range(1, (prime - 1) // 2 + 1) if k not in keys])
    if not keys or len(others) < len(keys):
        return []
    rng = np.random.default_rng(seed)
    return [tuple(int(k) for k in np.sort(rng.choice(others, len(keys), replace=False))) for _ in range(draws)]
