"""Mending a database that a clock wrote into that was ahead: nothing is over that is to come."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.engine import WRITING
from hypecurve.adapters.sql.failing import reachable
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import (
    Instant,
    cycle,
    delivery,
    digest,
    lease,
    metadata,
    repo,
    signal,
    subscription,
    sweep,
    world,
)

_OTHERS = frozenset(
    {
        *(repo.c.created_at, repo.c.pushed_at, repo.c.updated_at),  # GitHub's own words
        *(digest.c.due_at, subscription.c.paused_until, lease.c.until, world.c.created_at),
        sweep.c.at,  # each has its own
    }
)
_TO_COME = {
    subscription.c.next_due: timedelta(days=8),
    delivery.c.next_try_at: timedelta(days=8),
    delivery.c.lease_until: timedelta(days=1),
}
"""Times that may lie ahead, and how far at most: a digest comes once a week or more often."""
_OF_A_SWEEP = (cycle.c.at, signal.c.at, repo.c.listed_at)


async def redate(store: SqlStore, now: datetime, every: timedelta) -> int:
    """Give what lies in the future a time that may be; return how many sweeps did.

    The sweeps keep their order and their counts, and stand between the last one before `now` and
    `now`, evenly; where there is none before, they begin `every` before `now`. What else happened
    in the future gets the time of the last of them. All of it is kept, or nothing.
    """
    async with reachable(), store.engine.connect() as connection:
        await connection.execution_options(**{WRITING: True})
        async with connection.begin():
            moved = await _sweeps(connection, now, every)
            happened = moved[-1] if moved else now
            for table in metadata.sorted_tables:
                for column in table.c:
                    if isinstance(column.type, Instant) and column not in _OTHERS:
                        bound = _TO_COME.get(column)
                        at = happened if bound is None else now
                        late = column > now + (bound or timedelta(0))
                        await connection.execute(update(table).where(late).values({column: at}))
    return len(moved)


async def _sweeps(connection: AsyncConnection, now: datetime, every: timedelta) -> list[datetime]:
    """Date the sweeps, and what bears the time of one; return their times."""
    ahead = select(sweep.c.at).where(sweep.c.at >= now).order_by(sweep.c.at)
    wrong = list(await connection.scalars(ahead))
    last = await connection.scalar(select(func.max(sweep.c.at)).where(sweep.c.at < now))
    first = last or now - every
    dated = [first + (now - first) * place / (len(wrong) + 1) for place in range(1, len(wrong) + 1)]
    for was, at in zip(wrong, dated, strict=True):
        for column in (sweep.c.at, *_OF_A_SWEEP):
            await connection.execute(update(column.table).where(column == was).values({column: at}))
    return dated
