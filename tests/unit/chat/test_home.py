"""The home: how a tenant's channels fare, to be read at a glance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.domain.asking import Asker, Home
from hypecurve.domain.breaker import Breaker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import BadCommand
from hypecurve.domain.message import Action
from hypecurve.domain.subscription import Channel
from hypecurve.wording.plain import plain
from support.catalogue import a_repo, listed
from support.databases import NOW
from support.fates import refuses, told
from support.sample_day import sample_taxonomy

DAY = timedelta(days=1)
WELL, PAUSED, REFUSING, ELSEWHERE = (
    Channel.parse(f"slack:{place}") for place in ("T1/C1", "T1/C2", "T1/C3", "T2/C1")
)
ADA = Asker(Channel.parse("slack:T1/@U1"), "U1", zone="Europe/Paris", name="Ada")
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
async def desk(store: SqlStore) -> ServiceDesk:
    """Four channels, one of them another tenant's."""
    await listed(store, [a_repo(1), a_repo(2)])
    found = ServiceDesk(store, SetClock(NOW), sample_taxonomy())
    for channel in (WELL, PAUSED, REFUSING, ELSEWHERE):
        await found.answer(replace(ADA, channel=channel), "subscribe agents at 09:00")
    await found.answer(replace(ADA, channel=WELL), "subscribe all rising at 18:00 weekdays")
    await found.answer(replace(ADA, channel=PAUSED), "pause 2d")
    await told(store, WELL, NOW - DAY)
    await told(store, WELL, NOW, DeliveryState.UNKNOWN, "dropped")
    await refuses(store, REFUSING, NOW - DAY)
    return found


def shown(home: Home) -> str:
    parts = [plain(home.head)]
    for channel, message in home.channels:
        buttons = (f"[{each.label}: {each.value}]" for each in message.controls)
        parts.append(f"--- {channel}\n{plain(message)}\n{' '.join(buttons)}")
    return "\n".join(parts)


async def test_it_tells_how_each_channel_of_the_tenant_fares(
    desk: ServiceDesk, snapshot: SnapshotAssertion
) -> None:
    home = await ServiceForms(desk).home(ADA)
    assert [channel for channel, _ in home.channels] == [WELL, PAUSED, REFUSING]
    assert shown(home) == snapshot
    assert str(ELSEWHERE) not in repr(home)


async def test_only_channels_that_are_asked_for_and_the_tenants_own_are_in_it(
    desk: ServiceDesk,
) -> None:
    forms = ServiceForms(desk)
    home = await forms.home(ADA, [PAUSED, ELSEWHERE])
    assert [channel for channel, _ in home.channels] == [PAUSED]
    with pytest.raises(BadCommand):
        await forms.home(replace(ADA, is_stranger=True))


async def test_who_may_change_nothing_has_no_buttons_that_would(desk: ServiceDesk) -> None:
    home = await ServiceForms(replace(desk, changes="admins")).home(ADA)
    actions = {each.action for _, message in home.channels for each in message.controls}
    assert actions == {Action.PREVIEW, Action.SHOW}
    admin = await ServiceForms(replace(desk, changes="admins")).home(replace(ADA, is_admin=True))
    actions = {each.action for _, message in admin.channels for each in message.controls}
    assert {Action.TUNE, Action.PAUSE, Action.RESUME} < actions


async def test_a_tenant_that_hears_nothing_is_told_how_to_begin(store: SqlStore) -> None:
    forms = ServiceForms(ServiceDesk(store, SetClock(NOW), sample_taxonomy()))
    home = await forms.home(ADA)
    assert home.channels == ()
    assert "/hype subscribe all" in plain(home.head)
    assert "Nothing is counted yet" in plain(home.head)


async def test_trouble_of_the_whole_platform_is_said_once_on_top(desk: ServiceDesk) -> None:
    until = NOW + timedelta(minutes=5)
    broken = Breaker("slack", open_until=until, opened_at=NOW, reason="answers with 503")
    async with desk.store.write() as tx:
        await tx.reach.keep([broken])
    home = await ServiceForms(desk).home(ADA)
    assert "Slack has trouble" in plain(home.head)
