"""Quiet days: nothing, then one line on the third in a row, with who came closest."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.health import Health
from hypecurve.domain.message import Action, Message
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Wants
from hypecurve.services.answers.overview import channel_overview
from hypecurve.services.answers.why import why
from hypecurve.wording.plain import plain
from hypecurve.wording.status import status_message
from hypecurve.wording.why import why_message
from support.catalogue import (
    CHANNEL,
    DAY,
    OTHER_CHANNEL,
    a_repo,
    a_signal,
    listed,
    speak,
    sweep,
)
from support.databases import NOW
from support.frozen import messages_of, outcomes_of
from support.listening import HOUR, NINE, TAXONOMY, changed, composed, subscribed
from support.tracking import BAR, Tracker, an_ai_repo, past_of
from support.tracking import taxonomy as shipped

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
TUNE = [Action.TUNE]


async def _words(store: SqlStore) -> list[str]:
    return [plain(message).strip() for message in await messages_of(store, CHANNEL)]


def _actions(message: Message) -> list[Action]:
    return [control.action for control in message.controls]


async def test_the_third_quiet_day_in_a_row_says_so_and_no_other(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await subscribed(store)
    for day in range(8):
        await sweep(store, NOW + day * DAY, {1: 600 + day})
        await composed(store, NINE + day * DAY)
    (words,) = await _words(store)
    assert words == "Nothing crossed your bar since Sun; 2 repos checked at 06:00."
    assert [outcome for _, outcome in await outcomes_of(store, CHANNEL)] == ["quiet"] * 8
    (message,) = await messages_of(store, CHANNEL)
    assert _actions(message) == TUNE


async def test_the_status_and_the_log_say_that_the_last_one_had_nothing_to_tell(
    store: SqlStore, capsys: pytest.CaptureFixture[str]
) -> None:
    await listed(store, [a_repo(1)])
    await subscribed(store)
    await sweep(store, NOW, {1: 600})
    await composed(store, NINE)
    found = await channel_overview(store, SetClock(NINE + HOUR), CHANNEL)
    assert plain(status_message(found, TAXONOMY, "en")).strip() == (
        "All is well. Next digest Mon 23 Nov 09:00; the last one, Sun 22 Nov 09:00, had nothing "
        "to tell."
    )
    said = capsys.readouterr()
    assert re.search(r"nothing to tell.*quiet.*1", said.out + said.err)


async def test_news_begins_the_count_anew(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await subscribed(store)
    for day in range(6):
        if day == 2:
            await speak(store, [a_signal(1)])
        await composed(store, NINE + day * DAY)
    first, second = await _words(store)
    assert "acme/repo-1" in first
    assert second == "Nothing crossed your bar since Wed; 1 repo watched."


async def test_a_downtime_or_a_blind_sweep_is_no_quiet_day(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await subscribed(store)
    for day in (0, 1, 12, 13):
        await composed(store, NINE + day * DAY)
    assert await _words(store) == []
    found = await sweep(store, NOW + 14 * DAY, {1: 600})
    async with store.write() as tx:
        await tx.stars.mark(found.number, Health.STILL)
    await composed(store, NINE + 14 * DAY + timedelta(hours=3))
    for day in (15, 16):
        await sweep(store, NOW + day * DAY, {1: 600 + day})
        await composed(store, NINE + day * DAY)
    assert await _words(store) == []
    outcomes = [outcome for _, outcome in await outcomes_of(store, CHANNEL)]
    assert outcomes == ["quiet", "quiet", "skipped", *["quiet"] * 2, "unseen", *["quiet"] * 2]
    await composed(store, NINE + 17 * DAY)
    assert len(await _words(store)) == 1


async def test_who_wants_a_line_each_quiet_day_gets_one(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    item = await subscribed(store, speaks_when_quiet=True)
    for day in range(4):
        at = NOW + day * DAY
        await sweep(store, at, {1: 600 + day})
        await composed(store, at + timedelta(hours=3))
    assert await _words(store) == [
        "Nothing crossed your bar; 2 repos checked at 06:00.",
        "Nothing crossed your bar; 2 repos checked at 06:00.",
        "Nothing crossed your bar since Sun; 2 repos checked at 06:00.",
        "Nothing crossed your bar; 2 repos checked at 06:00.",
    ]
    found = await sweep(store, NOW + 4 * DAY, {1: 604})
    async with store.write() as tx:
        await tx.stars.mark(found.number, Health.PARTIAL)
    await changed(store, item, next_due=NINE + 4 * DAY)
    await composed(store, NINE + 4 * DAY + timedelta(hours=3))
    assert (await _words(store))[-1].startswith("Nothing was seen to cross your bar.")


async def test_only_what_a_wish_watches_is_counted(store: SqlStore) -> None:
    repos = [
        a_repo(1, 5000, language="Python"),
        a_repo(2, 5000, language="Jupyter Notebook"),
        a_repo(3, 900),
        a_repo(4, 5000, name="Nori/voicebox"),
        a_repo(5, 5000, name="norina/voicebox"),
    ]
    await listed(store, repos)
    await listed(store, [a_repo(6, 5000)], "mcp")
    wants = Wants(
        frozenset({"agents"}),
        least_stars=1000,
        without_languages=frozenset({"jupyter notebook"}),
        without_owners=frozenset({"nori"}),
    )
    await subscribed(store, wants=wants, speaks_when_quiet=True)
    await speak(store, [a_signal(number) for number in (2, 3, 4, 6)])
    await composed(store, NINE)
    assert await _words(store) == ["Nothing crossed your bar; 2 repos watched."]
    await speak(store, [a_signal(number, episode=2) for number in (1, 2, 3, 4, 5, 6)])
    await composed(store, NINE + DAY)
    shown = (await _words(store))[-1]
    assert [number for number in range(1, 7) if f"repo-{number} " in shown] == [1]
    assert "norina/voicebox" in shown
    assert "Nori/voicebox" not in shown


async def test_a_muted_repo_never_speaks_in_that_channel(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await subscribed(store)
    await subscribed(store, channel=OTHER_CHANNEL)
    async with store.write() as tx:
        await tx.subscriptions.mute(CHANNEL, RepoId(1), on=True)
    await speak(store, [a_signal(1), a_signal(2)])
    assert await composed(store, NINE) == 2
    (here,), (there,) = [await messages_of(store, each) for each in (CHANNEL, OTHER_CHANNEL)]
    assert "repo-1" not in plain(here)
    assert "repo-2" in plain(here)
    assert "repo-1" in plain(there)


async def test_what_may_not_have_arrived_is_named_once_and_can_be_shown(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 6)])
    await subscribed(store)
    await subscribed(store, at=17, due=NINE + 32 * timedelta(hours=1))
    await speak(store, [a_signal(1)])
    await composed(store, NINE, DeliveryState.UNKNOWN)
    await composed(store, NINE + DAY)  # quiet, nothing is sent
    await speak(store, [a_signal(2)])
    await composed(store, NINE + 32 * timedelta(hours=1), DeliveryState.UNKNOWN)
    await speak(store, [a_signal(3)])
    await composed(store, NINE + 2 * DAY)
    await speak(store, [a_signal(4)])
    await composed(store, NINE + 3 * DAY)
    first, second, third, fourth = await messages_of(store, CHANNEL)
    assert "may not have arrived" not in plain(first)
    assert "The digest of Sun 22 Nov may not have arrived." in plain(second)
    both = "The digests of Sun 22 Nov and Mon 23 Nov may not have arrived."
    assert both in plain(third)
    assert "may not have arrived" not in plain(fourth)
    shows = [control for control in second.controls if control.action is Action.SHOW]
    assert [(control.label, control.value) for control in shows] == [("Show it", "show 1")]
    shows = [control for control in third.controls if control.action is Action.SHOW]
    assert [control.label for control in shows] == ["Show Sun 22 Nov", "Show Mon 23 Nov"]
    async with store.read() as tx:
        shown = [
            await tx.digests.message(CHANNEL, int(control.value.removeprefix("show ")))
            for control in shows
        ]
    assert shown == [first, second]


async def test_the_closest_is_who_lacks_least_and_why_says_the_same(store: SqlStore) -> None:
    tracker = Tracker(store, budget=100)
    paces, stars = {1: 10, 2: 20, 3: 40, 4: 30}, dict.fromkeys(range(1, 5), 3_000.0)
    old = NOW - 900 * DAY
    tracker.github.add(an_ai_repo(number, 3_000, created_at=old) for number in paces)
    tracker.github.past = {key: past_of([pace] * 150) for key, pace in paces.items()}
    await tracker.cycle()
    await subscribed(store, due=NINE + 7 * DAY)
    async with store.write() as tx:
        await tx.subscriptions.mute(CHANNEL, RepoId(4), on=True)
    for _ in range(9):
        for number, pace in paces.items():
            # The fourth is nearest to its bar, and muted here.
            stars[number] += pace * {1: 1.0, 2: 1.3, 3: 1.1, 4: 1.35}[number]
            tracker.github.star(number, int(stars[number]))
        await tracker.cycle(DAY)
        await composed(store, tracker.clock.at + timedelta(hours=3))
    (words,) = await _words(store)
    assert words == (
        "Nothing crossed your bar since Sun; 4 repos checked at 12:00. "
        "Closest: acme/repo-2, 1.3x (speaks from about 2.4x)."
    )
    known = await why(store, tracker.clock, a_repo(2).name, bar=BAR)
    said = plain(why_message(known, shipped(), "en", "UTC"))
    assert "+182 in 7 days, usually 144; it speaks from about +343" in said
