"""Which of many settings is fastest, chosen on other seeds than those it is judged by."""

from collections.abc import Mapping, Sequence

import numpy as np

from .censored import censored_median


def best(steps: np.ndarray) -> int:
    """The setting with the least median time; of equal ones that which more seeds reach, then that with the least sum, then the first.

    Arguments:
        steps: (settings, seeds); NaN: never, which is later than any time.
    """
    ranked = []
    for k, row in enumerate(np.asarray(steps, float)):
        reached = row[np.isfinite(row)]
        ranked.append((censored_median(row), -reached.size, reached.sum(), k))
    return min(ranked)[-1]


def held_out(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each seed the time of the setting that is `best` on all other seeds, and which one that is.

    A setting chosen by the same runs that judge it looks faster than it is, the more so the more settings there are. With one seed there
    are no others: NaN and -1.
    """
    seeds = steps.shape[1]
    if seeds < 2:
        return np.full(seeds, np.nan), np.full(seeds, -1)
    places = np.array([best(np.delete(steps, k, axis=1)) for k in range(seeds)])
    return steps[places, np.arange(seeds)], places


def on_edge(chosen: Mapping[str, float], tried: Sequence[Mapping[str, float]]) -> str:
    """At which ends of the tried values a chosen setting lies, 'the largest rate and the least decay'; empty if it is inside.

    Beyond an end a better setting may lie; below a least value of 0 there is none, and what was not varied has no ends.
    """
    ends = []
    for name, value in chosen.items():
        values = {setting[name] for setting in tried}
        if len(values) == 1:
            continue
        if value == max(values):
            ends.append(f"the largest {name}")
        elif value == min(values) != 0:
            ends.append(f"the least {name}")
    return " and ".join(ends)
