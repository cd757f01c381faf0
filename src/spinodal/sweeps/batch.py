"""The batch file: finished cells as stacked arrays in an uncompressed npz, named by the sha256 of its bytes."""

import hashlib
import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .limits import FIELD_NAME

FILE_NAME = re.compile(r"[0-9a-f]{64}\.npz")
KEY = re.compile(r"[0-9a-f]{64}")
_PLAIN_KINDS = "biufc"


class DamageError(Exception):
    """A file in a store that is not what a writer put there; the message says how it shows."""


def checked_outputs(outputs: Any, taken: Sequence[str] = ()) -> dict[str, np.ndarray]:
    """What a cell returned as arrays of numbers; ValueError or TypeError, which fail the cell, for anything else."""
    if not isinstance(outputs, Mapping):
        raise TypeError(f"a cell must return a dict of arrays and numbers, got {type(outputs).__name__}")
    if not outputs:
        raise ValueError("a cell must return at least one output, got an empty dict")
    found = {}
    for name, value in outputs.items():
        if not isinstance(name, str) or not FIELD_NAME.fullmatch(name):
            raise ValueError(f"output names must be a letter, then at most 63 of A-Za-z0-9_, got {name!r}")
        if name in taken:
            raise ValueError(f"output {name} has the name of a field of the settings or of cell_status; choose another")
        array = np.asarray(value)
        if array.dtype.kind not in _PLAIN_KINDS:
            raise TypeError(f"output {name} must be bool, integer, float or complex numbers, got an array of dtype {array.dtype}")
        found[name] = array.astype(array.dtype.newbyteorder("="), copy=True)  # a copy: the cell may reuse its buffer
    return found


def shape_of(outputs: Mapping[str, np.ndarray]) -> tuple:
    """What must agree for cells to share a file: names, kinds and shapes."""
    return tuple(sorted((name, array.dtype.str, array.shape) for name, array in outputs.items()))


def encode(keys: Sequence[str], outputs: Sequence[Mapping[str, np.ndarray]], provenance: Mapping[str, Any]) -> tuple[str, bytes]:
    """Name and bytes of the batch file of these cells."""
    members: dict[str, Any] = {f"out.{name}": np.stack([cell[name] for cell in outputs]) for name in outputs[0]}
    members["keys"] = np.array([key.encode() for key in keys], dtype="S64")
    members["provenance"] = np.frombuffer(json.dumps(provenance).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **members)
    data = buffer.getvalue()
    return hashlib.sha256(data).hexdigest() + ".npz", data


def path_of(batches: Path, name: str) -> Path:
    """Where a batch file of this name lies."""
    return batches / name[:2] / name


class Batch:
    """A batch file opened for reading; members are read one by one, without pickle."""

    def __init__(self, path: Path, *, verify: bool):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise DamageError(f"cannot be opened: {error.strerror}") from error
        self._file = open(handle, "rb")  # noqa: SIM115 (closed by close)
        self.path = path
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise DamageError("not a regular file")
            if verify and hashlib.file_digest(self._file, "sha256").hexdigest() != path.stem:
                raise DamageError("its sha256 is not its name")
            self._zip = zipfile.ZipFile(self._file)
            self._members = {i.filename.removesuffix(".npy"): i for i in self._zip.infolist()}
            if any(i.compress_type != zipfile.ZIP_STORED for i in self._members.values()) or not {"keys", "provenance"} <= set(
                self._members
            ):
                raise DamageError("not a batch file: members are missing or compressed")
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self._file.close()
            raise DamageError(f"not a readable npz file ({error})") from error
        except DamageError:
            self._file.close()
            raise

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def keys(self) -> list[str]:
        """Keys of its cells."""
        array = self._read("keys")
        keys = [key.decode("ascii", "replace") for key in array.tolist()] if array.dtype == "S64" and array.ndim == 1 else []
        if not keys or not all(map(KEY.fullmatch, keys)):
            raise DamageError("its keys are not keys")
        return keys

    def outputs(self) -> list[str]:
        """Names of the outputs in it."""
        return [name.removeprefix("out.") for name in self._members if name.startswith("out.") and FIELD_NAME.fullmatch(name[4:])]

    def output(self, name: str) -> np.ndarray:
        """The stacked array of one output, cells first."""
        array = self._read(f"out.{name}")
        if array.ndim < 1 or len(array) != self._read("keys").size:
            raise DamageError(f"output {name} has shape {array.shape}, which does not fit its keys")
        return array

    def provenance(self) -> dict[str, Any]:
        """Versions, machine, and seconds and attempts of every cell."""
        try:
            found = json.loads(self._read("provenance").tobytes())
        except (ValueError, RecursionError) as error:
            raise DamageError("its provenance is not JSON") from error
        return found if isinstance(found, dict) else {}

    def _read(self, member: str) -> np.ndarray:
        try:
            raw = self._zip.read(self._members[member])
            header = io.BytesIO(raw)
            version = np.lib.format.read_magic(header)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(header)
            if dtype.kind not in _PLAIN_KINDS + "S":
                raise DamageError(f"member {member} has dtype {dtype}, which needs pickle")
            flat = np.frombuffer(raw, dtype, offset=header.tell())  # fails, instead of allocating, if the header lies about the size
            return flat.reshape(shape, order="F" if fortran else "C")
        except (zipfile.BadZipFile, KeyError, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise DamageError(f"member {member} cannot be read ({error})") from error
