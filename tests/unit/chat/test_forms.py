"""Forms: what is filled in is what a channel hears, and what a command refuses is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ANOTHER, ServiceForms
from hypecurve.domain.asking import Answer, Asker, Filled
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import BadCommand, BadField, NotFound
from hypecurve.domain.message import MessageKind
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import (
    WORKDAYS,
    Alerts,
    Channel,
    Schedule,
    Subscription,
    Wants,
)
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.fates import told
from support.sample_day import sample_taxonomy

ADA = Asker(CHANNEL, "U1", zone="Europe/Paris", name="Ada")
NINE = Schedule(time(9), "Europe/Paris", WORKDAYS)
RISING = frozenset({SignalKind.RISING})
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


class Filling:
    """Somebody with a form in a channel."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.clock = store, SetClock(NOW)
        self.desk = ServiceDesk(store, self.clock, sample_taxonomy())
        self.forms = ServiceForms(self.desk)

    async def has(self) -> list[Subscription]:
        return list(await subscriptions_of(self.store, CHANNEL))

    async def fill(self, filled: Filled, asker: Asker = ADA) -> Answer:
        return await self.forms.fill(asker, filled)


@pytest.fixture
def it(store: SqlStore) -> Filling:
    return Filling(store)


async def test_an_empty_channels_form_suits_the_asker_and_makes_the_first_subscription(
    it: Filling,
) -> None:
    form = await it.forms.form(ADA)
    assert form.filled == Filled(Wants(), NINE)
    assert form.subscriptions == ()
    names = [name for name, _ in form.layers]
    assert len(names) == len(it.desk.taxonomy.layers)
    values = [choice.value for _, choices in form.layers for choice in choices]
    assert {each.slug for each in it.desk.taxonomy.categories} <= set(values)
    odd = await it.forms.form(replace(ADA, zone="Atlantis/Nowhere"))
    assert odd.filled.schedule.zone == "UTC"

    answer = await it.fill(replace(form.filled, wants=Wants(frozenset({"agents"}), RISING)))
    assert answer.public
    assert answer.message.kind is MessageKind.FIRST
    assert plain(answer.message).splitlines()[1] == "Ada subscribed this channel."
    (one,) = await it.has()
    assert (one.wants.kinds, one.schedule, one.created_by) == (RISING, NINE, "U1")
    assert one.next_due == NOW.replace(day=23, hour=8)
    shown = await it.forms.form(ADA)
    assert shown.filled.wants == one.wants
    assert (shown.filled.subscription_id, shown.subscriptions) == (one.id, (one,))


async def test_a_change_replaces_the_one_and_what_holds_for_the_channel_holds_for_all(
    it: Filling,
) -> None:
    await it.desk.answer(ADA, "subscribe agents at 09:00")
    await it.desk.answer(ADA, "subscribe inference rising at 18:00")
    first, second = await it.has()
    filled = Filled(
        Wants(frozenset({"mcp"}), RISING, 1000, frozenset({"rust"}), frozenset({"acme"})),
        NINE,
        second.id,
        speaks_when_quiet=True,
        alerts=Alerts(5, None, None),
    )
    answer = await it.fill(filled)
    assert not answer.public
    assert answer.announcement
    assert "(rising), weekdays at 09:00 Europe/Paris, next Mon 23 Nov 09:00." in plain(
        answer.message
    )
    first, second = await it.has()
    assert second.wants == filled.wants
    assert second.schedule == NINE
    assert first.wants.categories == {"agents"}
    for each in (first, second):
        assert (each.wants.least_stars, each.speaks_when_quiet) == (1000, True)
        assert each.alerts == filled.alerts
    again = await it.fill(filled)
    assert again.announcement is None
    assert await it.has() == [first, second]


async def test_what_is_due_stays_due_unless_the_time_was_changed(it: Filling) -> None:
    await it.desk.answer(ADA, "subscribe agents at 09:00")
    (one,) = await it.has()
    it.clock.at = one.next_due + timedelta(minutes=5) if one.next_due else NOW
    filled = Filled(replace(one.wants, kinds=RISING), one.schedule, one.id)
    await it.fill(filled)
    assert (await it.has())[0].next_due == one.next_due
    await it.fill(replace(filled, schedule=replace(one.schedule, at=time(10))))
    assert (await it.has())[0].next_due == NOW.replace(hour=9)
    await it.desk.answer(ADA, "pause")
    paused = await it.fill(replace(filled, schedule=replace(one.schedule, at=time(11))))
    assert (await it.has())[0].next_due is None
    assert "paused until /hype resume" in plain(paused.message)


async def test_two_people_at_once_leave_what_the_last_one_said_and_nothing_twice(
    it: Filling,
) -> None:
    form = await it.forms.form(ADA)
    for name in ("Ada", "Grace"):
        await it.fill(form.filled, replace(ADA, name=name))
    (one,) = await it.has()
    await it.fill(replace(form.filled, subscription_id=one.id, wants=Wants(kinds=RISING)))
    other = replace(NINE, at=time(18))
    await it.fill(Filled(Wants(), other, one.id))
    (one,) = await it.has()
    assert (one.wants, one.schedule) == (Wants(), other)
    await it.fill(replace((await it.forms.form(ADA, ANOTHER)).filled, schedule=NINE))
    _, second = await it.has()
    await it.fill(Filled(Wants(), other, second.id))
    assert [each.id for each in await it.has()] == [second.id]
    await it.desk.answer(ADA, "unsubscribe all")
    with pytest.raises(NotFound, match="Somebody took this subscription off meanwhile"):
        await it.fill(Filled(Wants(), NINE, second.id))
    assert await it.has() == []


async def test_what_waits_is_taken_back_where_less_is_heard(it: Filling) -> None:
    await it.desk.answer(ADA, "subscribe agents inference at 09:00")
    (one,) = await it.has()

    async def state() -> DeliveryState:
        async with it.store.read() as tx:
            return (await tx.outbox.recent(CHANNEL, 1))[0].delivery.state

    await told(it.store, CHANNEL, NOW, DeliveryState.PENDING)
    await it.fill(Filled(Wants(), one.schedule, one.id))
    assert await state() is DeliveryState.PENDING
    await it.fill(Filled(Wants(kinds=RISING), one.schedule, one.id))
    assert await state() is not DeliveryState.PENDING


REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("categories", {"categories": frozenset({"agents", "no-such-thing"})}),
    ("kinds", {"kinds": frozenset()}),
    ("kinds", {"kinds": frozenset({SignalKind.RENAMED})}),
    ("least_stars", {"least_stars": -1}),
    ("least_stars", {"least_stars": 10**9}),
    ("without_languages", {"without_languages": frozenset({"pyhton"})}),
    ("without_languages", {"without_languages": frozenset(f"x{n}" for n in range(101))}),
    ("without_owners", {"without_owners": frozenset({"not an owner"})}),
    ("zone", {"zone": "Europe/Pariss"}),
    ("zone", {"zone": "../etc/passwd"}),
    ("weekdays", {"weekdays": frozenset()}),
    ("weekdays", {"weekdays": frozenset({7})}),
    ("alerts", {"a_day": 0}),
    ("alerts", {"a_day": 51}),
)


async def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(it: Filling) -> None:
    for field, change in REFUSED:
        (name,) = change
        filled = Filled(Wants(), NINE, alerts=Alerts())
        if name in Schedule.__slots__:
            filled = replace(filled, schedule=replace(NINE, **change))
        elif name in Alerts.__slots__:
            filled = replace(filled, alerts=Alerts(**change))
        else:
            filled = replace(filled, wants=Wants(**change))
        for ask in (it.forms.fill, it.forms.preview):
            with pytest.raises(BadField) as caught:
                await ask(ADA, filled)
            assert caught.value.field == field
            assert str(caught.value)
    assert await it.has() == []


async def test_names_are_read_as_the_commands_read_them_and_what_was_taken_stays(
    it: Filling,
) -> None:
    await it.desk.answer(ADA, 'subscribe agents without "brainfuck 2" at 09:00')
    (one,) = await it.has()
    wants = replace(
        one.wants,
        without_languages=one.wants.without_languages | {"Golang", "Jupyter Notebook"},
        without_owners=frozenset({"@Acme", "nori"}),
    )
    await it.fill(Filled(wants, one.schedule, one.id))
    (one,) = await it.has()
    assert one.wants.without_languages == {"brainfuck 2", "go", "jupyter notebook"}
    assert one.wants.without_owners == {"acme", "nori"}


async def test_a_layer_stands_for_its_categories_and_all_of_them_for_everything(
    it: Filling,
) -> None:
    taxonomy = it.desk.taxonomy
    layer = taxonomy.layers[0].slug
    within = taxonomy.expand([layer])
    await it.fill(Filled(Wants(within | {layer}), NINE))
    assert (await it.has())[0].wants.categories == {layer}
    every = frozenset(each.slug for each in taxonomy.categories)
    await it.fill(Filled(Wants(every), NINE, (await it.has())[0].id))
    assert (await it.has())[0].wants.categories == frozenset()


async def test_a_preview_shows_what_would_come_and_changes_nothing(it: Filling) -> None:
    await listed(it.store, [a_repo(1)])
    new = await it.forms.preview(ADA, Filled(Wants(), NINE))
    assert new.kind is MessageKind.DIGEST
    assert await it.has() == []
    await it.desk.answer(ADA, "subscribe agents at 09:00")
    (one,) = await it.has()
    there = await it.forms.preview(ADA, Filled(Wants(kinds=frozenset(SUBSCRIBABLE)), NINE, one.id))
    assert "1 repo watched" in there.notification
    assert await it.has() == [one]


async def test_who_may_not_change_a_channel_gets_no_form_and_changes_nothing(
    it: Filling,
) -> None:
    await it.desk.answer(ADA, "subscribe agents at 09:00")
    had = await it.has()
    admins = ServiceForms(replace(it.desk, changes="admins"))
    for forms, who in ((it.forms, replace(ADA, is_stranger=True)), (admins, ADA)):
        with pytest.raises(BadCommand):
            await forms.form(who)
        with pytest.raises(BadCommand):
            await forms.fill(who, Filled(Wants(), NINE, had[0].id))
    assert await it.has() == had
    assert (await admins.form(replace(ADA, is_admin=True))).subscriptions == tuple(had)


async def test_another_channels_subscription_is_none_of_this_ones(it: Filling) -> None:
    await it.desk.answer(ADA, "subscribe agents at 09:00")
    (one,) = await it.has()
    for place in ("slack:T123/C9", "slack:T9/C456", "discord:T123/C456"):
        other = replace(ADA, channel=Channel.parse(place))
        assert (await it.forms.form(other, one.id)).subscriptions == ()
        with pytest.raises(NotFound):
            await it.fill(Filled(Wants(), NINE, one.id), other)
    assert await it.has() == [one]
