"""Who a process is among others on its machine: what a killed one held need not run out.

A name tells which machine, namespace and moment a process began in, so that a successor on the
same machine can be sure that the one before it is dead. Where Linux's /proc is missing, or the
other one lives elsewhere, nobody can be sure.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_NAME = re.compile(r"(?P<host>.+):(?P<pid>\d+):(?P<world>[0-9a-f]{8})\.(?P<begun>\d+)")
_LONGEST_HOST = 64
_BEHIND = 5
"""Steps of 20: about a third of what another process gets where both want all there is."""
_BEGUN = 19
"""Place of a process's beginning, in ticks since the machine's, behind its name in
/proc/PID/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""


def this_process() -> str:
    """What this process holds leases as: `host:1234:5ac3d810.998877`, or `host:1234`."""
    host, pid = socket.gethostname()[:_LONGEST_HOST], os.getpid()
    world, begun = _world(), _begun(pid)
    return f"{host}:{pid}" if world is None or begun is None else f"{host}:{pid}:{world}.{begun}"


def is_dead(name: str) -> bool:
    """Whether a process of that name surely is no more; False where nobody can say."""
    found = _NAME.fullmatch(name)
    if found is None or found["host"] != socket.gethostname()[:_LONGEST_HOST]:
        return False
    world = _world()
    if world is None or found["world"] != world:
        return False
    return _begun(int(found["pid"])) != int(found["begun"])


def give_way(pid: int) -> None:
    """Let a child that has just begun have the processor after all others: people wait for them.

    Not by much: it writes to the same database, and who writes there waits for it in turn. Nothing
    where the system knows no such thing, and for a child that has ended.
    """
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + _BEHIND)


def _world() -> str | None:
    """Tells apart machines, their starts, and the containers on them; None where nobody can."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        # A process number means something only within its namespace.
        namespace = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return None
    return hashlib.sha256(f"{boot} {namespace}".encode()).hexdigest()[:8]


def _begun(pid: int) -> int | None:
    """When a process began; None where there is none, or it is a corpse."""
    try:
        told = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # Its name stands in brackets and may hold anything, brackets too.
    state, *fields = told.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else int(fields[_BEGUN - 1])
