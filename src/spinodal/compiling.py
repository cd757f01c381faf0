"""How programs are compiled for this machine's processor."""

import functools
import os
from pathlib import Path
from typing import Any

# One thread a program: programs run side by side, one a core, and give the same bytes on any number of cores.
# Vectors as wide as the processor has, which makes the neuron updates of a posterior a quarter faster where that is 512 bits
CPU_OPTIONS = {"xla_cpu_multi_thread_eigen": False, "xla_cpu_prefer_vector_width": 512}


def one_thread() -> dict[str, Any] | None:
    """Compiler options for programs that run one a core; None where JAX computes on something else than a CPU."""
    import jax

    return CPU_OPTIONS if jax.default_backend() == "cpu" else None


@functools.cache
def multiplies_bfloat16() -> bool:
    """Whether JAX computes on a CPU with instructions for products of bfloat16 (AMX, AVX-512), as far as Linux tells."""
    import jax

    try:
        return jax.default_backend() == "cpu" and not {"amx_bf16", "avx512_bf16"}.isdisjoint(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return False


def key_of(seed: int) -> Any:
    """JAX's key of a seed below 2^63, whatever its width: of an integer alone JAX keeps 32 bits where it has no 64-bit numbers."""
    import jax

    low, high = seed % 2**32, seed // 2**32
    return jax.random.fold_in(jax.random.key(low), high) if high else jax.random.key(low)


def small_pool() -> None:
    """Let XLA's pool have one thread from its first use in this process on, unless NPROC says otherwise.

    With two it hands the many small steps of an update from one to the other (benchmarks/trainer.py: half the updates a CPU second), and
    cuts the sums of long products by their number, so that a network would have other bytes in a worker than here. No effect where JAX has
    computed already; posteriors sampled in the same process are the same, and a little slower with several chains.
    """
    os.environ.setdefault("NPROC", "1")
