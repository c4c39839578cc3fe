"""What bolt hands over: acknowledged at once, then done by `commands` and `events`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from hypecurve.ports import Host
from hypecurve_slack.commands import Commands
from hypecurve_slack.events import heard
from hypecurve_slack.people import People
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.workspace import workspace_of

COMMAND = "/hype"


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers, the same for every workspace."""

    host: Host
    commands: Commands
    under_way: UnderWay


def parts_of(host: Host, session: aiohttp.ClientSession, under_way: UnderWay) -> Parts:
    """Return what answers for a host; `session` belongs to the caller, as does what is under way."""
    return Parts(host, Commands(host.desk, session, People(), under_way), under_way)


def attach(app: AsyncApp, parts: Parts) -> None:
    """Let an app answer `/hype`, our controls, and what Slack tells by itself."""

    @app.command(COMMAND)
    async def _slash(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await parts.commands.slash(ack, body, workspace_of(context))

    # Every control wants its acknowledgement, also one that an older version has left behind.
    @app.action(re.compile(""))
    async def _control(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await parts.commands.control(ack, body, workspace_of(context))

    # Every event too: bolt acknowledges it, and Slack would repeat what is not acknowledged.
    @app.event(re.compile(""))
    async def _event(body: dict[str, Any], context: AsyncBoltContext) -> None:
        telling = heard(body, workspace_of(context), parts.host.events)
        if telling is not None:
            parts.under_way.start(telling)
