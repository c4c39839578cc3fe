"""A made-up world: every fact of every repo as a function of time.

Nothing is stored as it happens; asking twice for the same instant gives the same answer, and the
past can be asked as well as the present. `is_ai`, shapes and events are there for tests to see.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.standin import story as stories
from hypecurve.standin.curves import Curves, Shape, between, make_curves
from hypecurve.standin.events import UNEVENTFUL, Absence, Life, Spurt, Wave
from hypecurve.standin.identity import FIRST_ID, index_of, node_id
from hypecurve.standin.names import Facts, make_facts

__all__ = ["AFTER_DAYS", "FIRST_ID", "HISTORY_DAYS", "World", "index_of", "node_id"]

HISTORY_DAYS = 400
AFTER_DAYS = 30
_DAY = 86_400.0
_WEEK = timedelta(weeks=1)
_CALM, _BUSY, _FEW = 8, 80, 50  # stars a week; stars in all
_LEFT = 0.55


class World:
    """Made-up repos from a seed. Times are aware UTC; `until` is the instant of the last poll.

    Known from HISTORY_DAYS before `until` to AFTER_DAYS after it; beyond, counts stand still.
    """

    def __init__(
        self, facts: list[Facts], curves: Curves, *, start: datetime, until: datetime
    ) -> None:
        """Use `make`."""
        self.facts = facts
        self.curves = curves
        self.start = start
        self.until = until
        self.lives: dict[int, Life] = {}
        self.waves: dict[int, Wave] = {}
        self.spurts: dict[int, Spurt] = {}
        self.flat: set[int] = set()
        """Repos without the day-to-day flutter of stars that come and go."""
        self.cast: Mapping[str, int] = {}
        """The roles of the story and who plays them."""
        self.changes = 0
        """Goes up with every event, for whoever keeps answers."""
        self._created: dict[int, datetime] = {}
        self._by_name: dict[str, list[int]] = {}
        for index, each in enumerate(facts):
            self._by_name.setdefault(each.name.key, []).append(index)
        rng = np.random.default_rng(len(facts))
        self._push_every = rng.choice([0.3, 1.0, 3.0, 10.0, 30.0], size=len(facts))
        # Half of those whom nobody stars any more are left by their owners too.
        tired = np.isin(curves.shape, (Shape.SLEEPER, Shape.TRICKLE)) & (
            rng.random(len(facts)) < _LEFT
        )
        left = self.today - rng.uniform(95, 380, size=len(facts))
        self._left = np.where(tired, np.maximum(left, curves.born), np.inf)
        self._forks = rng.uniform(0.04, 0.25, size=len(facts))
        pace = np.diff(curves.total[:, -60:]).mean(axis=1) * 7
        self._flutter = np.select([pace < _CALM, pace < _BUSY], [0, 1], 3).astype(np.int64)
        self._marks: tuple[datetime, list[datetime], NDArray[np.float64]] | None = None
        self._stars: tuple[datetime, int, NDArray[np.int64]] | None = None

    @classmethod
    def make(
        cls, seed: int, repos: int = 900, *, until: datetime | None = None, story: bool = True
    ) -> World:
        """Make a world; the same arguments make the same one. `story`: with the demo's events."""
        until = (until or datetime(2026, 11, 22, 6, tzinfo=UTC)).astimezone(UTC)
        rng = np.random.default_rng(seed)
        start = until - timedelta(days=HISTORY_DAYS)
        days = HISTORY_DAYS + AFTER_DAYS
        facts = make_facts(rng, repos)
        world = cls(
            facts, make_curves(rng, repos, start, days, HISTORY_DAYS), start=start, until=until
        )
        if story:
            stories.tell(world)
        return world

    @property
    def today(self) -> int:
        """The day of the world's grid that begins at `until`."""
        return HISTORY_DAYS

    @property
    def size(self) -> int:
        """How many repos there ever are."""
        return len(self.facts)

    # Events: tests and the story write them, any time before they are read.

    def life(self, index: int) -> Life:
        """The repo's events, to be read and added to."""
        self.changes += 1
        return self.lives.setdefault(index, Life())

    def rename(self, index: int, at: datetime, name: RepoName) -> None:
        """Let a repo be called otherwise from an instant on; a new owner makes it a transfer."""
        self.life(index).names.append((at, name))
        self._by_name.setdefault(name.key, []).append(index)

    def remove(
        self, index: int, at: datetime, why: str = "deleted", until: datetime | None = None
    ) -> None:
        """Let a repo be absent: "deleted", "private", "dmca" or "tos", for good or for a time."""
        self.life(index).absences.append(Absence(at, until, why))

    def archive(self, index: int, at: datetime) -> None:
        """Let its owner archive a repo."""
        self.life(index).archived_at = at

    def purge(self, index: int, stars: int, *, bought: int, taken: int) -> None:
        """Give a repo stars over ten days, and let GitHub take them away again at once.

        `bought` and `taken`: days before `until` at which the first came and all went.
        """
        total = np.zeros(self.curves.total.shape[1], dtype=np.int64)
        first = self.today - bought
        total[first:] = stars
        total[first : first + 10] = np.arange(10) * stars // 10
        self.waves[index] = Wave(total, self.today - taken + 0.2)
        self.changes += 1

    def recast(self, index: int, facts: Facts, total: NDArray[np.int32], age: float) -> None:
        """Let a repo be another one from the beginning; `age` in days at `until`."""
        self._by_name[self.facts[index].name.key].remove(index)
        self._by_name.setdefault(facts.name.key, []).append(index)
        self.facts[index] = facts
        self.curves.total[index] = total
        self.curves.born[index] = self.today - age
        self._created.pop(index, None)
        self.flat.add(index)
        self._left[index] = np.inf
        self.changes += 1

    # Questions about an instant.

    def position(self, at: datetime) -> float:
        """Days from the world's start, held inside what is known."""
        days = (at - self.start).total_seconds() / _DAY
        return min(max(days, 0.0), float(self.curves.total.shape[1] - 1))

    def stars_at(self, at: datetime) -> NDArray[np.int64]:
        """The counts of all repos as GitHub shows them; kept for the instant asked last."""
        if self._stars is None or self._stars[:2] != (at, self.changes):
            self._stars = (at, self.changes, self._count(slice(None), at))
        return self._stars[2]

    def stars(self, index: int, at: datetime) -> int:
        """The count of one repo as GitHub shows it."""
        return int(self.stars_at(at)[index])

    def exists(self, index: int, at: datetime) -> bool:
        """Say whether the repo has been created by then; it may be absent all the same."""
        return self.created_at(index) <= at

    def created_at(self, index: int) -> datetime:
        """When the repo was created, in whole seconds."""
        if index not in self._created:
            born = self.start + timedelta(days=float(self.curves.born[index]))
            self._created[index] = born.replace(microsecond=0)
        return self._created[index]

    def born(self) -> NDArray[np.float64]:
        """Creation of all repos in Unix seconds."""
        return np.floor(self.start.timestamp() + self.curves.born * _DAY)

    def absence(self, index: int, at: datetime) -> Absence | None:
        """Why a repo does not answer at an instant; None if it does."""
        life = self.lives.get(index)
        if life is None:
            return None
        for each in life.absences:
            if each.since <= at and (each.until is None or at < each.until):
                return each
        return None

    def name_at(self, index: int, at: datetime) -> RepoName:
        """What the repo is called at an instant."""
        life = self.lives.get(index)
        names = life.names if life else []
        place = bisect_right(names, at, key=lambda each: each[0])
        return names[place - 1][1] if place else self.facts[index].name

    def repo_at(self, index: int, at: datetime) -> Repo | None:
        """What GitHub would tell of a repo; None where it is not there for the public."""
        if not self.exists(index, at) or self.absence(index, at):
            return None
        facts, life = self.facts[index], self.lives.get(index, UNEVENTFUL)
        stars = self.stars(index, at)
        archived = life.archived_at is not None and life.archived_at <= at
        pushed = self._pushed(index, at, life)
        licences = [licence for since, licence in life.licences if since <= at]
        return Repo(
            id=RepoId(FIRST_ID + index),
            node_id=node_id(index),
            name=self.name_at(index, at),
            stars=stars,
            description=facts.description,
            topics=facts.topics,
            language=facts.language,
            license=licences[-1] if licences else facts.license,
            forks=int(stars * self._forks[index]),
            owner_is_organisation=facts.organisation,
            created_at=self.created_at(index),
            pushed_at=pushed,
            updated_at=max(pushed, at.replace(hour=0, minute=0, second=0, microsecond=0))
            if stars
            else pushed,
            archived=archived,
        )

    def find(self, name: str, at: datetime) -> tuple[int, bool] | None:
        """Find who answers to `owner/name`: the repo called so now, else one once called so.

        The second value says that it has moved on to another name.
        """
        known = [each for each in self._by_name.get(name.casefold(), ()) if self.exists(each, at)]
        for index in reversed(known):
            if self.name_at(index, at).key == name.casefold() and (
                (away := self.absence(index, at)) is None or away.why in {"dmca", "tos"}
            ):
                return index, False
        for index in reversed(known):
            life = self.lives.get(index) or Life()
            earlier = [self.facts[index].name, *(each for when, each in life.names if when <= at)]
            if any(each.key == name.casefold() for each in earlier[:-1]):
                return index, True
        return None

    def history(self, index: int, at: datetime) -> list[tuple[datetime, list[int]]]:
        """GitHub's own star history: weeks from Sunday 00:00 UTC, newest first, with seven days.

        Counts the stars that are there still: those a purge has taken are missing in the past too.
        """
        born = max(self.created_at(index), self.start)
        sundays, where = self._calendar(at)
        retained = between(self.curves.total[index], where)
        if index in self.spurts:
            retained = retained + self.spurts[index].given(where)
        wave = self.waves.get(index)
        if wave is not None and self.position(at) < wave.until:
            retained = retained + between(wave.total, where)
        days = np.diff(retained).reshape(-1, 7).tolist()
        weeks = zip(sundays, days, strict=True)
        return [(sunday, gains) for sunday, gains in weeks if sunday + _WEEK > born][::-1]

    def _calendar(self, at: datetime) -> tuple[list[datetime], NDArray[np.float64]]:
        """The Sundays known at an instant, and where all their midnights lie, none after `at`."""
        if self._marks is None or self._marks[0] != at:
            midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
            sunday = midnight - timedelta(days=(midnight.weekday() + 1) % 7)
            count = (sunday - self.start) // _WEEK + 1
            sundays = [sunday - _WEEK * back for back in reversed(range(count))]
            days = np.arange(7 * count + 1, dtype=np.float64)
            where = np.minimum(self.position(sundays[0]) + days, self.position(at))
            self._marks = (at, sundays, where)
        return self._marks[1:]

    def _count(self, rows: slice, at: datetime) -> NDArray[np.int64]:
        where = self.position(at)
        day = min(int(where), self.curves.total.shape[1] - 2)
        before = self.curves.total[rows, day].astype(np.int64)
        gained = self.curves.total[rows, day + 1] - before
        count: NDArray[np.int64] = before + np.floor(gained * (where - day)).astype(np.int64)
        for index, spurt in self.spurts.items():
            count[index] += spurt.given(np.array([where]))[0]
        for index, wave in self.waves.items():
            if where < wave.until:
                count[index] += between(wave.total, np.array([where]))[0]
        # Some stars are taken back within days: a small flutter on top of those that stay.
        mixed = (np.arange(len(count)) * 73_856_093) ^ ((day + 1) * 19_349_663)
        noise = ((mixed * 0x9E37_79B1) & 0xFFFF_FFFF) >> 30
        flutter: NDArray[np.int64] = self._flutter * noise
        flutter[list(self.flat)] = 0
        flutter[count <= _FEW] = 0
        count += flutter
        return count

    def _pushed(self, index: int, at: datetime, life: Life) -> datetime:
        latest = at
        for end in (life.last_push, life.archived_at):
            latest = latest if end is None else min(latest, end)
        if self._left[index] != np.inf:
            latest = min(latest, self.start + timedelta(days=float(self._left[index])))
        every = timedelta(days=float(self._push_every[index]))
        created = self.created_at(index)
        times = max(0, (latest - created) // every)
        return (created + times * every).replace(microsecond=0)
