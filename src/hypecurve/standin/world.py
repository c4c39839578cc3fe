"""A made-up world: every fact of every repo as a function of time.

Nothing is stored as it happens; asking twice for the same instant gives the same answer, and the
past can be asked as well as the present. `is_ai`, shapes and events are there for tests to see.
The one exception are counts that are to be misread so many times (`told`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.standin import story as stories
from hypecurve.standin.curves import Curves, Shape, between, make_curves
from hypecurve.standin.events import Absence, Changes
from hypecurve.standin.happenings import HISTORY_DAYS, Happenings
from hypecurve.standin.identity import FIRST_ID, index_of, index_of_old, node_id, old_node_id
from hypecurve.standin.names import Facts, make_facts
from hypecurve.standin.pushes import Pushes

__all__ = ["AFTER_DAYS", "FIRST_ID", "HISTORY_DAYS", "World", "index_of", "node_id"]

AFTER_DAYS = 30
_DAY = 86_400.0
_WEEK = timedelta(weeks=1)
_CALM, _BUSY, _FEW = 8, 80, 50  # stars a week; stars in all
_LEFT = 0.55


class World(Happenings):
    """Made-up repos from a seed. Times are aware UTC; `until` is the instant of the last poll.

    Known from HISTORY_DAYS before `until` to AFTER_DAYS after it; beyond, counts stand still.
    """

    def __init__(
        self, facts: list[Facts], curves: Curves, *, start: datetime, until: datetime
    ) -> None:
        """Use `make`."""
        super().__init__(each.name for each in facts)
        self.facts = facts
        self.curves = curves
        self.start = start
        self.until = until
        self.flat: set[int] = set()
        """Repos without the day-to-day flutter of stars that come and go."""
        self.cast: Mapping[str, int] = {}
        """The roles of the story and who plays them."""
        self._born = np.floor(start.timestamp() + curves.born * _DAY)
        self._created: dict[int, datetime] = {}
        rng = np.random.default_rng(len(facts))
        push_every = rng.choice([0.3, 1.0, 3.0, 10.0, 30.0], size=len(facts))
        # Half of those whom nobody stars any more are left by their owners too.
        tired = np.isin(curves.shape, (Shape.SLEEPER, Shape.TRICKLE)) & (
            rng.random(len(facts)) < _LEFT
        )
        left = self.today - rng.uniform(95, 380, size=len(facts))
        left = np.where(tired, np.maximum(left, curves.born), np.inf)
        self._pushes = Pushes(self._born, push_every, start.timestamp() + left * _DAY)
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
    def size(self) -> int:
        """How many repos there ever are."""
        return len(self.facts)

    def recast(self, index: int, facts: Facts, total: NDArray[np.int32], age: float) -> None:
        """Let a repo be another one from the beginning; `age` in days at `until`."""
        self.directory.drop(self.facts[index].name, index)
        self.directory.add(facts.name, index)
        self.facts[index] = facts
        self.curves.total[index] = total
        self.curves.born[index] = self.today - age
        self._born[index] = np.floor(self.start.timestamp() + (self.today - age) * _DAY)
        self._created.pop(index, None)
        self.flat.add(index)
        self._pushes.recast(index, float(self._born[index]))
        self.changes += 1

    # Questions about an instant.

    def position(self, at: datetime) -> float:
        """Days from the world's start, held inside what is known."""
        days = (at - self.start).total_seconds() / _DAY
        return min(max(days, 0.0), float(self.curves.total.shape[1] - 1))

    def stars_at(self, at: datetime) -> NDArray[np.int64]:
        """The counts of all repos as GitHub shows them; kept for the instant asked last."""
        if self._stars is None or self._stars[:2] != (at, self.changes):
            still = [each.since for each in self.stills if each.holds(at)]
            self._stars = (at, self.changes, self._count(min(still, default=at)))
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
            self._created[index] = datetime.fromtimestamp(float(self._born[index]), UTC)
        return self._created[index]

    def born(self) -> NDArray[np.float64]:
        """Creation of all repos in Unix seconds."""
        return self._born

    def pushed(self, at: datetime) -> NDArray[np.float64]:
        """The last push of all repos in Unix seconds; for those still to come, their creation."""
        return self._pushes.all(at, self.lives)

    def absence(self, index: int, at: datetime) -> Absence | None:
        """Why a repo does not answer at an instant; None if it does."""
        life = self.lives.get(index)
        if life is None:
            return None
        return next((each for each in life.absences if each.holds(at)), None)

    def names(self, index: int) -> tuple[RepoName, Changes[RepoName]]:
        """The name that a repo was made with, and its later ones."""
        return self.facts[index].name, self.life_of(index).names

    def name_at(self, index: int, at: datetime) -> RepoName:
        """What the repo is called at an instant."""
        first, later = self.names(index)
        return later.latest(at, first)

    def description_at(self, index: int, at: datetime) -> str:
        """What the repo says of itself at an instant."""
        described = self.life_of(index).descriptions
        return described.latest(at, self.facts[index].description)

    def node_id_at(self, index: int, at: datetime) -> str:
        """The node id that GitHub tells at an instant."""
        renoding = self.life_of(index).renoding
        return old_node_id(index) if renoding and at < renoding.since else node_id(index)

    def resolve(self, node: str, at: datetime) -> int | None:
        """Find the repo of a node id, in whichever form; None where it is that of nobody."""
        index = index_of(node, self.size)
        if index is None and (index := index_of_old(node, self.size)) is not None:
            renoding = self.life_of(index).renoding
            if renoding and not renoding.resolves and renoding.since <= at:
                return None
        return index

    def repo_at(self, index: int, at: datetime) -> Repo | None:
        """What GitHub would tell of a repo; None where it is not there for the public."""
        if not self.exists(index, at) or self.absence(index, at):
            return None
        facts, life = self.facts[index], self.life_of(index)
        stars = self.stars(index, at)
        pushed = self._pushes.last(index, at, life)
        fork_of = life.fork_of(at)
        return Repo(
            id=RepoId(FIRST_ID + index),
            node_id=self.node_id_at(index, at),
            name=self.name_at(index, at),
            stars=stars,
            description=life.descriptions.latest(at, facts.description),
            topics=facts.topics,
            language=facts.language,
            license=life.licences.latest(at, facts.license),
            forks=int(stars * self._forks[index]),
            owner_is_organisation=life.organisation.latest(at, facts.organisation),
            created_at=life.told_created or self.created_at(index),
            pushed_at=pushed,
            updated_at=max(pushed, at.replace(hour=0, minute=0, second=0, microsecond=0))
            if stars
            else pushed,
            archived=any(each.holds(at) for each in life.archived),
            is_fork=fork_of is not None,
            fork_of=None if fork_of is None else self.name_at(fork_of, at),
        )

    def told(self, index: int, at: datetime) -> Repo | None:
        """As `repo_at`, to somebody who asks: a count that is to be misread is, and that once."""
        repo = self.repo_at(index, at)
        if repo is None:
            return None
        for each in self.misreadings.get(index, ()):
            if each.left and each.since <= at:
                each.left -= 1
                return replace(repo, stars=each.stars)
        return repo

    def fork_root(self, index: int, at: datetime) -> int:
        """The repo that a fork, or a fork of it, was made of in the end."""
        seen = {index}
        while (of := self.life_of(index).fork_of(at)) is not None and of not in seen:
            index = of
            seen.add(of)
        return index

    def find(self, name: str, at: datetime) -> tuple[int, bool] | None:
        """Find who answers to `owner/name`: the repo called so now, else the last one called so.

        The second value says that it has moved on to another name. It may be absent all the same.
        """
        index = self.directory.last_taker(name, self, at)
        return None if index is None else (index, self.name_at(index, at).key != name.casefold())

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
        if wave is not None and wave.there(self.position(at)):
            retained = retained + wave.given(where)
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

    def _count(self, at: datetime) -> NDArray[np.int64]:
        where = self.position(at)
        day = min(int(where), self.curves.total.shape[1] - 2)
        before = self.curves.total[:, day].astype(np.int64)
        gained = self.curves.total[:, day + 1] - before
        count: NDArray[np.int64] = before + np.floor(gained * (where - day)).astype(np.int64)
        for index, spurt in self.spurts.items():
            count[index] += spurt.given(np.array([where]))[0]
        for index, wave in self.waves.items():
            if wave.there(where):
                count[index] += wave.given(np.array([where]))[0]
        # Some stars are taken back within days: a small flutter on top of those that stay.
        mixed = (np.arange(len(count)) * 73_856_093) ^ ((day + 1) * 19_349_663)
        noise = ((mixed * 0x9E37_79B1) & 0xFFFF_FFFF) >> 30
        flutter: NDArray[np.int64] = self._flutter * noise
        flutter[list(self.flat)] = 0
        flutter[count <= _FEW] = 0
        count += flutter
        return count
