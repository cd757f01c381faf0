"""What is read off a network along its run: has the softmax run out of digits, and does the gradient still say anything?"""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...measures import fourier
from ...problems import ModularArithmetic

READINGS = (
    "collapsed",  # share of training rows whose softmax is one-hot in the dtype of the loss, summed as NumPy does
    "collapsed_at_least",  # ... whatever the order of summation
    "collapsed_at_most",  # ... in the order that collapses most
    "silent_labels",  # share of training rows with a gradient of exactly 0 at the label's logit
    "silent_rows",  # ... at all logits
    "silent_entries",  # share of the parameters with a gradient of exactly 0
    "gradient_rms",  # root of the mean square over the entries of the gradient
    "gradient_cosine",  # of the gradient with the one that a loss in float64 has at the same parameters
    "nlm_cosine",  # of minus the gradient with the parameters
    "median_margin",
    "least_margin",
    "movement",  # length of the way since the look before, over that of the parameters and the updates between
)


class Looks:
    """`looks(parameters)` gives the readings in their order; `between`: updates from one look to the next."""

    def __init__(self, problem: ModularArithmetic, network: Any, loss: Any, dtype: str, between: int) -> None:
        rows = problem.train_mask
        self.pairs, self.labels = problem.pairs[rows].astype(np.int32), problem.labels[rows].astype(np.int32)
        self.network, self.loss, self.dtype, self.between = network, loss, dtype, between
        self._before: np.ndarray | None = None

    def __call__(self, parameters: Mapping[str, Any]) -> np.ndarray:
        """The readings at these parameters; `movement` is NaN at the first look."""
        logits, at_logits, gradient = self._gradients(parameters, self.dtype)
        exact = gradient if self.dtype == "float64" else self._gradients(parameters, "float64")[2]
        silent, flat = at_logits == 0, _flat(gradient)
        found = fourier.softmax_collapse(logits, self.dtype)
        margins = fourier.margins(logits, self.labels)
        here = _flat(parameters)
        way = np.nan if self._before is None else np.linalg.norm(here - self._before) / (np.linalg.norm(here) * self.between)
        self._before = here
        values = {
            "collapsed": found.fraction,
            "collapsed_at_least": found.at_least,
            "collapsed_at_most": found.at_most,
            "silent_labels": silent[np.arange(len(silent)), self.labels].mean(),
            "silent_rows": silent.all(axis=1).mean(),
            "silent_entries": (flat == 0).mean(),
            "gradient_rms": np.sqrt(np.mean(flat**2)),
            "gradient_cosine": cosine(flat, _flat(exact)),
            "nlm_cosine": fourier.naive_loss_minimisation(dict(parameters), gradient),
            "median_margin": np.median(margins),
            "least_margin": margins.min(),
            "movement": way,
        }
        return np.array([values[name] for name in READINGS], np.float64)

    def _gradients(self, parameters: Mapping[str, Any], dtype: str) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """Logits, and the gradient of the loss with respect to them (in the dtype of the loss) and to the parameters."""
        import jax

        with jax.enable_x64(dtype == "float64"):
            found = _compiled(self.network, self.loss, dtype)(dict(parameters), self.pairs, self.labels)
            return jax.tree.map(np.asarray, found)


@functools.cache
def _compiled(network: Any, loss: Any, dtype: str) -> Any:
    import jax

    from ...compiling import one_thread

    def gradients(parameters: Any, pairs: Any, labels: Any) -> tuple[Any, Any, Any]:
        # In two parts, so that the gradient at the logits is seen before it is rounded to float32 for the network
        logits, back = jax.vjp(lambda at: network.training_logits(at, pairs), parameters)
        at_logits = jax.grad(loss)(logits.astype(dtype), labels)
        return logits, at_logits, back(at_logits.astype(logits.dtype))[0]

    return jax.jit(gradients, compiler_options=one_thread())


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Of two vectors; NaN where one of them is 0 or not finite."""
    lengths = np.linalg.norm(first), np.linalg.norm(second)
    return float(np.vdot(first / lengths[0], second / lengths[1])) if all(0 < length < np.inf for length in lengths) else np.nan


def _flat(arrays: Mapping[str, Any]) -> np.ndarray:
    return np.concatenate([np.asarray(arrays[name], np.float64).ravel() for name in sorted(arrays)])
