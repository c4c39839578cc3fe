"""From a made-up GitHub to a Slack and a Discord channel, with real clients and real databases."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.repo import RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.ports.store import Found
from hypecurve.standin.faults import Fault as GitHubFault
from hypecurve.standin.faults import FaultKind
from standins.discord_platform import limited
from standins.slack import Fault as SlackFault
from support.github import UNTIL
from support.whole import (
    DISCORD,
    EVERY,
    SLACK,
    Whole,
    describe,
    findable,
    name_of,
    small_world,
    whole,
)

DAY = timedelta(hours=24)
DUE = UNTIL.replace(hour=8, minute=0)
"""09:00 in Paris, after the world's last poll."""
SUBSCRIBE = "subscribe all at 09:00 Europe/Paris"


async def subscribed(it: Whole) -> None:
    """See the baseline a day before the end, then let both channels subscribe."""
    await it.watch(since=DAY, until=DAY)
    it.github.clock.at = DUE - DAY + timedelta(minutes=1)
    await it.ask(SLACK, SUBSCRIBE)
    await it.ask(DISCORD, SUBSCRIBE)


async def seen(it: Whole) -> None:
    """See the last day, and let the digests be due."""
    await it.watch(since=DAY - EVERY)
    it.github.clock.at = DUE


async def test_a_day_reaches_both_chats_once(store: SqlStore) -> None:
    world = small_world()
    archived = findable(world, 4)
    for index in archived:
        world.archive(index, UNTIL - timedelta(hours=9))
    async with whole(store, world) as it:
        await subscribed(it)
        for index in archived:
            await it.ask(SLACK, f"follow {world.facts[index].name}")
        assert await it.send() == []
        await seen(it)
        assert [each.state for each in await it.send()] == [DeliveryState.SENT] * 2

        post, thread = it.slack.channels["C456"].messages
        assert thread.thread_ts == post.ts
        assert "acme/flashkv" in post.text
        both = post.shown + thread.shown
        (discord,) = it.in_discord()
        for name in ("acme/flashkv", "hato/tinyquant", "kite/toolproxy", "mira/autoagent"):
            assert name in both
            assert name in discord
        for index in archived:
            assert str(world.facts[index].name) in both
            assert str(world.facts[index].name) not in discord, "nobody follows it there"
        assert post.shown.index("Yours") < post.shown.index("Rising") < post.shown.index("New")

        # Everything once more: another tick, another cycle, another day.
        assert await it.send() == []
        it.github.clock.at += timedelta(minutes=1)
        await it.cycle()
        assert await it.send() == []
        it.github.clock.at = DUE + DAY
        await it.send()
        later = "".join([*it.in_slack()[2:], *it.in_discord()[1:]])
        assert "kite/toolproxy" not in later
        assert "archived" not in later


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_was_heard_by_one_channel_is_no_news_to_it_alone(store: SqlStore) -> None:
    async with whole(store, small_world()) as it:
        await it.watch(since=DAY, until=DAY)
        it.github.clock.at = DUE - DAY + timedelta(minutes=1)
        await it.ask(SLACK, "subscribe optimization at 09:00 Europe/Paris")
        await seen(it)
        await it.send()
        (post,) = it.in_slack()
        assert "acme/flashkv" in post
        assert "kite/toolproxy" not in post
        await it.ask(DISCORD, "subscribe all at 09:00 Europe/Paris")
        it.github.clock.at = DUE + DAY
        assert await it.send() == []
        assert it.in_discord() == [], "it hears what happens from now on"


async def test_renamed_vanished_and_purged_repos_do_no_harm(store: SqlStore) -> None:
    world = small_world()
    renamed, moved, deleted, purged = findable(world, 4)
    newname = RepoName(world.facts[renamed].name.owner, "newname")
    world.rename(renamed, UNTIL - timedelta(hours=15), newname)
    world.rename(moved, UNTIL - timedelta(hours=15), RepoName("acme", "elsewhere"))
    world.remove(deleted, UNTIL - timedelta(hours=15))
    world.purge(purged, 900, bought=20, taken=1)
    old = [str(world.facts[index].name) for index in (renamed, deleted, purged, moved)]
    async with whole(store, world) as it:
        await subscribed(it)
        for name in old:
            await it.ask(SLACK, f"follow {name}")
        await seen(it)
        await it.send()
        told = "\n".join(it.in_slack())
        assert f"{newname} renamed yesterday, was {old[0]}" in " ".join(told.split())
        assert f"acme/elsewhere moved to acme yesterday, was {old[3]}" in " ".join(told.split())
        assert old[1] in told
        assert told.count("count corrected yesterday: ") == 1
        assert old[2] not in "\n".join(it.in_discord()), "it is news for who follows it alone"
        assert {each.kind for each in await it.signals_of(purged)} == {SignalKind.CORRECTED}
        assert {each.kind for each in await it.signals_of(renamed)} == {SignalKind.RENAMED}
        assert {each.kind for each in await it.signals_of(moved)} == {SignalKind.MOVED}
        assert name_of(world, "surge").name in told, "the others are told as ever"
        async with store.read() as tx:
            found = await tx.catalogue.find(RepoName.parse(old[0]))
            gone = await tx.catalogue.find(RepoName.parse(old[1]))
        assert found is not None
        assert found.repo.name == newname
        assert gone is not None
        assert gone.state.value == "gone"


@pytest.mark.parametrize(
    "fault",
    [
        GitHubFault(FaultKind.BAD_GATEWAY, times=3),
        GitHubFault(FaultKind.TOO_LARGE, on="graphql", times=None, above=20),
        GitHubFault(FaultKind.TRUNCATED, times=3),
        GitHubFault(FaultKind.DROPPED, times=3),
        GitHubFault(FaultKind.HTML, times=2),
        GitHubFault(FaultKind.INCOMPLETE, on="search", times=2),
        GitHubFault(FaultKind.SECONDARY_LIMIT, times=2, seconds=90),
    ],
    ids=lambda fault: fault.kind.name.lower(),
)
@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_cycle_ends_right_though_github_stumbles(
    store: SqlStore, fault: GitHubFault
) -> None:
    world = small_world()
    async with whole(store, world) as it:
        it.github.standin.faults.add(fault)
        it.github.clock.at = UNTIL - DAY
        await it.cycle()
        it.github.standin.faults.clear()
        async with store.read() as tx:
            sweep = await tx.stars.latest()
            entries = await tx.catalogue.entries(Found())
        assert sweep is not None
        assert sweep.seen == sweep.expected
        assert len(entries) > 70
        # Between the first request and the last the clock may have moved by a wait.
        for entry in entries:
            index = entry.repo.id - 2_000_000_000
            early, late = world.stars(index, UNTIL - DAY), world.stars(index, it.github.clock.at)
            assert min(early, late) <= entry.repo.stars <= max(early, late)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_who_did_not_answer_is_unknown_and_not_gone(store: SqlStore) -> None:
    async with whole(store, small_world()) as it:
        await subscribed(it)
        it.github.standin.faults.add(GitHubFault(FaultKind.PARTIAL, on="graphql", times=None))
        found = (await it.watch(since=DAY - EVERY, until=DAY - EVERY))[:]
        async with store.read() as tx:
            sweep = await tx.stars.latest()
        assert sweep is not None
        assert 0 < sweep.seen < sweep.expected
        assert SignalKind.GONE not in {each.kind for each in found}
        it.github.standin.faults.clear()
        await it.watch(since=DAY - 2 * EVERY)
        async with store.read() as tx:
            sweep = await tx.stars.latest()
        assert sweep is not None
        assert sweep.seen == sweep.expected


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_an_outage_is_an_error_that_loses_nothing(store: SqlStore) -> None:
    async with whole(store, small_world()) as it:
        await subscribed(it)
        it.github.standin.faults.add(GitHubFault(FaultKind.BAD_GATEWAY, times=None))
        it.github.clock.at = UNTIL - DAY + EVERY
        with pytest.raises(SourceUnavailable):
            await it.cycle()
        it.github.standin.faults.clear()
        await it.watch(since=DAY - 2 * EVERY)
        it.github.clock.at = DUE
        await it.send()
        assert "acme/flashkv" in it.in_slack()[0]
        assert "kite/toolproxy" in it.in_discord()[0]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_slack_that_drops_the_line_after_taking_it_gets_nothing_twice(
    store: SqlStore,
) -> None:
    async with whole(store, small_world()) as it:
        await subscribed(it)
        await seen(it)
        it.slack.fail(SlackFault.DROPPED_AFTER)
        states = {each.channel: each.state for each in await it.send()}
        assert states == {SLACK: DeliveryState.UNKNOWN, DISCORD: DeliveryState.SENT}
        for later in (timedelta(minutes=10), timedelta(hours=5), timedelta(hours=20)):
            it.github.clock.at = DUE + later
            assert await it.send() == []
        assert len(it.in_slack()) == 1
        (delivery,) = await it.deliveries(SLACK)
        assert delivery.state is DeliveryState.UNKNOWN
        assert delivery.reason
        assert delivery.steps[0].kind is StepKind.POST


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_discord_that_asks_to_wait_gets_it_later_and_once(store: SqlStore) -> None:
    async with whole(store, small_world()) as it:
        await subscribed(it)
        await seen(it)
        it.discord.trouble.append(limited(600.0))
        states = {each.channel: each.state for each in await it.send()}
        assert states == {SLACK: DeliveryState.SENT, DISCORD: DeliveryState.PENDING}
        it.github.clock.at += timedelta(minutes=9)
        assert await it.send() == []
        it.github.clock.at += timedelta(minutes=2)
        assert [each.state for each in await it.send()] == [DeliveryState.SENT]
        assert len(it.in_discord()) == len(it.in_slack()) == 1
        (delivery,) = await it.deliveries(DISCORD)
        assert delivery.attempts == 1, "a limit is not an attempt"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_text_from_outside_pings_nobody_and_forges_nothing(store: SqlStore) -> None:
    world = small_world()
    describe(
        world,
        world.cast["surge"],
        "An LLM server <!channel> @everyone <@U1> <https://evil.example|github.com> "
        "[github.com](https://evil.example) \u202egnp.exe",
    )
    async with whole(store, world) as it:
        await subscribed(it)
        await seen(it)
        await it.send()
        (post,) = it.slack.channels["C456"].messages
        (discord,) = it.discord.channels["456"].messages
        assert post.pings == []
        assert "channel" in post.shown, "it is shown, as mere text"
        links = set(re.findall(r"'url': '([^']*)'", str(post.body) + str(discord)))
        assert links
        assert all(link.startswith("https://github.com/") for link in links)
        markup = re.findall(r"'type': 'mrkdwn', 'text': '([^']*)'", str(post.body))
        assert not any("evil" in text for text in markup)
        assert it.discord.posts[0]["allowed_mentions"] == {"parse": []}
        assert "](https://evil.example" not in it.in_discord()[0]
        assert "\u202e" not in str(post.body) + str(discord)
