"""Which of many settings is fastest, chosen on other seeds than those it is judged by."""

from collections.abc import Mapping, Sequence

import numpy as np

from .censored import FEWEST, RESAMPLED, Ratio, ratio_of_draws

AT_ONCE = 200  # bootstrap draws, for the memory


def best(steps: np.ndarray) -> int:
    """The setting with the least median time; of equal ones that which more seeds reach, then that with the least sum, then the first.

    Arguments:
        steps: (settings, seeds); NaN: never, which is later than any time.
    """
    times = _times(steps)
    return int(_best(times, np.ones_like(times, bool)))


def held_out(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each seed the time of the setting that is `best` on all other seeds, and which one that is.

    A setting chosen by the same runs that judge it looks faster than it is, the more so the more settings there are. With one seed there
    are no others: NaN and -1.
    """
    times, places = _held_out(_times(steps), np.arange(np.shape(steps)[1])[None])
    return np.where(np.isinf(times[0]), np.nan, times[0]), places[0]


def ratio_of_tuned(above: np.ndarray, below: np.ndarray, cap: float, seed: int = 0) -> Ratio:
    """Median held-out time of one method over that of another, each tuned over its own settings; (settings, seeds), the same seeds.

    Held-out choices are nearly one choice, and its luck is common to all seeds: an interval over the seeds alone misses 1 for 10 to 20 %
    of equal methods with 16 settings. So every bootstrap draw of the seeds chooses anew, a seed's copies left out with it; that misses 1
    for less than 5 %. One setting is not tuned. NaN: never within `cap`; bounds, and no interval of few seeds, as of `ratio_of_medians`;
    with one seed and several settings nothing is judged: NaN.
    """
    methods = [_times(steps) for steps in (above, below)]
    seeds = methods[0].shape[1]
    first, second = (_judged(times, np.arange(seeds)[None])[0] for times in methods)
    if np.isnan([*first, *second]).any():
        return Ratio(np.nan, np.nan, np.nan)
    if seeds < FEWEST:
        return ratio_of_draws(first, second, None, cap)
    drawn = np.random.default_rng(seed).integers(seeds, size=(RESAMPLED, seeds))
    drawn = drawn[np.ptp(drawn, axis=1) > 0]  # copies of one seed leave none to choose by
    chunks = np.split(drawn, range(AT_ONCE, len(drawn), AT_ONCE))
    resampled = [np.concatenate([_judged(times, chunk) for chunk in chunks]) for times in methods]
    return ratio_of_draws(first, second, (resampled[0], resampled[1]), cap)


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


def _times(steps: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(steps), np.inf, np.asarray(steps, float))


def _judged(times: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Times of drawn seeds (draws, seeds) at the setting that the others of the draw choose."""
    return times[0, drawn] if len(times) == 1 else _held_out(times, drawn)[0]


def _held_out(times: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`held_out` of each draw of seeds (draws, seeds)."""
    values = times[:, drawn].transpose(1, 2, 0)  # (draws, seeds, settings)
    others = drawn[:, :, None] != drawn[:, None, :]  # (draws, judged, choosing)
    chosen = _best(values.transpose(0, 2, 1)[:, None], others[:, :, None])
    alone = ~others.any(axis=2)
    judged = np.take_along_axis(values, chosen[..., None], axis=2)[..., 0]
    return np.where(alone, np.nan, judged), np.where(alone, -1, chosen)


def _best(times: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """`best` along the settings of times (..., settings, seeds) over the seeds `kept`; infinite: never."""
    ordered = np.sort(np.where(kept, times, np.nan), axis=-1)  # those that are not kept go last
    count = np.broadcast_to(kept, ordered.shape).sum(axis=-1, keepdims=True)
    low, high = (np.take_along_axis(ordered, place, axis=-1)[..., 0] for place in (np.maximum(count - 1, 0) // 2, count // 2))
    median = np.where(np.isinf(high), np.inf, low / 2 + high / 2)
    reached = np.isfinite(ordered)
    total = np.where(reached, ordered, 0).sum(axis=-1)
    return np.lexsort((total, -reached.sum(axis=-1), median), axis=-1)[..., 0]
