"""Manners: a flood by one person is slowed down, and harms nobody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.answering import hosts_of
from hypecurve.chat.gate import Gate
from hypecurve.chat.manners import AT_ONCE, WAITING, Manners
from hypecurve.config import Settings
from hypecurve.domain.asking import Answer, Asker, Filled, Form, Home
from hypecurve.domain.errors import BadCommand
from hypecurve.domain.message import Choice, Message, MessageKind
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Suggestible
from support.bots import kit
from support.databases import NOW
from support.sample_day import sample_taxonomy

ADA = Asker(Channel.parse("slack:T1/C1"), "U1")
GRACE = Asker(Channel.parse("slack:T1/C1"), "U2")
NAMESAKE = Asker(Channel.parse("slack:T2/C1"), "U1")


@dataclass
class Counting:
    """A desk and its forms: they count, and answer when they are told to."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: Counter[Asker] = field(default_factory=Counter)
    most: Counter[Asker] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    begun: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def answer(self, asker: Asker, text: str) -> Answer:
        self.asked.append(text)
        self.begun.put_nowait(text)
        self.under_way[asker] += 1
        self.most[asker] = max(self.most[asker], self.under_way[asker])
        await self.go.wait()
        self.under_way[asker] -= 1
        if text == "fails":
            raise ValueError(text)
        return Answer(Message(MessageKind.NOTICE, text))

    async def spoken_to(self, asker: Asker) -> Asker:
        return asker

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        del asker, kind
        await self.go.wait()
        return (Choice(typed, typed),)

    async def form(self, asker: Asker, subscription_id: int | None = None) -> Form:
        await self.answer(asker, f"form {subscription_id}")
        return Form(Filled(subscription_id=subscription_id), ())

    async def fill(self, asker: Asker, filled: Filled) -> Answer:
        return await self.answer(asker, f"fill {filled.subscription_id}")

    async def preview(self, asker: Asker, filled: Filled) -> Message:
        return (await self.answer(asker, f"preview {filled.subscription_id}")).message

    async def home(self, asker: Asker, channels: Collection[Channel] | None = None) -> Home:
        return Home((await self.answer(asker, f"home {channels}")).message)


async def settled() -> None:
    """Let all that can go on go on."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_a_flood_waits_its_turn_is_told_once_and_delays_nobody_else() -> None:
    inner = Counting()
    desk = Manners(inner, inner)
    flood = [asyncio.create_task(desk.answer(ADA, f"top {n}")) for n in range(1_000)]
    await settled()
    room = AT_ONCE + WAITING
    refused = [task.result() for task in flood[room:]]
    assert len(refused) == 1_000 - room
    assert [answer.silent for answer in refused] == [False] + [True] * (len(refused) - 1)
    assert "a lot at once" in refused[0].message.notification
    assert inner.asked == ["top 0", "top 1"]
    # Others go before what waits; the same name in another tenant is somebody else.
    others = [asyncio.create_task(desk.answer(who, "status")) for who in (GRACE, NAMESAKE)]
    await settled()
    assert inner.under_way == {ADA: AT_ONCE, GRACE: 1, NAMESAKE: 1}
    inner.go.set()
    answers = await asyncio.gather(*flood[:room], *others)
    assert inner.most[ADA] == AT_ONCE
    assert [each.message.notification for each in answers[:room]] == [
        f"top {n}" for n in range(room)
    ]
    assert len(desk) == 0
    # Who has their answers may ask again, and is told anew where it is too much.
    assert not (await desk.answer(ADA, "status")).silent


async def test_forms_the_home_and_commands_of_one_person_wait_in_one_line() -> None:
    inner = Counting()
    manners = Manners(inner, inner, at_once=1, waiting=4)
    filled = Filled(subscription_id=7)
    asked = [
        asyncio.ensure_future(each)
        for each in (
            manners.answer(ADA, "top"),
            manners.form(ADA, 7),
            manners.fill(ADA, filled),
            manners.preview(ADA, filled),
            manners.home(ADA, ()),
        )
    ]
    await settled()
    assert inner.asked == ["top"]
    # Each one that is too much says so: it stands in a view of its own.
    for _ in range(2):
        for too_much in (
            manners.form(ADA),
            manners.fill(ADA, filled),
            manners.preview(ADA, filled),
            manners.home(ADA),
        ):
            with pytest.raises(BadCommand, match="a lot at once"):
                await too_much
    assert not (await manners.answer(ADA, "top")).silent
    other = asyncio.create_task(manners.home(GRACE))
    await settled()
    inner.go.set()
    await asyncio.gather(*asked, other)
    assert inner.asked == ["top", "home None", "form 7", "fill 7", "preview 7", "home ()"]
    assert inner.most[ADA] == 1
    assert len(manners) == 0


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_service_gives_each_bot_the_one_line_for_both(store: SqlStore) -> None:
    settings, clock = Settings(_env_file=None), SetClock(NOW)
    found = hosts_of({"slack": kit()}, settings, store, clock, sample_taxonomy(), None)["slack"]
    assert isinstance(found.forms, Manners)
    assert found.desk is found.forms


async def test_what_fails_or_is_given_up_leaves_the_turn_to_the_next() -> None:
    inner = Counting()
    desk = Manners(inner, inner, at_once=1)
    texts = ("fails", "given up", "also given up", "answered")
    tasks = [asyncio.create_task(desk.answer(ADA, text)) for text in texts]
    await settled()
    tasks[2].cancel()
    await settled()
    inner.go.set()
    tasks[1].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[0], ValueError)
    assert isinstance(found[1], asyncio.CancelledError)
    assert isinstance(found[3], Answer)
    assert len(desk) == 0


async def test_a_turn_given_to_who_gave_up_at_that_moment_goes_to_the_next() -> None:
    inner = Counting()
    desk = Manners(inner, inner, at_once=1)

    async def ends_the_second() -> None:
        await desk.answer(ADA, "one")
        second.cancel()  # it has the turn, and has not woken up yet

    first = asyncio.create_task(ends_the_second())
    await settled()
    second, third = (asyncio.create_task(desk.answer(ADA, text)) for text in ("two", "three"))
    await settled()
    inner.go.set()
    assert isinstance(await third, Answer)
    await first
    assert inner.asked == ["one", "three"]
    assert len(desk) == 0


async def test_who_types_fast_gets_the_suggestions_that_are_under_way_and_no_more() -> None:
    inner = Counting()
    desk = Manners(inner, inner)
    typing = [asyncio.create_task(desk.suggest(ADA, "repo", "f" * n)) for n in range(1, 30)]
    await settled()
    inner.go.set()
    found = await asyncio.gather(*typing)
    assert [len(each) for each in found] == [1] * 5 + [0] * 24
    assert len(desk) == 0


async def test_of_all_people_together_some_are_answered_at_a_time_in_the_order_they_asked() -> None:
    desk = Counting()
    manners = Manners(desk, desk, gate=Gate(together=3, lease=60.0))
    people = [Asker(ADA.channel, f"U{number}") for number in range(8)]
    asking = [asyncio.create_task(manners.answer(each, each.user_id)) for each in people]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert desk.asked == ["U0", "U1", "U2"]
    desk.go.set()
    await asyncio.gather(*asking)
    assert desk.asked == [each.user_id for each in people]
    assert len(manners) == 0


async def test_answers_that_take_long_hold_up_nobody_for_longer_than_their_lease() -> None:
    desk = Counting()
    manners = Manners(desk, desk, gate=Gate(together=2, lease=0.02))
    people = [Asker(ADA.channel, f"U{number}") for number in range(5)]
    asking = [asyncio.create_task(manners.answer(each, each.user_id)) for each in people]
    await settled()
    assert desk.asked == ["U0", "U1"]
    async with asyncio.timeout(3):
        begun = [await desk.begun.get() for _ in people]
    assert begun == [each.user_id for each in people]
    desk.go.set()
    await asyncio.gather(*asking)
    # A place that was left is not given back a second time: there are two still.
    desk.go.clear()
    again = [asyncio.create_task(manners.answer(each, "again")) for each in people]
    await settled()
    assert desk.asked.count("again") == 2
    desk.go.set()
    await asyncio.gather(*again)


async def test_a_person_of_discord_has_one_line_for_all_servers() -> None:
    desk = Counting()
    manners = Manners(desk, desk)
    here, there = (Asker(Channel.parse(f"discord:{server}/9"), "42") for server in (1, 2))
    asking = [
        asyncio.create_task(manners.answer(who, "top")) for who in (here, there) for _ in range(3)
    ]
    await settled()
    assert desk.under_way.total() == AT_ONCE
    desk.go.set()
    await asyncio.gather(*asking)
    assert len(manners) == 0
