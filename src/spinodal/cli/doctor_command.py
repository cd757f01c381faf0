"""`spinodal doctor`: is this machine fit to compute?"""

from collections.abc import Sequence
from dataclasses import dataclass

from .answers import print_json, print_table
from .exits import FINE, INCOMPLETE
from .flags import parsed


@dataclass(frozen=True)
class DoctorFlags:
    json: bool = False
    """one JSON object on stdout"""


def main(words: Sequence[str]) -> int:
    """Exit code 0 if the machine is healthy, else 3."""
    flags = parsed(DoctorFlags, words, command="doctor", about="Versions, devices, memory, and two known miscompiles of JAX against NumPy.")
    from ..doctor import as_dict, examine

    health = examine()
    if flags.json:
        print_json({"schema": 1, **as_dict(health)})
        return FINE if health.healthy else INCOMPLETE
    print(health.message)
    print("versions: " + ", ".join(f"{name} {version}" for name, version in health.versions.items()))
    print(f"devices: {', '.join(health.devices) or 'none'}; cores for this process: {health.threads}")
    print(f"memory: {health.memory_available / 2**30:.1f} GiB free of {health.memory_total / 2**30:.1f} GiB")
    print_table("", ("check", "status", "message"), [(check.name, check.status, check.message) for check in health.checks])
    return FINE if health.healthy else INCOMPLETE
