"""What a piece of work costs: wall clock, CPU, peak memory of this process; told as one JSON line.

Every part runs in a process of its own, so that its figures are its own. `run.py` reads the lines.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_mib() -> float:
    """The most memory this process ever held, MiB.

    Linux lets `ru_maxrss` begin with what the parent had: where there is /proc, its own is read.
    """
    if _STATUS.is_file():
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


@contextmanager
def measured(name: str, **more: object) -> Iterator[dict[str, object]]:
    """Measure a block of this process; what the block puts into the dict is told with it.

    `peak` is that of the process up to the block's end: begin with little.
    """
    found: dict[str, object] = {"name": name, **more}
    cpu, wall = time.process_time(), time.perf_counter()
    yield found
    found |= {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": peak_mib(),
    }
    tell(**found)


def tell(**figures: object) -> None:
    """One line for `run.py`."""
    print(json.dumps(figures), flush=True)
