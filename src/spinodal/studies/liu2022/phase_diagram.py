"""What the four phase diagrams of Liu et al. (2022) have in common: probabilities over seeds, and the published counts beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray

from ...citations import LIU2022
from ...figures import phase_map
from ...report import Explorer, MapCell, Table
from ...sweeps import Study, Sweep
from ...transitions.learning_phases import PHASES, classify, wilson_interval
from ..averages import UNKNOWN, over_runs
from ..censored import censored_median
from ..comparison import Comparison, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from .symbol_cell import DIMS, UNITS, SymbolCell, group_key, run_cell

GAP = 1000
CODES = "CGMX"  # as the published diagrams abbreviate the four phases


@dataclass(frozen=True)
class Diagram:
    """One diagram: its two axes as published, where "quick" cuts them, and how many published cells are in each phase.

    `axes`: field of the cell -> (values, indices that quick keeps), rows of the picture first. `caps`, `replicas`: of each size.
    `published`: cap -> counts of (comprehension, grokking, memorization, confusion), one seed a cell; for the quick cap over the cells
    that quick keeps. `base`: other settings of the cells. `expectations`: what else is compared. `caveats`: what does not reproduce.
    `tables`: what else is listed.
    """

    name: str
    axes: Mapping[str, tuple[tuple[float, ...], tuple[int, ...]]]
    caps: Mapping[str, int]
    replicas: Mapping[str, int]
    published: Mapping[int, tuple[int, int, int, int]]
    base: Mapping[str, object]
    question: str
    expectations: Callable[[xarray.Dataset], Sequence[Comparison]]
    caveats: Sequence[str]
    tables: Callable[[xarray.Dataset], Sequence[Table]] = lambda _: ()

    def study(self) -> Study:
        """The cells as a study that sweeps find by name."""
        return Study(
            name=self.name, version=1, settings=SymbolCell, run_cell=run_cell, group_key=group_key, dims=DIMS, units=UNITS, citation=LIU2022
        )

    def recipe(self) -> Recipe:
        """The published result and how to get it; one process a core."""
        return Recipe(
            name=self.name,
            question=self.question,
            sweep=self.sweep,
            analyse=self.analyse,
            pictures=PICTURES,
            executor="processes",
            health=run_table,
        )

    def grid(self, size: str) -> dict[str, list[float]]:
        """The values of both axes at this size."""
        return {name: [values[i] for i in kept] if size == "quick" else list(values) for name, (values, kept) in self.axes.items()}

    def sweep(self, size: str, seed: int) -> Sweep:
        """Both axes and the replicas; the last axis varies fastest, so that a diagram fills evenly."""
        grid = {"replica": range(self.replicas[size]), **self.grid(size)}
        return sized_sweep(self.study(), size, seed, grid, {**self.base, "steps": self.caps[size]})

    def analyse(self, dataset: xarray.Dataset, size: str) -> Analysis:
        """Probabilities, the published counts and the study's own expectations beside them, the map to click through."""
        found = with_phases(dataset, tuple(self.axes), self.caps[size])
        rows = (*self._against_published(found, self.caps[size]), *self.expectations(found))
        tables = (*self._counts(found), *self.tables(found))
        return Analysis(found, rows, (*_summary(found), tally(rows)), tuple(self.caveats), tables, (_explorer(found),))

    def _counts(self, found: xarray.Dataset) -> tuple[Table, ...]:
        counts = self.published.get(found.attrs["cap"])
        if counts is None:
            return ()
        ours = [float((found["label"] == phase).mean()) * sum(counts) for phase in PHASES]
        note = f"Cells at level 0.9, gap {GAP}, cap {found.attrs['cap']:,} updates; ours averaged over seeds, {found.sizes['replica']}."
        return (Table("Cells in each phase", ("phase", "published, one seed", "here"), list(zip(PHASES, counts, ours, strict=True)), note),)

    def _against_published(self, found: xarray.Dataset, cap: int) -> list[Comparison]:
        counts = self.published.get(cap)
        if counts is None or found.sizes["replica"] < 2:  # two draws without an error can't be compared; the table has both
            return []
        cells = sum(counts)
        rows = []
        for phase, count in zip(PHASES, counts, strict=True):
            # All cells of a replica share split and start, and so did the published ones: a diagram is one draw, not one for each cell
            hits = (found["label"] == phase).where(found["label"] != "diverged")
            share = over_runs(hits.mean(self.axes)).wider(np.sqrt(found.sizes["replica"] + 1))
            what = f"share of {cells} cells in {phase}, cap {cap:,} updates"
            rows.append(Comparison.of_runs(what, count / cells, share, "published, one seed", 0.0))
        return rows


def with_phases(dataset: xarray.Dataset, axes: tuple[str, ...], cap: int) -> xarray.Dataset:
    """Adds `label` of every run, `probability`, `low`, `high` (*axes, phase) over the replicas that did not diverge, and the median steps.

    Those of all replicas, one that never reaches the level being later than any: NaN where the median never does.
    """
    order = ("replica", *axes)
    steps = dataset[["train_step", "test_step", "converged"]].transpose(*order, missing_dims="ignore")
    fine = steps["converged"].astype(float).values == 1
    label = np.where(fine, classify(steps["train_step"].values, steps["test_step"].values, gap=GAP, cap=cap), "diverged")
    hits = (label[..., None] == np.array(PHASES)).sum(axis=0)
    runs = fine.sum(axis=0)[..., None]
    low, high = wilson_interval(hits, np.broadcast_to(runs, hits.shape))
    every = int(np.nanmin(dataset["curve_step"].isel(curve=1).values))
    with np.errstate(invalid="ignore"):
        probability = hits / runs
    found = dataset.assign_coords(phase=list(PHASES), curve=np.arange(dataset.sizes["curve"]))
    found = found.assign(
        label=(order, label),
        probability=((*axes, "phase"), probability),
        low=((*axes, "phase"), low),
        high=((*axes, "phase"), high),
        diverged_share=(axes, 1 - fine.mean(axis=0)),
    )
    for name in ("train", "test"):
        middle = np.apply_along_axis(censored_median, 0, steps[f"{name}_step"].values)
        found[f"{name}_median"] = (axes, np.where(np.isinf(middle), np.nan, middle), {"units": "updates"})
    return found.assign_attrs(rows=axes[0], columns=axes[1], cap=cap, gap=GAP, level=0.9, every=every)


def share_of(
    found: xarray.Dataset,
    phase: str,
    where: xarray.DataArray,
    words: str,
    expected: float,
    source: str,
    tolerance: float,
    *,
    of_fitted: bool = False,
) -> Comparison:
    """The share of runs in a phase over the cells of `where`, NaN if this diagram has no such cell; its error is the scatter of replicas,
    since the cells of one share split and start.

    `of_fitted`: of the runs that reached the level in training.
    """
    label = found["label"].where(where)
    cells = [dim for dim in label.dims if dim != "replica"]
    hits = (label == phase).sum(cells).values
    among = (label != "confusion") & (label != "diverged") if of_fitted else label != "diverged"
    runs = (among & where.broadcast_like(label) & label.notnull()).sum(cells).values
    share = hits.sum() / runs.sum() if runs.any() else np.nan
    spread = over_runs((hits - share * runs) / runs.mean()) if runs.any() else UNKNOWN
    what = f"share in {phase}: {words}" + (", of runs that fit" if of_fitted else "")
    return Comparison.of_runs(what, expected, spread._replace(mean=float(share)), source, tolerance)


def _summary(found: xarray.Dataset) -> tuple[str, ...]:
    p, seeds = found["probability"], found.sizes["replica"]
    shares = ", ".join(f"{name} {float(p.sel(phase=name).mean()):.2f}" for name in PHASES)
    mixed = float((p.max("phase") < 1).mean())
    sure = float((found["low"] > 0.5).any("phase").mean())
    words = [
        f"Shares of the diagram, averaged over {seeds} seed{'s' if seeds > 1 else ''} a cell: {shares}; level 0.9, "
        f"gap {found.attrs['gap']}, cap {found.attrs['cap']:,} updates, looked at every {found.attrs['every']} updates."
    ]
    if seeds > 1:
        drawn = ", where a diagram of one seed a cell is a draw" if mixed else ""
        words.append(
            f"In {mixed:.0%} of the cells the seeds disagree about the phase{drawn}; "
            f"in {sure:.0%} the 95% interval of one phase lies above one half."
        )
    if seeds < 8:
        words.append("Fewer than 8 seeds a cell: the intervals are wide, and no border between phases is claimed from this run.")
    if float(found["diverged_share"].max()) > 0:
        words.append(f"{float(found['diverged_share'].mean()):.1%} of the runs diverged; they are in no phase and are listed below.")
    return tuple(words)


def _explorer(found: xarray.Dataset) -> Explorer:
    rows, columns = found.attrs["rows"], found.attrs["columns"]
    steps = found["curve_step"].isel({d: 0 for d in found["curve_step"].dims if d != "curve"})
    cells = []
    for value in found[rows].values[::-1]:
        line = []
        for other in found[columns].values:
            here = found.sel({rows: value, columns: other})
            p = here["probability"].values
            best = int(np.nanargmax(p)) if np.isfinite(p).any() else -1
            parts = [
                f"{name} {q:.2f} ({lo:.2f} to {hi:.2f})"
                for name, q, lo, hi in zip(PHASES, p, here["low"].values, here["high"].values, strict=True)
                if q > 0
            ]
            words = f"{phase_map.NAMES[rows]} {value:.3g}, {phase_map.NAMES[columns]} {other:.3g}: {', '.join(parts) or 'diverged'}"
            curves = {
                name: here[f"curve_{key}"].transpose("replica", "curve").values.tolist()
                for name, key in (("training accuracy", "train_accuracy"), ("test accuracy", "test_accuracy"))
            }
            colour = phase_map.tint(PHASES[best], float(p[best])) if best >= 0 else "#ffffff"
            line.append(MapCell(CODES[best] if best >= 0 else "–", words, colour, curves))
        cells.append(line)
    return Explorer(
        title="Click through the diagram",
        note="The letter is the most frequent phase of the cell (C comprehension, G grokking, M memorization, X confusion), paler where "
        "seeds disagree. Curves: accuracy of every seed against updates; a curve ends where both accuracies have reached 0.9.",
        row_name=phase_map.NAMES[rows],
        column_name=phase_map.NAMES[columns],
        rows=[phase_map.tick(v) for v in found[rows].values[::-1]],
        columns=[phase_map.tick(v) for v in found[columns].values],
        steps=steps.values.tolist(),
        cells=cells,
        looks={"training accuracy": phase_map.TRAIN, "test accuracy": phase_map.TEST},
    )


PICTURES = (
    Picture(
        "phases",
        "Probability of each phase over seeds, one panel a phase; cells are drawn as they are, without interpolation. Numbers: seeds "
        "in the phase, of all that did not diverge. Dashed, where both rates are axes: embedding rate = decoder rate.",
        phase_map.probabilities,
    ),
    Picture(
        "certainty",
        "Left: the most frequent phase (letter and colour); a cell is hatched where the 95% Wilson interval of that phase reaches below "
        "one half. Right: how wide that interval is.",
        phase_map.certainty,
    ),
    Picture(
        "curves",
        "Accuracy against updates for four cells, each the one in which a phase is most frequent: training (dashed) and test (solid), one "
        "line a seed. Vertical lines: the level of 0.9 first reached, medians over seeds, of which those that never do are later than any.",
        phase_map.curves,
    ),
)
