"""The made-up world that the cycle's bench watches: the same in every process that makes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypecurve.config import DEFAULT_TERMS
from hypecurve.ports import Term
from hypecurve.services.tracker.cycle import Tracking

if TYPE_CHECKING:
    from hypecurve.standin.world import World

SEED = 41
UNTIL = datetime(2026, 11, 22, 6, tzinfo=UTC)
"""The instant of the cycle that is measured."""
INTERVAL = timedelta(hours=6)
CROWDED = 777
TOKEN = "made-up"  # noqa: S105 - the stand-in's, a password to nothing
TRACKING = Tracking(
    terms=tuple(Term(term) for term in DEFAULT_TERMS),
    min_stars=500,
    interval=INTERVAL,
    backfill_budget=0,
)


def make_world(repos: int, crowd: int = 0) -> World:
    """Make it; the import comes late, since who measures the cycle needs no world.

    `crowd`: so many of the repos have one and the same star count, `CROWDED`.
    """
    from hypecurve.standin.world import World  # noqa: PLC0415 - see above

    world = World.make(SEED, repos, until=UNTIL, story=False)
    world.curves.total[:crowd] = CROWDED
    world.flat.update(range(crowd))
    return world
