"""Who is called what: names are given up and taken over, and what is gone leads on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from hypecurve.domain.repo import RepoName
from hypecurve.standin.events import Changes


class Named(Protocol):
    """What has to be known of repos to tell who answers to a name."""

    def created_at(self, index: int) -> datetime:
        """When the repo was created."""
        ...

    def names(self, index: int) -> tuple[RepoName, Changes[RepoName]]:
        """The name that a repo was made with, and its later ones."""
        ...


class Directory:
    """Finds repos by every name that they ever have."""

    def __init__(self, names: Iterable[RepoName]) -> None:
        """Begin with the names that the repos were made with, in their order."""
        self._by_name: dict[str, list[int]] = {}
        for index, name in enumerate(names):
            self.add(name, index)

    def add(self, name: RepoName, index: int) -> None:
        """Let a repo be called so at some time."""
        self._by_name.setdefault(name.key, []).append(index)

    def drop(self, name: RepoName, index: int) -> None:
        """Let a repo never have been called so."""
        self._by_name[name.key].remove(index)

    def last_taker(self, name: str, repos: Named, at: datetime) -> int | None:
        """Return who took a name last; whoever had it before is not led to by it any more."""
        key = name.casefold()
        taken = [
            (when, index)
            for index in self._by_name.get(key, ())
            for when in _taken(repos, index, key, at)
        ]
        return max(taken)[1] if taken else None


def _taken(repos: Named, index: int, key: str, at: datetime) -> Iterator[datetime]:
    """When a repo took a name; one renamed no later than it was created never had the first."""
    created = repos.created_at(index)
    if created > at:
        return
    first, later = repos.names(index)
    if first.key == key and not (later and later[0][0] <= created):
        yield created
    for when, name in later:
        if name.key == key and when <= at:
            yield max(when, created)
