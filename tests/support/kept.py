"""A database in which everything names somebody, and who is named in one."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, Text, cast, select

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import metadata
from hypecurve.domain.breaker import Breaker
from hypecurve.domain.installation import Installation
from hypecurve.domain.message import Entry, Line, Link, Message, MessageKind, Place, Section
from hypecurve.domain.message import SectionKind as Kind
from hypecurve.domain.message import Text as Words
from hypecurve.domain.pick import Pick
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.domain.subscription import Channel, Subscription, Tenant, Wants
from hypecurve.ports.store import Pause, Suspension
from support.catalogue import DAY, a_repo, a_signal, keep, listed, speak, sweep
from support.databases import NOW, opened
from support.telling import freeze, known, notify

ACME, NORI = Tenant("slack", "T0ACME"), Tenant("slack", "T0NORI")
HELLO, OTHER = Channel(ACME, "C0HELLO"), Channel(NORI, "C0OTHER")
ADA, BOB = "U0ADA", "U0BOB"
OPERATOR = Channel.parse("discord:900800700/900800701")
FLASHKV, VOICEBOX, RAGLINE = RepoId(1), RepoId(2), RepoId(3)


@pytest.fixture(scope="session")
def filled_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that `fill` filled, to copy."""
    file = tmp_path_factory.mktemp("filled") / "hypecurve.db"
    shutil.copyfile(sqlite_template, file)

    async def make() -> None:
        async with opened(f"sqlite:///{file}") as store:
            await fill(store)

    asyncio.run(make())
    return file


@pytest.fixture
async def full(filled_file: Path, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """A store that `fill` filled."""
    file = tmp_path / "full.db"
    shutil.copyfile(filled_file, file)
    async with opened(f"sqlite:///{file}") as store:
        yield store


async def naming(store: SqlStore, name: str) -> set[str]:
    """Which `table.column`s hold a name as a whole word, in whatever case."""
    word = re.compile(rf"(?<![a-z0-9]){re.escape(name.casefold())}(?![a-z0-9])")
    found = set()
    async with store.engine.connect() as connection:
        for table in metadata.sorted_tables:
            # What is packed holds numbers.
            columns = [each for each in table.c if not isinstance(each.type, LargeBinary)]
            for row in await connection.execute(select(*(cast(each, Text) for each in columns))):
                texts = zip(columns, row, strict=True)
                found |= {str(each) for each, text in texts if word.search((text or "").casefold())}
    return found


async def fill(store: SqlStore) -> None:
    """Two workspaces with one person each, an operator elsewhere, and three repos of two owners.

    Everything of the first workspace, of Ada, of #hello and of acme is named wherever it may be.
    """
    before = NOW - DAY
    await keep(store, [a_repo(VOICEBOX, name="acme/voicebox")], before)
    names = {FLASHKV: "acme/flashkv", VOICEBOX: "nori/voicebox", RAGLINE: "nori/ragline"}
    await listed(store, [a_repo(key, name=name) for key, name in names.items()])
    await sweep(store, before, {FLASHKV: 500, VOICEBOX: 600, RAGLINE: 700})
    await sweep(store, NOW, {FLASHKV: 550, VOICEBOX: 640, RAGLINE: 710})
    moved = a_signal(VOICEBOX, SignalKind.MOVED, before="acme/voicebox", after="nori/voicebox")
    await speak(store, [a_signal(FLASHKV), moved, a_signal(RAGLINE)])
    for tenant, channel, person in ((ACME, HELLO, ADA), (NORI, OTHER, BOB)):
        await _set_up(store, tenant, channel, person)
    async with store.write() as tx:
        await tx.submissions.block(f"repo:{FLASHKV}", NOW)
        await tx.reach.suspend(Suspension(ACME, NOW, "removed", NOW + DAY, removed=True))
        await tx.reach.keep([Breaker(str(ACME), 5, 1, NOW + DAY, "500", opened_at=NOW)])
    told = Message(MessageKind.NOTICE, "gone", footer=((Words(f"No longer installed in {ACME}"),),))
    await notify(store, f"suspended {ACME} {NOW:%Y-%m-%d}", OPERATOR, message=told)
    at_hello = Message(MessageKind.NOTICE, "dead", footer=((Words(f"Delivery 1 to {HELLO}"),),))
    await notify(store, f"dead {HELLO}", OPERATOR, message=at_hello)
    await notify(store, "wished", OPERATOR, message=_naming_repo("acme/flashkv", f"slack:{ADA}"))


async def _set_up(store: SqlStore, tenant: Tenant, channel: Channel, person: str) -> None:
    user = f"{tenant}/{person}"
    wants = Wants(without_owners=frozenset({"acme", "mira"}))
    async with store.write() as tx:
        await tx.subscriptions.add(Subscription(channel, wants, created_by=person))
        await tx.subscriptions.follow(channel, VOICEBOX, on=True)
        await tx.subscriptions.follow(channel, FLASHKV, on=True)
        await tx.subscriptions.mute(channel, RAGLINE, on=True)
        await tx.installations.keep(Installation(tenant, "sealed", "A team", person, "ru"), NOW)
        for number, name in ((FLASHKV, "acme/flashkv"), (VOICEBOX, "acme/voicebox")):
            submitted = RepoName.parse(name)
            await tx.submissions.add(
                Submission(number, submitted, NOW, SubmissionState.WATCHED, channel, user)
            )
            await tx.picks.add(channel, Pick(number, "look", "A name", NOW, user))
        await tx.submissions.block(f"user:{user}", NOW)
    of_pick = await freeze(store, NOW - DAY, channel=channel, message=_naming_repo("nori/ragline"))
    (key,) = await known(store, channel)
    async with store.write() as tx:
        (first, _) = (await tx.picks.waiting([key], NOW - DAY))[key]
        await tx.picks.told({of_pick or 0: [first.id or 0]})
    await freeze(store, NOW, [1, 2, 3], _naming_repo("acme/flashkv"), channel)
    await notify(store, "alert 3", channel, message=_naming_repo("nori/ragline"))
    line: Line = (Words("Cannot post in "), Place(channel))
    refused = Message(MessageKind.NOTICE, "Cannot post", footer=(line,))
    own = Channel.of_person(tenant, person)
    await notify(store, f"paused {channel} {NOW:%Y-%m-%d}", own, message=refused)
    async with store.write() as tx:
        await tx.reach.pause(channel, Pause(NOW, "is_archived", "It is archived.", NOW + DAY))


def _naming_repo(name: str, by: str = "somebody") -> Message:
    line: Line = (Link(name, f"https://github.com/{name}"), Words(f", picked by {by}"))
    return Message(
        MessageKind.DIGEST,
        "1 rising",
        sections=(Section(Kind.RISING, "Rising", (Entry((line,)),)),),
    )


async def rows_of(store: SqlStore) -> dict[str, int]:
    """How many rows each table has."""
    async with store.engine.connect() as connection:
        return {
            table.name: len((await connection.execute(select(table))).all())
            for table in metadata.sorted_tables
        }
