"""What is to forecast: every measure with what it needs to see, and with the direction that its source gives it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...measures import fourier
from ...measures.representation import effective_dimension
from .look import Look

PERIODIC = 0.5  # participation ratio above which a neuron counts as periodic; a pure cosine has 1
SEES = ("nothing", "settings", "weights", "training rows", "all pairs", "test labels")
FAIR = SEES[:4]  # what an experimenter has who is to forecast the test accuracy

NANDA, DOSHI, ZHONG = "arXiv:2301.05217", "arXiv:2310.13061", "arXiv:2306.17844"
PRIETO, CLAUW, LIU, OMNIGROK = "arXiv:2501.04697", "arXiv:2408.08944", "arXiv:2205.10343", "arXiv:2210.01117"


@dataclass(frozen=True)
class Measure:
    """One row of the table.

    `direction`: "high" or "low" is what the source says of networks that generalise, fixed before any run; "learned" where it says
    nothing. `of`: a number, NaN where it is undefined.
    """

    name: str
    sees: str
    direction: str
    source: str
    of: Callable[[Look], float]

    @property
    def fair(self) -> bool:
        """Needs neither test labels nor the rule on all pairs."""
        return self.sees in FAIR


def _periodic(look: Look) -> float:
    live = look.participation[np.isfinite(look.participation)]
    return float((live > PERIODIC).mean()) if live.size else np.nan


def _nanmean(values: np.ndarray, what: Callable[[np.ndarray], float]) -> float:
    values = values[np.isfinite(values)]
    return float(what(values)) if values.size else np.nan


def _symmetricity(look: Look) -> float:
    network = look.network
    if not hasattr(network, "logits_from_embeddings"):
        return np.nan
    embedding = look.parameters["embedding"][: look.problem.prime]
    return fourier.gradient_symmetricity(lambda pairs: network.logits_from_embeddings(look.parameters, pairs), embedding)


def _irrelevance(look: Look, logit: str) -> float:
    return fourier.distance_irrelevance(look.logits, look.problem.prime, logit=logit)


def _restricted(look: Look) -> float:
    return fourier.restricted_loss(look.logits, look.problem.true_labels, look.problem.prime, look.frequencies)


def _excluded(look: Look) -> float:
    p = look.problem
    return fourier.excluded_loss(look.logits, p.true_labels, p.prime, look.frequencies, mask=p.train_mask)


def _information(look: Look, name: str) -> float:
    return np.nan if look.unions is None else float(getattr(look.unions, name))


MEASURES = (
    Measure("participation ratio, mean", "weights", "high", DOSHI, lambda look: _nanmean(look.participation, np.mean)),
    Measure("participation ratio, median", "weights", "high", DOSHI, lambda look: _nanmean(look.participation, np.median)),
    Measure("share of periodic neurons", "weights", "high", DOSHI, _periodic),
    Measure("Gini of frequency norms", "weights", "high", NANDA, lambda look: fourier.gini(np.sqrt(look.keys.shares))),
    Measure("key frequencies", "weights", "low", NANDA, lambda look: len(look.frequencies) or np.nan),
    Measure("circularity", "weights", "high", ZHONG, lambda look: fourier.circularity(look.table)),
    Measure("effective dimension", "weights", "low", LIU, lambda look: float(effective_dimension(look.table))),
    Measure("gradient symmetricity", "weights", "learned", ZHONG, _symmetricity),
    Measure("margin, median", "training rows", "high", "arXiv:2311.07568", lambda look: float(np.median(look.margins))),
    Measure("margin, 5% quantile", "training rows", "high", "arXiv:2311.07568", lambda look: float(np.quantile(look.margins, 0.05))),
    Measure("softmax collapse", "training rows", "low", PRIETO, lambda look: fourier.softmax_collapse(look.training_logits).fraction),
    Measure("synergy", "training rows", "high", CLAUW, lambda look: _information(look, "synergy")),
    Measure("redundancy", "training rows", "learned", CLAUW, lambda look: _information(look, "redundancy")),
    Measure(
        "variance explained", "all pairs", "high", NANDA, lambda k: fourier.variance_explained(k.logits, k.problem.prime, k.frequencies)
    ),
    Measure("restricted loss", "all pairs", "low", NANDA, _restricted),
    Measure("excluded loss", "all pairs", "high", NANDA, _excluded),
    Measure("distance irrelevance, correct", "all pairs", "learned", ZHONG, lambda look: _irrelevance(look, "correct")),
    Measure("distance irrelevance, max-wrong", "all pairs", "learned", ZHONG, lambda look: _irrelevance(look, "max-wrong")),
)


@dataclass(frozen=True)
class Given:
    """What needs no measuring: settings, the clock, and what every trainer logs: rivals that a measure has to beat."""

    name: str
    sees: str
    direction: str
    series: str  # in the dataset; "" for those that the analysis makes
    source: str = ""

    @property
    def fair(self) -> bool:
        """As for `Measure`."""
        return self.sees in FAIR


NOISE, SETTINGS = "noise (control)", "settings (rate of other seeds)"
GIVEN = (
    Given("training fraction", "settings", "high", "train_fraction"),
    Given("weight decay", "settings", "high", "weight_decay"),
    Given(SETTINGS, "settings", "high", ""),
    Given("time", "nothing", "high", "curve_step"),
    Given("step at which training was fitted", "training rows", "learned", "train_step"),
    Given("weight norm", "weights", "low", "curve_norm", OMNIGROK),
    Given("training loss", "training rows", "low", "curve_train_loss"),
    Given("training accuracy", "training rows", "high", "curve_train_accuracy"),
    Given(NOISE, "nothing", "high", ""),
    Given("test loss", "test labels", "low", "curve_test_loss"),
    Given("test accuracy", "test labels", "high", "curve_test_accuracy"),
)
PREDICTORS = (*GIVEN, *MEASURES)
NAMES = tuple(one.name for one in PREDICTORS)


def kind(one: Given | Measure) -> str:
    """Which rows stand together: rivals, the control, measures, and what needs to see the answers."""
    if one.name == NOISE:
        return "control"
    if not one.fair:
        return "sees the test"
    return "trivial" if isinstance(one, Given) else "measure"
