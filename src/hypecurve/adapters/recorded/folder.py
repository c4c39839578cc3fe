"""A folder of recorded star histories, read into days of counts.

`repos.csv[.gz]` (full_name, and what is known of description, language, github_topics, license,
owner_type, created_at, archived, github_id), `stars.csv[.gz]` (full_name, date, stars, forks,
pushed_at), and where there are any `renames.csv` (old_full_name, new_full_name) and
`snapshot_times.csv` (date, observed_at). Empty is unknown. Any row that cannot be used is refused
by name and counted, never guessed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from hypecurve.adapters.recorded.rows import (
    MOST_STARS,
    Refused,
    Row,
    day_of,
    id_of,
    instant_of,
    name_of,
    newest_names,
    rows_in,
    rows_of,
)
from hypecurve.domain.errors import BadData
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.services.replay import RecordedDay
from hypecurve.wording.cut import clean, cut

_NOON = time(12, tzinfo=UTC)
"""When a day was observed if no file tells."""
_LONGEST, _SHORT = 1_000, 100
"""What is kept of a description, and of a topic, language or licence."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one row of stars.csv says; `name` as it was called that day."""

    name: RepoName
    stars: int
    forks: int | None
    pushed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything a folder holds: repos by the key of their last name, and observations by day."""

    repos: dict[str, Repo]
    days: dict[date, dict[str, Observation]]
    observed_at: dict[date, datetime]
    names: int
    """Names that repos were called by; fewer repos, where some were renamed."""
    refused: Refused

    @property
    def repos_seen(self) -> int:
        """How many repos were ever counted."""
        return len({key for day in self.days.values() for key in day})

    @property
    def observations(self) -> int:
        """How many counts there are."""
        return sum(len(day) for day in self.days.values())

    def replayed(self) -> Iterator[RecordedDay]:
        """The days in order, for the pipeline; instants grow strictly, as observed times do."""
        last: datetime | None = None
        for day, seen in self.days.items():
            at = self.instant(day)
            if last is not None and at <= last:
                at = last + timedelta(minutes=1)
            last = at
            yield RecordedDay(at, tuple(self._as_seen(key, what) for key, what in seen.items()))

    def _as_seen(self, key: str, what: Observation) -> Repo:
        repo = self.repos[key]
        return replace(
            repo, name=what.name, stars=what.stars, forks=what.forks, pushed_at=what.pushed_at
        )

    def instant(self, day: date) -> datetime:
        """When a day was observed."""
        return self.observed_at.get(day) or datetime.combine(day, _NOON)


def made_up_id(name: RepoName) -> RepoId:
    """A stable negative id for a repo whose id nobody recorded, from its case-folded name."""
    digest = hashlib.blake2b(name.key.encode(), digest_size=6).digest()
    return RepoId(-1 - int.from_bytes(digest, "big"))


def read_folder(folder: Path, until: date | None = None) -> Recording:
    """Read a folder up to a day (included); BadData names a file that is missing or no such CSV.

    Renames are joined: a repo's observations under all its names are one series, under the last
    name and id. Where two names of one repo were observed on the same day, the newer name's count
    stands.
    """
    if not folder.is_dir():
        message = f"{folder} is not a folder: give one that holds stars.csv and repos.csv."
        raise BadData(message)
    refused = Refused()
    newest = newest_names(folder, refused)
    repos = dict(_repos(folder, newest, refused))
    days: dict[date, dict[str, Observation]] = {}
    names: set[str] = set()
    later: date | None = None
    for key, day, seen in _stars(folder, newest, refused):
        if until is not None and day > until:
            later = min(day, later or day)
            continue
        of_day = days.setdefault(day, {})
        known = of_day.get(key)
        if known is not None and known.name.key == key:
            refused.add("a second count of one repo and day", f"{seen.name} {day}")
            continue
        if known is not None:
            refused.add("the same repo and day under an older name", f"{known.name} {day}")
        of_day[key] = seen
        names.add(seen.name.key)
        if key not in repos:
            last = newest.get(seen.name.key, seen.name)
            repos[key] = Repo(made_up_id(last), f"recorded:{key}", last, stars=0)
    if not days:
        if later is not None:
            message = f"{folder} holds nothing as old as {until}: its first day is {later}."
            raise BadData(message)
        message = f"{folder} holds no usable observation: is stars.csv empty?"
        raise BadData(message)
    times = _times(folder, refused)
    return Recording(repos, dict(sorted(days.items())), times, len(names), refused)


def read_repos(file: Path) -> list[Repo]:
    """The repos of one repos.csv[.gz], for classifying them; BadData where it is none."""
    return [repo for _, repo in _described(rows_of(file, ("full_name",)), {}, Refused())]


def _repos(
    folder: Path, newest: Mapping[str, RepoName], refused: Refused
) -> Iterator[tuple[str, Repo]]:
    return _described(rows_in(folder, "repos.csv", ("full_name",)), newest, refused)


def _described(
    rows: Iterable[Row], newest: Mapping[str, RepoName], refused: Refused
) -> Iterator[tuple[str, Repo]]:
    met: dict[int, str] = {}
    for row in rows:
        name = name_of(row["full_name"], "repos.csv", refused)
        if name is None or name.key in newest:
            continue
        given = row.get("github_id", "").strip()
        number = id_of(given)
        if given and number is None:
            refused.add("repos.csv: not a GitHub id", f"{name} {given[:40]!r}")
        repo_id = made_up_id(name) if number is None else RepoId(number)
        if met.setdefault(repo_id, name.key) != name.key:
            refused.add("repos.csv: an id that another repo has", str(name))
            repo_id = made_up_id(name)
        topics = (row.get("github_topics") or row.get("search_topics") or "").split("|")
        owner_type = row.get("owner_type", "")
        yield (
            name.key,
            Repo(
                id=repo_id,
                node_id=f"recorded:{name.key}",
                name=name,
                stars=0,
                description=cut(clean(row.get("description", "")), _LONGEST),
                topics=tuple(filter(None, map(_short, topics))),
                language=_short(row.get("language", "")) or None,
                license=_short(row.get("license", "")) or None,
                owner_is_organisation=owner_type == "Organization" if owner_type else None,
                created_at=instant_of(row.get("created_at", "")),
                archived=row.get("archived", "").casefold() in {"1", "true"},
            ),
        )


def _short(text: str) -> str:
    return cut(clean(text), _SHORT)


def _stars(
    folder: Path, newest: Mapping[str, RepoName], refused: Refused
) -> Iterator[tuple[str, date, Observation]]:
    names: dict[str, RepoName | None] = {}
    for row in rows_in(folder, "stars.csv", ("full_name", "date", "stars")):
        full_name, text, count = row["full_name"], row["date"], row["stars"]
        if full_name not in names:
            names[full_name] = name_of(full_name, "stars.csv", refused)
        name = names[full_name]
        day = day_of(text)
        if name is None:
            continue
        if day is None:
            refused.add("stars.csv: not a date", f"{full_name} {text!r}")
        elif not count.isdecimal() or int(count) > MOST_STARS:
            refused.add("stars.csv: not a star count", f"{full_name} {text} {count!r}")
        else:
            forks = row.get("forks", "")
            last = newest.get(name.key, name)
            yield (
                last.key,
                day,
                Observation(
                    name=name,
                    stars=int(count),
                    forks=int(forks) if forks.isdecimal() else None,
                    pushed_at=instant_of(row.get("pushed_at", "")),
                ),
            )


def _times(folder: Path, refused: Refused) -> dict[date, datetime]:
    """When each day was observed: the latest of its sources."""
    times: dict[date, datetime] = {}
    for row in rows_in(folder, "snapshot_times.csv", ("date", "observed_at"), needed=False):
        day = day_of(row["date"])
        at = instant_of(row["observed_at"])
        if day is None or at is None:
            refused.add("snapshot_times.csv: not a date and time", str(dict(row)))
        else:
            times[day] = max(at, times.get(day, at))
    return times
