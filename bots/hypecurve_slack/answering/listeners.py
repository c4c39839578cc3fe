"""What bolt hands over: acknowledged at once, then done by whoever it is for.

A control carries the command it stands for, so that it works after any restart and deployment,
also one that an older version has left behind; a few open a modal instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from hypecurve.domain.message import Action
from hypecurve.ports import Host
from hypecurve_slack.answering.asked import Asked, of_command, of_interaction
from hypecurve_slack.answering.commands import Commands
from hypecurve_slack.answering.events import heard
from hypecurve_slack.answering.people import People
from hypecurve_slack.answering.replying import Replies
from hypecurve_slack.posting.uploading import Uploads
from hypecurve_slack.rendering.controls import action_of
from hypecurve_slack.screens.formview import CALLBACK, PREVIEW, WHICH
from hypecurve_slack.screens.home import Homes
from hypecurve_slack.screens.meta import Meta
from hypecurve_slack.screens.modals import Modals
from hypecurve_slack.screens.pickers import COMPARE, PLACE, Pickers
from hypecurve_slack.screens.rooms import Rooms
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.workspace import Workspace, workspace_of

COMMAND = "/hype"
_FORMS = frozenset({"subscribe", "schedule", "tune"})
"""Commands that open the form where nothing more is said."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers, the same for every workspace."""

    host: Host
    commands: Commands
    modals: Modals
    pickers: Pickers
    homes: Homes
    people: People
    under_way: UnderWay

    def slash(self, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Answer `/hype ...`; a bare `/hype subscribe` opens the form."""
        name = str(body.get("text") or "").strip().casefold()
        if name in _FORMS:
            command = "help subscribe" if name == "tune" else name
            self._form(of_command(body, workspace), command)
        else:
            self.commands.slash(body, workspace)

    def control(self, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Answer a select or a button of ours; others only wanted the acknowledgement."""
        pressed = (body.get("actions") or [{}])[0]
        action_id = str(pressed.get("action_id") or "")
        chosen = str((pressed.get("selected_option") or pressed).get("value") or "")
        if (body.get("view") or {}).get("type") == "home":
            self.under_way.start(self._home(body, workspace))
        elif action_id in {WHICH, PREVIEW}:
            self.modals.pressed(body, workspace, chosen if action_id == WHICH else "")
        elif (action := action_of(action_id)) is not None and chosen:
            asked = of_interaction(body, workspace)
            match action:
                case Action.TUNE | Action.SUBSCRIBE:
                    self._form(asked, chosen)
                case Action.COMPARE | Action.MISPLACED:
                    meta = _meta(asked)
                    self.under_way.start(self.pickers.open(asked, meta, action, chosen))
                case _:
                    self.commands.ask(asked, chosen)

    def event(self, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Take what Slack tells by itself."""
        if not workspace.us:  # bolt looks nobody up for an event that ends an installation
            workspace = replace(workspace, us=_bot_of(body))
        event = body.get("event") or {}
        if event.get("type") == "app_home_opened" and event.get("tab") == "home":
            self.under_way.start(self.homes.opened(body, workspace))
            return
        telling = heard(body, workspace, self.host.events, self.people)
        if telling is not None:
            self.under_way.start(telling)

    def _form(self, asked: Asked, command: str) -> None:
        self.under_way.start(self.modals.open(asked, _meta(asked), command=command))

    async def _home(self, body: Mapping[str, Any], workspace: Workspace) -> None:
        wanted = await self.homes.pressed(body, workspace)
        if wanted is not None:
            await self.modals.open(*wanted)


def parts_of(host: Host, session: aiohttp.ClientSession, under_way: UnderWay) -> Parts:
    """Return what answers for a host; `session` and what is under way belong to the caller."""
    people, rooms = People(), Rooms()
    replies = Replies(session, Uploads(host.kit.charts))
    commands = Commands(host.desk, replies, people, under_way)
    homes = Homes(host.desk, host.forms, replies, people, rooms)
    modals = Modals(host.forms, commands, replies, people, under_way, homes.show, homes.may)
    pickers = Pickers(host.desk, commands, people)
    return Parts(host, commands, modals, pickers, homes, people, under_way)


def attach(app: AsyncApp, parts: Parts) -> None:
    """Let an app answer `/hype`, our controls and views, and what Slack tells by itself."""

    @app.command(COMMAND)
    async def _slash(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        parts.slash(body, workspace_of(context))

    # Every control wants its acknowledgement, also one that an older version has left behind.
    @app.action(re.compile(""))
    async def _control(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        parts.control(body, workspace_of(context))

    @app.view(re.compile(""))
    async def _view(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        name = (body.get("view") or {}).get("callback_id")
        if name == CALLBACK:
            await parts.modals.sent_in(ack, body, workspace_of(context))
        elif name in {COMPARE, PLACE}:
            await parts.pickers.sent_in(ack, body, workspace_of(context))
        else:
            await ack()

    @app.options(re.compile(""))
    async def _typed(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await parts.pickers.suggest(ack, body, workspace_of(context))

    # Every event too: bolt acknowledges it, and Slack would repeat what is not acknowledged.
    @app.event(re.compile(""))
    async def _event(body: dict[str, Any], context: AsyncBoltContext) -> None:
        parts.event(body, workspace_of(context))


def _bot_of(body: Mapping[str, Any]) -> str:
    """Return our own user id as an event tells it, "" where it does not."""
    seen: list[Mapping[str, Any]] = [
        each for each in body.get("authorizations") or () if each.get("is_bot")
    ]
    return str(seen[0].get("user_id") or "") if seen else ""


def _meta(asked: Asked) -> Meta:
    """Return what a view is to remember of where it was opened."""
    place = asked.place
    return Meta(
        place.channel_id,
        asked.channel_name,
        place.response_url,
        place.thread_ts,
    )
