"""What may be let happen to the repos of a made-up world: tests and the story write it.

Any of it may be written any time before it is read, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hypecurve.domain.repo import RepoName
from hypecurve.standin.directory import Directory
from hypecurve.standin.events import (
    UNEVENTFUL,
    Absence,
    Fork,
    Life,
    Misreading,
    Renoding,
    Span,
    Spurt,
    Wave,
)

HISTORY_DAYS = 400
_LATER = 0.2  # of a day: a purge falls between two polls


class Happenings:
    """The events of a world. Repos are given by their number, instants are aware UTC."""

    def __init__(self, names: Iterable[RepoName]) -> None:
        """Begin with nothing but what the repos are called."""
        self.lives: dict[int, Life] = {}
        self.waves: dict[int, Wave] = {}
        self.spurts: dict[int, Spurt] = {}
        self.stills: list[Span] = []
        self.misreadings: dict[int, list[Misreading]] = {}
        self.directory = Directory(names)
        self.changes = 0
        """Goes up with every event, for whoever keeps answers."""

    @property
    def today(self) -> int:
        """The day of the world's grid that begins at `until`."""
        return HISTORY_DAYS

    def life(self, index: int) -> Life:
        """The repo's events, to be read and added to."""
        self.changes += 1
        return self.lives.setdefault(index, Life())

    def life_of(self, index: int) -> Life:
        """The repo's events, to be read only."""
        return self.lives.get(index, UNEVENTFUL)

    def rename(
        self, index: int, at: datetime, name: RepoName, *, organisation: bool | None = None
    ) -> None:
        """Let a repo be called otherwise from an instant on; a new owner makes it a transfer.

        `organisation`: what the new owner is; None: as the old one. Let another repo take the name
        over by renaming it in turn; one renamed when it is created, or before, is born so.
        """
        self.life(index).names.note(at, name)
        if organisation is not None:
            self.life(index).organisation.note(at, organisation)
        self.directory.add(name, index)

    def remove(
        self, index: int, at: datetime, why: str = "deleted", until: datetime | None = None
    ) -> None:
        """Let a repo be absent: "deleted", "private", "dmca" or "tos", for good or for a time."""
        self.life(index).absences.append(Absence(at, until, why))

    def archive(self, index: int, at: datetime, until: datetime | None = None) -> None:
        """Let its owner archive a repo, for good or for a time."""
        self.life(index).archived.append(Span(at, until))

    def describe(self, index: int, at: datetime, text: str) -> None:
        """Let a repo have another description from an instant on, whatever the text."""
        self.life(index).descriptions.note(at, text)

    def make_fork(self, index: int, of: int, until: datetime | None = None) -> None:
        """Let a repo be a fork of another from its beginning, until it is detached."""
        self.life(index).fork = Fork(of, until)

    def tell_created(self, index: int, instant: datetime) -> None:
        """Let a repo say that it was created at some instant, though it is there before."""
        self.life(index).told_created = instant

    def renode(self, index: int, at: datetime, *, resolves: bool = True) -> None:
        """Let a repo have a node id of the old form before an instant, and the new one from it on.

        `resolves`: the old one still finds the repo then; else it is that of nobody.
        """
        self.life(index).renoding = Renoding(at, resolves)

    def purge(
        self, index: int, stars: int, *, bought: int, taken: float, returns: float | None = None
    ) -> None:
        """Give a repo stars over ten days, and let GitHub take them away again at once.

        `bought` and `taken`: days before `until` at which the first came and all went; `returns`:
        at which all are back. Those two fall 0.2 of a day later. A repo has one purge, the last.
        """
        back = float("inf") if returns is None else self.today - returns + _LATER
        self.waves[index] = Wave(self.today - bought, stars, self.today - taken + _LATER, back)
        self.changes += 1

    def misread(self, index: int, stars: int, at: datetime, times: int = 1) -> None:
        """Let the first answers at or after an instant that tell a repo's count tell this one.

        Each answer counts: a search that shows the repo, a node, the repo asked for alone, its
        count. What a search is for (`stars:>=500`) and how it is sorted is read right.
        """
        self.misreadings.setdefault(index, []).append(Misreading(at, stars, times))

    def stand_still(self, since: datetime, until: datetime) -> None:
        """Let all counts be those of an instant until another; the star history goes on."""
        self.stills.append(Span(since, until))
        self.changes += 1
