"""What the benchmarks share: the problem of figure 2, timing, and the line that names the machine."""

import datetime
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from spinodal.problems import TeacherStudent
from spinodal.provenance import usable_cores

FIG2 = TeacherStudent(input_dim=150, width=700, samples=3000, noise=0.15, cubic=-0.3, weight_variance=0.5, readout_variance=8 / 700)
NOISES = (0.1, 0.15, 0.2, 0.25, 0.3)


def at_noise(noise: float) -> TeacherStudent:
    """Figure 2 at one noise."""
    return replace(FIG2, noise=noise)


def seconds(work: Callable[[], Any], repeats: int = 15) -> float:
    """Shortest wall time of some calls, in seconds, after one that compiles."""
    jax.block_until_ready(work())
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        jax.block_until_ready(work())
        found.append(time.perf_counter() - began)
    return min(found)


def machine() -> str:
    """Date, processor, cores, and the versions that matter."""
    try:
        model = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor()
    versions = f"Python {platform.python_version()}, jax {jax.__version__}, NumPy {np.__version__}"
    return f"{datetime.date.today()}, {model}, {usable_cores()} cores; {versions}"


def table(header: str, rows: list[tuple[Any, ...]]) -> None:
    """Print a Markdown table under the machine's line."""
    print(f"\n{machine()}\n\n| {header} |\n|{'---|' * (header.count('|') + 1)}")
    for row in rows:
        print("| " + " | ".join(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row) + " |", flush=True)
