"""How programs are compiled for this machine's processor."""

from typing import Any

# One thread a program: programs run side by side, one a core, and give the same bytes on any number of cores.
# Vectors as wide as the processor has, which makes the neuron updates of a posterior a quarter faster where that is 512 bits
CPU_OPTIONS = {"xla_cpu_multi_thread_eigen": False, "xla_cpu_prefer_vector_width": 512}


def one_thread() -> dict[str, Any] | None:
    """Compiler options for programs that run one a core; None where JAX computes on something else than a CPU."""
    import jax

    return CPU_OPTIONS if jax.default_backend() == "cpu" else None
