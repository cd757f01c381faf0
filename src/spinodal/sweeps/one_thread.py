"""One BLAS thread while cells are computed, whoever computes them: OpenBLAS sums in another order with two, and bytes would differ."""

import contextlib
import os
from collections.abc import Iterator, Mapping

BLAS: Mapping[str, str] = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS libraries that are loaded, by threadpoolctl, and those that a cell will load, by the environment."""
    from threadpoolctl import threadpool_limits

    with environment(BLAS), threadpool_limits(1, user_api="blas"):
        yield


@contextlib.contextmanager
def environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """The environment of this process with these variables, and after that as before."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
