"""Shapes of private kernels are checked in every test; numbers of published runs may lie beside the project.

Tests that need these numbers are skipped with a message where they are not at hand.
"""

import importlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import install_import_hook

# Modules with shapes in their annotations, which `kernel_shapes.checked` reads
KERNELS = (
    *(f"spinodal.training.networks.{name}" for name in ("decoder", "layers", "quadratic", "relu_mlp", "transformer")),
    "spinodal.training.losses",
    *(
        f"spinodal.sampling.posteriors.{name}"
        for name in ("droplet_law", "droplet_moves", "mode_flips", "modular_addition", "neuron_updates", "stretches", "teacher_student")
    ),
)
with install_import_hook(KERNELS, "kernel_shapes.checked"):
    for kernel in KERNELS:
        importlib.import_module(kernel)

HOME = Path(os.environ.get("SPINODAL_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def published() -> Callable[[str], Path]:
    """The path of a file of this name."""

    def find(name: str) -> Path:
        if not (HOME / name).is_file():
            pytest.skip(f"{name} is not at hand: set SPINODAL_SHARED_DATA to its folder")
        return HOME / name

    return find


@pytest.fixture(scope="session")
def clock_pizza(published):
    """Three networks of arXiv:2306.17844, p = 59: A with attention coefficient 0, B with 1, C with 0.804."""
    with np.load(published("clock_pizza_p59.npz")) as found:
        return dict(found)
