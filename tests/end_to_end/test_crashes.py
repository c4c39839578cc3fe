"""Services that are killed at the worst moments, and what their successors make of it.

A digest is never lost and never sent twice. Where nobody can know whether it arrived, which on
Slack is the one whose call was under way, it is *unknown*; Discord drops a repeat by its nonce.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hypecurve.domain.delivery import DeliveryState
from standins.discord_troubles import HANG, hang
from standins.slack import Fault
from support.crashing import POINTS
from support.morning import Morning, morning
from support.processes import until

S = DeliveryState
_ARM = "support.crashing:arm:"


@pytest.fixture
async def around(empty_database: str, tmp_path: Path) -> AsyncIterator[Morning]:
    async with morning(empty_database, tmp_path) as found:
        yield found


async def settled(around: Morning) -> list[DeliveryState]:
    """Let a successor do what is left; where the digests stand then, Slack's first."""
    async with around.service() as service:
        final = {S.SENT, S.UNKNOWN, S.DEAD, S.EXPIRED, S.DROPPED}
        found: list[DeliveryState] = []
        while len(found) < len(around.channels) or not set(found) <= final:
            await service.says("delivery tried", times=1 + sum(s in final for s in found) // 2)
            found = await around.states()
        assert await service.stop() == 0
    by_channel = {each.channel: each.delivery.state for each in await around.sendings()}
    assert len(by_channel) == len(found), "a digest was composed twice"
    return [by_channel[channel] for channel in around.channels]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_commit_no_digest_is_lost_and_none_comes_twice(
    around: Morning, point: str
) -> None:
    async with around.service(before=_ARM + point) as service:
        assert await service.ended() == -signal.SIGKILL
    before = [around.posts(channel) for channel in around.channels]
    assert max(before) <= 1
    slack, discord = await settled(around)
    after = [around.posts(channel) for channel in around.channels]
    assert after[1] == 1
    assert discord is S.SENT
    # On Slack the only doubt is the call that was under way: begun by its intent, its end unsaid.
    is_open = point in {"after an intent is committed", "before an outcome is committed"}
    assert slack in ({S.SENT, S.UNKNOWN} if is_open else {S.SENT})
    assert after[0] == (before[0] if slack is S.UNKNOWN else 1)


@pytest.mark.parametrize("backend", ["postgresql", "sqlite"])
async def test_killed_after_the_platforms_took_it_nothing_comes_twice(around: Morning) -> None:
    around.slack.fail(Fault.slow(600.0))
    around.discord.trouble.append(hang(accepted=True))
    async with around.service() as service:
        await until(lambda: "chat.postMessage" in dict(around.slack.calls))
        await until(lambda: bool(around.discord.posts))
        assert await service.stop(signal.SIGKILL) == -signal.SIGKILL
    around.slack.heal()
    slack, discord = await settled(around)
    assert slack is S.UNKNOWN
    assert discord is S.SENT
    assert around.posts(around.channels[1]) == 1
    assert around.posts(around.channels[0]) <= 1
    assert around.threads(around.channels[0]) == 0


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_killed_while_a_platform_is_silent_discord_still_gets_it_once(
    around: Morning,
) -> None:
    around.discord.trouble.append(HANG)
    async with around.service("deliver") as service:
        await until(lambda: bool(around.discord.posts))
        assert await service.stop(signal.SIGKILL) == -signal.SIGKILL
    _, discord = await settled(around)
    assert discord is S.SENT
    assert around.posts(around.channels[1]) == 1
