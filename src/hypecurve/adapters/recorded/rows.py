"""Rows of CSV files that people recorded: read without guessing, refused by name."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from hypecurve.domain.errors import BadData, BadRepoName
from hypecurve.domain.repo import RepoName

MOST_STARS = 2**31 - 1
MOST_ID = 2**63 - 1
"""What the database holds; GitHub's own ids are far below."""
_YEARS = range(2000, 2100)
"""GitHub is from 2008. Far from it, a day before or after is no date any more."""

Row = Mapping[str, str]
_UNREADABLE = (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error)
"""What a file that is broken, cut short or none of its kind may raise."""


@dataclass(slots=True)
class Refused:
    """Rows that could not be used: how many for each reason, and the first of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, example: str) -> None:
        """Count one more."""
        self.counts[reason] += 1
        self.examples.setdefault(reason, example)

    def lines(self) -> Iterator[str]:
        """A line for each reason."""
        for reason, count in self.counts.most_common():
            yield f"{count:,} rows refused: {reason} (first: {self.examples[reason]})"


def rows_in(
    folder: Path, name: str, columns: tuple[str, ...], *, needed: bool = True
) -> Iterator[Row]:
    """Yield the rows of NAME or NAME.gz in a folder; BadData where it is needed and missing."""
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
    if path is None:
        if needed:
            message = f"{folder} holds no {name} (or {name}.gz): this is not a recording."
            raise BadData(message)
        return
    yield from rows_of(path, columns)


def rows_of(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of a file; BadData where a column is missing or it cannot be read."""
    with _opened(path) as reader:
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            message = f"{path} has no column {', '.join(missing)}: it needs {', '.join(columns)}."
            raise BadData(message)
        try:
            yield from reader
        except _UNREADABLE as error:
            message = f"{path} cannot be read to its end ({error})."
            raise BadData(message) from None


@contextmanager
def _opened(path: Path) -> Iterator[csv.DictReader[str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            yield csv.DictReader(file, restval="")
    except _UNREADABLE as error:
        message = f"{path} cannot be read ({error})."
        raise BadData(message) from None


def newest_names(folder: Path, refused: Refused) -> dict[str, RepoName]:
    """The newest name for each older one's key."""
    steps: dict[str, RepoName] = {}
    for row in rows_in(folder, "renames.csv", ("old_full_name", "new_full_name"), needed=False):
        old = name_of(row["old_full_name"], "renames.csv", refused)
        new = name_of(row["new_full_name"], "renames.csv", refused)
        if old and new and old.key != new.key:
            steps[old.key] = new
    newest: dict[str, RepoName] = {}
    for old_key, step in steps.items():
        name, met = step, {old_key}
        while name.key in steps and name.key not in met:
            met.add(name.key)
            name = steps[name.key]
        if name.key in met:
            refused.add("renames.csv: a rename that leads back to itself", old_key)
        else:
            newest[old_key] = name
    return newest


def name_of(text: str, file: str, refused: Refused) -> RepoName | None:
    """Read a name; one that is none is refused and None."""
    try:
        return RepoName.parse(text)
    except BadRepoName:
        refused.add(f"{file}: not a repository name", repr(text[:80]))
        return None


def day_of(text: str) -> date | None:
    """Read the day a date or a time begins with; None outside the years 2000 to 2099."""
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def instant_of(text: str) -> datetime | None:
    """Read a date or a time, in the same years; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
        at = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in _YEARS else None


def id_of(text: str) -> int | None:
    """Read an id GitHub gives; None where it is no such number.

    `908140663.0` is what spreadsheets and pandas make of 908140663.
    """
    given = text.strip().removesuffix(".0")
    if not (given.isascii() and given.isdecimal()) or len(given) > len(str(MOST_ID)):
        return None
    return int(given) if 0 < int(given) <= MOST_ID else None
