"""What Slack refuses in a modal or a Home tab: pure functions over JSON.

The limits are those of docs.slack.dev/reference/views and /block-kit, and of slack_sdk's models.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from standins import slack_rules

JsonObject = Mapping[str, Any]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SIZE = 250_000
_LISTS = {"static_select", "multi_static_select"}
_EXTERNAL = {"external_select", "multi_external_select"}
_BOXES = {"checkboxes", "radio_buttons"}
_PROPERTIES = {
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
}


def problems(view: JsonObject) -> list[str]:
    """Return what makes Slack refuse a view; empty where it would take it."""
    return list(_view(view))


def _view(view: JsonObject) -> Iterator[str]:
    kind = view.get("type")
    blocks = view.get("blocks") or []
    if kind not in {"modal", "home"}:
        yield f"a view of type {kind!r}"
    if not 1 <= len(blocks) <= 100:
        yield f"{len(blocks)} blocks"
    if kind == "modal":
        yield from _modal(view, blocks)
    yield from _most(view.get("private_metadata", ""), 3000, "private_metadata")
    yield from _most(view.get("callback_id", ""), 255, "callback_id")
    if len(json.dumps(view, ensure_ascii=False).encode()) > _SIZE:
        yield "view_too_large"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "a block_id twice"
    if set(view) - _PROPERTIES:
        yield f"properties {sorted(set(view) - _PROPERTIES)}"
    for place, block in enumerate(blocks):
        yield from (f"blocks/{place}: {problem}" for problem in _block(block))


def _modal(view: JsonObject, blocks: Sequence[JsonObject]) -> Iterator[str]:
    yield from _plain(view.get("title"), 24, "title")
    for name in ("submit", "close"):
        if name in view:
            yield from _plain(view[name], 24, name)
    if "submit" not in view and any(block.get("type") == "input" for block in blocks):
        yield "an input without submit"


def _block(block: JsonObject) -> Iterator[str]:
    yield from _most(block.get("block_id", "x"), 255, "block_id")
    match block.get("type"):
        case "input":
            yield from _plain(block.get("label"), 2000, "label")
            if "hint" in block:
                yield from _plain(block["hint"], 2000, "hint")
            yield from _element(block.get("element") or {})
        case "actions":
            elements = block.get("elements") or []
            ids = [element.get("action_id") for element in elements]
            if not 1 <= len(elements) <= 25 or len(ids) != len(set(ids)):
                yield f"{len(elements)} elements of actions, or an action_id twice"
            for element in elements:
                yield from _element(element)
        case "section" if "accessory" in block:
            yield from _element(block["accessory"])
            rest = {name: value for name, value in block.items() if name != "accessory"}
            yield from slack_rules.problems([rest])
        case _:
            yield from slack_rules.problems([block])


def _element(element: JsonObject) -> Iterator[str]:
    kind = str(element.get("type"))
    action_id = element.get("action_id")
    if not isinstance(action_id, str) or not 1 <= len(action_id) <= 255:
        yield f"action_id {action_id!r}"
    if "placeholder" in element:
        yield from _plain(element["placeholder"], 150, "placeholder")
    if kind in _LISTS | _BOXES:
        yield from _choices(element, kind)
    elif kind in _EXTERNAL:
        yield from _external(element)
    elif kind in _OTHERS:
        yield from _OTHERS[kind](element)
    elif kind != "conversations_select":
        yield f"element type {kind!r}"


def _external(element: JsonObject) -> Iterator[str]:
    for option in _initial(element):
        yield from _option(option)
    for name in ("initial_option", "initial_options"):
        if name in element and not element[name]:
            yield f"an empty {name}"


def _time(element: JsonObject) -> Iterator[str]:
    if "initial_time" in element and not _TIME.fullmatch(str(element["initial_time"])):
        yield f"time {element['initial_time']!r}"


def _number(element: JsonObject) -> Iterator[str]:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        yield "a number_input that does not say whether decimals are allowed"
    for name in ("min_value", "max_value", "initial_value"):
        if not isinstance(element.get(name, ""), str):
            yield f"{name} is no text"


def _written(element: JsonObject) -> Iterator[str]:
    yield from _most(element.get("initial_value", "x"), 3000, "initial_value")


def _button(element: JsonObject) -> Iterator[str]:
    yield from _plain(element.get("text"), 75, "text")
    yield from _most(element.get("value", "x"), 2000, "value")
    if element.get("style", "danger") not in {"danger", "primary"}:
        yield f"style {element['style']!r}"
    asked = element.get("confirm")
    if asked is not None:
        yield from _plain(asked.get("title"), 100, "confirm.title")
        yield from _plain(asked.get("text"), 300, "confirm.text")
        yield from _plain(asked.get("confirm"), 30, "confirm.confirm")
        yield from _plain(asked.get("deny"), 30, "confirm.deny")


def _choices(element: JsonObject, kind: str) -> Iterator[str]:
    most = 10 if kind in _BOXES else 100
    groups = element.get("option_groups")
    if (groups is None) == (element.get("options") is None):
        yield "options and option_groups, or neither"
        return
    if groups is not None:
        yield from _groups(groups)
    offered = [group["options"] for group in groups] if groups else [element.get("options") or []]
    for options in offered:
        if not 1 <= len(options) <= most:
            yield f"{len(options)} options"
        for option in options:
            yield from _option(option)
    known = [option for options in offered for option in options]
    yield from _external(element)
    if any(option not in known for option in _initial(element)):
        yield "an initial option that is not offered"


def _groups(groups: Sequence[JsonObject]) -> Iterator[str]:
    if not 1 <= len(groups) <= 100:
        yield f"{len(groups)} groups"
    for group in groups:
        yield from _plain(group.get("label"), 75, "group label")


def _initial(element: JsonObject) -> Sequence[JsonObject]:
    one = element.get("initial_option")
    return [one] if one else element.get("initial_options") or []


def _option(option: JsonObject) -> Iterator[str]:
    yield from _plain(option.get("text"), 75, "option text")
    if not 1 <= len(str(option.get("value", ""))) <= 150:
        yield f"option value {option.get('value')!r}"
    if "description" in option:
        yield from _plain(option["description"], 75, "description")


def suggestion_problems(answer: JsonObject) -> list[str]:
    """Return what is wrong with the answer to somebody who types into an external select."""
    groups = answer.get("option_groups")
    if groups is not None:
        options = [option for group in groups for option in group.get("options", [])]
        found = [
            f"{len(group.get('options', []))} options"
            for group in groups
            if not 1 <= len(group.get("options", [])) <= 100
        ]
        found += [
            problem for group in groups for problem in _plain(group.get("label"), 75, "label")
        ]
    else:
        options, found = answer.get("options") or [], []
        found = [] if len(options) <= 100 else [f"{len(options)} options"]
    return found + [problem for option in options for problem in _option(option)]


def _plain(text: object, limit: int, what: str) -> Iterator[str]:
    if not isinstance(text, Mapping) or text.get("type") != "plain_text":
        yield f"{what} is no plain text"
    elif not 1 <= len(str(text.get("text", ""))) <= limit:
        yield f"{what} of {len(str(text.get('text', '')))} characters (limit {limit})"


def _most(text: object, limit: int, what: str) -> Iterator[str]:
    if not isinstance(text, str) or len(text) > limit:
        yield f"{what} too long or no text (limit {limit})"


_OTHERS = {
    "button": _button,
    "timepicker": _time,
    "number_input": _number,
    "plain_text_input": _written,
}
