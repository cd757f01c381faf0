"""Claims about every run: how many exceptions they survive."""

import numpy as np
import pytest
from scipy.stats import binom

from spinodal.studies.shares import EXCEPTIONS, LEVEL, allowed_exceptions, universal


def test_the_exceptions_that_are_allowed_are_the_most_that_chance_gives():
    for runs in range(1, 200):
        most = allowed_exceptions(runs)
        assert most == 0 or binom.sf(most - 1, runs, EXCEPTIONS) > LEVEL
        assert binom.sf(most, runs, EXCEPTIONS) <= LEVEL
    assert [allowed_exceptions(runs) for runs in (1, 2, 5, 6, 36)] == [0, 0, 0, 1, 2]


@pytest.mark.parametrize(("count", "runs"), [(1, 3), (2, 5), (4, 5), (5, 9), (10, 15)])
def test_always_is_refuted_by_few_runs(count, runs):
    holds = np.arange(runs) < count
    assert universal("grok", 1.0, holds, "text").verdict == "differs"
    assert universal("grok", 0.0, ~holds, "text").verdict == "differs"
    assert universal("grok", 1.0, holds, "text").what == f"grok ({count} of {runs})"


def test_always_agrees_with_all_and_with_one_exception_of_many():
    assert universal("grok", 1.0, np.ones(3, bool), "text").verdict == "agrees"
    assert universal("grok", 1.0, np.arange(20) > 0, "text").verdict == "agrees"
    assert universal("grok", 0.0, np.zeros(3, bool), "text").verdict == "agrees"


def test_no_runs_are_no_comparison_and_other_shares_are_refused():
    assert universal("grok", 1.0, np.array([]), "text").verdict == "not known"
    with pytest.raises(ValueError, match=r"expected must be 0 or 1, got 0\.5"):
        universal("grok", 0.5, np.ones(3), "text")
