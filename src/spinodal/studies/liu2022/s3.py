"""Figure 7 of arXiv:2205.10343: composition in S3 with matrices, decoder rate against decoder decay."""

import numpy as np
import xarray

from ..averages import over_runs
from ..comparison import Comparison
from .addition import RATES
from .errata import DIAGRAMS, S3
from .phase_diagram import Diagram

RELEASED_GAIN = -0.330  # over the whole diagram, by the steps of one released set
DECAYS = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0)


def expectations(found: xarray.Dataset) -> list[Comparison]:
    """Without decay: the share of seeds that generalise, and whether it has a trend in the decoder rate."""
    row = found.sel(decoder_decay=0)
    hits = (row["label"] == "comprehension").transpose("replica", "decoder_rate").values.astype(float)
    share = over_runs(hits.mean(axis=1))  # the rates of a replica share its split and start
    # The correlation over all runs of the row is the mean of what each replica adds to it
    rates = np.log(row["decoder_rate"].values)
    trend = over_runs(((rates - rates.mean()) * hits).mean(axis=1) / (rates.std() * hits.std()) if np.ptp(hits) else np.nan)
    what = "decay 0: correlation of ln(decoder rate) with comprehension"
    source = "independent runs: no clear trend"
    rows = [
        Comparison.of_runs("decay 0: share of seeds in comprehension", 0.26, share, "independent runs: .12 to .40", 0.14),
        Comparison.of_runs(what, 0.0, trend, source, 1e-9),
    ]
    if found.sizes["decoder_rate"] == len(RATES):
        gain = over_runs(gain_per_decade(found)).wider(np.sqrt(found.sizes["replica"] + 1))  # the released set is one draw more
        what = "all decays: gain in the share that comprehends, per tenfold decoder rate"
        rows.append(
            Comparison.of_runs(
                what, RELEASED_GAIN, gain, "one released set; another has the reverse", 0.0, should_agree=False, side="above"
            )
        )
    return rows


def gain_per_decade(found: xarray.Dataset) -> np.ndarray:
    """Slope of the share that comprehends against log10(decoder rate), of every replica, over all its cells."""
    decades = np.log10(found["decoder_rate"])
    away = decades - decades.mean()
    hits = (found["label"] == "comprehension").astype(float)
    return ((away * hits).mean([dim for dim in hits.dims if dim != "replica"]) / (away**2).mean()).values


DIAGRAM = Diagram(
    name="liu2022-s3",
    axes={"decoder_decay": (DECAYS, (0, 4, 7, 10)), "decoder_rate": (RATES, (5, 8, 11, 15))},
    caps={"quick": 2000, "full": 100_000, "paper": 100_000},
    replicas={"quick": 8, "full": 8, "paper": 20},
    published={100_000: (73, 31, 62, 10), 2000: (5, 0, 7, 4)},
    base={"task": "s3", "training_pairs": 24, "embedding_rate": 1e-3},
    question="Does S3 generalise at low or at high decoder rates, as two published diagrams say in turn?",
    expectations=expectations,
    caveats=(*DIAGRAMS, *S3),
)
study = DIAGRAM.study()
recipe = DIAGRAM.recipe()
