"""Texts that name what is not to be known any longer: they are looked for and emptied, on SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    Text,
    cast,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.giving_up import given_up_as, reason_or
from hypecurve.adapters.sql.statements import POSTGRES, among
from hypecurve.adapters.sql.tables import delivery, digest, notice, pick
from hypecurve.domain.delivery import DeliveryState
from hypecurve.ports.store import Forgotten

_S = DeliveryState
_AT_ONCE = 500
"""Texts that are looked at closely at a time."""
_OF_PLACES = ~notice.c.key.startswith("alert ") & ~notice.c.key.startswith("listed ")
"""Notices that are not of repos; who begins such keys is `services.digests`."""
_SHOWN = 20
"""Characters of a person's name that no text cuts: `wording.picks` shows some 40."""
_WHY = "Its text is not kept any longer."


@dataclass(frozen=True, slots=True)
class Name:
    """What somebody is called: `part` as a database looks for it, `pattern` as it is meant."""

    part: str
    pattern: re.Pattern[str]
    any_case: bool = False

    def __contains__(self, text: str) -> bool:
        """Whether a text names them."""
        return self.pattern.search(text) is not None

    @classmethod
    def of_id(cls, text: str) -> Name:
        """A platform's id, whole; a number that stands alone in JSON is none."""
        return cls(
            text,
            re.compile(rf'(?<![A-Za-z0-9])(?<!":)(?<!": ){re.escape(text)}(?![A-Za-z0-9])'),
        )

    @classmethod
    def of_login(cls, login: str) -> Name:
        """A GitHub account, as the owner of a repo, in an address, or with an @."""
        its = re.escape(login)
        return cls(
            login,
            re.compile(rf"(?<![A-Za-z0-9-]){its}/|(?<=[/@]){its}(?![A-Za-z0-9-])", re.IGNORECASE),
            any_case=True,
        )

    @classmethod
    def of_person(cls, text: str) -> Name:
        """A person, by as much of their name as every text shows that names them."""
        its = json.dumps(text[:_SHOWN], ensure_ascii=False)[1:-1]
        end = "" if len(text) > _SHOWN else "(?![A-Za-z0-9])"
        begin = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
        return cls(its, re.compile(f"{begin}{re.escape(its)}{end}"))


def holds(connection: AsyncConnection, column: ColumnElement[Any], name: Name) -> Any:  # noqa: ANN401 - a condition, whose type each dialect has its own of
    """The condition that a column of text or JSON may name somebody."""
    text = cast(column, Text)
    part = f"%{_escaped(name.part)}%"
    if name.any_case and connection.dialect.name == POSTGRES:
        return text.ilike(part, escape="\\")  # several times as slow as `like`
    return text.like(part, escape="\\")  # SQLite's passes over the case of ASCII


def _escaped(part: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", part)


async def untell(
    connection: AsyncConnection, name: Name, at: datetime, *, everywhere: bool = True
) -> Forgotten:
    """Empty the digests and notices that name somebody, and the keys of notices that do.

    `everywhere` False: only where this program names places, not in what is told of repos.
    """
    of_places = () if everywhere else (_OF_PLACES,)
    texts = await _naming(connection, digest, digest.c.message, name) if everywhere else []
    await empty(connection, digest, texts, at)
    noticed = await _naming(connection, notice, notice.c.message, name, *of_places)
    await empty(connection, notice, noticed, at)
    keys = await _naming(connection, notice, notice.c.key, name, *of_places)
    if keys:
        # What it told is not to be known; that it was told stays.
        unnamed = literal("forgotten ") + cast(notice.c.id, String)
        await connection.execute(
            update(notice).where(among(connection, notice.c.id, keys)).values(key=unnamed)
        )
    return Forgotten(texts=len(texts) + len(noticed), names=len(keys))


async def untell_picks(
    connection: AsyncConnection, which: ColumnElement[bool], at: datetime
) -> int:
    """Empty what channels were told of picks, and all else that they were told by that name.

    Of the digests that tell a pick the last is known; those before were given up, and keep a text.
    """
    made = (await connection.execute(select(pick).where(which))).mappings().all()
    told = {row["digest_id"] for row in made}
    kept = select(digest.c.id).where(digest.c.message.is_not(None))
    digests = set(
        await connection.scalars(kept.where(among(connection, digest.c.id, told - {None})))
    )
    notices = set[int]()
    for channel_id, by in {(row["channel_id"], row["by"]) for row in made if row["by"]}:
        name = Name.of_person(by)
        for table, found in ((digest, digests), (notice, notices)):
            here = table.c.channel_id == channel_id
            found.update(await _naming(connection, table, table.c.message, name, here))
    await empty(connection, digest, sorted(digests), at)
    await empty(connection, notice, sorted(notices), at)
    return len(digests) + len(notices)


async def empty(
    connection: AsyncConnection, table: Table, ids: Sequence[int], at: datetime
) -> None:
    """Take their text from digests or notices; what waits to be sent of them is given up."""
    if not ids:
        return
    holder = delivery.c.digest_id if table is digest else delivery.c.notice_id
    waits = (_S.PENDING.value, _S.HELD.value)
    await connection.execute(
        update(delivery)
        .where(among(connection, holder, ids), delivery.c.state.in_(waits))
        .values(state=given_up_as(_S.EXPIRED), settled_at=at, reason=reason_or(_WHY))
    )
    await connection.execute(
        update(table).where(among(connection, table.c.id, ids)).values(message=null())
    )


async def _naming(
    connection: AsyncConnection,
    table: Table,
    column: ColumnElement[Any],
    name: Name,
    *which: ColumnElement[bool],
) -> list[int]:
    """The ids of rows in which a column names somebody."""
    found: list[int] = []
    after = 0
    while True:
        statement = (
            select(table.c.id, cast(column, Text).label("text"))
            .where(table.c.id > after, *which)
            .where(column.is_not(None), holds(connection, column, name))
            .order_by(table.c.id)
            .limit(_AT_ONCE)
        )
        rows = (await connection.execute(statement)).all()
        found += [row.id for row in rows if row.text in name]
        if len(rows) < _AT_ONCE:
            return found
        after = rows[-1].id
