"""Composition in S3, arXiv:2205.10343: decoder rate against the initial scale of the matrices, which the paper does not print."""

from dataclasses import replace

import numpy as np
import xarray

from ...report import Table, three_digits
from ..averages import Spread, over_runs
from ..comparison import Comparison
from .addition import RATES
from .errata import DIAGRAMS, S3, S3_SCALE
from .phase_diagram import Diagram
from .s3 import gain_per_decade

SCALES = (0.1, 0.2, 0.5, 1.0, 2.0)
OURS, LARGE = 0.1, 1.0  # of the other diagrams of S3; without a factor before U(-1/2, 1/2)
DECAY = 5.0
DECIDES = 0.1  # the largest error of a gain that tells an effect from none
RELEASED = "one released set, decay 5, one seed"
RELEASED_GAIN = -0.463  # in the share that comprehends, per tenfold decoder rate
RELEASED_TRAINING = 5.057  # mean over the decoder rates of ln(training step)


def expectations(found: xarray.Dataset) -> list[Comparison]:
    """Whether the scale changes the trend in the decoder rate; whose trend and whose training steps the released set has."""
    gains = {scale: gain_per_decade(found.sel(embedding_scale=scale)) for scale in (OURS, LARGE)}
    what = "gain in the share that comprehends, per tenfold decoder rate"
    change = over_runs(gains[OURS] - gains[LARGE])
    words = f"{what}: scale {OURS:g} less scale {LARGE:g}, same splits"
    changed = Comparison.of_runs(words, 0.0, change, "no effect", 0.0, should_agree=False, side="above")
    rows = [replace(changed, largest_error=DECIDES)]
    if found.sizes["decoder_rate"] < len(RATES):
        return rows
    draws = np.sqrt(found.sizes["replica"] + 1)  # the released set is one draw more
    for scale, same in ((OURS, False), (LARGE, True)):
        seen, steps = over_runs(gains[scale]).wider(draws), training(found.sel(embedding_scale=scale)).wider(draws)
        side = {"should_agree": same, "side": "either" if same else "above"}
        rows.append(Comparison.of_runs(f"scale {scale:g}: {what}", RELEASED_GAIN, seen, RELEASED, 0.0, **side))
        what_steps = f"scale {scale:g}: mean over decoder rates of ln(training step)"
        rows.append(Comparison.of_runs(what_steps, RELEASED_TRAINING, steps, RELEASED, 0.0, **side))
    return rows


def training(found: xarray.Dataset) -> Spread:
    """Mean over the decoder rates of ln(training step); the replicas in which all of them fit."""
    return over_runs(np.log(found["train_step"].transpose("replica", "decoder_rate").values).mean(axis=1))


def tables(found: xarray.Dataset) -> list[Table]:
    """Every scale on a row."""
    rows = []
    for scale in found["embedding_scale"].values:
        here = found.sel(embedding_scale=scale)
        gain, steps = over_runs(gain_per_decade(here)), training(here)
        shares = [
            over_runs(here["label"].isin(phases).mean("decoder_rate")) for phases in (["comprehension"], ["comprehension", "grokking"])
        ]
        rows.append((float(scale), *(three_digits(value) for spread in (gain, *shares, steps) for value in (spread.mean, spread.error))))
    names = ("gain in comprehension per tenfold rate", "comprehension", "comprehension or grokking", "ln(training step)")
    note = "Means over decoder rates and seeds, errors from the scatter of the seeds, whose cells share split and start."
    return [Table("By scale", ("scale", *(column for name in names for column in (name, "± 1 s.e."))), rows, note)]


DIAGRAM = Diagram(
    name="liu2022-s3-scale",
    axes={"embedding_scale": (SCALES, (0, 2, 3, 4)), "decoder_rate": (RATES, (5, 8, 11, 15))},
    caps={"quick": 2000, "full": 100_000, "paper": 100_000},
    replicas={"quick": 8, "full": 8, "paper": 20},
    published={},
    base={"task": "s3", "training_pairs": 24, "embedding_rate": 1e-3, "decoder_decay": DECAY},
    question="Does the initial scale of its matrices decide at which decoder rates S3 comprehends?",
    expectations=expectations,
    caveats=(*DIAGRAMS, *S3, S3_SCALE),
    tables=tables,
)
study = DIAGRAM.study()
recipe = DIAGRAM.recipe()
