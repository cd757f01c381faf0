"""Who is writing: host, boot, process and start time, and whether such a process still lives."""

import contextlib
import functools
import hashlib
import os
import re
import secrets
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

WRITER_NAME = re.compile(r"[A-Za-z0-9_-]{1,120}")


@dataclass(frozen=True)
class Identity:
    """One process. `boot`: the kernel's boot id; `namespace`: its pid namespace, since containers of one host share the boot id."""

    host: str
    boot: str
    pid: int
    started: str
    namespace: str
    writer: str  # name of its journal and log, unique for ever

    def is_dead(self, host: str, boot: str, pid: int, started: str, namespace: str | None = None) -> bool:
        """True if that process certainly lives no more: it was on this host and boot, and is not there. False means unknown or alive."""
        if (host, boot) != (self.host, self.boot) or not boot or namespace not in (None, self.namespace):
            return False
        return start_of(pid) != str(started)

    def knows_dead(self, writer: str) -> bool:
        """The same judged from a writer's name alone: its host has booted anew, or its process is gone."""
        host, tag, pid, started, _ = (writer.rsplit("-", 4) + [""] * 5)[:5]
        if host != self.host or not pid.isdigit():
            return False
        if tag[:6] != _tag(self.boot):
            return True
        return tag[6:] == _tag(self.namespace) and re.sub("[^0-9A-Za-z]", "", start_of(int(pid))) != started


def this_process() -> Identity:
    """The identity of the calling process; the writer's name is drawn once per process."""
    return _identity(os.getpid())


@functools.lru_cache(maxsize=1)
def _identity(pid: int) -> Identity:
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:60] or "host"
    boot = namespace = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    with contextlib.suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")
    boot, started = boot or f"{host}-no-boot-id", start_of(pid)
    tag = _tag(boot) + _tag(namespace)
    return Identity(host, boot, pid, started, namespace, f"{host}-{tag}-{pid}-{re.sub('[^0-9A-Za-z]', '', started)}-{secrets.token_hex(4)}")


def _tag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def start_of(pid: int) -> str:
    """When a process of this machine started, in the system's own words; empty if there is none, or only its zombie."""
    try:
        text = Path(f"/proc/{int(pid)}/stat").read_text()
    except (OSError, ValueError):
        return "" if Path("/proc/self/stat").exists() else _start_from_ps(pid)
    fields = text.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return "" if fields[0] in "ZX" else fields[19]


def _start_from_ps(pid: int) -> str:
    try:
        return subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(int(pid))], capture_output=True, text=True, timeout=5, check=False
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError, ValueError):
        return ""
