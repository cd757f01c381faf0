"""Figure 6 of arXiv:2205.10343: addition as regression, decoder rate against decoder decay."""

import numpy as np
import xarray

from ..averages import over_all_runs
from ..comparison import Comparison
from .errata import DIAGRAMS
from .phase_diagram import Diagram, share_of

RATES = tuple(float(f"{10 ** (-5 + k / 5):.6g}") for k in range(16))
PUBLISHED_EXPONENT = -0.956  # of the training step against the decoder rate, decay 0: a line through the six rates of 1e-5 to 1e-4


def expectations(found: xarray.Dataset) -> list[Comparison]:
    """Numbers of runs that were made elsewhere with the same maths, and the published slope where the diagram reaches it."""
    fast = (found["decoder_rate"] > 1e-3) & (found["decoder_decay"] == 0)
    both_high = (found["decoder_rate"] >= 2.5e-3) & (found["decoder_decay"] >= 8)
    rows = [
        share_of(found, "memorization", fast, "decoder rate above 1e-3, decay 0", 1.0, "independent runs: every seed", 0.1),
        share_of(found, "confusion", both_high, "decoder rate at least 2.5e-3, decay at least 8", 0.8, "independent runs: most seeds", 0.3),
    ]
    slow = found.sel(decoder_decay=0).where(found["decoder_rate"] <= 1.01e-4, drop=True)
    if slow.sizes["decoder_rate"] >= 3:
        logs = np.log(slow["train_step"].transpose("replica", "decoder_rate").values)
        slopes = [np.polyfit(np.log(slow["decoder_rate"]), row, 1)[0] if np.isfinite(row).all() else np.nan for row in logs]
        exponent = over_all_runs(slopes).wider(np.sqrt(len(slopes) + 1))  # the published diagram is one draw more
        what = "exponent of the training step against the decoder rate, decay 0, up to 1e-4"
        rows.append(Comparison.of_runs(what, PUBLISHED_EXPONENT, exponent, "published, one seed a cell", 0.15))
    return rows


DIAGRAM = Diagram(
    name="liu2022-addition",
    axes={"decoder_decay": (tuple(float(k) for k in range(11)), (0, 1, 3, 10)), "decoder_rate": (RATES, (5, 7, 9, 12))},
    caps={"quick": 2000, "full": 100_000, "paper": 100_000},
    replicas={"quick": 5, "full": 1, "paper": 8},
    published={100_000: (17, 60, 60, 39), 2000: (3, 0, 8, 5)},
    base={"embedding_rate": 1e-3},
    question="Where in decoder rate and weight decay does addition comprehend, grok, memorise, or learn nothing, and how sure is that?",
    expectations=expectations,
    caveats=DIAGRAMS,
)
study = DIAGRAM.study()
recipe = DIAGRAM.recipe()
