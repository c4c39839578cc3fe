"""Giving a live database that holds nothing yet to another GitHub."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.exc import DatabaseError

from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.engine import WRITING, database_url, make_engine
from hypecurve.adapters.sql.tables import REVISION, follow, repo, subscription, sweep, world

_LIVE = "live"
_HOLD = (repo, sweep, subscription, follow)


async def rebind(url: str, host: str) -> bool:
    """Give an empty live database to the GitHub at `host`; False where it is not empty or not live.

    Empty is one without a repo, a sweep, a subscription or a follow: somebody mistyped the address
    and nothing came of it.
    """
    address = database_url(url)
    if await migrate.revision(address) != REVISION:
        return False
    engine = make_engine(address)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(**{WRITING: True})
            async with connection.begin():
                holds = select(*(exists().select_from(table) for table in _HOLD))
                if any((await connection.execute(holds)).one()):
                    return False
                own = world.update().where(world.c.kind == _LIVE).values(host=host)
                return bool((await connection.execute(own)).rowcount)
    except DatabaseError as error:
        raise migrate.unreachable(address, error) from None
    finally:
        await engine.dispose()
