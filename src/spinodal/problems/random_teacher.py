"""Regression against a random network of the student's own shape (Omnigrok)."""

import itertools
from dataclasses import dataclass

import numpy as np

from ..errors import integer, positive
from .symbol_pairs import widths


@dataclass(frozen=True, eq=False)
class VectorData:
    """`inputs` (n, input_dim), `targets` (n, output_dim) or labels (n,), `train_mask` (n,) bool."""

    inputs: np.ndarray
    targets: np.ndarray
    train_mask: np.ndarray


@dataclass(frozen=True)
class RandomTeacher:
    """A tanh network learns another one of its shape from Gaussian inputs.

        x ~ N(0, I),  y = teacher(x),  both  input_dim - hidden_widths - output_dim,  tanh between, linear at the end;
        teacher and student start alike: weights and biases ~ U(-1, 1)/sqrt(fan-in).

    A sample counts as right ("accuracy") if its squared error, averaged over outputs, is below `tolerance`.

    Arguments:
        input_dim, output_dim: entries of x and y. hidden_widths: of both networks.
        samples: in training. test_samples: in the test. tolerance: > 0. seed: >= 0, makes inputs and teacher, in this
            order, so that other numbers of samples have another teacher.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2210.01117, section on teacher-student.
    """

    input_dim: int = 5
    output_dim: int = 5
    hidden_widths: tuple[int, ...] = (100, 100)
    samples: int = 100
    test_samples: int = 100
    tolerance: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        checked = {
            "input_dim": integer("input_dim", self.input_dim, minimum=1),
            "output_dim": integer("output_dim", self.output_dim, minimum=1),
            "hidden_widths": widths("hidden_widths", self.hidden_widths),
            "samples": integer("samples", self.samples, minimum=1, why="how many train; an empty training set teaches nothing"),
            "test_samples": integer("test_samples", self.test_samples, minimum=0),
            "tolerance": positive("tolerance", self.tolerance, why="mean squared error below which a sample counts as right"),
            "seed": integer("seed", self.seed, minimum=0),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def data(self) -> VectorData:
        """Training samples first."""
        rng = np.random.default_rng([self.seed, 2])
        sizes = (self.input_dim, *self.hidden_widths, self.output_dim)
        inputs = rng.standard_normal((self.samples + self.test_samples, self.input_dim))
        h = inputs
        for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes)):
            bound = 1 / np.sqrt(fan_in)
            weights, bias = rng.uniform(-bound, bound, (fan_in, fan_out)), rng.uniform(-bound, bound, fan_out)
            h = (np.tanh(h) if layer else h) @ weights + bias
        return VectorData(inputs, h, np.arange(len(inputs)) < self.samples)
