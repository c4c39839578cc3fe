"""Several services on one database, as an accident or an upgrade brings it about."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from hypecurve.domain.delivery import DeliveryState
from support.morning import Morning, morning
from support.processes import Service, until

S = DeliveryState
CHANNELS = 12


def once_everywhere(around: Morning) -> bool:
    return all(around.posts(channel) >= 1 for channel in around.channels)


@pytest.mark.parametrize(("backend", "number"), [("postgresql", 4), ("sqlite", 2)])
async def test_several_services_send_each_digest_and_answer_each_command_once(
    empty_database: str, tmp_path: Path, number: int
) -> None:
    async with (
        morning(empty_database, tmp_path, slack=CHANNELS, discord=CHANNELS) as around,
        around.services(number, "deliver", "slack", "discord") as services,
    ):
        await until(lambda: once_everywhere(around))
        await around.slack.connected(1)
        async with asyncio.timeout(30):
            await around.discord.gateway.sessions(identified=1)
        (answer,) = await around.slack.command("/hype subscribe all at 09:00", channel="C456")
        assert "Watching" in answer.shown
        asked = await around.discord.command("top")
        assert len(asked.private) == 1
        for service in services:
            assert await service.stop() == 0
            assert "Traceback" not in service.log
            assert "deadlock" not in service.log.casefold()
        assert [around.posts(channel) for channel in around.channels] == [1] * 2 * CHANNELS
        assert await around.states() == [S.SENT] * 2 * CHANNELS
        assert around.slack.sockets.total == 1
        assert around.discord.gateway.identified == 1


@pytest.mark.parametrize("backend", ["postgresql", "sqlite"])
async def test_what_one_leaves_when_it_is_killed_another_takes_over(
    empty_database: str, tmp_path: Path
) -> None:
    async with (
        morning(empty_database, tmp_path, slack=CHANNELS, discord=CHANNELS) as around,
        around.services(2, before="support.hurrying:hurry:1") as services,
    ):
        of_slack = [each for each in around.channels if each.tenant.platform == "slack"]
        await until(lambda: any(map(around.posts, of_slack)))
        sending = await sender_of(around, services)
        assert await sending.stop(signal.SIGKILL) == -signal.SIGKILL
        (other,) = (service for service in services if service is not sending)
        async with asyncio.timeout(60):
            while not set(await around.states()) <= {S.SENT, S.UNKNOWN}:
                await other.says("delivery tried")
        assert await other.stop() == 0
        sendings = await around.sendings()
        assert {each.channel for each in sendings} == set(around.channels)
        assert len(sendings) == 2 * CHANNELS
        for each in sendings:
            posts, is_sent = around.posts(each.channel), each.delivery.state is S.SENT
            assert posts == 1 if is_sent else posts <= 1
            assert is_sent or each.channel.tenant.platform == "slack"


async def sender_of(around: Morning, services: list[Service]) -> Service:
    """Which of them sends to Slack: a lease tells its number."""
    async with around.store() as store, store.read() as tx:
        holder, _ = (await tx.leases.holders())["deliver slack"]
    return next(each for each in services if f":{each.pid}:" in holder)
