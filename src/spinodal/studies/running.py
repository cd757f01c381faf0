"""The verb: run a study, keep its cells, write its page."""

import json
import math
import os
import shlex
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray

from .. import provenance, sweeps
from ..errors import integer
from ..figures import style
from ..report import Figure, Page, Table, render
from ..sweeps.executors import checked_executor
from .catalogue import find
from .comparison import Comparison
from .diagnostics import converged_share
from .entry import Entry, checked_size
from .folder import Folder, open_folder
from .recipe import Recipe


@dataclass(frozen=True)
class Outcome:
    """What a run of a study left behind. `complete`: every cell is stored. `converged`: every cell says so of itself, its chains
    or its run.
    """

    study: str
    size: str
    complete: bool
    converged: bool
    message: str
    folder: str
    report: str  # path of the page; "" where there is none yet
    comparisons: tuple[Comparison, ...]
    verdict: tuple[str, ...]
    seconds: float
    citation: str


def run(
    name: str,
    *,
    size: str = "quick",
    out: str | os.PathLike,
    seed: int = 0,
    executor: str | None = None,
    resume: bool = False,
    force: bool = False,
    progress: bool | Callable[[sweeps.Snapshot], Any] | None = None,
    announce: Callable[[str], Any] | None = None,
) -> Outcome:
    """Run a published result: cells into OUT/store, then theory, figures, data and one page.

    Arguments:
        name, size: as `studies.entries()` lists them. out: a new or empty folder. seed: of chains, or of splits and networks; data
            sets are always 0, 1, 2 …
        executor: as for `sweeps.run`; the default is the study's own choice.
        resume: go on with what OUT/store holds. force: delete what an earlier run wrote there, and start anew.
        progress: as for `sweeps.run`. announce: called with a sentence on what is computed, once nothing is refused any more.
    Returns: `Outcome`; a cell that failed or did not converge is said there, and on the page.
    Raises: ValueError for a wrong call or an unusable folder, before anything is computed. `sweeps.Interrupted` on Ctrl-C: what was
        finished is stored, and the same call with `resume=True` goes on.
    """
    entry = find(name)
    size = checked_size(entry, size)
    seed = integer("seed", seed, minimum=0)
    recipe = entry.recipe()
    names = [f"figures/{picture.name}.{kind}" for picture in recipe.pictures for kind in ("png", "svg")]
    identity = {"study": name, "size": size, "seed": seed}
    if executor:
        checked_executor(executor)  # before the folder is claimed
    folder = open_folder(out, identity, ["report.html", "data.nc", "summary.json", *names], resume=resume, force=force)
    if announce is not None:
        anew = f"; {folder.path} held no run to resume, so this one starts anew" if resume and not folder.resumed else ""
        announce(f"{name}, {entry.sizes[size].what}: about {entry.sizes[size].minutes:g} min on two cores{anew}")
    began = time.monotonic()
    done = sweeps.run(
        recipe.sweep(size, seed), folder.store, executor=executor or recipe.executor_of(size), progress=progress, retry_failed=resume
    )
    if not done.complete:
        message = done.message + _first_failure(folder)
        return Outcome(name, size, False, False, message, str(folder.path), "", (), (), time.monotonic() - began, entry.citation)
    try:
        return _written(entry, recipe, folder, identity, began, done, again(entry.name, size, seed, folder.path, executor))
    except (ValueError, TypeError) as error:  # the call was right, so this is ours
        raise RuntimeError(f"the analysis of {name} failed; its cells are stored in {folder.store}") from error


def again(name: str, size: str, seed: int, out: str | os.PathLike, executor: str | None) -> str:
    """The command line of such a run."""
    where = f" --executor {shlex.quote(executor)}" if executor else ""
    return f"spinodal run {name} --size {size} --seed {seed} --out {shlex.quote(str(out))}{where}"


def _written(
    entry: Entry, recipe: Recipe, folder: Folder, identity: dict[str, Any], began: float, done: sweeps.Report, command: str
) -> Outcome:
    sweep = recipe.sweep(identity["size"], identity["seed"])
    dataset = sweeps.Store(folder.store).load()
    axes = tuple(sweep.axes)
    good, cells = converged_share(dataset)
    analysis = recipe.analyse(dataset, identity["size"])
    settings = {**identity, **{name: list(values) for name, values in sweep.axes.items()}, **sweep.rest}
    settings.pop("study")
    origin = _provenance(folder, done)
    _write_data(folder, analysis.dataset, settings, origin)
    figures = []
    for picture in recipe.pictures:
        drawn = picture.draw(analysis.dataset)
        text = style.svg(drawn)
        folder.write(f"figures/{picture.name}.png", style.png(drawn))
        folder.write(f"figures/{picture.name}.svg", text)
        figures.append(Figure(picture.name.replace("_", " ").capitalize(), picture.caption, text))
    mixed = (
        (f"{good} of {cells} cells converged.",)
        if good == cells
        else (f"{cells - good} of {cells} cells did NOT converge; see the diagnostics.",)
    )
    verdict = (*analysis.verdict, *mixed)
    page = Page(
        title=entry.title,
        question=recipe.question,
        verdict=verdict,
        good=good == cells and all(c.as_hoped or not c.known for c in analysis.comparisons),
        figures=figures,
        tables=(comparison_table(analysis.comparisons), *analysis.tables, recipe.health(dataset, axes)),
        caveats=analysis.caveats,
        settings=settings,
        provenance=origin,
        citation=entry.citation,
        command=command,
        explorers=analysis.explorers,
        footer=f"Written by spinodal {origin['spinodal']}. This page needs no network; its data are in data.nc and summary.json beside it.",
    )
    outcome = Outcome(
        study=entry.name,
        size=identity["size"],
        complete=True,
        converged=good == cells,
        message=f"{done.message}; {mixed[0]}",
        folder=str(folder.path),
        report=str(folder.path / "report.html"),
        comparisons=analysis.comparisons,
        verdict=verdict,
        seconds=time.monotonic() - began,
        citation=entry.citation,
    )
    folder.write("summary.json", json.dumps(summary(outcome, settings, origin), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    folder.write("report.html", render(page))
    return outcome


def _first_failure(folder: Folder) -> str:
    failures = sweeps.Store(folder.store).failures()
    return f"; the first that failed says: {failures[0].error}: {failures[0].message}" if failures else ""


def comparison_table(comparisons: tuple[Comparison, ...]) -> Table:
    """Expected | obtained | z, as the page shows it."""
    rows = [
        (
            c.what,
            c.source,
            c.expected,
            c.obtained,
            _digits(c.error, 2) or None,
            _digits(c.within, 3),
            _digits(c.beyond, 3),
            _digits(c.z, 3),
            c.verdict,
        )
        for c in comparisons
    ]
    marks = ["" if not c.known else "good" if c.as_hoped else "bad" for c in comparisons]
    columns = ("what", "source of the expected number", "expected", "obtained", "± 1 s.e.", "agree within", "differ beyond", "z", "verdict")
    note = (
        "z is the difference in standard errors; deterministic numbers have none. Numbers agree within a tolerance, which for theory is "
        "what its own approximations are allowed, or within three standard errors. Where the error is the scatter of a few runs, they "
        "differ only beyond what Student's t has for the same probability: 19 errors for 3 runs, 6.6 for 5, 4.1 for 10. In between, and "
        "beyond the tolerance for a single run, nothing is decided."
    )
    return Table("Expected against obtained", columns, rows, note, marks=marks)


def _digits(value: float, count: int) -> float:
    return float(f"{value:.{count}g}")


def summary(outcome: Outcome, settings: dict[str, Any], origin: dict[str, Any]) -> dict[str, Any]:
    """What summary.json holds."""
    return {**as_json(outcome), "settings": _finite(settings), "provenance": _finite(origin)}


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain JSON values; what is not a finite number is null."""
    rows = [
        {**asdict(c), "within": c.within, "beyond": c.beyond, "z": c.z, "agrees": c.agrees, "verdict": c.verdict}
        for c in outcome.comparisons
    ]
    return _finite({"schema": 1, **asdict(outcome), "comparisons": rows})


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _provenance(folder: Folder, done: sweeps.Report) -> dict[str, Any]:
    cells = sweeps.Store(folder.store).provenance().values()
    wall, cpu = (sum(float(cell.get(part) or 0) for cell in cells) for part in ("wall_seconds", "cpu_seconds"))
    return {
        **provenance.software(),
        **provenance.machine(),
        "device": provenance.device(),
        "doctor": provenance.health() or "not asked",
        "executor": done.executor,
        "cells computed now": done.computed,
        "cells reused": done.reused,
        "wall seconds of all cells": round(wall, 1),
        "CPU seconds of all cells": round(cpu, 1),
    }


LONG_NAMES = {
    "noise": "noise sigma^2, variance of the likelihood",
    "noise_fine": "noise sigma^2, variance of the likelihood",
    "overlap": "overlap q = w.w* of one neuron",
    "bin": "middle of a bin of |q|",
    "data_seed": "number of the data set",
    "width": "hidden units N",
    "prime": "modulus P",
    "temperature": "reduced temperature t = N sigma^2",
    "theory_log_density": "logarithm of the density of q, theory",
    "posterior_negative_log_density": "minus logarithm of the density of q, posterior",
}


def _write_data(folder: Folder, dataset: xarray.Dataset, settings: dict[str, Any], origin: dict[str, Any]) -> Path:
    """NetCDF with units, long names, settings and versions."""
    stored = dataset.copy()
    for name in stored.variables:
        attributes = stored[name].attrs
        attributes.setdefault("long_name", LONG_NAMES.get(str(name), str(name).replace("_", " ")))
        attributes.setdefault("units", "1")
        if stored[name].dtype == bool:
            stored[name] = stored[name].astype("int8").assign_attrs(attributes)
    stored.attrs.update({"settings": json.dumps(_finite(settings)), "provenance": json.dumps(_finite(origin)), "Conventions": "CF-1.11"})
    return folder.write("data.nc", bytes(stored.to_netcdf(engine="h5netcdf")))
