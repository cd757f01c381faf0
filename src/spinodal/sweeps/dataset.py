"""Consolidation: batch files into one labelled dataset, by one process."""

import json
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import xarray

from ..errors import nearest, require
from .batch import Batch, DamageError, path_of
from .failures import failed_keys
from .listing import Listing
from .manifest import Manifest
from .plan import Plan

PENDING, DONE, FAILED = 0, 1, 2
VERSIONS = ("spinodal", "python", "numpy")  # not jax: whether it is loaded may differ between runs; see Store.provenance


@dataclass
class _Output:
    shape: tuple[int, ...]
    dtype: np.dtype
    parts: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)  # flat places, stacked values
    clash: bool = False  # whether its shape differs from cell to cell


def load(
    root: Path, manifest: Manifest, listing: Listing, selection: Mapping[str, Any], *, leave_out_arrays: list[str] | None = None
) -> xarray.Dataset:
    """The selected part of a store as a dataset; see `Store.load`. With `leave_out_arrays` only numbers, and the other names go there."""
    plan = manifest.plan
    chosen = {name: _chosen(name, values, selection) for name, values in plan.axes.items()}
    unknown = next((name for name in selection if name not in plan.axes), None)
    if unknown is not None:
        near = nearest(unknown, plan.axes)
        raise ValueError(
            f"{unknown} is no axis of this sweep, which has {', '.join(plan.axes) or 'none'}" + (f"; nearest: {near}" if near else "")
        )
    places = {plan.keys[position]: place for place, position in enumerate(_positions(plan, chosen))}
    shape = tuple(len(indices) for indices in chosen.values())
    outputs, versions, read = _read(root, listing, places, {name: len(indices) for name, indices in chosen.items()}, leave_out_arrays)
    status = np.zeros(len(places), dtype=np.int8)
    status[[places[key] for key in failed_keys(root) if key in places]] = FAILED
    status[read] = DONE
    found = xarray.Dataset(coords={name: (name, _labels([plan.axes[name][i] for i in indices])) for name, indices in chosen.items()})
    for name, output in sorted(outputs.items()):
        dims = tuple(manifest.dims.get(name, ()))
        if len(dims) != len(output.shape):
            dims = tuple(f"{name}_dim{i}" for i in range(len(output.shape)))
        found[name] = ((*chosen, *dims), _filled(output, shape, bool((status == DONE).all())))
    found["cell_status"] = (tuple(chosen), status.reshape(shape), {"meaning": "0 pending, 1 done, 2 failed"})
    for name, unit in manifest.units.items():
        if name in found.variables:
            found[name].attrs["units"] = unit
    found.attrs = _attributes(manifest, versions)
    return found.isel({name: 0 for name, value in selection.items() if not _many(value)})


def _many(value: Any) -> bool:
    return isinstance(value, (list, range, np.ndarray)) and np.ndim(value) > 0


def _chosen(name: str, axis: Sequence, selection: Mapping[str, Any]) -> list[int]:
    if name not in selection:
        return list(range(len(axis)))
    wanted = selection[name]
    found = []
    for value in list(wanted) if _many(wanted) else [wanted]:
        plain = value.item() if isinstance(value, np.generic) else value
        require(plain in axis, f"{name} = {plain!r} is not on its axis, which has {_some(axis)}")
        found.append(axis.index(plain))
    return found


def _some(axis: Sequence) -> str:
    return ", ".join(map(repr, axis)) if len(axis) <= 8 else f"{len(axis)} values from {axis[0]!r} to {axis[-1]!r}"


def _positions(plan: Plan, chosen: Mapping[str, Sequence[int]]) -> list[int]:
    strides, stride = {}, 1
    for name, axis in reversed(list(plan.axes.items())):
        strides[name], stride = stride, stride * len(axis)
    return [sum(point) for point in product(*([i * strides[name] for i in indices] for name, indices in chosen.items()))]


def _read(
    root: Path, listing: Listing, places: Mapping[str, int], axes: Mapping[str, int], left_out: list[str] | None
) -> tuple[dict[str, _Output], set[tuple], np.ndarray]:
    missing = set(places)
    outputs: dict[str, _Output] = {}
    versions: set[tuple] = set()
    done: list[int] = []
    for name, keys in sorted(listing.files.items()):
        rows = [(row, places[key]) for row, key in enumerate(keys) if key in missing]
        if not rows:
            continue
        try:
            with Batch(path_of(root / "batches", name), verify=True) as batch:
                if batch.keys() != keys:
                    raise DamageError("its keys are not those of its journal line")
                stacked = {output: batch.output(output) for output in batch.outputs()}
                origin = batch.provenance()
        except DamageError as error:
            warnings.warn(
                f"{name} is ignored: {error}; the next `sweep run` moves it to quarantine and computes its cells anew", stacklevel=4
            )
            continue
        missing.difference_update(keys)
        source, target = (np.array(part) for part in zip(*rows, strict=True))
        done += target.tolist()
        versions.add(tuple(str(origin.get(part, "")) for part in VERSIONS))
        for output, array in stacked.items():
            if left_out is not None and array.ndim > 1:
                left_out += [output] if output not in left_out else []
                continue
            known = outputs.setdefault(output, _Output(array.shape[1:], array.dtype))
            known.clash = known.clash or known.shape != array.shape[1:]
            known.parts.append((target, array[:0] if known.clash else array[source]))  # after a clash only the shapes matter
            known.dtype = np.result_type(known.dtype, array.dtype)
    for name, output in outputs.items():
        if output.clash:
            raise ValueError(_shapes_differ(name, output, axes))
    return outputs, versions, np.array(sorted(done), dtype=np.int64)


def _shapes_differ(name: str, output: _Output, axes: Mapping[str, int]) -> str:
    shapes = sorted({values.shape[1:] for _, values in output.parts})
    guilty = []
    for i, axis in enumerate(axes):
        of_index = defaultdict(set)
        for target, values in output.parts:
            for index in np.unravel_index(target, tuple(axes.values()))[i].tolist():
                of_index[index].add(values.shape[1:])
        if all(len(found) == 1 for found in of_index.values()) and len(of_index) > 1:
            guilty.append(axis)
    axis = " or ".join(guilty or axes)
    return (
        f"output {name} has shapes {' and '.join(map(str, shapes))} within the selection: "
        f"select one value of {axis}, as load({(guilty or [*axes])[0]}=…)"
    )


def _filled(output: _Output, shape: tuple[int, ...], all_done: bool) -> np.ndarray:
    cells = int(np.prod(shape, dtype=np.int64))
    covered = sum(len(target) for target, _ in output.parts)
    dtype = output.dtype
    if (not all_done or covered < cells) and dtype.kind in "biu":
        dtype = np.dtype(np.float64)
    whole = np.zeros((cells, *output.shape), dtype) if covered == cells else np.full((cells, *output.shape), np.nan, dtype)
    for target, values in output.parts:
        whole[target] = values
    return whole.reshape((*shape, *output.shape))


def _labels(values: Sequence) -> np.ndarray:
    if all(isinstance(v, bool) for v in values) or all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        with_floats = any(isinstance(v, float) for v in values)
        return np.array(values, dtype=np.float64 if with_floats else None)
    return np.array([v if isinstance(v, str) else json.dumps(v) for v in values])


def _attributes(manifest: Manifest, versions: set[tuple]) -> dict[str, Any]:
    raw = manifest.raw
    sweep = {name: raw[name] for name in ("study", "version", "name", "base", "grid")}
    found = {"study": raw["study"], "version": raw["version"], "citation": raw["citation"], "sweep": json.dumps(sweep, sort_keys=True)}
    for i, part in enumerate(VERSIONS):
        found[f"{part}_versions"] = ", ".join(sorted({v[i] for v in versions}))
    return found
