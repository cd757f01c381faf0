"""Is this machine fit to compute? Versions, devices, memory, and two known miscompiles of JAX against NumPy."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import provenance
from .errors import require


@dataclass(frozen=True)
class Check:
    """One look at the machine: `status` is "fine", "known" (wrong, but avoided everywhere in spinodal) or "wrong"."""

    name: str
    status: str
    message: str


@dataclass(frozen=True)
class Health:
    """What the doctor found; results of this machine can be trusted if `healthy`."""

    healthy: bool
    message: str
    versions: dict[str, str]
    devices: tuple[str, ...]
    threads: int  # cores that this process may use
    memory_total: int  # bytes; 0 where the system does not say
    memory_available: int
    checks: tuple[Check, ...]


def examine() -> Health:
    """Run every check; needs about two seconds, most of them the import of JAX.

    Returns: `Health`; never raises for a sick machine.
    """
    try:
        import jax
    except Exception as error:  # noqa: BLE001 (a broken jaxlib raises anything from ImportError to RuntimeError)
        checks, devices = (Check("jax", "wrong", f"JAX cannot be imported: {error}"),), ()
    else:
        devices = tuple(f"{d.platform}:{d.id} {d.device_kind}" for d in jax.devices())
        checks = (
            _run("matrix-vector product and reduction under vmap", _matvec_reduce),
            _run("shift by .at[1:].set and reshape under jit", _shift_reshape),
        )
    sick = [check for check in checks if check.status == "wrong"]
    message = "healthy: compiled numbers agree with NumPy" if not sick else "; ".join(check.message for check in sick)
    provenance.note_health("healthy" if not sick else message)
    total, available = memory()
    return Health(not sick, message, provenance.software(), devices, provenance.usable_cores(), total, available, checks)


def _run(name: str, check: Callable[[], tuple[str, str]]) -> Check:
    try:
        return Check(name, *check())
    except Exception as error:  # noqa: BLE001 (what fails to compile is a finding)
        return Check(name, "wrong", f"{name} failed: {type(error).__name__}: {error}")


def _matvec_reduce() -> tuple[str, str]:
    """jax 0.10.2, 0.11.0 and 0.11.1 on CPU lose the last rows beyond 32768 (jax-ml/jax#39103)."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    rows = np.zeros((32_769, 3), np.float32)
    rows[:, 0] = np.arange(len(rows))
    matrix = np.eye(3, dtype=np.float32)
    found = np.asarray(jax.jit(jax.vmap(lambda row: jnp.sum((jnp.asarray(matrix) @ row) ** 2)))(rows), np.float64)
    expected = np.sum((rows.astype(np.float64) @ matrix.T.astype(np.float64)) ** 2, axis=1)
    worst = float(np.max(np.abs(found - expected) / np.maximum(expected, 1)))
    if worst < 1e-5:
        return "fine", f"agrees with NumPy to {worst:.0e}"
    return "wrong", f"jax {jax.__version__} computes vmapped matrix-vector products wrongly (by {worst:.1%}): install another version"


def _shift_reshape() -> tuple[str, str]:
    """Wrong in every version tried (openxla/xla#49176); spinodal shifts with concatenate or roll, which must be right."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    values = np.arange(1, 9, dtype=np.float32)
    shifted = np.concatenate([values[:1], values[:-1]])
    ours = jax.jit(lambda b: jnp.concatenate([b[:1], b[:-1]]).reshape(-1, 1))(values)
    theirs = jax.jit(lambda b: b.at[1:].set(b[:-1]).reshape(-1, 1))(values)
    if not np.array_equal(np.asarray(ours).ravel(), shifted):
        return "wrong", f"jax {jax.__version__} shifts an array wrongly, by jnp.concatenate too: install another version"
    if not np.array_equal(np.asarray(theirs).ravel(), shifted):
        return "known", f"jax {jax.__version__} miscompiles it, as every version tried; spinodal uses jnp.concatenate, which is right here"
    return "fine", "right in this version"


def memory() -> tuple[int, int]:
    """Total and available bytes, within the limit of the control group if there is one; 0 where the system does not say."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        total, available = (int(lines[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    except (OSError, KeyError, ValueError):
        return 0, 0
    limit, used = (_number(Path("/sys/fs/cgroup") / name) for name in ("memory.max", "memory.current"))
    if limit:
        total, available = min(total, limit), min(available, max(limit - used, 0))
    return total, available


def check_memory(needed: int, lower: str) -> None:
    """Refuse, before anything is allocated, what needs more than nine tenths of the free memory; `lower` says which settings to lower."""
    total, available = memory()
    require(
        total == 0 or needed < 0.9 * available,
        f"this call needs about {needed / 2**30:.1f} GiB of memory and {available / 2**30:.1f} GiB are free: lower {lower}",
    )


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # "max" means no limit
        return 0


def as_dict(health: Health) -> dict[str, Any]:
    """`health` as plain JSON values."""
    from dataclasses import asdict

    return asdict(health)
