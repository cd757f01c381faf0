"""Many runs that are read at the same checkpoints, of which some generalise within the budget."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import even, integer, real, require


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Runs to forecast, without any score yet; all scores of one ensemble are judged on the same pairs and the same resamples.

    Arguments:
        steps: (checkpoints,) ascending, at which every run is read; the last one is the budget.
        crossing: (runs,) the step at which a run generalised; NaN: never within the budget. A run that might have done so later is
            censored: it counts as "won't within the budget", which is all that these numbers are about.
        since: (runs,) the step from which a run is forecast, such as that at which its training set is fitted (default 0); NaN: never.
        folds: (runs,) labels; what is learned for a run (thresholds, directions, rates of settings) never sees its own fold. Default: each
            run is its own fold.
        strata: (runs,) labels of runs with the same settings; default: all in one.
        clusters: (runs,) labels of what the bootstrap draws; in each it draws as many runs as it has. Default: each run by itself.
        draws: of the bootstrap; seed: of it; confidence: of every interval by itself.
    """

    steps: np.ndarray
    crossing: np.ndarray
    since: Any = None
    folds: Any = None
    strata: Any = None
    clusters: Any = None
    draws: int = 2000
    seed: int = 0
    confidence: float = 0.95

    def __post_init__(self) -> None:
        steps, crossing = np.asarray(self.steps, np.float64), np.asarray(self.crossing, np.float64)
        require(
            steps.ndim == 1 and steps.size > 0 and bool((np.diff(steps) > 0).all()),
            f"steps must be ascending, shape (checkpoints,), got shape {steps.shape}: {steps[:4]}",
        )
        require(crossing.ndim == 1 and crossing.size > 0, f"crossing must have shape (runs,), at least one run, got {crossing.shape}")
        late = crossing[crossing > steps[-1]]
        require(not late.size, f"crossing must not lie beyond the last of the steps, {steps[-1]:g}, got {late[:1]} (NaN says never)")
        runs = len(crossing)
        since = np.zeros(runs) if self.since is None else np.asarray(self.since, np.float64)
        require(since.shape == (runs,), f"since must have shape ({runs},), one entry a run, got {since.shape}")
        own = {"steps": steps, "crossing": crossing, "since": since}
        for name, usual in (("folds", np.arange(runs)), ("strata", np.zeros(runs, int)), ("clusters", np.arange(runs))):
            given = getattr(self, name)
            own[name] = usual if given is None else _codes(name, given, runs)
        for name, value in own.items():
            object.__setattr__(self, name, value)
        integer("draws", self.draws, minimum=1)
        integer("seed", self.seed, minimum=0)
        require(0 < real("confidence", self.confidence) < 1, f"confidence must be within (0, 1), got {self.confidence}")

    @property
    def runs(self) -> int:
        """How many there are."""
        return len(self.crossing)

    @property
    def will(self) -> np.ndarray:
        """(runs,) bool: generalises within the budget, after it was begun to be forecast."""
        return self.crossing > self.since

    @property
    def wont(self) -> np.ndarray:
        """(runs,) bool: is forecast, and does not generalise within the budget."""
        return np.isnan(self.crossing) & np.isfinite(self.since)

    def scores(self, given: Any) -> np.ndarray:
        """`given` as (runs, checkpoints) float64; a column (runs, 1) holds at every checkpoint."""
        found = np.asarray(even("scores", given, "(runs, checkpoints)"), np.float64)
        shape = (self.runs, len(self.steps))
        fits = found.ndim == 2 and found.shape[0] == shape[0] and found.shape[1] in (1, shape[1])
        require(fits, f"scores must have shape {shape}, runs and checkpoints, or ({shape[0]}, 1), got {found.shape}")
        return np.broadcast_to(found, shape)

    @cached_property
    def weights(self) -> np.ndarray:
        """(draws, runs): how often each run is drawn; clusters first, then runs within them, since a few clusters vary too little."""
        generator, clusters = np.random.default_rng(self.seed), np.asarray(self.clusters)
        count = int(clusters.max()) + 1
        drawn = generator.multinomial(count, np.full(count, 1 / count), size=self.draws)
        found = np.zeros((self.draws, self.runs))
        for k in range(count):
            members = np.flatnonzero(clusters == k)
            found[:, members] = generator.multinomial(drawn[:, k] * len(members), np.full(len(members), 1 / len(members)))
        return found

    def interval(self, draws: np.ndarray) -> tuple[float, float]:
        """Between the percentiles of what the bootstrap drew; NaN if more than half of the draws are undefined."""
        draws = draws[~np.isnan(draws)]
        if 2 * len(draws) < self.draws:
            return np.nan, np.nan
        low, high = np.quantile(draws, [(1 - self.confidence) / 2, (1 + self.confidence) / 2])
        return float(low), float(high)


def _codes(name: str, given: Any, runs: int) -> np.ndarray:
    found = even(name, given, "(runs,)")
    require(found.shape == (runs,), f"{name} must have shape ({runs},), one label a run, got {found.shape}")
    return np.unique(found, return_inverse=True)[1]
