"""The program as people run it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_OURS = ("HYPECURVE_", "GITHUB_", "SLACK_", "DISCORD_", "DATABASE_URL", "COLUMNS", "FORCE_COLOR")
COMMAND = (sys.executable, "-m", "hypecurve")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What stands on standard error."""
        return self.err.splitlines()


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """This machine's environment with no setting of ours but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, **(settings or {})}


def run(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, seconds: float = 60
) -> Ran:
    """Run `hypecurve ARGUMENTS` to its end in a folder."""
    done = subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
