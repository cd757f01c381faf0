"""Where a number came from: versions, host, processor. What is not loaded is not imported for it."""

import functools
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import __version__

_health: dict[str, Any] = {}


def software() -> dict[str, str]:
    """Versions of spinodal, Python and NumPy, and of jax and jaxlib if this process has loaded them."""
    found = {"spinodal": __version__, "python": platform.python_version()}
    for name in ("numpy", "jax", "jaxlib"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            found[name] = version
    return found


@functools.cache
def machine() -> dict[str, str]:
    """Host, platform and processor model of this machine."""
    return {"host": platform.node(), "platform": f"{platform.system()} {platform.machine()}", "cpu_model": _processor()}


def usable_cores() -> int:
    """Cores that the scheduler lets this process use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def device() -> str:
    """Kind of JAX's first device, or an empty string when this process has not loaded JAX."""
    jax = sys.modules.get("jax")
    try:
        return str(jax.devices()[0].device_kind) if jax is not None else ""
    except (RuntimeError, AttributeError, IndexError):  # no usable back end, or JAX is only half imported
        return ""


def note_health(result: str) -> None:
    """Remember what `spinodal doctor` found, for the records that this process writes from now on."""
    _health["doctor"] = result


def health() -> str:
    """What `spinodal doctor` found in this process, or an empty string if it did not run."""
    return _health.get("doctor", "")


def working_folder_commit() -> dict[str, Any]:
    """Git commit of the working folder and whether it was clean; empty outside a repository."""
    commit = _git("rev-parse", "HEAD")
    return {"commit": commit, "clean": not _git("status", "--porcelain", "--untracked-files=no")} if commit else {}


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=5, check=True, env={**os.environ, "LC_ALL": "C"})
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("model name")), platform.processor())
