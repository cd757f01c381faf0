"""Figure 5 of arXiv:2205.10343: addition as regression, embedding rate against decoder rate."""

import xarray

from ..averages import over_runs
from ..comparison import Comparison
from .errata import DIAGRAMS, LEARNING_RATES
from .phase_diagram import Diagram, share_of

RATES = tuple(float(f"{10 ** (-5 + k / 4):.6g}") for k in range(13))


def expectations(found: xarray.Dataset) -> list[Comparison]:
    """An embedding that moves no faster than its decoder finds no structure: of the runs that fit, all memorise."""
    slower = found["embedding_rate"] <= 1.01 * found["decoder_rate"]
    learned = found["label"].isin(["comprehension", "grokking"]).astype(float)
    axes = ("embedding_rate", "decoder_rate")
    rows = [
        share_of(found, "memorization", slower, "embedding rate up to the decoder's", 1.0, "independent runs", 0.2, of_fitted=True),
    ]
    ratio = found["embedding_rate"] / found["decoder_rate"]
    within = ((ratio > 2.9) & (ratio < 10.5)).broadcast_like(learned)
    if bool(within.any()) and bool(slower.any()) and found.sizes["replica"] > 1:
        # By replica, whose cells share split and start
        gains = learned.where(within).mean(axes).values - learned.where(slower).mean(axes).values
        what = "gain in the share that generalises: embedding 3 to 10 times faster than the decoder, against no faster"
        source = "no gain, which independent runs exclude"
        rows.append(Comparison.of_runs(what, 0.0, over_runs(gains), source, 0.0, should_agree=False, side="above"))
    return rows


DIAGRAM = Diagram(
    name="liu2022-learning-rates",
    axes={"embedding_rate": (RATES, (6, 8, 10, 12)), "decoder_rate": (RATES, (2, 4, 6, 8))},
    caps={"quick": 2000, "full": 100_000, "paper": 100_000},
    replicas={"quick": 5, "full": 1, "paper": 8},
    published={100_000: (29, 31, 109, 0), 2000: (4, 0, 7, 5)},
    base={},
    question="Does addition generalise where the embedding learns faster than the decoder, and only there?",
    expectations=expectations,
    caveats=(*DIAGRAMS, *LEARNING_RATES),
)
study = DIAGRAM.study()
recipe = DIAGRAM.recipe()
