"""From `/hype submit` to the day it is listed: the made-up GitHub, the tracker, both chats."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.domain.catalogue import ListedReason
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.repo import RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Channel
from hypecurve.services.answers.submitters import tell_submitters
from hypecurve.standin.names import Facts
from hypecurve.standin.world import World
from hypecurve.wording.plain import plain
from support.github import UNTIL
from support.whole import DISCORD, EVERY, SLACK, Whole, findable, small_world, whole

DAY = timedelta(hours=24)
NAME = RepoName("kite", "relay")
FORMER = RepoName("kite", "relay-old")
COUNTS = (412, 452, 492, 532)
"""Of the last four midnights of the world: it passes 500 within the last day."""


def _with_relay(world: World) -> int:
    """Let a repo be one that no search brings, and that passes the bar on the last day."""
    index = findable(world, 1)[0]
    total = np.full(world.curves.total.shape[1], COUNTS[0], np.int32)
    total[world.today - 3 : world.today + 1] = COUNTS
    total[world.today + 1 :] = COUNTS[-1]
    facts = Facts(
        name=FORMER,
        description="Routes an agent's calls to many language models",
        topics=("ai-agents",),
        language="Python",
        license="MIT",
        organisation=False,
        is_ai=True,
    )
    world.recast(index, facts, total, age=90)
    world.rename(index, UNTIL - 10 * DAY, NAME)
    return index


async def _submit(it: Whole, channel: Channel, what: str) -> str:
    desk = ServiceDesk(it.store, it.github.clock, it.taxonomy, github=it.github.github)
    return plain((await desk.carry_out(Asker(channel, "U1"), f"submit {what}")).message).strip()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_submission_is_listed_at_the_bar_and_each_channel_hears_it_once(
    store: SqlStore,
) -> None:
    world = small_world()
    index = _with_relay(world)
    async with whole(store, world) as it:
        await it.watch(since=4 * DAY, until=3 * DAY)
        it.github.clock.at = UNTIL - 3 * DAY + timedelta(hours=1)
        await it.ask(SLACK, "subscribe ai-engineering at 09:00 Europe/Paris")
        told = await _submit(it, SLACK, f"https://github.com/{FORMER}")
        assert told.startswith(
            "kite/relay has 413 stars: it is watched from now on and listed when it reaches 500; "
            "this channel hears so.\nkite/relay-old is called kite/relay now."
        )
        assert (await _submit(it, DISCORD, str(NAME))).startswith("kite/relay is watched already")

        before = await it.watch(since=3 * DAY - EVERY, until=DAY)
        assert [each for each in before if each.repo_id == _id(world, index)] == []
        assert await it.deliveries(DISCORD) == []
        after = await it.watch(since=DAY - EVERY)
        ours = [each for each in after if each.repo_id == _id(world, index)]
        (new,) = (each for each in ours if each.kind is SignalKind.NEW)
        assert new.evidence.after == "500"
        assert 500 <= (new.evidence.stars or 0) < 520
        async with store.read() as tx:
            entry = await tx.catalogue.find(NAME)
            past = await tx.past.of([new.repo_id])
        assert past[new.repo_id].days  # filled in like any newcomer's
        assert entry is not None
        assert entry.listed_reason is ListedReason.SUBMITTED

        it.github.clock.at = UNTIL.replace(hour=8, minute=0)
        for _ in range(2):
            await it.send()
            await tell_submitters(it.store, it.github.clock, it.taxonomy)
        slack = "\n".join(it.in_slack())
        assert slack.count("submitted here") == 1
        assert "kite/relay" in slack
        (notice,) = it.in_discord()
        assert "submitted here on 19 Nov, passed 500 stars and is listed now" in notice
        (delivery,) = await it.deliveries(DISCORD)
        assert delivery.state is DeliveryState.SENT

        # Whoever submits it later is told that it is there, and nothing more comes of it.
        assert (await _submit(it, DISCORD, str(NAME))).startswith("kite/relay is listed already")
        assert await tell_submitters(it.store, it.github.clock, it.taxonomy) == 0


def _id(world: World, index: int) -> int:
    repo = world.repo_at(index, UNTIL)
    assert repo is not None
    return repo.id
