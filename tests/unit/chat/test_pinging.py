"""Whom a channel's digests ping: one role, at Discord, where somebody wished for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.message import Message, MessageKind, Role
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.wording.plain import plain
from support.databases import NOW
from support.sample_day import sample_taxonomy

SERVER = Tenant("discord", "900800700")
HERE = Channel(SERVER, "1")
ADA = Asker(HERE, "7", name="Ada")
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def desk(store: SqlStore) -> ServiceDesk:
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy())


async def _calls(desk: ServiceDesk, place: Channel = HERE) -> str:
    async with desk.store.read() as tx:
        found = await tx.subscriptions.listener(place)
    return found.calls if found else ""


def _roles(message: Message | None) -> list[str]:
    assert message is not None
    assert not message.calls
    lines = [line for each in message.sections for entry in each.entries for line in entry.lines]
    parts = [part for line in (*lines, *message.footer) for part in line]
    return [part.id for part in parts if isinstance(part, Role)]


def _head(answer: Answer) -> str:
    return plain(answer.message).splitlines()[0]


async def test_a_role_is_named_to_all_and_pinged_by_no_answer(desk: ServiceDesk) -> None:
    first = await desk.answer(ADA, "set ping <@&42>")
    assert _head(first) == "Each digest with news pings <@&42>."
    assert "There is no digest yet: start with /hype subscribe all." in plain(first.message)
    assert first.announcement is not None
    assert plain(first.announcement) == "Ada lets each digest with news ping <@&42>."
    assert _roles(first.message) == _roles(first.announcement) == ["42"]
    assert await _calls(desk) == "42"
    again = await desk.answer(ADA, "set ping <@&42>")
    assert again.announcement is None
    await desk.answer(ADA, "subscribe all")
    for command in ("set ping", "subscriptions", "status"):
        assert _roles((await desk.answer(ADA, command)).message) == ["42"], command
    assert await _calls(desk) == "42"
    ended = await desk.answer(ADA, "set ping off")
    assert _head(ended) == "The digest pings nobody any more."
    assert plain(ended.announcement or ended.message) == (
        "Ada lets the digest ping nobody any more."
    )
    assert _head(await desk.answer(ADA, "set ping")) == "The digest pings nobody."
    for command in ("subscriptions", "status"):
        assert _roles((await desk.answer(ADA, command)).message) == [], command


async def test_everybody_is_never_pinged(desk: ServiceDesk) -> None:
    for role in (f"<@&{SERVER.id}>", "@everyone", "@here"):
        refused = await desk.answer(ADA, f"set ping {role}")
        assert refused.message.kind is MessageKind.ERROR
        assert _head(refused).startswith("Hypecurve never pings everybody."), role
    assert await _calls(desk) == ""


async def test_where_there_are_no_roles_one_line_says_so(desk: ServiceDesk) -> None:
    slack = replace(ADA, channel=Channel(Tenant("slack", "T1"), "C1"))
    for command in ("set ping", "set ping @readers", "ping <@&42>", "set ping off"):
        refused = await desk.answer(slack, command)
        assert _head(refused).startswith("There are no roles here"), command
    assert await _calls(desk, slack.channel) == ""
    alone = replace(ADA, channel=Channel(Tenant("discord", "@7"), "@7"), is_alone=True)
    for command in ("set ping", "set ping <@&42>"):
        assert _head(await desk.answer(alone, command)).startswith("Nobody else reads here")
    assert await _calls(desk, alone.channel) == ""


async def test_the_help_tells_of_it_where_there_are_roles(desk: ServiceDesk) -> None:
    slack = replace(ADA, channel=Channel(Tenant("slack", "T1"), "C1"))
    for command in ("help", "set"):
        assert "/hype set ping" in plain((await desk.answer(ADA, command)).message)
        assert "/hype set ping" not in plain((await desk.answer(slack, command)).message)
    group = plain((await desk.answer(ADA, "set")).message).splitlines()
    assert group[0] == "Set up what this channel hears, and how it is spoken to"
    assert sum("/hype set " in line for line in group) == 4
    assert group[-1] == "More on one of them: /hype help set filter"
