"""Claims that something holds in every run, or in none, judged by counts."""

import numpy as np
from scipy.stats import binom

from .comparison import Comparison

EXCEPTIONS = 0.01  # of runs: what "always" and "never" may leave
LEVEL = 0.05


def allowed_exceptions(runs: int) -> int:
    """The most exceptions m among `runs` that leave such a claim standing: P(m or more) > 5 % at 1 % of exceptions; 0 up to 5 runs."""
    return int(binom.ppf(1 - LEVEL, runs, EXCEPTIONS))


def universal(what: str, expected: float, which: np.ndarray, source: str) -> Comparison:
    """The share of runs in which something holds beside a claim that it always does (`expected` 1) or never (0).

    It agrees with `allowed_exceptions` at most. An error of the share would be no judge: at 2 of 5 it is so large that anything agrees.
    Undefined (NaN): without runs.
    """
    if expected not in (0, 1):
        raise ValueError(f"expected must be 0 or 1, got {expected} (other shares have an error, and are no claim about every run)")
    runs, count = int(np.size(which)), int(np.sum(which))
    if not runs:
        return Comparison(what, expected, np.nan, source, 0.0)
    return Comparison(f"{what} ({count} of {runs})", expected, count / runs, source, (allowed_exceptions(runs) + 1e-9) / runs)
