"""Who may change what a channel hears, what the others are told, and in which language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.changes import Changers
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.installation import Installation
from hypecurve.domain.message import MessageKind
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Transaction
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.sample_day import sample_taxonomy

ADA = Asker(CHANNEL, "U1", zone="Europe/Paris", name="Ada")
REPO = str(a_repo(1).name)
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def desk_of(store: SqlStore, changes: Changers = "members") -> ServiceDesk:
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy(), changes=changes)


def told(answer: Answer) -> str:
    return plain(answer.announcement) if answer.announcement else ""


async def test_the_channel_is_told_who_changed_what_and_nothing_where_nothing_changed(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1)])
    desk = desk_of(store)
    first = await desk.answer(ADA, "subscribe agents at 09:00")
    assert first.public
    assert first.announcement is None
    assert plain(first.message).splitlines()[1] == "Ada subscribed this channel."
    for command, line in (
        ("schedule weekdays", "Ada changed the digest: weekdays at 09:00 Europe/Paris"),
        ("schedule weekdays", ""),
        ("filter min 1000", "Ada changed what the digest leaves out: under 1,000 stars"),
        ("filter quiet say", "Ada asked for a line on days without news."),
        ("filter off quiet skip", None),
        ("filter off", "Ada changed what the digest leaves out: nothing"),
        ("alerts", "Ada set the alerts: at most 3 a day, none from 22:00 to 08:00"),
        ("alerts off", "Ada turned alerts off."),
        ("pause 2d", "Ada paused the digest until Tue 24 Nov 07:00."),
        ("pause", "Ada paused the digest until somebody resumes it."),
        ("resume", "Ada resumed the digest: the next one comes Mon 23 Nov 09:00."),
        ("resume", ""),
        (f"follow {REPO}", f"Ada follows {REPO} here."),
        (f"mute {REPO}", f"Ada muted {REPO} here."),
        (f"unmute {REPO}", f"Ada unmuted {REPO} here."),
        (f"unfollow {REPO}", ""),
        ("unsubscribe inference", ""),
        ("unsubscribe all", "Ada ended this channel's digest."),
    ):
        answer = await desk.answer(ADA, command)
        assert not answer.public, command
        if line is not None:
            assert told(answer) == line, command


async def test_a_part_that_is_taken_off_leaves_the_rest_named(store: SqlStore) -> None:
    desk = desk_of(store)
    await desk.answer(ADA, "subscribe agents inference rising")
    answer = await desk.answer(ADA, "unsubscribe agents")
    assert told(answer).startswith("Ada changed the digest: Inference")
    assert told(answer).endswith("(rising)")


async def test_a_name_is_cleaned_and_cut_and_nobody_is_somebody(store: SqlStore) -> None:
    desk = desk_of(store)
    await desk.answer(replace(ADA, name=""), "subscribe all")
    answer = await desk.answer(replace(ADA, name="A\u202eda\n*" + "x" * 90), "pause")
    assert told(answer).startswith("Ada *xxx")
    assert len(told(answer)) < 100
    assert told(await desk.answer(replace(ADA, name="\u200b"), "resume")).startswith("Somebody re")


async def test_nobody_is_told_where_nobody_else_reads(store: SqlStore) -> None:
    desk, alone = desk_of(store), replace(ADA, is_alone=True)
    first = await desk.answer(alone, "subscribe all")
    assert "Ada" not in plain(first.message)
    assert (await desk.answer(alone, "pause")).announcement is None


@pytest.mark.parametrize("changes", ["members", "admins"])
async def test_a_guest_reads_everything_and_changes_nothing(
    store: SqlStore, changes: Changers
) -> None:
    await listed(store, [a_repo(1)])
    desk, guest = desk_of(store, changes), replace(ADA, is_stranger=True, is_admin=True)
    for command in ("subscribe all", f"follow {REPO}", "pause", f"submit {REPO}", "schedule 09:00"):
        answer = await desk.answer(guest, command)
        assert "You are a guest" in plain(answer.message), command
        assert answer.announcement is None
    for command in ("status", "top", f"repo {REPO}", f"why {REPO}", "subscriptions", "preview"):
        assert (await desk.answer(guest, command)).message.kind is not MessageKind.ERROR, command


async def test_where_changes_are_for_admins_a_member_is_told_so_and_reads_on(
    store: SqlStore,
) -> None:
    desk = desk_of(store, "admins")
    refused = await desk.answer(ADA, "subscribe all")
    assert plain(refused.message).startswith("Only admins change what a channel hears")
    assert not await subscriptions_of(store, CHANNEL)
    assert (await desk.answer(ADA, "status")).message.kind is not MessageKind.ERROR
    # What one submits is for all of the catalogue, and changes no channel.
    assert "Only admins" not in plain((await desk.answer(ADA, "submit acme/x")).message)
    for who, at in ((replace(ADA, is_admin=True), 9), (replace(ADA, is_alone=True), 10)):
        first = await desk.answer(who, f"subscribe all at {at}:00")
        assert first.message.kind is MessageKind.FIRST


async def test_an_answer_is_in_the_channels_language_else_its_installers_else_the_askers(
    store: SqlStore,
) -> None:
    desk, german = desk_of(store), replace(ADA, locale="de")

    async def locale_here(asker: Asker = german) -> str:
        return (await desk.spoken_to(asker)).locale

    assert await locale_here() == "de"
    async with store.write() as tx:
        await tx.installations.keep(Installation(CHANNEL.tenant, "x", locale="ru"), NOW)
    assert await locale_here() == "ru"
    await desk.carry_out(german, "subscribe all")
    (one,) = await subscriptions_of(store, CHANNEL)
    assert one.locale == "ru"
    async with store.write() as tx:
        await tx.subscriptions.speak(CHANNEL, "en")
    assert await locale_here() == "en"
    elsewhere = Channel.parse("slack:T9/C9")
    assert await locale_here(replace(german, channel=elsewhere)) == "de"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("search " + "x" * 3_000, "That is too long for a command."),
        ("repo acme/\u202eflash", "There are invisible characters"),
        ("subscribe\x00all", "There are invisible characters"),
        ("pause \ud800", "There are invisible characters"),
        (f'pick {REPO} "\u2066look"', "There are invisible characters"),
        (f"pick {REPO} می\u200c\u200cشد", "There are invisible characters"),
        (f"pick {REPO} می\u200cشد", f"{REPO} is not known yet"),
    ],
)
async def test_what_nobody_types_by_hand_is_refused_kindly(
    store: SqlStore, text: str, words: str
) -> None:
    answer = await desk_of(store).answer(ADA, text)
    assert plain(answer.message).startswith(words)
    assert (answer.public, answer.announcement) == (False, None)


async def test_what_somebody_shares_is_for_all_and_a_guest_shares_nothing(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1)])
    desk = desk_of(store)
    shared = await desk.answer(ADA, f"share repo {REPO}")
    assert shared.public
    assert "Shared by Ada" in plain(shared.message)
    guest = await desk.answer(replace(ADA, is_stranger=True), f"share repo {REPO}")
    assert not guest.public
    assert "You are a guest" in plain(guest.message)
    assert not (await desk.answer(ADA, "share pause")).public


class Hanging:
    """A database that does not answer, or says at once that it is away."""

    def __init__(self, store: SqlStore, error: Exception | None = None) -> None:
        self._store, self._error = store, error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        if self._error:
            raise self._error
        await asyncio.Event().wait()
        async with self._store.read() as tx:
            yield tx

    write = read

    async def wipe(self) -> bool:
        return await self._store.wipe()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "The database is slow at present"),
        (StoreUnavailable("The database is away."), "The database is away."),
    ],
)
async def test_a_database_that_hangs_or_is_away_is_said_in_the_askers_language(
    store: SqlStore, error: Exception | None, words: str
) -> None:
    desk = replace(desk_of(store), store=Hanging(store, error), patience=0.01, soon=0.01)
    for command in ("status", "subscribe all", "top"):
        answer = await desk.answer(replace(ADA, locale="de"), command)
        assert plain(answer.message).startswith(words)
        assert answer.message.kind is MessageKind.ERROR
    # What needs no database is answered all the same.
    assert (await desk.answer(ADA, "help")).message.kind is MessageKind.HELP
