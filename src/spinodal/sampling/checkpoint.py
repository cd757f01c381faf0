"""A call of `sample` on disk, so that a kill costs one chunk."""

import json
import os
import tempfile
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
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            tuning = {f"tuning.{i}": x for i, x in enumerate(jax.tree.leaves(ensemble.tuning))}
            arrays = {"told": told, **tuning, **leaves, **jumps, **drawn}
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: Path, settings: dict[str, Any], fresh: Ensemble) -> Ensemble:
    """The ensemble as it was saved; `fresh` gives the structure. A checkpoint of other settings is refused."""
    with np.load(path, allow_pickle=False) as file:
        told = json.loads(file["told"].tobytes())
        differing = sorted(k for k in {*settings, *told["settings"]} if settings.get(k) != told["settings"].get(k))
        require(
            not differing,
            f"checkpoint {path} belongs to another call ({', '.join(differing)} differ): give another path, or its own settings",
        )
        structure = jax.tree.structure(fresh.carries[0])
        carries = [
            jax.tree.unflatten(structure, [file[f"carry.{i}.{j}"] for j in range(structure.num_leaves)]) for i in range(len(fresh.carries))
        ]
        names = [name.removeprefix("drawn.") for name in file.files if name.startswith("drawn.")]
        drawn = [{name: file[f"drawn.{name}"] for name in names}] if names else []
        jumps = [file[f"jumps.{i}"] for i in range(sum(name.startswith("jumps.") for name in file.files))]
        leaves, tuning = jax.tree.flatten(fresh.tuning)
        tuning = jax.tree.unflatten(tuning, [file[f"tuning.{i}"] for i in range(len(leaves))])
    return replace(fresh, carries=carries, drawn=drawn, jumps=jumps, tuning=tuning, **{name: told[name] for name in NUMBERS})
