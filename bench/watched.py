"""The real service in a process of its own, watched from outside.

Reads /proc: on Linux alone.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bench.figures import tell

NOBODY = "http://127.0.0.1:9"
"""The address of a GitHub that does not answer."""
_OURS = ("HYPECURVE_", "GITHUB_", "SLACK_", "DISCORD_", "DATABASE_URL")


@asynccontextmanager
async def service(url: str, settings: Mapping[str, str]) -> AsyncIterator[Process]:
    """Run `hypecurve run` on a database with these settings of bots; its log is told at the end."""
    given = {"DATABASE_URL": url, "GITHUB_TOKEN": "made-up", "GITHUB_API_URL": NOBODY, **settings}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as writing:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hypecurve", "run"),
                cwd=folder,
                env={**kept, **given},
                stderr=writing,
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            tell(name="log", lines=log.read_text(encoding="utf-8").splitlines())


def cpu(pid: int) -> float:
    """Seconds of a core that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ticks: int = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks


def rss(pid: int) -> float:
    """MiB that it holds now."""
    return _held(pid, "VmRSS")


def peak(pid: int) -> float:
    """MiB that it held at most."""
    return _held(pid, "VmHWM")


def _held(pid: int, what: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(rf"^{what}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
