"""What every part of the bench works with."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from bench.databases import Databases

REPOS = 18_000
MANY = 100_000


@dataclass(frozen=True, slots=True)
class Bench:
    """What a part works with."""

    asked: argparse.Namespace
    folder: Path
    databases: Databases

    def size(self, full: int) -> int:
        """The number of repos, or of channels."""
        return full // 10 if self.asked.quick else full
