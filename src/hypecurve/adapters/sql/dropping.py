"""Deleting what was told, and channels whole, with all that hangs on them, on SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hypecurve.adapters.sql.statements import POSTGRES, among
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    delivery_step,
    digest,
    digest_member,
    follow,
    mute,
    notice,
    pick,
    submission,
    subscription,
)
from hypecurve.ports.store import Forgotten

_PATIENCE = 500
"""Milliseconds to wait for those who use a database when its log is to be emptied."""
_HOLDER = {"digest": "digest_id", "notice": "notice_id"}


async def drop(connection: AsyncConnection, table: Table, *which: ColumnElement[bool]) -> int:
    """Delete rows of one table; return how many."""
    return (await connection.execute(delete(table).where(*which))).rowcount


async def empty_log(engine: AsyncEngine) -> bool:
    """Empty the log of a SQLite file; False where somebody uses it longer than we wait.

    The file itself is written over (`secure_delete`), but pages as they were stay in the log until
    it is begun anew: https://sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    if engine.dialect.name == POSTGRES:
        return True
    async with engine.connect() as connection:
        # Not through a transaction: within one nothing can be emptied.
        driver = (await connection.get_raw_connection()).driver_connection
        (usual,) = await _asked(driver, "PRAGMA busy_timeout")
        await _asked(driver, f"PRAGMA busy_timeout = {_PATIENCE}")
        try:
            busy, *_ = await _asked(driver, "PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            return False  # What was deleted is deleted: the log can wait for better times.
        finally:
            await _asked(driver, f"PRAGMA busy_timeout = {usual}")
    return not busy


async def _asked(driver: Any, pragma: str) -> Sequence[int]:  # noqa: ANN401 - a driver's connection
    async with driver.execute(pragma) as cursor:
        return tuple(await cursor.fetchone() or (0,))


async def drop_told(connection: AsyncConnection, table: Table, *which: ColumnElement[bool]) -> int:
    """Delete digests or notices (`table`) with their deliveries, members and told picks."""
    holder = _HOLDER[table.name]
    these = select(table.c.id).where(*which)
    sent = select(delivery.c.id).where(delivery.c[holder].in_(these))
    await drop(connection, delivery_step, delivery_step.c.delivery_id.in_(sent))
    await drop(connection, delivery, delivery.c[holder].in_(these))
    await drop(connection, digest_member, digest_member.c[holder].in_(these))
    if table is digest:
        await drop(connection, pick, pick.c.digest_id.in_(these))
    return await drop(connection, table, *which)


async def drop_channels(connection: AsyncConnection, ids: Sequence[int]) -> Forgotten:
    """Delete channels with all that hangs on them.

    What was submitted from them stays, from nowhere. They are held first: whoever composes for
    them comes before or after.
    """
    if not ids:
        return Forgotten()
    held = select(channel.c.id).where(among(connection, channel.c.id, ids)).order_by(channel.c.id)
    await connection.execute(held.with_for_update())
    picks = await drop(connection, pick, among(connection, pick.c.channel_id, ids))
    digests, notices = [
        await drop_told(connection, table, among(connection, table.c.channel_id, ids))
        for table in (digest, notice)
    ]
    for table in (follow, mute):
        await drop(connection, table, among(connection, table.c.channel_id, ids))
    its_own = among(connection, subscription.c.channel_id, ids)
    subscriptions = await drop(connection, subscription, its_own)
    await connection.execute(
        update(submission)
        .where(among(connection, submission.c.channel_id, ids))
        .values(channel_id=None)
    )
    channels = await drop(connection, channel, among(connection, channel.c.id, ids))
    return Forgotten(
        channels=channels,
        subscriptions=subscriptions,
        digests=digests,
        notices=notices,
        picks=picks,
    )
