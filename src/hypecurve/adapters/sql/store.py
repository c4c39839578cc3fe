"""The store: units of work over one database that belongs to one world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.catalogue import SqlCatalogue
from hypecurve.adapters.sql.digests import SqlDigests
from hypecurve.adapters.sql.dropping import empty_log
from hypecurve.adapters.sql.engine import WRITING, database_url, make_engine
from hypecurve.adapters.sql.failing import reachable
from hypecurve.adapters.sql.forgetting import SqlForgetting
from hypecurve.adapters.sql.installations import SqlInstallations, SqlPicks
from hypecurve.adapters.sql.leases import SqlLeases
from hypecurve.adapters.sql.outbox import SqlOutbox
from hypecurve.adapters.sql.pastlog import SqlPastLog
from hypecurve.adapters.sql.reach import SqlReach
from hypecurve.adapters.sql.signallog import SqlSignalLog
from hypecurve.adapters.sql.sources import SqlSources
from hypecurve.adapters.sql.starlog import SqlStarLog
from hypecurve.adapters.sql.statements import upsert
from hypecurve.adapters.sql.submissions import SqlSubmissions
from hypecurve.adapters.sql.subscriptions import SqlSubscriptions
from hypecurve.adapters.sql.tables import cycle
from hypecurve.adapters.sql.tables import world as world_table
from hypecurve.domain.errors import WrongWorld
from hypecurve.domain.repo import PUBLIC_SITE


@dataclass(frozen=True, slots=True)
class World:
    """What a database's numbers speak of: `live` with its API host, `replay`, or `demo`."""

    kind: str
    host: str = ""
    made_at: datetime | None = field(default=None, compare=False)
    """When the database was given to it."""

    @property
    def site(self) -> str:
        """Where people look at its repos: the address of the API without what marks it as one.

        `HOST/api/v3` is an Enterprise server and `api.NAME.ghe.com` Enterprise Cloud; all else
        speaks for github.com. https://docs.github.com/rest/using-the-rest-api/getting-started
        """
        server, path, rest = self.host.partition("/api/v3")
        if path and not rest:
            return f"{'http' if _is_loopback(server) else 'https'}://{server}"
        is_cloud = self.host.startswith("api.") and self.host.endswith(".ghe.com")
        return f"https://{self.host.removeprefix('api.')}" if is_cloud else PUBLIC_SITE

    def __str__(self) -> str:
        """`live (api.github.com)`."""
        return f"{self.kind} ({self.host})" if self.host else self.kind


def _is_loopback(server: str) -> bool:
    name = urlsplit(f"//{server}").hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class SqlTransaction:
    """`ports.store.Transaction` on one connection."""

    def __init__(
        self, connection: AsyncConnection, site: str, interval: timedelta, keep: timedelta | None
    ) -> None:
        """Give each part the connection."""
        self.catalogue = SqlCatalogue(connection, site)
        self.sources = SqlSources(connection)
        self.stars = SqlStarLog(connection, interval, keep)
        self.past = SqlPastLog(connection, site)
        self.signals = SqlSignalLog(connection)
        self.subscriptions = SqlSubscriptions(connection)
        self.submissions = SqlSubmissions(connection, site)
        self.digests = SqlDigests(connection)
        self.outbox = SqlOutbox(connection)
        self.reach = SqlReach(connection)
        self.installations = SqlInstallations(connection)
        self.picks = SqlPicks(connection)
        self.forgetting = SqlForgetting(connection)
        self.leases = SqlLeases(connection)


class SqlStore:
    """`ports.store.Store`. `interval`: the usual time between sweeps."""

    def __init__(
        self, engine: AsyncEngine, world: World, interval: timedelta, keep: timedelta | None
    ) -> None:
        """Work on an engine whose database has its tables."""
        self.engine = engine
        self.world = world
        self._interval = interval
        self._keep = keep

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlTransaction]:
        """Open a consistent view; nothing it does is kept."""
        async with reachable() as inside, self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
            with inside:
                yield SqlTransaction(connection, self.world.site, self._interval, self._keep)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqlTransaction]:
        """Open a unit of work that is committed when the block ends without an error."""
        async with reachable() as inside, self.engine.connect() as connection:
            await connection.execution_options(**{WRITING: True})
            async with connection.begin():
                with inside:
                    yield SqlTransaction(connection, self.world.site, self._interval, self._keep)

    async def wipe(self) -> bool:
        """Empty SQLite's log, which has what was deleted until it is written anew.

        False where somebody reads or writes just now. PostgreSQL's files are the server's own.
        """
        async with reachable():
            return await empty_log(self.engine)


@asynccontextmanager
async def open_store(
    url: str,
    wanted: World | None,
    *,
    now: datetime,
    interval: timedelta,
    keep: timedelta | None = None,
    durable: bool = True,
) -> AsyncIterator[SqlStore]:
    """Open the database of a world; an empty one is made and given to that world.

    `wanted` None takes whatever world the database has. WrongWorld and BadSetting say in one line
    what is wrong: another world, an older or newer version, no way to reach it.
    """
    address = database_url(url)
    if await migrate.revision(address) is None:
        if wanted is None:
            message = "There is nothing here yet: run `hypecurve update`, `demo` or `replay` first."
            raise WrongWorld(message)
        await migrate.upgrade(address)
    await migrate.check(address)
    engine = make_engine(address, durable=durable)
    try:
        try:
            world = await _world(engine, wanted, now)
        except DatabaseError as error:
            raise migrate.unreachable(address, error) from None
        yield SqlStore(engine, world, interval, keep)
    finally:
        await engine.dispose()


async def _world(engine: AsyncEngine, wanted: World | None, now: datetime) -> World:
    """The world of a database; WrongWorld where it is not the one that is wanted."""
    async with engine.connect() as connection:
        found = await _kept_world(connection)
    if found is None:  # only now: a question must not wait for whoever writes
        async with engine.connect() as connection:
            await connection.execution_options(**{WRITING: True})
            async with connection.begin():
                found = await _kept_world(connection)
                if found is None:
                    first = wanted or World("live")
                    await _give(connection, first, now)
                    # On PostgreSQL another one may have been faster, with another world.
                    found = await _kept_world(connection) or first
    if wanted is not None and found != wanted:
        message = (
            f"The database holds the world {found}, not {wanted}: "
            "its numbers must not be mixed. Point DATABASE_URL at another database."
        )
        raise WrongWorld(message)
    return found


async def _kept_world(connection: AsyncConnection) -> World | None:
    row = (await connection.execute(select(world_table))).first()
    return None if row is None else World(row.kind, row.host, row.created_at)


async def _give(connection: AsyncConnection, world: World, now: datetime) -> None:
    values = {"id": 1, "kind": world.kind, "host": world.host, "created_at": now}
    await upsert(connection, world_table, [values], update=())
    await upsert(connection, cycle, [{"id": 1, "number": 0, "at": None}], update=())
