"""A service whose database goes away while it sends."""

from __future__ import annotations

import json
from pathlib import Path

from hypecurve.domain.delivery import DeliveryState
from standins.slack import Fault
from support.databases import Postgres
from support.morning import morning
from support.processes import until

S = DeliveryState


async def test_what_was_sent_meanwhile_is_written_down_and_the_rest_is_sent_once(
    postgres: Postgres, tmp_path: Path
) -> None:
    database = postgres.fresh()
    async with morning(database, tmp_path, slack=3, discord=3) as around:
        around.slack.fail(Fault.slow(2.0), times=3)
        async with around.service() as service:
            await until(lambda: "chat.postMessage" in dict(around.slack.calls))
            with postgres.stopped():
                await service.says("what was sent waits to be written down")
            await service.says("what was sent is written down")
            while set(await around.states()) != {S.SENT}:
                await service.says("delivery tried")
            assert await service.stop() == 0
        assert [around.posts(channel) for channel in around.channels] == [1] * 6
        assert len(await around.states()) == 6
    assert "Traceback" not in service.log
    away = [line for line in service.lines if json.loads(line)["level"] in {"warning", "error"}]
    assert 1 <= len(away) <= 8, service.log
