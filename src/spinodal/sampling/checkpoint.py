"""A call of `sample` on disk, so that a kill costs one chunk."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ..errors import require
from .chains import Ensemble

NUMBERS = ("done", "gradients", "leapfrog_steps", "seconds")  # of an `Ensemble`


def save(path: Path, settings: dict[str, Any], ensemble: Ensemble) -> None:
    """One .npz, written beside its place and moved there, so that a kill leaves the old one or the new one."""
    leaves = {f"carry.{i}.{j}": np.asarray(x) for i, carry in enumerate(ensemble.carries) for j, x in enumerate(jax.tree.leaves(carry))}
    jumps = {f"jumps.{i}": x for i, x in enumerate(ensemble.jumps)}
    drawn = {f"drawn.{name}": ensemble.collected(name) for name in (ensemble.drawn[0] if ensemble.drawn else ())}
    numbers = {name: getattr(ensemble, name) for name in NUMBERS}
    told = np.frombuffer(json.dumps({"settings": settings, **numbers}, sort_keys=True).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            tuning = {f"tuning.{i}": x for i, x in enumerate(jax.tree.leaves(ensemble.tuning))}
            arrays = {"told": told, **tuning, **leaves, **jumps, **drawn}
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load(path: Path, settings: dict[str, Any], fresh: Ensemble) -> Ensemble:
    """The ensemble as it was saved; `fresh` gives the structure. A broken checkpoint is refused, and one of other settings."""
    try:
        # NumPy leaves a file open that turns out to be no archive: open it here
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            kept = {name: archive[name] for name in archive.files}
        told = json.loads(kept["told"].tobytes())
        before, numbers = told["settings"], {name: told[name] for name in NUMBERS}
    # A broken file breaks in zipfile, zlib, struct or json, each with its own errors: all mean the same
    except Exception as error:
        raise ValueError(_unreadable(path, error)) from error
    differing = sorted(k for k in {*settings, *before} if settings.get(k) != before.get(k))
    require(
        not differing,
        f"checkpoint {path} belongs to another call ({', '.join(differing)} differ): give another path, or its own settings",
    )
    structure = jax.tree.structure(fresh.carries[0])
    leaves, tuning = jax.tree.flatten(fresh.tuning)
    try:
        carries = [
            jax.tree.unflatten(structure, [kept[f"carry.{i}.{j}"] for j in range(structure.num_leaves)]) for i in range(len(fresh.carries))
        ]
        jumps = [kept[f"jumps.{i}"] for i in range(sum(name.startswith("jumps.") for name in kept))]
        tuning = jax.tree.unflatten(tuning, [kept[f"tuning.{i}"] for i in range(len(leaves))])
    except KeyError as error:
        raise ValueError(_unreadable(path, error)) from error
    drawn = {name.removeprefix("drawn."): values for name, values in kept.items() if name.startswith("drawn.")}
    return replace(fresh, carries=carries, drawn=[drawn] if drawn else [], jumps=jumps, tuning=tuning, **numbers)


def _unreadable(path: Path, error: Exception) -> str:
    return f"checkpoint {path} cannot be read ({type(error).__name__}): delete it or give another path"
