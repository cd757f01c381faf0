"""The manifest: what a store is for. Written once; enough to read the store where its study is not installed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import provenance
from ..errors import require
from .batch import KEY
from .files import create_linked, make_folder, read_limited, write_atomic
from .limits import FIELD_NAME, MANIFEST, MAX_CELLS, MAX_MANIFEST, STUDY_NAME
from .plan import Plan
from .sweep import RunOptions, Sweep

SCHEMA = 1
FOLDERS = ("batches", "journal", "failed", "claims", "quarantine", "logs", "export")


@dataclass(frozen=True, eq=False)
class Manifest:
    """The plan of a store, its hash, and what its readers need to know of the study."""

    plan: Plan
    hash: str
    name: str
    run: RunOptions
    dims: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    citation: str
    raw: Mapping[str, Any]

    def sweep(self) -> Sweep:
        """The sweep again, for a worker that knows only the store; it needs the study."""
        base = dict(self.plan.rest)
        return Sweep(
            self.plan.study, dict(self.plan.axes), base, self.name, RunOptions(self.run.executor, self.run.retries, self.plan.block)
        )


def manifest_of(sweep: Sweep, plan: Plan) -> Manifest:
    """The manifest that this sweep's store will have."""
    study = sweep.record
    raw = {
        "schema": SCHEMA,
        "study": plan.study,
        "version": plan.version,
        "name": sweep.name,
        "cells": len(plan),
        "plan": plan.hash,
        "block": plan.block,
        "groups": [list(run) for run in plan.groups],
        "given": sweep.as_given(),
        "base": dict(plan.rest),
        "grid": [{"field": name, **_axis(values)} for name, values in plan.axes.items()],
        "run": {"executor": sweep.run.executor, "retries": sweep.run.retries},
        "dims": {name: list(names) for name, names in study.dims.items()},
        "units": dict(study.units),
        "citation": study.citation,
        "provenance": {**provenance.software(), **provenance.machine(), **provenance.working_folder_commit()},
    }
    return _parsed(raw)


def create(root: Path, manifest: Manifest, writer: str, *, extend: bool = False) -> None:
    """Make the store, or see that it is the same sweep's: ValueError with the difference if not, unless `extend` replaces it."""
    text = _text(manifest)
    make_folder(root)
    if not create_linked(root / MANIFEST, text, writer):
        compare(root, manifest, extend=extend)
        if extend and read(root).hash != manifest.hash:
            write_atomic(root / MANIFEST, text, writer)
    for name in FOLDERS:
        make_folder(root / name)


def compare(root: Path, manifest: Manifest, *, extend: bool) -> None:
    """Refuse a store that cannot hold this sweep; changes nothing."""
    require(not root.exists() or root.is_dir(), f"{root} is not a folder, and cannot become a store")
    require(
        len(_text(manifest)) <= MAX_MANIFEST,
        f"the manifest of this sweep would be larger than {MAX_MANIFEST} bytes: give integers as a range",
    )
    if not (root / MANIFEST).exists():
        strangers = (
            sorted(p.name for p in root.iterdir() if p.name not in FOLDERS and not p.name.startswith(".tmp-")) if root.exists() else []
        )
        require(not strangers, f"{root} is not a store and not empty (it holds {', '.join(strangers[:3])}): give a new folder")
        return
    here = read(root)
    lines = "\n".join(f"  {line}" for line in differences(here, manifest))
    if here.hash == manifest.hash and lines:
        raise ValueError(f"{root} is damaged, its {MANIFEST} has the plan of this sweep with other settings:\n{lines}\ngive another store")
    if here.hash != manifest.hash and not extend:
        raise ValueError(
            f"{root} holds another sweep:\n{lines}\ngive another store, or --extend (extend=True) to make this its sweep and keep what fits"
        )


def differences(here: Manifest, given: Manifest) -> list[str]:
    """What differs between the sweep of a store and another, in a few lines."""
    old, new = _facts(here), _facts(given)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    lines = [f"{name}: {_short(old.get(name, 'absent'))} in the store, {_short(new.get(name, 'absent'))} given" for name in names]
    return [*lines[:8], *(["…"] if len(lines) > 8 else [])]


def read(root: Path) -> Manifest:
    """The manifest of a store; ValueError in words if the folder is none."""
    try:
        raw = json.loads(read_limited(root / MANIFEST, MAX_MANIFEST))
    except FileNotFoundError:
        raise ValueError(f"{root} is not a store: it has no {MANIFEST}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{root} is not a store: its {MANIFEST} cannot be read ({error})") from None
    try:
        schema = raw["schema"]
        require(schema == SCHEMA, f"{root} has schema {schema}, this version of spinodal reads {SCHEMA}: upgrade spinodal")
        return _parsed(raw)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{root} is not a store: its {MANIFEST} lacks {error}") from None


def _parsed(raw: Mapping[str, Any]) -> Manifest:
    axes = {axis["field"]: range(*axis["range"]) if "range" in axis else tuple(map(_tuples, axis["values"])) for axis in raw["grid"]}
    rest = {name: _tuples(value) for name, value in raw["base"].items()}
    plan = Plan(raw["study"], raw["version"], rest, axes, tuple((g, n) for g, n in raw["groups"]), raw["block"])
    dims = {name: tuple(given) for name, given in raw["dims"].items()}
    names = (*axes, *rest, *dims, *(name for given in dims.values() for name in given), *raw["units"])
    fine = all(FIELD_NAME.fullmatch(name) for name in names) and STUDY_NAME.fullmatch(raw["study"])
    require(bool(fine) and (raw["name"] == "" or bool(STUDY_NAME.fullmatch(raw["name"]))), "the manifest has names that no sweep can have")
    require(bool(KEY.fullmatch(raw["plan"])) and raw["block"] >= 1, "the manifest's plan hash or block size cannot be")
    require(
        0 < len(plan) <= MAX_CELLS and len(plan) == raw["cells"] == sum(n for _, n in plan.groups),
        "the manifest's number of cells does not fit its grid",
    )
    run = RunOptions(raw["run"]["executor"], raw["run"]["retries"], raw["block"])
    return Manifest(plan, raw["plan"], raw["name"], run, dims, raw["units"], raw["citation"], raw)


def _text(manifest: Manifest) -> bytes:
    return json.dumps(manifest.raw, indent=None, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _axis(values: Sequence) -> dict[str, Any]:
    return {"range": [values.start, values.stop, values.step]} if isinstance(values, range) else {"values": list(values)}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _facts(manifest: Manifest) -> dict[str, Any]:
    plan = manifest.plan
    facts: dict[str, Any] = {"study": plan.study, "version": plan.version}
    facts.update({f"base.{name}": value for name, value in plan.rest.items()})
    facts.update({f"grid.{name}": list(axis) for name, axis in plan.axes.items()})
    return {**facts, "order of axes": list(plan.axes), "cells per block": plan.block, "groups": plan.groups}


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:40]} … ({len(value)} values)" if isinstance(value, list) else text[:60] + "…"
