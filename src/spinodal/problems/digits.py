"""Handwritten digits that come with scikit-learn: a stand-in for MNIST, and not MNIST."""

from dataclasses import dataclass

import numpy as np

from ..errors import integer, require
from .random_teacher import VectorData
from .symbol_pairs import training_rows, widths

IMAGES = 1797


@dataclass(frozen=True)
class Digits:
    """A ReLU network learns ten digits from 8 x 8 pixels by squared error against one-hot targets.

    `sklearn.datasets.load_digits`: 1,797 images, pixels divided by 16. Omnigrok uses MNIST; this package downloads nothing, so figures made
    with this problem say *digits, not MNIST*, and only their qualitative claims can be compared.

    Arguments:
        samples: how many images train, 1..1797, drawn from `seed`; the others test.
        hidden_widths: of the network 64 - hidden_widths - 10. seed: >= 0, makes the split.
    Raises: ValueError or TypeError that names the argument; ImportError that says what to install without scikit-learn.
    Source: arXiv:2210.01117; scikit-learn's copy of the UCI digits.
    """

    samples: int = 1000
    hidden_widths: tuple[int, ...] = (200, 200)
    seed: int = 0

    def __post_init__(self) -> None:
        samples = integer("samples", self.samples, minimum=1, why="how many images train; an empty training set teaches nothing")
        require(samples <= IMAGES, f"samples must be at most {IMAGES}, all images, got {samples}")
        checked = {
            "samples": samples,
            "hidden_widths": widths("hidden_widths", self.hidden_widths),
            "seed": integer("seed", self.seed, minimum=0),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def input_dim(self) -> int:
        """Pixels of an image."""
        return 64

    @property
    def output_dim(self) -> int:
        """Classes."""
        return 10

    def data(self) -> VectorData:
        """`inputs` (1797, 64) in 0..1 and the labels (1797,) as `targets`."""
        try:
            from sklearn.datasets import load_digits
        except ImportError:
            raise ImportError("the digits come with scikit-learn, which is not installed: pip install -e '.[digits]'") from None
        images, labels = load_digits(return_X_y=True)
        return VectorData(np.asarray(images) / 16, np.asarray(labels), training_rows(IMAGES, self.samples, self.seed))
