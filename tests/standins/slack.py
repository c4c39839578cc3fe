"""A stand-in Slack on loopback: Web API, Socket Mode, response URLs, channels that remember.

    async with SlackStandIn() as slack:
        env = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        ...                                              # start the bot with `env`
        await slack.connected()                          # its socket is open
        replies = await slack.command("/hype repo acme/flashkv", channel="C456", user="U1")
        replies[0].shown, replies[0].private             # what it says, to whom
        slack.channels["C456"].messages[-1].shown        # what stands in the channel
        await slack.choose("acme/flashkv")               # the option of a select, by its text
        await slack.press("Tune")                        # a button, by its text
        slack.fail(Fault.limited(7))                     # the next chat.postMessage is a 429
        slack.fail(Fault.refused("invalid_auth"), times=None)   # until slack.heal()
        slack.fail(Fault.DROPPED_AFTER)                  # taken, then the line goes dead
        await slack.refresh_sockets()                    # Slack asks the bot to reconnect
        await slack.event({"type": "channel_unarchive", "channel": "C789"})
        slack.line = HttpRequests(url)                   # from now on over HTTP (`slack_http`)
        slack.files.kept["F000000001"].content           # a picture; it can be slow, or deleted
    slack.channels["C456"].members |= {"U1"}         # who is in a channel, for users.conversations
    slack.workspace("T2").channels["C1"] = SlackChannel("C1", "two")   # another team
        slack.faults(0.05, random.Random(7))             # 5 % of all calls, in every way there is
        slack.ledger.doubles(), slack.ledger.least_gap() # what came twice, and how fast

Known from the start: team T123; the channels C456 (general), C789 (archived), C999 (the bot is
no member), all in `slack.channels`; the users U1 (Paris) and U2. Add to them as you like.

It refuses what Slack refuses (see `standins.slack_rules`), knows no other tokens than its own, and
keeps every call in `slack.calls` as (method, body). Whoever posts to a user's id writes to that
person alone: in the channel D and the id. `slack.ledger.gap = 1.0` answers 429 to a channel's
messages that come closer together. `SlackStandIn(brief=True)` is for many thousands of messages:
every channel is there, and of what is posted only the ledger is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from standins.slack_hands import WAIT, Hands
from standins.slack_line import Ack
from standins.slack_model import (
    Fault,
    ResponseUrl,
    SlackChannel,
    SlackMessage,
    SlackWorkspace,
)

__all__ = ["Fault", "SlackChannel", "SlackMessage", "SlackStandIn", "SlackWorkspace"]


class SlackStandIn(Hands):
    """One workspace and as many more as are asked for; see the module's docstring."""

    @property
    def acks(self) -> list[Ack]:
        """The acknowledgements so far, each with the seconds it took."""
        return self.line.acks

    async def connected(self, total: int = 1) -> None:
        """Wait until the bot has opened that many sockets, counted from the start."""
        await self.sockets.opened(total, WAIT)

    async def acknowledged(self, total: int = 1) -> None:
        """Wait until the bot has acknowledged that many envelopes, counted from the start."""
        await self.line.acknowledged(total, WAIT)

    async def refresh_sockets(self) -> None:
        """Ask the bot to reconnect, as Slack does every few hours."""
        await self.sockets.refresh()

    async def event(self, event: Mapping[str, Any], *, team: str = "") -> Ack:
        """Tell the bot of something that happened, and wait for its acknowledgement."""
        number = next(self._count)
        team = team or self.team
        payload = {
            "token": "legacy",
            "team_id": team,
            "api_app_id": "A1",
            "type": "event_callback",
            "event": dict(event),
            "event_id": f"Ev{number}",
            "event_time": 1_700_000_000 + number,
            "authorizations": [{"team_id": team, "user_id": self.bot_user, "is_bot": True}],
        }
        return await self.line.send("events_api", payload, WAIT)

    async def command(
        self, text: str, *, channel: str = "C456", user: str = "U1", replies: int = 1
    ) -> list[SlackMessage]:
        """Type a slash command ("/hype top") and wait for its acknowledgement and replies."""
        word, _, rest = text.partition(" ")
        escaped = rest.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        payload = {
            "token": "legacy",
            "team_id": self.team,
            "team_domain": "acme",
            "channel_id": channel,
            "channel_name": self._channel(channel).name,
            "user_id": user,
            "user_name": self.users.get(user, {}).get("name", user),
            "command": word,
            "text": escaped,
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "trigger_id": self.views.trigger(self.team, user),
        }
        return await self._ask("slash_commands", payload, channel, user, replies)

    async def choose(
        self, label: str, *, channel: str = "C456", user: str = "U1", replies: int = 1
    ) -> list[SlackMessage]:
        """Choose an option by its text, in the newest message that offers it."""
        for message, element in self._elements(channel):
            for option in element.get("options", []):
                if option["text"]["text"] == label:
                    action = {**_action(element), "selected_option": option}
                    return await self._act(message, action, user, replies)
        raise LookupError(label)

    async def press(
        self, label: str, *, channel: str = "C456", user: str = "U1", replies: int = 1
    ) -> list[SlackMessage]:
        """Press a button by its text, in the newest message that has it."""
        for message, element in self._elements(channel):
            if element["type"] == "button" and element["text"]["text"] == label:
                action = {**_action(element), "value": element.get("value", "")}
                return await self._act(message, action, user, replies)
        raise LookupError(label)

    def _elements(self, channel: str) -> list[tuple[SlackMessage, dict[str, Any]]]:
        place = self.channels[channel]
        newest = sorted([*place.messages, *place.private], key=lambda m: m.ts, reverse=True)
        return [
            (message, element)
            for message in newest
            for block in message.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        ]

    async def _act(
        self, message: SlackMessage, action: Mapping[str, Any], user: str, replies: int
    ) -> list[SlackMessage]:
        place = self._channel(message.channel)
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": place.id,
            "is_ephemeral": message.private,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": user, "team_id": self.team},
            "api_app_id": "A1",
            "token": "legacy",
            "container": container,
            "trigger_id": self.views.trigger(self.team, user),
            "team": {"id": self.team, "domain": "acme"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": place.id, "name": place.name},
            "message": {"ts": message.ts, **message.body},
            "actions": [dict(action)],
        }
        return await self._ask("interactive", payload, place.id, user, replies, message)

    async def _ask(
        self,
        kind: str,
        payload: dict[str, Any],
        channel: str,
        user: str,
        replies: int,
        pressed: SlackMessage | None = None,
    ) -> list[SlackMessage]:
        key = f"r{next(self._count)}"
        asked = self._urls[key] = ResponseUrl(channel, user, pressed=pressed)
        payload["response_url"] = f"http:{self._root}/respond/{key}"
        ack = await self.line.send(kind, payload, WAIT)
        assert not ack.payload, ack  # else it would be shown, beside the replies
        async with asyncio.timeout(WAIT), self._changed:
            await self._changed.wait_for(lambda: len(asked.replies) >= replies)
        return list(asked.replies)


def _action(element: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": element["type"], "action_id": element["action_id"], "block_id": "b1"}
