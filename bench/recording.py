"""Makes a folder of recorded histories, in the form that `hypecurve replay` reads, all invented.

As large as three years of daily lists are in life: some 4,600 repos, seen from when they enter a
list until they leave it, two thirds daily and a third weekly, 620,000 counts on 1,096 days.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from hypecurve.standin.curves import make_curves
from hypecurve.standin.names import Facts, make_facts

_SEED = 20260101
_FIRST = date(2022, 7, 1)
_DAYS = 1_096
_WEEKLY = 0.3
"""Share of the repos that only a weekly list holds."""
_STAYS = 205
"""Days a repo stays on its list, in the mean."""


def main() -> None:
    """`python -m bench.recording FOLDER --repos 4600`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repos", type=int, default=4_600)
    parser.add_argument("--days", type=int, default=_DAYS)
    asked = parser.parse_args()
    print(f"{make_recording(asked.folder, asked.repos, asked.days):,} observations")


def make_recording(folder: Path, repos: int, days: int) -> int:
    """Write the folder; return how many observations it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(_SEED)
    facts = make_facts(rng, repos)
    start = datetime.combine(_FIRST, datetime.min.time(), UTC)
    curves = make_curves(rng, repos, start, days, days - 1)
    with gzip.open(folder / "repos.csv.gz", "wt", encoding="utf-8", newline="") as file:
        _write_repos(file, facts, curves.born, start)
    with gzip.open(folder / "stars.csv.gz", "wt", compresslevel=1, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("full_name", "date", "stars", "forks", "pushed_at"))
        observations = 0
        for index, seen in enumerate(_seen(rng, curves.born, days)):
            total = curves.total[index]
            name = str(facts[index].name)
            writer.writerows(
                (name, day, stars, stars // 9, day)
                for day, stars in zip(_dates(seen), total[seen].tolist(), strict=True)
            )
            observations += len(seen)
    return observations


def _write_repos(
    file: TextIO, facts: list[Facts], born: NDArray[np.float64], start: datetime
) -> None:
    writer = csv.writer(file)
    columns = ("full_name", "description", "language", "github_topics", "license", "owner_type")
    writer.writerow((*columns, "created_at"))
    for each, day in zip(facts, born.tolist(), strict=True):
        writer.writerow(
            (
                each.name,
                each.description,
                each.language or "",
                "|".join(each.topics),
                each.license or "",
                "Organization" if each.organisation else "User",
                f"{start + timedelta(days=day):%Y-%m-%d}",
            )
        )


def _seen(
    rng: np.random.Generator, born: NDArray[np.float64], days: int
) -> Iterator[NDArray[np.intp]]:
    """The days on which each repo was looked at."""
    for birth in born.tolist():
        step = 7 if rng.random() < _WEEKLY else 1
        enters = int(rng.uniform(max(0.0, birth + 1), days - 1))
        stays = int(rng.exponential(_STAYS * (2 if step > 1 else 1))) + 30
        yield np.arange(enters, min(days, enters + stays), step)


def _dates(days: NDArray[np.intp]) -> list[str]:
    return [(_FIRST + timedelta(days=day)).isoformat() for day in days.tolist()]


if __name__ == "__main__":
    main()
