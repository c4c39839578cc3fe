"""A digest with the curve of what rises most, where a platform shows one; and whom it calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.messages import message_text
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.domain.asking import Asker, Filled
from hypecurve.domain.chart import Curve
from hypecurve.domain.choosing import choose
from hypecurve.domain.digest import Digest
from hypecurve.domain.message import Message
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Lane, Signal, SignalKind
from hypecurve.domain.subscription import Channel, Schedule, Wants
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.digests.pictures import curve_picture
from support.catalogue import (
    CHANNEL,
    DAY,
    OTHER_CHANNEL,
    a_repo,
    a_signal,
    entry_of,
    listed,
    speak,
    sweep,
)
from support.databases import NOW
from support.frozen import messages_of
from support.listening import NINE, TAXONOMY, subscribed

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
DISCORD = frozenset({"discord"})
AGES = 120
ROLE = "1100220033004400550"


@pytest.fixture
async def risers(store: SqlStore) -> SqlStore:
    """Two repos that rise, the second one more, before a channel of each platform."""
    await listed(store, [a_repo(1), a_repo(2)])
    async with store.write() as tx:
        for age in range(AGES, -1, -1):
            grown = AGES - age
            stars = {RepoId(1): 600 + 3 * grown, RepoId(2): 700 + grown * grown // 9}
            await tx.stars.record(NOW - age * DAY, stars, ())
    for channel in (CHANNEL, OTHER_CHANNEL):
        await subscribed(store, channel=channel)
    await speak(store, [a_rise(1, 2.5), a_rise(2, 8.0)])
    return store


def a_rise(number: int, multiple: float, **more: Any) -> Signal:  # noqa: ANN401 - as of a_signal
    """A rise of so many times the usual pace."""
    evidence: dict[str, Any] = {
        "gain_7d": round(20 * multiple),
        "usual_7d": 20.0,
        "multiple": multiple,
    }
    return a_signal(number, **evidence, **more)


async def composed(store: SqlStore) -> dict[Channel, Message]:
    """The digest of each channel."""
    await compose_due(store, SetClock(NINE), TAXONOMY, pictured=DISCORD)
    found = {}
    for channel in (CHANNEL, OTHER_CHANNEL):
        (found[channel],) = await messages_of(store, channel)
    return found


def pictured(message: Message) -> str:
    """Whose curve a message shows."""
    assert message.picture is not None
    assert isinstance(message.picture.chart, Curve)
    return message.picture.chart.line.name


async def test_a_digest_shows_what_rises_most_where_the_platform_shows_pictures(
    risers: SqlStore,
) -> None:
    found = await composed(risers)
    assert found[CHANNEL].picture is None
    assert pictured(found[OTHER_CHANNEL]) == "acme/repo-2"
    assert found[CHANNEL] == replace(found[OTHER_CHANNEL], picture=None)


async def test_a_picture_makes_a_digest_little_longer(risers: SqlStore) -> None:
    found = await composed(risers)
    texts = [message_text(found[channel]) for channel in (CHANNEL, OTHER_CHANNEL)]
    assert len(texts[0]) < len(texts[1]) < len(texts[0]) + 2_500


async def test_a_preview_shows_the_same_picture(risers: SqlStore) -> None:
    desk = ServiceDesk(risers, SetClock(NINE), TAXONOMY, pictured=DISCORD)
    for channel, wanted in ((CHANNEL, ""), (OTHER_CHANNEL, "acme/repo-2")):
        asker = Asker(channel, "U1")
        filled = Filled(Wants(), Schedule(NINE.time()))
        answer = await desk.answer(asker, "preview")
        lately = await ServiceForms(desk).preview(asker, filled)
        for message in (answer.message, lately):
            assert (pictured(message) if message.picture else "") == wanted


async def test_a_digest_with_news_calls_the_channels_role(risers: SqlStore) -> None:
    async with risers.write() as tx:
        await tx.subscriptions.call(OTHER_CHANNEL, ROLE)
    found = await composed(risers)
    assert [found[channel].calls for channel in (CHANNEL, OTHER_CHANNEL)] == ["", ROLE]
    desk = ServiceDesk(risers, SetClock(NINE), TAXONOMY, pictured=DISCORD)
    shown = await desk.answer(Asker(OTHER_CHANNEL, "U1"), "preview")
    assert shown.message.calls == ""


async def test_a_day_without_news_calls_nobody(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await sweep(store, NOW, {1: 600})
    for channel in (CHANNEL, OTHER_CHANNEL):
        await subscribed(store, channel=channel, speaks_when_quiet=True)
    async with store.write() as tx:
        await tx.subscriptions.call(OTHER_CHANNEL, ROLE)
    quiet = (await composed(store))[OTHER_CHANNEL]
    assert (quiet.calls, quiet.picture) == ("", None)


async def test_what_rises_most_is_no_small_repo_and_nobodys_favourite(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 5)])
    entries = {RepoId(number): await entry_of(store, number) for number in range(1, 5)}
    signals = [
        a_rise(1, 1.5),
        a_rise(2, 8.0),
        a_rise(3, 9.5, lane=Lane.SMALL),
        a_signal(4, SignalKind.NEW),
    ]

    def riser(*told: Signal) -> int | None:
        shown, _ = choose(told, entries, frozenset({RepoId(1)}))
        digest = Digest(CHANNEL, NINE, None, NOW, "UTC", Wants(), 4, shown)
        return None if digest.riser is None else digest.riser.entry.repo.id

    assert riser(*signals) == 2
    assert riser(signals[0], signals[3]) == 1
    assert riser(signals[2], signals[3]) == 3
    assert riser(signals[3]) is None


async def test_a_curve_that_cannot_be_calculated_costs_the_picture_and_not_the_news(
    risers: SqlStore,
) -> None:
    strange = replace(await entry_of(risers, 1), seen_at=NOW.replace(tzinfo=None))
    with capture_logs() as logs:
        async with risers.write() as tx:
            assert await curve_picture(tx, strange, NOW, "en") is None
    assert [log["event"] for log in logs] == ["news goes without its curve"]


async def test_what_a_database_says_of_a_curve_is_no_matter_of_the_picture(
    risers: SqlStore,
) -> None:
    """What it did not take is not kept, so that nobody goes on in a transaction that is broken."""
    entry = await entry_of(risers, 1)
    async with risers.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE repo_fact RENAME TO elsewhere"))
    with pytest.raises(SQLAlchemyError):
        async with risers.write() as tx:
            await curve_picture(tx, entry, NOW, "en")
