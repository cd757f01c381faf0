"""Accuracy and representation against the amount of data, as in arXiv:2205.10343: what the embedding predicts, and what theory permits."""

import numpy as np
import xarray

from ...citations import LIU2022
from ...figures import liu2022_data_size as figures
from ...report import Explorer, MapCell, Table
from ...sweeps import Study, Sweep
from ...theory.effective import ideal_accuracy, linear_curve
from ...transitions.learning_phases import wilson_interval
from ..averages import half_crossing, with_error
from ..comparison import Comparison, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import reached, run_table
from .data_size_cell import DIMS, LEVEL, LINE, UNITS, DataSizeCell, group_key, run_cell
from .data_size_numbers import COUNT, agreement, averages, of_those_that_ended, shares, sufficient, without_nullity

SYMBOLS = 10
PAIRS = (*range(5, 51, 5), 54)
PUBLISHED_RATE = 1e-4
RATES = {"quick": (PUBLISHED_RATE, 1e-3), "paper": (1e-5, PUBLISHED_RATE, 1e-3)}
REPLICAS = {"quick": 3, "paper": 20}
MANY = 45  # pairs from which on most networks are said to find the line
CURVE_DRAWS, IDEAL_DRAWS = 10_000, 100
LOOKS = {"train accuracy": "#d55e00", "test accuracy": "#0072b2", "RQI": "#009e73"}
CURVES = {"train accuracy": "curve_train_accuracy", "test accuracy": "curve_test_accuracy", "RQI": "curve_rqi"}
MEASURED = "measured with another program"
GENERALISE = f"pairs at which half of the networks have test accuracy >= {LEVEL}"

CAVEATS = (
    "Predicted and real accuracy hold the training pairs in common, so that over all pairs they would correlate even if the embedding "
    "predicted nothing. The table therefore also has the correlation of real accuracy with the share of training pairs alone, and that of "
    "predicted with real accuracy on the test pairs.",
    "The prediction takes the training set as learned. Where the decoder is too slow to fit it, real accuracy stays below the prediction.",
    "Nullity 2 forces a line where training pairs of equal sum have equal places on the embedding axis. A decoder that is not injective "
    "fits them at different places: networks then memorise, and the share of lines stays below what the theory forces.",
    "A line is not a test accuracy of 0.9 either. The label of a sum that no training pair has cannot be guessed, and the sums 0 and 18 "
    "have one pair each, so that ideal accuracy is below 1 and networks on a line miss some test pairs.",
    "The steps to structure under Adam do not follow the growth rate λ₃ of the effective theory: each update moves an embedding about one "
    "learning rate.",
    "At 50 and 54 training pairs the test set has 5 pairs and 1: shares of it are coarse, and one network says little.",
)

study = Study(
    name="liu2022-data-size",
    version=1,
    settings=DataSizeCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=LIU2022,
)


def sweep(size: str, seed: int) -> Sweep:
    """One network a cell."""
    grid = {"decoder_rate": RATES[size], "training_pairs": PAIRS, "replica": range(REPLICAS[size])}
    return sized_sweep(study, size, seed, grid)


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Averages over networks, shares of them, and the theory beside both."""
    dataset = of_those_that_ended(dataset)
    found = dataset.assign(averages(dataset)).assign(shares(dataset)).assign(_theory())
    comparisons = tuple(_comparisons(found))
    tables = (_rate_table(found), _size_table(found))
    return Analysis(found, comparisons, _verdict(found, comparisons), CAVEATS, tables, (_explorer(found),))


def _theory() -> dict[str, tuple]:
    """P(nullity = 2), and the mean ideal accuracy of random training sets, at every number of pairs."""
    curve = linear_curve(SYMBOLS, draws=CURVE_DRAWS)
    generator = np.random.default_rng(0)
    pairs = np.stack(np.triu_indices(SYMBOLS), axis=1)
    sizes = np.arange(1, COUNT + 1)
    orders = [generator.permutation(COUNT) for _ in range(IDEAL_DRAWS)]
    ideal = [np.mean([ideal_accuracy(pairs[order[:k]], SYMBOLS) for order in orders]) for k in sizes]
    return {
        "theory_linear_probability": ("pairs", curve.probability),
        "theory_critical_fraction": ((), curve.critical_fraction),
        "pairs": ("pairs", curve.pairs),
        "ideal_pairs": ("ideal_pairs", sizes),
        "theory_ideal_accuracy": ("ideal_pairs", np.array(ideal)),
    }


def _rates(found: xarray.Dataset) -> list[tuple[float, xarray.Dataset]]:
    return [(float(rate), found.sel(decoder_rate=rate)) for rate in found["decoder_rate"].values]


def _halves(here: xarray.Dataset) -> dict[str, tuple[float, float]]:
    return {
        name: half_crossing(here["training_pairs"].values, here[f"{name}_share"].values, here.sizes["replica"])
        for name in ("line", "generalised")
    }


def _line_with_many(here: xarray.Dataset) -> tuple[int, int]:
    """How many networks of many pairs have found the line, of how many."""
    many = here["rqi"].where(here["training_pairs"] >= MANY, drop=True).values
    return int(np.sum(many > LINE)), int(np.sum(np.isfinite(many)))


def _comparisons(found: xarray.Dataset) -> list[Comparison]:
    here = found.sel(decoder_rate=PUBLISHED_RATE)
    how, halves = agreement(here), _halves(here)
    count, free = without_nullity(found)
    line, many = _line_with_many(here)
    steps = here["rqi_step"].values
    median = float(np.nanmedian(steps)) if np.isfinite(steps).any() else float("nan")
    at = f"decoder rate {PUBLISHED_RATE:g}"
    spread = float(np.sqrt(0.75 * 0.25 / many)) if many else 0.0  # at the expected share: one of 0 or 1 would have none
    (line_half, line_error), (half, half_error) = halves["line"], halves["generalised"]
    generalise = f"{GENERALISE}, {at}: 35 to 40"
    represent = f"pairs at which half of the networks have RQI > {LINE}, {at}: above 0.4 of all"
    return [
        Comparison(f"correlation of predicted and real accuracy, {at}: above 0.99", 1.0, how["correlation"], MEASURED, 0.01),
        Comparison(f"mean |real − predicted accuracy|, {at}: at most 0.02", 0.0, how["mean difference"], MEASURED, 0.02),
        Comparison(f"largest |real − predicted accuracy|, {at}: at most 0.13", 0.0, how["largest difference"], MEASURED, 0.13),
        Comparison(
            "networks with RQI > .95 and nullity > 2, all rates", 0.0, count if free else np.nan, "arXiv:2205.10343, section 4", 0.0
        ),
        Comparison(f"share with RQI > .95 from {MANY} pairs on, {at}", 0.75, line / many if many else np.nan, MEASURED, 0.05, spread),
        Comparison(f"median step at which RQI passes .95, {at}: 580 to 1,300", 940.0, median, MEASURED, 360.0),
        Comparison(generalise, 37.5, half, MEASURED, 2.5, half_error, largest_error=2.5),
        Comparison(represent, 0.4 * COUNT, line_half, "arXiv:2205.10343", 2.5, line_error, should_agree=False, side="above"),
    ]


def _verdict(found: xarray.Dataset, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    networks = found.sizes["replica"] * found.sizes["training_pairs"]
    here = found.sel(decoder_rate=PUBLISHED_RATE)
    how = agreement(here)
    rates = _rates(found)
    by_rate = {rate: agreement(one) for rate, one in rates}
    agreed = sum(row.agrees for row in comparisons[:3])  # correlation, mean and largest difference
    predicts = {3: "predicts the accuracy", 0: "does not predict the accuracy"}.get(agreed, "predicts the accuracy in part")
    worst = max(by_rate, key=lambda rate: by_rate[rate]["mean difference"])
    sentences = [
        f"At decoder rate {PUBLISHED_RATE:g} the embedding {predicts}: over {networks} networks the correlation is "
        f"{how['correlation']:.4f}, the mean difference {how['mean difference']:.3f} and the largest {how['largest difference']:.3f}; "
        f"on the test pairs alone the correlation is {how['on test pairs']:.3f}.",
        f"A correlation over all pairs is weak evidence by itself: the share of training pairs alone correlates to "
        f"{how['by size alone']:.3f} with real accuracy"
        + (
            f", and at decoder rate {worst:g} it is {by_rate[worst]['correlation']:.4f} with a mean difference of "
            f"{by_rate[worst]['mean difference']:.3f} and {by_rate[worst]['on test pairs']:.2f} on the test pairs."
            if worst != PUBLISHED_RATE
            else "."
        ),
    ]
    count, free = without_nullity(found)
    necessary = "was necessary for the line" if count == 0 else "was NOT necessary for the line"
    necessary = necessary if free else "was had by every training set"
    half, error = _halves(here)["line"]
    reached = (
        f"half of the networks have it only at {with_error(half / COUNT, error / COUNT)}"
        if np.isfinite(half)
        else "half of the networks never have it"
    )
    sentences.append(
        f"Nullity 2 {necessary}: {count} of {free} networks whose training set has a larger one end with RQI > {LINE}. It is "
        + sufficient(half / COUNT, error / COUNT, float(found["theory_critical_fraction"]))
        + f": theory forces half of the training sets at {float(found['theory_critical_fraction']):.3f} of all pairs, and {reached}."
    )
    (generalise,) = (c for c in comparisons if c.what.startswith(GENERALISE))
    at = with_error(generalise.obtained, generalise.error, ".1f")
    sentences.append(
        f"Half of the networks reach a test accuracy of {LEVEL} at {at} pairs, where another program has 35 to 40: {generalise.verdict}."
        if np.isfinite(generalise.obtained)
        else f"Half of the networks never reach a test accuracy of {LEVEL}."
    )
    found_by = []
    for rate, one in rates:
        line, many = _line_with_many(one)
        low, high = wilson_interval(line, many)
        found_by.append(f"{line} of {many} at decoder rate {rate:g} (95 %: {low:.2f} to {high:.2f})")
    sentences.append(f"With {MANY} pairs or more RQI > {LINE} is found by {', '.join(found_by)}.")
    few = " With fewer than 8 networks a point, single points claim nothing." if found.sizes["replica"] < 8 else ""
    return (*sentences, f"{tally(comparisons)} Errors are standard errors over networks, intervals of shares are Wilson's.{few}")


def _rate_table(found: xarray.Dataset) -> Table:
    rows = []
    for rate, here in _rates(found):
        how = agreement(here)
        line, many = _line_with_many(here)
        fitted = float(reached(here["train_accuracy"], LEVEL).mean())
        luck = float((here["real_accuracy"] - here["ideal_accuracy"]).max())
        rows.append((rate, *how.values(), fitted, f"{line} of {many}", *(v for pair in _halves(here).values() for v in pair), luck))
    columns = (
        *("decoder rate", "correlation", "of k/n alone", "on test pairs", "mean |difference|", "largest |difference|"),
        *(f"share with train accuracy >= {LEVEL}", f"RQI > {LINE} at k >= {MANY}"),
        *(f"k: half have RQI > {LINE}", "± 1 s.e.", f"k: half have test accuracy >= {LEVEL}", "± 1 s.e.", "largest real − ideal"),
    )
    note = "Correlations with real accuracy. A dash: never. Real above ideal accuracy is luck of the nearest template."
    return Table("What the decoder's rate decides", columns, rows, note)


def _size_table(found: xarray.Dataset) -> Table:
    rows = []
    for rate, here in _rates(found):
        for k in here["training_pairs"].values:
            at = here.sel(training_pairs=k)
            means = (v for name in ("real_accuracy", "predicted_accuracy", "ideal_accuracy", "rqi") for v in _mean_and_error(at, name))
            rows.append((rate, int(k), *means, float(at["line_share"]), float(at["generalised_share"]), float(at["forced_share"])))
    names = (v for name in ("real accuracy", "predicted", "ideal", "RQI") for v in (name, "± 1 s.e."))
    columns = ("decoder rate", "training pairs", *names, f"RQI > {LINE}", f"test >= {LEVEL}", "nullity 2")
    return Table("Means over networks", columns, rows, "The last three are shares of networks, or of their training sets.", folded=True)


def _mean_and_error(at: xarray.Dataset, name: str) -> tuple[float, float]:
    return float(at[f"{name}_mean"]), float(at[f"{name}_error"])


def _explorer(found: xarray.Dataset) -> Explorer:
    rates = _rates(found)
    cells = [[_map_cell(rate, here.sel(training_pairs=k)) for k in here["training_pairs"].values] for rate, here in rates]
    return Explorer(
        "Learning curves",
        f"Each field: how many of {found.sizes['replica']} networks have RQI > {LINE} at the end. Click for the curves of all of them.",
        "decoder rate",
        "training pairs",
        [f"{rate:g}" for rate, _ in rates],
        [str(k) for k in found["training_pairs"].values],
        found["curve_step"].values.reshape(-1, found.sizes["curve"])[0],
        cells,
        LOOKS,
    )


def _map_cell(rate: float, at: xarray.Dataset) -> MapCell:
    line, networks = int((at["rqi"] > LINE).sum()), at.sizes["replica"]
    k = int(at["training_pairs"])
    real, predicted, ideal, quality = (
        float(at[f"{name}_mean"]) for name in ("real_accuracy", "predicted_accuracy", "ideal_accuracy", "rqi")
    )
    words = (
        f"{k} of {COUNT} pairs, decoder rate {rate:g}: RQI {quality:.2f} on average, {line} of {networks} networks above {LINE}; "
        f"accuracy {real:.2f}, predicted {predicted:.2f}, ideal {ideal:.2f}"
    )
    return MapCell(str(line), words, figures.colour(line / networks), {name: at[values].values.tolist() for name, values in CURVES.items()})


recipe = Recipe(
    name=study.name,
    question="Does the embedding predict how many pairs a network gets right, and does theory predict when the embedding is a line?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "data_size",
            "Against the share of pairs in training, one row a decoder rate. Left: accuracy over all pairs, real and predicted from the "
            "final embedding, means over networks with standard errors; what random training sets permit (theory), and what memory "
            "alone gives. Right: RQI of single networks, the share of networks with RQI > 0.95 with 95 % Wilson intervals, and the "
            "theory's probability that a training set forces a line.",
            figures.data_size,
        ),
        Picture(
            "prediction",
            "Real accuracy against the one predicted from the embedding, every network a point, filled where its training set forces a "
            "line (nullity 2). (a) Over all pairs: the training pairs are common to both. (b) On the test pairs alone; the area of a "
            "point grows with their number.",
            figures.prediction,
        ),
    ),
    executor="processes",
    health=run_table,
)
