"""What the bot remembers ends by itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.subscription import Tenant
from hypecurve_slack.answering.people import People
from hypecurve_slack.kept import Fresh
from hypecurve_slack.screens.rooms import Rooms
from hypecurve_slack.workspace import Workspace
from support.soak_time import LeapingLoop


@dataclass
class Telling:
    """A Slack that tells of everybody, and counts how often it was asked."""

    asked: list[str] = field(default_factory=list)

    async def api_call(self, method: str, **_: object) -> dict[str, Any]:
        self.asked.append(method)
        return {"user": {"locale": "ru-RU", "name": "ada"}, "channels": [{"id": "C1"}]}


def test_values_end_by_themselves_and_the_oldest_gives_way() -> None:
    async def story() -> None:
        kept: Fresh[str, int] = Fresh(2)
        for number, name in enumerate(("a", "b", "a", "c")):
            kept.keep(name, number, 10)
        assert [kept.get(name) for name in "abc"] == [2, None, 3]
        kept.keep("a", 4, 20)
        await asyncio.sleep(10.5)
        assert [kept.get(name) for name in "ac"] == [4, None]
        await asyncio.sleep(10)
        assert len(kept) == 0

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(story())


def test_what_slack_told_of_a_person_is_gone_after_an_hour_though_nobody_asks() -> None:
    async def story() -> None:
        slack, people, rooms = Telling(), People(), Rooms()
        workspace = Workspace(Tenant("slack", "T1"), cast("AsyncWebClient", slack), "UBOT")
        for _ in range(2):
            assert (await people.find(workspace, "U1")).name == "ada"
            assert await rooms.joined(workspace, "U1") == frozenset({"C1"})
        assert slack.asked == ["users.info", "users.conversations"]
        await asyncio.sleep(3_590)
        assert people.known(workspace, "U1").name == "ada"
        await asyncio.sleep(20)
        assert people.known(workspace, "U1").name == ""
        await people.find(workspace, "U1")
        assert slack.asked.count("users.info") == 2

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(story())
