"""A store's dataset as Zarr, NetCDF or CSV, written beside its place and renamed into it."""

import contextlib
import csv
import os
import shutil
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import xarray

from ..errors import choice, require
from .dataset import load
from .files import make_folder, store_error
from .identity import this_process
from .store import Store

SUFFIX = {"zarr": ".zarr", "netcdf": ".nc", "csv": ".csv"}


class IncompleteError(Exception):
    """An export of a store that is not complete."""


def export(store: Store, form: str, *, out: str | os.PathLike | None = None, partial: bool = False, force: bool = False) -> Path:
    """Write the store's dataset as "zarr", "netcdf" or "csv"; returns where.

    Arguments:
        out: the file or folder to be made; None is `export/` in the store. partial: allow pending and failed cells, which are NaN.
        force: replace what is there.
    Raises: `IncompleteError` for an incomplete store without `partial`; ValueError for a target that cannot be.
    """
    choice("format", form, SUFFIX)
    manifest = store.manifest
    target = Path(out) if out is not None else store.root / "export" / f"{manifest.name or manifest.plan.study}{SUFFIX[form]}"
    require(out is None or target.parent.is_dir(), f"--out must be in a folder that exists, got {str(target)!r}")
    require(force or not os.path.lexists(target), f"{target} exists: give --force to replace it, or another --out")
    is_folder = target.is_dir() and not target.is_symlink()
    replaceable = not is_folder or (form == "zarr" and (target / "zarr.json").exists())
    require(replaceable, f"{target} is a folder that no export has written: give another --out")
    status = store.status()
    if not status.complete and not partial:
        raise IncompleteError(f"{status.message}: run it to the end, or give --partial for what there is")
    if out is None:
        make_folder(target.parent)
    temporary = target.with_name(f".tmp-{this_process().writer}.{target.name}")
    try:
        _WRITERS[form](store, temporary)
        _rename(temporary, target)
    except OSError as error:
        raise store_error(target, 0, error) from error
    finally:
        _remove(temporary)
    return target


def _zarr(store: Store, path: Path) -> None:
    found = store.load()
    found.to_zarr(
        path,
        mode="w-",
        consolidated=False,
        zarr_format=3,
        encoding={str(n): {"chunks": _chunks(store, v)} for n, v in found.data_vars.items()},
    )


def _chunks(store: Store, variable: xarray.DataArray) -> tuple[int, ...]:
    """About a block of cells to a chunk, the last axes first, as they lie in the plan."""
    left, axes = store.manifest.plan.block, len(store.manifest.plan.axes)
    sizes = list(variable.shape)
    for i in reversed(range(min(axes, len(sizes)))):
        sizes[i], left = max(1, min(sizes[i], left)), left // max(1, sizes[i])
    return tuple(max(1, size) for size in sizes)


def _netcdf(store: Store, path: Path) -> None:
    found = store.load()
    for name, variable in list(found.data_vars.items()):
        if variable.dtype.kind == "c":  # NetCDF has no complex numbers
            found[f"{name}_real"], found[f"{name}_imag"] = variable.real, variable.imag
            found = found.drop_vars(str(name))
    found.to_netcdf(path, engine="h5netcdf")


def _csv(store: Store, path: Path) -> None:
    arrays: list[str] = []
    found = load(store.root, store.manifest, store.listing(), {}, leave_out_arrays=arrays)
    if arrays:
        print(f"left out of the CSV, since they are arrays: {', '.join(arrays)}", file=sys.stderr)
    axes = store.manifest.plan.axes
    columns = [str(name) for name in found.data_vars if name != "cell_status"] + ["cell_status"]
    values = [found[name].to_numpy().reshape(-1) for name in columns]
    with open(path, "x", newline="", encoding="utf-8") as file:
        write: Callable = csv.writer(file, lineterminator="\n").writerow
        write([*axes, *columns])
        for i, point in enumerate(product(*axes.values())):
            write([*map(_text, point), *(_text(column[i]) for column in values)])


def _text(value: object) -> str:
    return repr(value) if isinstance(value, float) and not isinstance(value, np.generic) else str(value)  # both are the shortest exact form


_WRITERS = {"zarr": _zarr, "netcdf": _netcdf, "csv": _csv}


def _rename(temporary: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():  # rename cannot replace a folder that is not empty
        aside = target.with_name(f".tmp-{this_process().writer}.old.{target.name}")
        os.rename(target, aside)
        os.rename(temporary, target)
        _remove(aside)
    else:
        os.replace(temporary, target)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
