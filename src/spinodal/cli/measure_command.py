"""`spinodal measure information FILE`: synergy and redundancy of the arrays in a file."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from ..errors import integer, require
from .answers import print_json, print_table
from .exits import FINE, INCOMPLETE, RefusalError, refusing, say
from .flags import REQUIRED, parsed, subject

ABOUT = """O-information and its relatives of each 2-D array (rows = samples, columns = units) in FILE.npz, .npy or .safetensors:
--ties average|random|ordinal, --clusters N with --mode neurons|blocks|means, --shuffles, --seed, --ridge, --json."""
MOST_SHUFFLES = 100_000
VALUES = ("total_correlation", "dual_total_correlation", "o_information", "s_information")


@dataclass(frozen=True)
class InformationFlags:
    file: Annotated[
        str, tyro.conf.Positional, tyro.conf.arg(metavar="FILE", help="FILE.npz, FILE.npy or FILE.safetensors", help_behavior_hint=REQUIRED)
    ] = ""
    ties: Annotated[Literal["average", "random", "ordinal"], tyro.conf.arg(help="ranks of equal values; ordinal: as published")] = "average"
    clusters: Annotated[int, tyro.conf.arg(help="0, or the extremes over all unions of that many clusters of units too")] = 0
    mode: Annotated[Literal["neurons", "blocks", "means"], tyro.conf.arg(help="what a union of clusters is made of")] = "neurons"
    shuffles: Annotated[int, tyro.conf.arg(help="of every column, for the null of the O-information")] = 20
    seed: Annotated[int, tyro.conf.arg(help="of the shuffles and of random ties")] = 0
    ridge: Annotated[float, tyro.conf.arg(help="added to the diagonal of the correlations, for units that are copies")] = 0.0
    json: Annotated[bool, tyro.conf.arg(help="one JSON object on stdout")] = False


def main(words: Sequence[str]) -> int:
    """Exit code 0; 3 if some arrays could not be judged; 2 if none could."""
    _, rest = subject(words, {"information": InformationFlags}, command="measure", about=ABOUT)
    flags = parsed(InformationFlags, rest, command="measure information", about=ABOUT.replace("\n", " "))
    with refusing(InformationFlags.__dataclass_fields__):
        _check(flags)
    found = []
    for name, array in arrays(flags.file):
        try:
            found.append({"name": name, **judged(array, flags)})
        except (ValueError, TypeError) as error:
            found.append({"name": name, **_nothing(array), "message": str(error)})
    failed = [row for row in found if "message" in row]
    if len(failed) == len(found):
        raise RefusalError("; ".join(f"{flags.file}, array {row['name']!r}: {row['message']}" for row in failed[:3]))
    if flags.json:
        print_json({"file": flags.file, "unit": "nats", "ties": flags.ties, "arrays": found})
    else:
        _show(found, flags)
    for row in failed:
        say(f"{flags.file}, array {row['name']!r}: {row['message']}")
    return INCOMPLETE if failed else FINE


def judged(array: Any, flags: InformationFlags) -> dict[str, Any]:
    """What is said of one array."""
    from ..measures import information

    settings: dict[str, Any] = {"ties": flags.ties, "seed": flags.seed, "ridge": flags.ridge}
    copula = information.copula_correlation(array, **settings)
    values = {name: getattr(information, name)(copula) for name in VALUES}
    off = information.bias(len(copula.kept), copula.samples)
    null = information.null(array, flags.shuffles, **settings)
    about = {
        "samples": copula.samples,
        "variables": len(copula.tied_share),
        "dead": len(copula.dropped),
        "tied_share": float(copula.tied_share.mean()),
    }
    found = {**about, **values, "bias": {name: getattr(off, name) for name in VALUES}, "null": null.quantiles.tolist()}
    if flags.clusters:
        unions = information.cluster_unions(array, flags.clusters, flags.mode, **settings)
        names = ("synergy", "redundancy", "synergy_size", "redundancy_size")
        found |= {"clusters": flags.clusters, "mode": flags.mode, **{name: getattr(unions, name) for name in names}}
    return found


def arrays(file: str) -> Iterator[tuple[str, Any]]:
    """Name and values of each 2-D array of numbers in the file; `RefusalError` if there is none or the file can't be read."""
    path = Path(file)
    if path.suffix.lower() not in READERS:
        raise RefusalError(f"FILE must end in .npz, .npy or .safetensors, got {file!r}")
    if not path.is_file():
        raise RefusalError(f"no such file: {file!r}")
    found = 0
    reader = READERS[path.suffix.lower()](path)
    while True:
        try:
            name, array = next(reader)
        except StopIteration:
            break
        # A broken file breaks in zipfile, zlib, struct, ast or Rust, each with its own errors: all mean the same
        except Exception as error:  # noqa: BLE001
            raise RefusalError(f"{file!r} cannot be read as {path.suffix} without pickle: {type(error).__name__}: {error}") from None
        if array.ndim == 2 and array.dtype.kind != "V":
            found += 1
            yield name, array
    if not found:
        raise RefusalError(f"{file!r} has no 2-D array (rows = samples, columns = units)")


def _numpy_file(path: Path) -> Iterator[tuple[str, Any]]:
    import numpy as np

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old headers; the array is read or it is not
        found = np.lib.format.read_array(file, allow_pickle=False)
    yield path.stem, found


def _numpy_archive(path: Path) -> Iterator[tuple[str, Any]]:
    import numpy as np

    # NumPy leaves a file open that turns out to be no archive: open it here
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        for name in archive.files:
            yield name, archive[name]


def _safetensors(path: Path) -> Iterator[tuple[str, Any]]:
    import numpy as np
    from safetensors import deserialize

    for name, tensor in deserialize(path.read_bytes()):
        shape, kind = tensor["shape"], tensor["dtype"]
        if len(shape) != 2:
            continue
        if kind == "BF16":  # the upper half of a float32, and no type of NumPy's own
            yield name, (np.frombuffer(tensor["data"], "<u2").astype("<u4") << 16).view("<f4").reshape(shape)
        elif kind in NUMBERS:
            yield name, np.frombuffer(tensor["data"], NUMBERS[kind]).reshape(shape)
        else:
            raise ValueError(f"tensor {name!r} has the type {kind}: store it as one of {', '.join(['BF16', *NUMBERS])}")


NUMBERS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "?"} | {
    f"{sign}{8 * n}": f"<{sign.lower()}{n}" for sign in "IU" for n in (1, 2, 4, 8)
}
READERS = {".npy": _numpy_file, ".npz": _numpy_archive, ".safetensors": _safetensors}


def _check(flags: InformationFlags) -> None:
    """What is wrong with the flags, before any file is read."""
    from ..measures.information.clusters import checked_clusters
    from ..measures.information.copula import checked_ridge

    shuffles = integer("shuffles", flags.shuffles, minimum=1)
    require(shuffles <= MOST_SHUFFLES, f"shuffles must be at most {MOST_SHUFFLES:,}, got {shuffles}")
    integer("seed", flags.seed, minimum=0)
    checked_ridge(flags.ridge)
    if flags.clusters:
        checked_clusters(flags.clusters, flags.mode)
    if not flags.file:
        raise RefusalError("FILE is missing: FILE.npz, FILE.npy or FILE.safetensors")


def _nothing(array: Any) -> dict[str, Any]:
    """The keys of `judged`, with nothing to say."""
    about = {"samples": array.shape[0], "variables": array.shape[1], "dead": None, "tied_share": None}
    return {**about, **dict.fromkeys(VALUES), "bias": None, "null": None}


def _show(found: Sequence[dict[str, Any]], flags: InformationFlags) -> None:
    columns = ("array", "samples", "units", "dead", "tied", "TC", "DTC", "O", "S", "bias of O", "null of O: 5%", "50%", "95%")
    shown = [row for row in found if "message" not in row]
    rows = []
    for row in shown:
        about = [row[name] for name in ("name", "samples", "variables", "dead", "tied_share")]
        rows.append([*about, *(row[name] for name in VALUES), row["bias"]["o_information"], *row["null"]])
    print_table("", columns, rows)
    if flags.clusters:
        names = ("synergy", "redundancy", "synergy_size", "redundancy_size")
        print_table(
            f"unions of {flags.clusters} clusters, {flags.mode}", ("array", *names), [[r["name"], *(r[n] for n in names)] for r in shown]
        )
    print(f"nats, plug-in (subtract the bias; unions have it subtracted), ties {flags.ties}. O > 0: redundancy dominates; O < 0: synergy.")
    print("Read O against its null, the same columns shuffled: rectified units are no Gaussians.")
