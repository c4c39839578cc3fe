"""What people do with views in the stand-in Slack: open, fill in, send in, press, type."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from standins import slack_view_rules
from standins.slack_api import SlackApi
from standins.slack_line import Ack
from standins.slack_model import ResponseUrl, SlackMessage
from standins.slack_views import SlackView, state_of

WAIT = 10.0
"""Seconds after which waiting for a bot is given up; a bot that works never takes that long."""


class Hands(SlackApi):
    """See `standins.slack_views`."""

    async def send(self, kind: str, payload: dict[str, Any]) -> Ack:
        """Hand something to the bot and return its acknowledgement."""
        return await self.line.send(kind, payload, WAIT)

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until something holds of what people see."""
        async with asyncio.timeout(WAIT), self._changed:
            await self._changed.wait_for(done)

    async def modal(self, user: str = "U1", *, versions: int = 2, depth: int = 1) -> SlackView:
        """Return somebody's modal on top, once it was shown and filled (`versions` times shown)."""
        stack = self.views.modals.setdefault((self.team, user), [])
        await self.until(lambda: len(stack) >= depth and stack[-1].versions >= versions)
        return stack[-1]

    async def open_home(self, user: str = "U1", *, tab: str = "home") -> SlackView:
        """Let somebody open the app's Home and return it, once it was shown anew."""
        key = (self.team, user)
        home = self.views.homes.get(key)
        seen = home.versions if home else 0
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": f"D{user}",
            "tab": tab,
            "event_ts": "1700000000.000001",
        }
        if home is not None:
            event["view"] = home.payload
        payload = {
            "token": "legacy",
            "team_id": self.team,
            "api_app_id": "A1",
            "type": "event_callback",
            "event": event,
            "event_id": f"Ev{next(self._count)}",
            "event_time": 1_700_000_000,
            "authorizations": [{"team_id": self.team, "user_id": self.bot_user, "is_bot": True}],
        }
        await self.send("events_api", payload)
        await self.until(lambda: self._seen(key) > seen)
        return self.views.homes[key]

    async def changed(self, home: SlackView, versions: int) -> SlackView:
        """Wait until a view was shown so many times."""
        await self.until(lambda: home.versions >= versions)
        return home

    def fill(self, view: SlackView, values: Mapping[str, object]) -> None:
        """Fill in fields, by the beginning of their blocks' ids; options by text or value."""
        for name, value in values.items():
            block, element = view.find(name)
            view.typed[block["block_id"]] = state_of(element, value)

    async def submit(self, view: SlackView) -> dict[str, str]:
        """Send a view in; return what was said at its fields. One that is taken is closed."""
        missing = [
            block["block_id"]
            for block, element in view.held()
            if block["type"] == "input"
            and not block.get("optional")
            and not any(
                held
                for held in view.payload["state"]["values"][block["block_id"]][
                    element["action_id"]
                ].items()
                if held[0] != "type" and held[1]
            )
        ]
        if missing:
            return dict.fromkeys(missing, "Please complete this required field.")
        payload = self._interaction("view_submission", view) | {"response_urls": []}
        told = (await self.send("interactive", payload)).payload or {}
        match told.get("response_action"):
            case "errors":
                unknown = set(told["errors"]) - {block.get("block_id") for block in view.blocks}
                assert not unknown, unknown
                return dict(told["errors"])
            case "update":
                wrong = slack_view_rules.problems(told["view"])
                assert not wrong, wrong
                self.views.show(view, told["view"])
            case _:
                self.views.close(view)
        return {}

    async def press_in(self, view: SlackView, label: str) -> None:
        """Press a button in a view, by its text; wait for the acknowledgement."""
        for block, element in view.held():
            if element["type"] == "button" and element["text"]["text"] == label:
                await self._act_in(view, block, element, {"value": element.get("value", "")})
                return
        raise LookupError(label)

    async def choose_in(self, view: SlackView, name: str, value: str) -> None:
        """Choose in a select that acts at once, by its block: an option, or a channel's id."""
        block, element = view.find(name)
        if element["type"] == "conversations_select":
            chosen: dict[str, Any] = {"selected_conversation": value}
        else:
            chosen = {"selected_option": state_of(element, value)["selected_option"]}
        view.typed[block["block_id"]] = {"type": element["type"], **chosen}
        await self._act_in(view, block, element, chosen)

    async def suggest(self, view: SlackView, name: str, typed: str) -> list[str]:
        """Type into an external select; return the values that are offered."""
        block, element = view.find(name)
        payload = self._interaction("block_suggestion", view) | {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": typed,
            "container": {"type": "view", "view_id": view.id},
        }
        answer = (await self.send("interactive", payload)).payload or {}
        wrong = slack_view_rules.suggestion_problems(answer)
        assert not wrong, wrong
        groups = answer.get("option_groups") or [{"options": answer.get("options", [])}]
        return [option["value"] for group in groups for option in group["options"]]

    async def _act_in(
        self, view: SlackView, block: dict[str, Any], element: dict[str, Any], did: dict[str, Any]
    ) -> None:
        payload = self._interaction("block_actions", view) | {
            "container": {"type": "view", "view_id": view.id},
            "actions": [
                {
                    "type": element["type"],
                    "action_id": element["action_id"],
                    "block_id": block.get("block_id", "b1"),
                    **did,
                }
            ],
        }
        await self.send("interactive", payload)

    def _interaction(self, kind: str, view: SlackView) -> dict[str, Any]:
        return {
            "type": kind,
            "team": {"id": view.team, "domain": "acme"},
            "user": {"id": view.user, "username": view.user, "team_id": view.team},
            "api_app_id": "A1",
            "token": "legacy",
            "trigger_id": self.views.trigger(view.team, view.user),
            "enterprise": None,
            "is_enterprise_install": False,
            "view": view.payload,
        }

    def _seen(self, key: tuple[str, str]) -> int:
        home = self.views.homes.get(key)
        return home.versions if home else 0

    def whispered(self, channel: str) -> list[SlackMessage]:
        """Return what was said to single people in a channel."""
        return self.channels[channel].private

    def response_url(self, channel: str = "C456", user: str = "U1") -> str:
        """Return an address for the replies to one question."""
        key = f"r{next(self._count)}"
        self._urls[key] = ResponseUrl(channel, user)
        return f"http:{self._root}/respond/{key}"

    def spend_urls(self) -> None:
        """Let no response_url serve any more."""
        self._urls.clear()
