"""Sweeps: what a cell costs, and how it grows from 1,000 to 100,000 cells. Run: `python benchmarks/sweeps.py [--quick]`.

Prints measured | target for each target of docs/sweeps.md; writes to a temporary folder only. About two minutes, `--quick` ten seconds.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from timing import machine

COMMAND = [sys.executable, "-c", "import sys; from spinodal.sweeps.command import main; sys.exit(main(sys.argv[1:]))"]


def timed(work: Callable[[], Any], repeats: int = 1) -> float:
    """Shortest wall time of some calls, in seconds."""
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def call(*words: object) -> None:
    """`spinodal sweep …` as a process of its own, its start included."""
    subprocess.run([*COMMAND, *map(str, words)], check=True, capture_output=True)


def peak(code: str) -> float:
    """Peak resident memory in MiB that a process prints at the end of this code."""
    done = subprocess.run([sys.executable, "-c", PEAK + code], check=True, capture_output=True, text=True)
    return float(done.stdout)


# VmHWM, not ru_maxrss, which a process inherits from the one that started it
PEAK = """
def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
"""
RUN = """
from spinodal import sweeps
report = sweeps.run(sweeps.Sweep("selftest", {"index": range(100)}, {"size": SIZE}), "STORE", executor="processes:2", progress=False)
print(peak())
"""
PLAN = """
from spinodal import sweeps
plan = sweeps.make_plan(sweeps.Sweep("selftest", {"index": range(CELLS)}))
plan.hash, plan.blocks, plan.position
print(peak())
"""


def sweep_file(folder: Path, cells: int, **base: object) -> Path:
    """A sweep file of so many selftest cells."""
    path = folder / f"{cells}.toml"
    lines = "".join(f"{name} = {value}\n" for name, value in base.items())
    path.write_text(f'study = "selftest"\n[base]\n{lines}[grid]\nseed = {{range = [0, 10]}}\nindex = {{range = [0, {cells // 10}]}}\n')
    return path


def growth(folder: Path, sizes: list[int]) -> None:
    """Planning, computing, status and a second run, against the number of cells."""
    from spinodal import sweeps

    print(
        f"{'cells':>8} {'plan s':>8} {'us a cell':>10} {'serial ms a cell':>17} {'status --json s':>16} {'run again s':>12} {'load s':>8}"
    )
    for cells in sizes:
        path, store = sweep_file(folder, cells), folder / f"store-{cells}"
        plan = timed(lambda: len(sweeps.make_plan(sweeps.Sweep.from_toml(path)).blocks), 2)  # noqa: B023
        serial = timed(lambda: sweeps.run(sweeps.Sweep.from_toml(path), store, progress=False))  # noqa: B023
        status = timed(lambda: call("status", store, "--json"), 2)  # noqa: B023
        again = timed(lambda: call("run", path, "--store", store, "--quiet"), 2)  # noqa: B023
        load = timed(lambda: sweeps.Store(store).load())  # noqa: B023
        print(f"{cells:8} {plan:8.2f} {plan / cells * 1e6:10.1f} {serial / cells * 1e3:17.3f} {status:16.2f} {again:12.2f} {load:8.2f}")
    print("  target for 100,000:  < 5        linear               < 2             < 2          < 5")


def processes(folder: Path, cells: int, seconds: float) -> None:
    """Two processes against one, for cells that only wait and for cells that compute."""
    from spinodal import sweeps

    sweep = sweeps.Sweep("selftest", {"index": range(cells)}, {"sleep": seconds})
    one = timed(lambda: sweeps.run(sweep, folder / "one", executor="serial", progress=False))
    two = timed(lambda: sweeps.run(sweep, folder / "two", executor="processes:2", progress=False))
    print(f"{cells} cells of {seconds:g} s: serial {one:.1f} s, processes:2 {two:.1f} s, ratio {one / two:.2f} (target >= 1.8)")


def coordinator_memory(folder: Path, cells: int) -> None:
    """Peak memory of a coordinator: per planned cell, and against the bytes that its workers store."""
    empty = peak("import spinodal.sweeps\nprint(peak())")
    planned = peak(PLAN.replace("CELLS", str(cells)))
    print(f"memory per planned cell: {(planned - empty) * 1024 / cells:.2f} KiB (target < 2)")
    for size in (1_000, 100_000, 400_000):
        found = peak(RUN.replace("SIZE", str(size)).replace("STORE", str(folder / f"memory-{size}")))
        print(f"coordinator of {100 * size * 8 / 2**20:7.1f} MiB stored: peak {found:.0f} MiB (target: flat)")


def main() -> None:
    """All of it, in one temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    quick = parser.parse_args().quick
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"spinodal sweep --help: {timed(lambda: call('--help'), 5):.2f} s (target < 0.5)")
        imported = timed(lambda: subprocess.run([sys.executable, "-c", "import spinodal.sweeps"], check=True), 5)
        print(f"import spinodal.sweeps: {imported:.2f} s (target < 0.5)")
        growth(folder, [1_000, 10_000] if quick else [1_000, 10_000, 100_000])
        processes(folder, *((4, 0.5) if quick else (20, 1.0)))
        coordinator_memory(folder, 10_000 if quick else 100_000)


if __name__ == "__main__":
    main()
