"""What is told of a change is of that change alone, and what is kept is said to be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.chat.patience import done_within
from hypecurve.domain.asking import Answer, Asker, Filled
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.subscription import Channel, Schedule, Wants
from hypecurve.ports.store import Listener, Store, Transaction
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.sample_day import sample_taxonomy

ADA = Asker(CHANNEL, "U1", zone="Europe/Paris", name="Ada")
BO, CY = replace(ADA, user_id="U2", name="Bo"), replace(ADA, user_id="U3", name="Cy")
REPO, OTHER = str(a_repo(1).name), str(a_repo(2).name)
SQLITE = pytest.mark.parametrize("backend", ["sqlite"])


def desk_of(store: SqlStore) -> ServiceDesk:
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy())


def told(answer: Answer) -> str:
    return plain(answer.announcement) if answer.announcement else ""


async def heard(store: SqlStore, channel: Channel = CHANNEL) -> Listener | None:
    async with store.read() as tx:
        return await tx.subscriptions.listener(channel)


async def test_of_three_changes_at_once_each_is_told_of_who_made_it(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    desk = desk_of(store)
    await desk.answer(ADA, "subscribe all")
    subscribed = await heard(store)
    assert subscribed is not None
    (one,) = subscribed.subscriptions
    filled = Filled(one.wants, replace(one.schedule, weekdays=frozenset({0})), one.id)
    answers = await asyncio.gather(
        desk.answer(ADA, f"follow {REPO}"),
        desk.answer(BO, "filter quiet say"),
        ServiceForms(desk).fill(CY, replace(filled, speaks_when_quiet=True)),
        desk.answer(replace(BO, name="Di", user_id="U4"), f"mute {OTHER}"),
    )
    first, _, third, last = map(told, answers)
    assert first == f"Ada follows {REPO} here."
    assert last == f"Di muted {OTHER} here."
    assert third.splitlines()[0] == "Cy changed the digest: Mon at 09:00 Europe/Paris"
    # Two wished for the line on days without news: whoever came first is told to have.
    wished = "asked for a line on days without news."
    assert [
        line for each in map(told, answers) for line in each.splitlines() if wished in line
    ] in (
        [f"Bo {wished}"],
        [f"Cy {wished}"],
    )


class Slow:
    """A database that waits where it is told to: when it begins, keeps, or kept."""

    def __init__(self, store: SqlStore, where: str) -> None:
        self._store, self._where = store, where
        self.go_on = asyncio.Event()

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        return self._store.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with self._store.write() as tx:
            await self._wait("begins")
            yield tx
            await self._wait("keeps")
        await self._wait("kept")

    async def wipe(self) -> bool:
        return await self._store.wipe()

    async def _wait(self, where: str) -> None:
        if where == self._where:
            await self.go_on.wait()


@SQLITE
async def test_what_is_kept_late_is_said_to_be_done_and_told_to_all(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await desk_of(store).answer(ADA, "subscribe all")
    before = await heard(store)
    assert before is not None
    (one,) = before.subscriptions
    slow = Slow(store, "kept")
    desk = replace(desk_of(store), store=slow, patience=1.0)
    filled = Filled(replace(one.wants, least_stars=1_000), one.schedule, one.id)
    following = asyncio.ensure_future(desk.answer(BO, f"follow {REPO}"))
    filling = asyncio.ensure_future(ServiceForms(desk).fill(ADA, filled))
    done, _ = await asyncio.wait({following, filling}, timeout=1.1)
    assert not done
    slow.go_on.set()
    assert told(await following) == f"Bo follows {REPO} here."
    words = "Ada changed what the digest leaves out: under 1,000 stars"
    assert told(await filling) == words


@SQLITE
async def test_nothing_is_kept_once_somebody_was_told_so(store: SqlStore) -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def deaf(cutting: Store) -> None:
        """Follows a repo, and does not hear that it is given up."""
        try:
            async with cutting.write() as tx:
                await tx.subscriptions.speak(CHANNEL, "ru")
                begun.set()
                while not go_on.is_set():
                    with suppress(asyncio.CancelledError):
                        await go_on.wait()
        finally:
            ended.set()

    with pytest.raises(StoreUnavailable, match="this was not done"):
        await done_within(0.01, store, deaf)
    go_on.set()
    if begun.is_set():
        await ended.wait()
    found = await heard(store)
    assert found is None or not found.locale


@SQLITE
async def test_what_is_given_up_before_it_is_kept_is_surely_not_done(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await desk_of(store).answer(ADA, "subscribe all")
    slow = Slow(store, "begins")
    desk = replace(desk_of(store), store=slow, patience=0.01)
    answer = await desk.answer(ADA, f"follow {REPO}")
    assert plain(answer.message) == (
        "The database is slow at present, so this was not done. Please try again in a minute."
    )
    with pytest.raises(StoreUnavailable, match="this was not done"):
        await ServiceForms(desk).fill(ADA, Filled(Wants(), Schedule(), None))
    slow.go_on.set()
    found = await heard(store)
    assert found is not None
    assert not found.followed
    assert len(found.subscriptions) == 1


@SQLITE
async def test_who_subscribes_to_what_is_heard_already_is_told_alone(store: SqlStore) -> None:
    desk = desk_of(store)
    await desk.answer(ADA, "subscribe all at 09:00")
    words = "This channel hears that already. The next digest comes "
    for command in ("subscribe all", "subscribe agents", "subscribe all at 09:00 Europe/Paris"):
        answer = await desk.answer(BO, command)
        assert plain(answer.message).startswith(words), command
        assert (answer.public, answer.announcement) == (False, None)
    one = await heard(store)
    assert one is not None
    wish = Filled(one.subscriptions[0].wants, one.subscriptions[0].schedule, 0)
    filled = await ServiceForms(desk).fill(BO, wish)
    assert plain(filled.message).startswith(words)
    assert not filled.public
    for command in ("subscribe all min 500", "subscribe all rising", "subscribe all at 10:00"):
        assert (await desk.answer(BO, command)).public, command
    await desk.answer(ADA, "pause")
    answer = await desk.answer(BO, "subscribe all at 10:00")
    assert plain(answer.message) == ("This channel hears that already. It is paused: /hype resume")


@SQLITE
async def test_a_channel_has_one_language_whoever_changes_it(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    desk = desk_of(store)
    vera = replace(ADA, locale="ru", name="Vera")
    await desk.answer(ADA, "subscribe all")
    assert told(await desk.answer(vera, f"follow {REPO}")) == f"Vera follows {REPO} here."
    assert "Shared by Vera" in plain((await desk.answer(vera, f"share repo {REPO}")).message)
    assert (await desk.answer(vera, "subscribe all at 18:00")).message.locale == "en"
    found = await heard(store)
    assert found is not None
    assert {each.locale for each in found.subscriptions} == {"en"}
    assert (await desk.answer(vera, f"pick {REPO} look")).message.locale == "en"


@SQLITE
@pytest.mark.parametrize("zone", ["Mars/Phobos", "", None])
async def test_a_zone_that_nobody_knows_here_is_as_good_as_none(
    store: SqlStore, zone: str | None
) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    desk = desk_of(store)
    asker = replace(ADA, zone=zone)
    for command in ("top", f"repo {REPO}", f"why {REPO}", f"compare {REPO} {OTHER}", "categories"):
        known = await desk.answer(replace(ADA, zone="UTC"), command)
        assert plain((await desk.answer(asker, command)).message) == plain(known.message), command
    forms = ServiceForms(desk)
    assert (await forms.form(asker)).filled.schedule.zone == "UTC"
    assert (await forms.home(asker)).head == (await forms.home(replace(ADA, zone="UTC"))).head
