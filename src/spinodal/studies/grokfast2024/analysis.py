"""Who is faster, once each method has its own best rate and decay: chosen on other seeds than those it is judged by."""

import numpy as np
import xarray

from ..averages import Spread, over_all_runs
from ..censored import Ratio, censored_median, ratio_of_medians
from ..tuning import held_out, on_edge, ratio_of_tuned
from .cell import ARMS, DECAYS, MA_WINDOW, METHODS, PUBLISHED, PUBLISHED_STEPS, SGD_ARMS

FILTERS = METHODS[1:]


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """The cells with what follows from them: `tuned_step` and `tuned_arm` of each method and replica, and more."""
    found = dataset.transpose("replica", "arm", ...)
    arms = [str(arm) for arm in found["arm"].values]
    found = found.assign_coords(contender=list(METHODS))
    for name, decays in (("tuned", tuple(DECAYS)), ("undecayed", ("0",))):
        steps, chosen = zip(*(_tuned(found, method, decays) for method in METHODS), strict=True)
        found[f"{name}_step"] = (("contender", "replica"), np.array(steps), {"units": "updates"})
        found[f"{name}_arm"] = (("contender", "replica"), np.array(chosen))
    found["plain_step"] = found["test_step"].sel(arm=PUBLISHED["baseline"], drop=True)
    listed = [ARMS[arm] for arm in arms]
    middles = [censored_median(found["test_step"].sel(arm=arm).values) for arm in arms]
    found["setting_median"] = ("arm", np.where(np.isinf(middles), np.nan, middles), {"units": "updates"})
    found["setting_method"] = ("arm", [a.method for a in listed])
    found["setting_rate"] = ("arm", [0.0 if a.sgd else a.rate for a in listed])  # 0 and "": an arm of SGD
    found["setting_decay"] = ("arm", ["" if a.sgd else a.decay for a in listed])
    ratios = [[unfair(found, method), fair(found, method)] for method in FILTERS]
    found = found.assign_coords(filter=list(FILTERS), against=["untuned", "tuned"], sgd_arm=list(SGD_ARMS))
    found["acted"] = ("filter", [bool(acted(found, method).any()) for method in FILTERS])
    found["published_ratio"] = ("filter", [PUBLISHED_STEPS["baseline"] / PUBLISHED_STEPS[method] for method in FILTERS])
    for name in ("value", "low", "high"):
        found[f"ratio_{name}"] = (("filter", "against"), [[getattr(ratio, name) for ratio in row] for row in ratios])
    return found


def _tuned(found: xarray.Dataset, method: str, decays: tuple[str, ...]) -> tuple[np.ndarray, list[str]]:
    """Times of each replica at the setting of these decays that is best on the others, and the names of those settings."""
    own, steps = _grid(found, method, decays)
    if steps.shape[1] < 2:
        raise ValueError("replicas must be at least 2, got 1: settings are chosen on others than those they are judged by")
    values, places = held_out(steps)
    return values, [own[place] for place in places]


def _grid(found: xarray.Dataset, method: str, decays: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """The settings of a method with these decays, and their times (settings, replicas)."""
    own = [arm for arm in map(str, found["arm"].values) if arm not in SGD_ARMS and ARMS[arm].method == method and ARMS[arm].decay in decays]
    return own, found["test_step"].sel(arm=own).transpose("arm", "replica").values


def edges(found: xarray.Dataset, method: str, chosen: str = "tuned_arm") -> list[str]:
    """At which ends of the method's grid the setting of each replica lies; of the rates alone for an "undecayed_arm"."""
    arms = {name: arm for name, arm in ARMS.items() if name in found["arm"].values and arm.method == method and not arm.sgd}
    if chosen == "undecayed_arm":
        arms = {name: arm for name, arm in arms.items() if arm.decay == "0"}
    settings = {}
    for name, arm in arms.items():
        coupled, decoupled = DECAYS[arm.decay]
        settings[name] = {"rate": arm.rate, "L2 decay": coupled, "AdamW decay": decoupled}
    return [on_edge(settings[str(name)], list(settings.values())) for name in found[chosen].sel(contender=method).values]


def acted(found: xarray.Dataset, method: str, steps: str = "tuned_step") -> np.ndarray:
    """In which replicas the filter had a part: that of the moving average is silent until its window is full."""
    done = found[steps].sel(contender=method).values
    return ~(done < MA_WINDOW) if method == "ma" else np.ones(len(done), bool)


def cap_of(found: xarray.Dataset) -> float:
    """Updates that every run of Adam may have."""
    return float(found.attrs["cap"])


def fair(found: xarray.Dataset, method: str) -> Ratio:
    """Median time of the tuned baseline over that of the tuned filter."""
    return _of_both(found, method, tuple(DECAYS))


def without_decay(found: xarray.Dataset, method: str) -> Ratio:
    """The same with decay on neither side: the rate alone is tuned."""
    return _of_both(found, method, ("0",))


def _of_both(found: xarray.Dataset, method: str, decays: tuple[str, ...]) -> Ratio:
    above, below = (_grid(found, one, decays)[1] for one in ("baseline", method))
    return ratio_of_tuned(above, below, cap_of(found))


def unfair(found: xarray.Dataset, method: str) -> Ratio:
    """The same with the baseline at its published rate and no decay, while the filter is tuned."""
    return ratio_of_tuned(found["plain_step"].values[None], _grid(found, method, tuple(DECAYS))[1], cap_of(found))


def as_published(found: xarray.Dataset, method: str) -> Ratio | None:
    """The ratio of the two published settings, None where this size has not run them."""
    ours, theirs = PUBLISHED["baseline"], PUBLISHED[method]
    if not {ours, theirs} <= {str(arm) for arm in found["arm"].values}:
        return None
    return ratio_of_medians(found["test_step"].sel(arm=ours).values, found["test_step"].sel(arm=theirs).values, cap_of(found))


def tuning_updates(found: xarray.Dataset, method: str) -> float:
    """Updates that one replica of the whole tuning grid of a method costs, mean over replicas; a run ends at its crossing or at the cap."""
    arms = [arm for arm in map(str, found["arm"].values) if arm not in SGD_ARMS and ARMS[arm].method == method]
    return float(found["test_step"].sel(arm=arms).fillna(cap_of(found)).sum("arm").mean("replica"))


def sgd_gain(found: xarray.Dataset) -> tuple[Spread, float]:
    """How many times sooner SGD halves its training loss with the filter, over seeds, and at a rate 1 + amplification."""
    halves = [found["half_step"].sel(arm=name).values for name in SGD_ARMS]
    gains = [halves[0] / other for other in halves[1:]]
    return over_all_runs(gains[0]), float(np.mean(gains[1]))
