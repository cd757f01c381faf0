"""What the networks answer, in sentences and tables made from their numbers."""

import numpy as np
import xarray

from ...report import Table
from ...theory.fourier_network import deviation_rate
from ...transitions.learning_phases import wilson_interval
from ..averages import over_runs
from .analysis import OUTCOMES, clean, median_step
from .analytic import ERROR, WIDTHS, accuracy_spread, growth, theory_growth
from .cell import LEVEL
from .expected import FEW, HALF

AS_ARGUED = 0.1  # to which an argument that leaves out constants knows an exponent
CAVEATS = (
    "A tie is not correct: margins within 1e-9 of the largest logit count as wrong, where a published argmax depends on the library. "
    "Some lattices of phases whose terms do not all cancel tie on almost every pair.",
    "Two-humped is a rule, not a look: fewer neurons have a participation in the middle third of 0 to 1 than in the lower and than in the "
    "upper third, each at 99 % (binomial). No law with one hump allows that; neurons of one network are not quite independent.",
    "Participation is that of the weights that read the first symbol, rfft amplitudes with the constant, so that a pure cosine has 1; "
    "a published fft would give it 1/2. Dead neurons are counted apart, not averaged as 0.",
    "Accuracies are recorded every few updates, and a crossing is late by less than that. A run that has not crossed by its last update is "
    "counted as never, later than any that has; medians are over all runs.",
    "arXiv:2301.02679 trains by plain gradient descent at a rate that is not known to us (spinodal run gromov2023-descent); these networks "
    "are those of arXiv:2310.13061, AdamW from small weights. Label noise is part of the paper size only.",
)


def verdict(found: xarray.Dataset) -> tuple[str, ...]:
    """One sentence or two for each question."""
    return (_collapse(found), _lattice(found), _groks(found), _humps(found), _frequencies(found), _phases(found), _noise(found))


def _collapse(found: xarray.Dataset) -> str:
    slope, error = growth(found)
    primes = found["prime"].values
    least, largest, z = accuracy_spread(found, 1.0)
    each = zip(primes, found["needed_width"].values, found["needed_width_error"].values, strict=True)
    widths = ", ".join(f"{w:.1f} ± {e:.1f} at p = {p}" for p, w, e in each)
    seen = (
        f"At N = p the mean accuracy is {least:.3f} for p = {primes[0]} and {largest:.3f} for p = {primes[-1]}, {abs(z):.0f} standard "
        f"errors apart. The width at which random phases are wrong on {ERROR:.0%} of the pairs is {widths}"
    )
    if not np.isfinite(slope):
        return f"{seen}: too few primes for an exponent."
    apart = abs(slope - 1) > 3 * error
    judged = "do not collapse" if apart else "may collapse"
    argued = apart and abs(slope - theory_growth(found)) <= max(3 * error, AS_ARGUED)
    why = ": the width itself decides, and p by its logarithm alone" if argued else ""
    share = found["needed_width"] / found["theory_width"]
    return (
        f"Curves {judged} in N/p. {seen}: it grows as p to the power {slope:.2f} ± {error:.2f}, where a collapse in N/p needs 1. A bound "
        f"by large deviations, ln((p - 1)/{ERROR:g})/{deviation_rate(int(primes[-1])):.4f} neurons, grows by the power "
        f"{theory_growth(found):.2f} over these primes{why}. Draws need "
        f"{float(share.min()):.0%} to {float(share.max()):.0%} of the bound."
    )


def _lattice(found: xarray.Dataset) -> str:
    last = found.isel(prime=-1)
    p, all_equal = int(last["prime"]), last.sel(lattice="6 (1, 4)")
    exact = [kind for kind in last["lattice"].values if last["lattice_accuracy"].sel(lattice=kind) == 1]
    widths = ", ".join(f"{float(last['lattice_width'].sel(lattice=kind)):.0f} with M = {kind}" for kind in exact)
    best = float(last["random_normalised_margin"].sel(ratio=WIDTHS[-1]).mean())
    return (
        f"Lattices of phases at p = {p} have an accuracy of exactly 1 at widths {widths}. With 6 (1, 4), at "
        f"{float(all_equal['lattice_width']):.0f} = 3(p - 1) neurons, all margins are equal and the normalised margin is "
        f"{float(all_equal['lattice_normalised_margin']):.6f} of the largest possible one. Random phases reach {best:.2f} of it on average "
        f"at N = {WIDTHS[-1]:g} p."
    )


def _groks(found: xarray.Dataset) -> str:
    words = []
    for fraction in (FEW, HALF):
        parts = []
        for decay in found["weight_decay"].values:
            train, _, (median, low, high, never) = _crossings(found, fraction, decay)
            late = f", {never} never" if never else ""
            parts.append(f"decay {decay:g}: {_step(train)} and {_step(median)} ({_step(low)} to {_step(high)}{late})")
        words.append(f"{fraction:.0%} of the pairs: {'; '.join(parts)}")
    seeds, last = found.sizes["replica"], float(found["last_step"].max())
    named = f"Update, within {last:g}, at which training and test accuracy reach {LEVEL}, medians of {seeds} seeds (range of the latter)"
    return f"{named}. {'. '.join(words)}."


def _crossings(found: xarray.Dataset, fraction: float, decay: float) -> tuple[float, int, tuple[float, float, float, int]]:
    """Of the training accuracy the median and how many never; of the test accuracy all of `median_step`."""
    here = clean(found, fraction, decay)
    train = median_step(here["train_step"])
    return train[0], train[3], median_step(here["test_step"])


def _humps(found: xarray.Dataset) -> str:
    parts = []
    for decay in found["weight_decay"].values:
        here = found.sel(weight_decay=decay, label_noise=0.0, moment="end")
        humps = here["two_humped"].values.ravel()
        humps = humps[np.isfinite(humps)]
        low, high = wilson_interval(int(humps.sum()), humps.size)
        shares = here["periodic_share"].values.ravel()
        parts.append(
            f"decay {decay:g}: {int(humps.sum())} of {humps.size} networks (95 %: {low:.2f} to {high:.2f}), {np.nanmin(shares):.0%} to "
            f"{np.nanmax(shares):.0%} of the neurons periodic"
        )
    return f"Two-humped participation at the end, over all shares. {'; '.join(parts)}."


def _frequencies(found: xarray.Dataset) -> str:
    possible = int(found["possible_frequencies"].max())
    parts = []
    for decay in found["weight_decay"].values:
        end = found.sel(weight_decay=decay, label_noise=0.0, moment="end")
        spans = (f"{float(end[name].min()):.0f} to {float(end[name].max()):.0f}" for name in ("frequencies", "dead"))
        parts.append(f"decay {decay:g}: {', dead neurons '.join(spans)}")
    return f"Of {possible} frequencies so many have a periodic neuron at the end. {'; '.join(parts)}."


def _phases(found: xarray.Dataset) -> str:
    end = found.sel(label_noise=0.0, moment="end")
    agreement, other = end["sum_agreement"].values.ravel(), end["other_agreement"].values.ravel()
    matching, ideal = end["matching_share"].values.ravel(), end["idealised_accuracy"].values.ravel()
    if not np.isfinite(agreement).any():
        return "No network has periodic neurons whose three weights share a frequency: the phase rule can't be judged."
    there, bars = np.isfinite(agreement), end["sum_null"].values.ravel()
    known, null = agreement[there], float(end["sum_null"].max())
    follow = int((known > np.maximum(0.9, 5 * bars[there])).sum())
    which = f"every one of the {known.size}" if follow == known.size else f"{follow} of the {known.size}"
    return (
        f"Trained phases follow the analytic rule in {which} networks (of {agreement.size}) that have periodic neurons. "
        f"{np.nanmin(matching):.0%} or more of the periodic neurons of a network have one frequency in all three weights; the mean "
        "cosine of the readout's phase minus the sum of the other two, 1 by the rule, is "
        f"{known.min():.3f} to {known.max():.3f} (phases without a rule: 0 ± {null:.3f} at most; with the other sign it is "
        f"{np.nanmin(other):.3f} to {np.nanmax(other):.3f}). The analytic network with their frequencies and phases is right on "
        f"{_percent(np.nanmin(ideal))} to {_percent(np.nanmax(ideal))} of the pairs."
    )


def _noise(found: xarray.Dataset) -> str:
    noisy = found["outcome"].values[np.isfinite(found["outcome"].values)].astype(int)
    if not noisy.size:
        return "Corrupted labels are trained on in the paper size only."
    counts = np.bincount(noisy, minlength=len(OUTCOMES))
    shown = ", ".join(f"{name} {count}" for name, count in zip(OUTCOMES, counts, strict=True))
    return f"Of {noisy.size} networks with corrupted labels, ends by our own thresholds: {shown}."


def tables(found: xarray.Dataset) -> tuple[Table, ...]:
    """Random phases, lattices, neurons of every network, ends with corrupted labels."""
    noisy = (_noise_table(found),) if found["outcome"].notnull().any() else ()
    return (_crossing_table(found), _random_table(found), _lattice_table(found), _neuron_table(found), *noisy)


def _crossing_table(found: xarray.Dataset) -> Table:
    rows = []
    for fraction in found["train_fraction"].values:
        for decay in found["weight_decay"].values:
            train, unlearned, (median, low, high, never) = _crossings(found, fraction, decay)
            rows.append((float(fraction), float(decay), train, unlearned, median, low, high, never))
    seeds = found.sizes["replica"]
    columns = ("share of pairs", "decay", "training, median", "never", "test, median", "least", "largest", "never")
    note = (
        f"Updates, {seeds} seeds, no label noise. A median is over all seeds, never being later than any; from least to largest it is "
        f"known at {1 - 2.0 ** (1 - seeds):.0%}. A dash: never."
    )
    return Table(f"When accuracy reaches {LEVEL}", columns, rows, note)


def _random_table(found: xarray.Dataset) -> Table:
    rows = []
    for p in found["prime"].values:
        for ratio in found["ratio"].values:
            here = found.sel(prime=p, ratio=ratio)
            accuracy = here["random_accuracy"].values
            others = (float(here[f"random_{name}"].mean()) for name in ("ties", "least_margin", "normalised_margin"))
            mean, error, _ = over_runs(accuracy)
            rows.append(
                (int(p), float(ratio), int(here["neurons"]), mean, float(accuracy.std(ddof=1)), error, int((accuracy == 1).sum()), *others)
            )
    columns = (
        *("p", "N / p", "N", "mean accuracy", "sd", "± 1 s.e.", "draws exactly 1", "ties"),
        *("least margin / (N/2)", "normalised margin / largest"),
    )
    note = f"{found.sizes['draw']} draws of the phases each, all p² pairs; the last three are means over draws."
    return Table("Random phases against width", columns, rows, note, folded=True)


def _lattice_table(found: xarray.Dataset) -> Table:
    names = ("width", "accuracy", "ties", "least_margin", "normalised_margin")
    rows = [
        (int(p), str(kind), *(float(here[f"lattice_{name}"]) for name in names), "yes" if here["lattice_cancels"] == 1 else "no")
        for p in found["prime"].values
        for kind in found["lattice"].values
        for here in [found.sel(prime=p, lattice=kind)]
    ]
    columns = ("p", "M (multipliers)", "N", "accuracy", "ties", "least margin / (M p/4)", "normalised margin / largest", "all terms cancel")
    note = "M neurons for each frequency. With one frequency alone the margin is small but enough in exact arithmetic."
    return Table("Lattices of phases", columns, rows, note, folded=len(rows) > 12)


def _neuron_table(found: xarray.Dataset) -> Table:
    names = (
        *("dead", "mean_participation", "median_participation", "periodic_share", "two_humped"),
        *("frequencies", "matching_share", "sum_agreement"),
    )
    axes = ("weight_decay", "train_fraction", "replica")
    stacked = found[[*names, "sum_null"]].sel(label_noise=0.0).stack(run=(*axes, "moment"), create_index=False)
    rows = []
    for i in range(stacked.sizes["run"]):
        here = stacked.isel(run=i)
        where = (*(here[axis].item() for axis in axes), str(here["moment"].item()))
        rows.append((*where, *(float(here[name]) for name in (*names, "sum_null"))))
    columns = (
        *("decay", "share of pairs", "replica", "moment", "dead", "mean participation", "median", "periodic share"),
        *("two humps", "frequencies", "one frequency in all three", "mean cosine of phases", "its null deviation"),
    )
    note = "Without label noise. Crossing: where the test accuracy first reaches 0.99 (dashes: never). Periodic: participation above 1/2."
    return Table("Neurons of every network", columns, rows, note, folded=True)


def _noise_table(found: xarray.Dataset) -> Table:
    rows = []
    for decay in found["weight_decay"].values:
        for noise in found["label_noise"].values[found["label_noise"].values > 0]:
            for fraction in found["train_fraction"].values:
                here = found.sel(weight_decay=decay, label_noise=noise, train_fraction=fraction)
                codes = here["outcome"].values
                counts = [int((codes == k).sum()) for k in range(len(OUTCOMES))]
                means = (float(here[name].mean()) for name in ("train_accuracy", "test_accuracy", "memorised", "recovered"))
                rows.append((float(decay), float(noise), float(fraction), *means, *counts))
    columns = (
        *("decay", "label noise", "share of pairs", "training accuracy", "test accuracy", "corrupted kept", "corrupted recovered"),
        *OUTCOMES,
    )
    return Table("Corrupted labels", columns, rows, "Means over seeds at the last update, and how many seeds end in each way.", folded=True)


def _percent(share: float) -> str:
    """Two decimals, but never 100 where it is not all."""
    return f"{share:.0%}" if share == 1 else f"{min(share, 0.9999):.2%}"


def _step(value: float) -> str:
    return f"{value:g}" if np.isfinite(value) else "never"
