"""The tracker over a GitHub in memory: a cycle at a time, on a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.bootstrap import load_taxonomy
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.repo import Repo
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.stars import PastStars
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Term
from hypecurve.services.tracker.cycle import Tracking, run_cycle
from hypecurve.services.tracker.detect import Detected
from support.catalogue import a_repo
from support.databases import INTERVAL, NOW
from support.sources import MemoryGitHub

BAR = 500


@cache
def taxonomy() -> Taxonomy:
    """The one that ships."""
    return load_taxonomy()


def an_ai_repo(number: int, stars: int = 600, **facts: Any) -> Repo:  # noqa: ANN401 - fields of a Repo
    """A repo that the shipped taxonomy takes for an agent."""
    return a_repo(number, stars, description="An LLM agent framework", **facts)


def past_of(days: Iterable[int], until: datetime = NOW) -> PastStars:
    """A history whose last day is the one of `until`."""
    gains = tuple(days)
    first = until.date() - timedelta(days=len(gains) - 1)
    return PastStars(date(first.year, first.month, first.day), gains, until)


@dataclass
class Tracker:
    """Runs cycles; `terms` may grow between them."""

    store: SqlStore
    github: MemoryGitHub = field(default_factory=MemoryGitHub)
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    terms: tuple[str, ...] = ("llm",)
    budget: int = 0
    operator: Channel | None = None

    async def cycle(self, after: timedelta = INTERVAL) -> list[Signal]:
        """Let time pass, run one cycle, return its signals."""
        found = await self.run(after)
        return [] if found is None else list(found.signals)

    async def run(self, after: timedelta = INTERVAL) -> Detected | None:
        """The same; return all that the cycle says of itself."""
        self.clock.at += after
        return await run_cycle(self.store, self.github, self.clock, taxonomy(), self.tracking)

    @property
    def tracking(self) -> Tracking:
        """The settings of its cycles."""
        return Tracking(
            tuple(Term(term) for term in self.terms),
            BAR,
            INTERVAL,
            backfill_budget=self.budget,
            operator=self.operator,
        )

    async def kinds(self, after: timedelta = INTERVAL) -> list[tuple[int, SignalKind]]:
        """(repo, kind) of the next cycle's signals."""
        return [(signal.repo_id, signal.kind) for signal in await self.cycle(after)]
