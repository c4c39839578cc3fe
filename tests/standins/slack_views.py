"""Views of the stand-in Slack: modals that people fill in, and everybody's Home.

    view = await slack.modal("U1")                 # the modal on top, once it is there
    view.shown                                     # all that a reader sees
    slack.fill(view, {"kinds": ["new"], "at": "08:30"})
    errors = await slack.submit(view)              # {} where it was taken; else texts by field
    await slack.press_in(view, "Preview")          # a button in it, by its text
    await slack.suggest(view, "zone", "par")       # what is offered to who types
    home = await slack.open_home("U1")
    await slack.press_in(home, "Pause")

It refuses what Slack refuses: a trigger serves once and for 3 s, three modals lie on each other at
most, a stale hash is a conflict, and every view keeps to the limits of `slack_view_rules`.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from standins import slack_rules, slack_view_rules
from standins.slack_answers import refusal
from standins.slack_model import SlackWorkspace

JsonObject = Mapping[str, Any]
_TRIGGER = 3.0
_STACK = 3


@dataclass(slots=True)
class SlackView:
    """A view as somebody sees it, and what they have filled in."""

    id: str
    team: str
    user: str
    body: dict[str, Any]
    hash: str
    versions: int = 1
    typed: dict[str, Any] = field(default_factory=dict)
    """What was filled in, by block id: each the state of its element."""

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Its blocks."""
        return list(self.body["blocks"])

    @property
    def title(self) -> str:
        """Its title; "" for a Home."""
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def shown(self) -> str:
        """All that a reader sees."""
        return slack_rules.shown({"blocks": self.body["blocks"]})

    @property
    def buttons(self) -> list[str]:
        """The texts of its buttons."""
        return [each["text"]["text"] for each in self.elements if each["type"] == "button"]

    @property
    def elements(self) -> list[dict[str, Any]]:
        """What can be pressed, chosen or filled in."""
        return [element for _, element in self.held()]

    def held(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return each element with its block."""
        return [
            (block, element)
            for block in self.body["blocks"]
            for element in (
                *(block.get("elements", []) if block["type"] == "actions" else []),
                *([block["element"]] if "element" in block else []),
                *([block["accessory"]] if "accessory" in block else []),
            )
        ]

    def find(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the block and element of a field, by the beginning of the block's id."""
        for block, element in self.held():
            if str(block.get("block_id", "")).partition(":")[0] == name:
                return block, element
        raise LookupError(name)

    @property
    def payload(self) -> dict[str, Any]:
        """The view as Slack sends it along, with what was filled in."""
        values: dict[str, Any] = {}
        for block, element in self.held():
            if element["type"] == "button" or "block_id" not in block:
                continue
            held = self.typed.get(block["block_id"]) or _prefilled(element)
            values[block["block_id"]] = {element["action_id"]: held}
        return {
            **self.body,
            "id": self.id,
            "team_id": self.team,
            "app_id": "A1",
            "hash": self.hash,
            "state": {"values": values},
            "app_installed_team_id": self.team,
            "root_view_id": self.id,
            "previous_view_id": None,
        }


class Views:
    """What everybody sees, and who may open more."""

    def __init__(self) -> None:
        self.modals: dict[tuple[str, str], list[SlackView]] = {}
        """The modals of somebody, the last one on top."""
        self.homes: dict[tuple[str, str], SlackView] = {}
        self.refused: list[str] = []
        """Why views were refused."""
        self._triggers: dict[str, tuple[str, str, float]] = {}
        self._used: set[str] = set()
        self._count = itertools.count(1)

    def trigger(self, team: str, user: str) -> str:
        """Return a trigger that opens one view."""
        trigger = f"{next(self._count)}.trigger"
        self._triggers[trigger] = (team, user, time.monotonic() + _TRIGGER)
        return trigger

    def expire(self) -> None:
        """Let all triggers be too old."""
        self._triggers = {name: (*who[:2], 0.0) for name, who in self._triggers.items()}

    def close(self, view: SlackView) -> None:
        """Let somebody close a modal."""
        self.modals[view.team, view.user].remove(view)

    def answer(
        self, method: str, workspace: SlackWorkspace, body: JsonObject
    ) -> dict[str, Any] | None:
        """Return the answer of a views.* method; None for one that is none of these."""
        if not method.startswith("views."):
            return None
        told = self._answer(method, workspace, body)
        if not told["ok"]:
            self.refused.append(f"{method}: {told['error']}")
        return told

    def _answer(self, method: str, workspace: SlackWorkspace, body: JsonObject) -> dict[str, Any]:
        view = body.get("view") or {}
        view = json.loads(view) if isinstance(view, str) else view
        wrong = slack_view_rules.problems(view)
        if wrong:
            code = "view_too_large" if "view_too_large" in wrong else "invalid_arguments"
            self.refused.extend(wrong)
            return refusal(code, *wrong)
        match method:
            case "views.open" | "views.push":
                return self._open(method, workspace, body, view)
            case "views.update":
                return self._update(workspace, body, view)
            case "views.publish":
                return self._publish(workspace, body, view)
        return refusal("unknown_method")

    def _open(
        self, method: str, workspace: SlackWorkspace, body: JsonObject, view: dict[str, Any]
    ) -> dict[str, Any]:
        trigger = str(body.get("trigger_id"))
        team, user, until = self._triggers.get(trigger, ("", "", 0.0))
        if team != workspace.team:
            return refusal("invalid_trigger_id")
        if trigger in self._used:
            return refusal("exchanged_trigger_id")
        if time.monotonic() > until:
            return refusal("expired_trigger_id")
        if view["type"] != "modal":
            return refusal("invalid_arguments", "no modal")
        self._used.add(trigger)
        stack = self.modals.setdefault((team, user), [])
        if method == "views.open":
            stack.clear()
        elif len(stack) >= _STACK:
            return refusal("push_limit_reached")
        return self._kept(stack, SlackView(self._id(), team, user, view, self._hash()))

    def _update(
        self, workspace: SlackWorkspace, body: JsonObject, view: dict[str, Any]
    ) -> dict[str, Any]:
        for (team, _), stack in self.modals.items():
            for each in stack:
                if each.id == body.get("view_id") and team == workspace.team:
                    if body.get("hash", each.hash) != each.hash:
                        return refusal("hash_conflict")
                    self.show(each, view)
                    return {"ok": True, "view": each.payload}
        return refusal("not_found")

    def _publish(
        self, workspace: SlackWorkspace, body: JsonObject, view: dict[str, Any]
    ) -> dict[str, Any]:
        user = str(body.get("user_id"))
        if user not in workspace.users:
            return refusal("invalid_arguments", "user_not_found")
        if view["type"] != "home":
            return refusal("invalid_arguments", "no home")
        key = workspace.team, user
        home = self.homes.get(key)
        if home is None:
            home = self.homes[key] = SlackView(self._id(), *key, view, self._hash())
            return {"ok": True, "view": home.payload}
        if body.get("hash", home.hash) != home.hash:
            return refusal("hash_conflict")
        self.show(home, view)
        return {"ok": True, "view": home.payload}

    def show(self, view: SlackView, body: dict[str, Any]) -> None:
        """Show something else in a view; what was filled in stays in blocks that keep their ids."""
        view.body, view.hash = body, self._hash()
        view.versions += 1
        kept = {block.get("block_id") for block in body["blocks"]}
        view.typed = {name: held for name, held in view.typed.items() if name in kept}

    def _kept(self, stack: list[SlackView], view: SlackView) -> dict[str, Any]:
        stack.append(view)
        return {"ok": True, "view": view.payload}

    def _id(self) -> str:
        return f"V{next(self._count):08d}"

    def _hash(self) -> str:
        return f"{next(self._count)}.hash"


def _prefilled(element: JsonObject) -> dict[str, Any]:
    """Return the state of an element that nobody has touched."""
    kind = element["type"]
    if kind in {"static_select", "external_select", "radio_buttons"}:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in {"multi_static_select", "multi_external_select", "checkboxes"}:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind == "timepicker":
        return {"type": kind, "selected_time": element.get("initial_time")}
    if kind == "conversations_select":
        return {"type": kind, "selected_conversation": None}
    return {"type": kind, "value": element.get("initial_value")}


def state_of(element: JsonObject, value: object) -> dict[str, Any]:
    """Return the state of an element that somebody filled in; options by text or value."""
    kind = element["type"]
    if kind in {"static_select", "radio_buttons", "external_select"}:
        return {"type": kind, "selected_option": _option(element, value)}
    if kind in {"multi_static_select", "checkboxes", "multi_external_select"}:
        assert isinstance(value, Sequence)
        return {"type": kind, "selected_options": [_option(element, each) for each in value]}
    if kind == "timepicker":
        return {"type": kind, "selected_time": value}
    return {"type": kind, "value": value}


def _option(element: JsonObject, value: object) -> dict[str, Any]:
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    for group in groups:
        for option in group["options"]:
            if value in {option["value"], option["text"]["text"]}:
                return dict(option)
    raise LookupError(value)
