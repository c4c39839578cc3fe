"""The part of a recorded folder that the detection is scored on, as one grid of daily counts.

Scored are the repos that repos.csv calls `is_ai` (1), and of their counts those of a daily source
(`source` in stars.csv): a weekly list says nothing about a day. Where a recording has no such
column everything counts, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypecurve.adapters.recorded.rows import (
    MOST_STARS,
    Refused,
    day_of,
    name_of,
    newest_names,
    rows_in,
)
from hypecurve.domain.errors import BadData
from hypecurve.domain.repo import RepoName
from hypecurve.services.backtest import Curves

DAILY = ("ghrank", "ghrank-ai")
"""The daily sources; where two count one repo on one day, the later of these stands."""
_LONGEST = 20 * 366
"""Days a recording may span: a grid holds them all, so one mistyped year would fill the memory."""

Key = tuple[str, date]
Rank = tuple[int, bool]
"""The place in DAILY, then whether it was counted under the last name."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The counts to score; `notes` say which they are, `refused` what could not be used."""

    curves: Curves
    notes: tuple[str, ...]
    refused: Refused


def read_grid(folder: Path, until: date | None = None) -> Grid:
    """Read the scored counts of a folder up to a day (included).

    Renames are joined: all names of a repo are one row, under the last. BadData names the file
    that is missing or no such CSV, or says that nothing of it can be scored.
    """
    if not folder.is_dir():
        message = f"{folder} is not a folder: give one that holds stars.csv and repos.csv."
        raise BadData(message)
    refused = Refused()
    newest = newest_names(folder, refused)
    has_is_ai = _has(folder, "repos.csv", "is_ai")
    has_source = _has(folder, "stars.csv", "source")
    about_ai = _about_ai(folder, newest) if has_is_ai else None
    counts: dict[Key, tuple[Rank, int]] = {}
    for key, rank, stars in _counts(folder, newest, about_ai, refused):
        if until is not None and key[1] > until:
            continue
        known = counts.get(key)
        if known is not None:
            refused.add("a second count of one repo and day", " ".join(map(str, key)))
        if known is None or rank > known[0]:
            counts[key] = rank, stars
    if not counts:
        message = (
            f"{folder} holds no count to score{f' by {until}' if until else ''}: "
            f"it takes repos with is_ai = 1 and a daily source ({', '.join(DAILY)})."
        )
        raise BadData(message)
    first, last = min(day for _, day in counts), max(day for _, day in counts)
    if (last - first).days > _LONGEST:
        message = f"{folder} tells of days from {first} to {last}: one of them must be wrong."
        raise BadData(message)
    curves = Curves.of((repo, day, stars) for (repo, day), (_, stars) in counts.items())
    return Grid(curves, tuple(_notes(has_is_ai=has_is_ai, has_source=has_source)), refused)


def _has(folder: Path, name: str, column: str) -> bool:
    """Whether a file has a column it may do without; one without rows tells nothing either."""
    return column in next(rows_in(folder, name, ("full_name",)), {})


def _notes(*, has_is_ai: bool, has_source: bool) -> Iterator[str]:
    if has_is_ai:
        yield "Scored: the repos with is_ai = 1 in repos.csv."
    else:
        yield "repos.csv does not tell is_ai: all repos count."
    if has_source:
        yield f"Counts: those of the daily sources {' and '.join(DAILY)}."
    else:
        yield "stars.csv does not tell the source of a count: all counts are used."


def _about_ai(folder: Path, newest: Mapping[str, RepoName]) -> set[str]:
    """The last keys of the repos that are about AI, under whichever of their names that is said."""
    kept: set[str] = set()
    for row in rows_in(folder, "repos.csv", ("full_name",)):
        if row["is_ai"].strip().casefold() in {"1", "true"}:
            # A malformed name has no counts either: stars.csv is where it is refused aloud.
            name = name_of(row["full_name"], "repos.csv", Refused())
            if name is not None:
                kept.add(newest.get(name.key, name).key)
    return kept


def _counts(
    folder: Path,
    newest: Mapping[str, RepoName],
    about_ai: set[str] | None,
    refused: Refused,
) -> Iterator[tuple[Key, Rank, int]]:
    """The counts of scored repos and daily sources; where a key comes twice the rank decides."""
    names: dict[str, RepoName | None] = {}
    for row in rows_in(folder, "stars.csv", ("full_name", "date", "stars")):
        source = row.get("source", DAILY[0])
        if source not in DAILY:
            continue
        full_name, text, count = row["full_name"], row["date"], row["stars"]
        if full_name not in names:
            names[full_name] = name_of(full_name, "stars.csv", refused)
        name = names[full_name]
        if name is None:
            continue
        repo = newest.get(name.key, name).key
        if about_ai is not None and repo not in about_ai:
            continue
        day = day_of(text)
        if day is None:
            refused.add("stars.csv: not a date", f"{full_name} {text!r}")
        elif not count.isdecimal() or int(count) > MOST_STARS:
            refused.add("stars.csv: not a star count", f"{full_name} {text} {count!r}")
        else:
            yield (repo, day), (DAILY.index(source), repo == name.key), int(count)
