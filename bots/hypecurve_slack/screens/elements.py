"""Pieces of Block Kit that views are made of, each cut to what Slack takes.

docs.slack.dev/reference/block-kit: labels of options and groups 75 characters, their values 150,
100 options in a list or a group, 100 groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypecurve.domain.message import Choice
from hypecurve_slack.rendering.markup import Json, tidy

TITLE = 24
"""Characters of a view's title and of its buttons."""
OPTIONS = 100
_ALL_OPTIONS = 500
"""Under all headings together: a view has at most 250 kB."""
_LABEL = 75
_VALUE = 150
_FIELD = 2_000
_PLACEHOLDER = 150
_TEXT = 3_000


def words(text: str, limit: int = _LABEL) -> Json:
    """Return a plain text object that leaves `:words:` as they are; never an empty one."""
    return {"type": "plain_text", "text": tidy(text, limit).strip() or "…", "emoji": False}


def option(choice: Choice) -> Json:
    """Return one option of a list."""
    made: Json = {"text": words(choice.label), "value": choice.value}
    return made | ({"description": words(choice.detail)} if choice.detail.strip() else {})


def options(choices: Iterable[Choice]) -> list[Json]:
    """Return options, no value twice, those left out that Slack would not take."""
    found = {choice.value: choice for choice in choices if 0 < len(choice.value) <= _VALUE}
    return [option(choice) for choice in list(found.values())[:OPTIONS]]


def groups(layers: Iterable[tuple[str, Sequence[Choice]]]) -> list[Json]:
    """Return options under headings; a heading without any is left out."""
    made: list[Json] = []
    room = _ALL_OPTIONS
    for name, choices in layers:
        offered = options(choices[:room])
        room -= len(offered)
        if offered and len(made) < OPTIONS:
            made.append({"label": words(name), "options": offered})
    return made


def field(  # what an input block holds, each by its name
    block_id: str, label: str, element: Json, *, hint: str = "", optional: bool = False
) -> Json:
    """Return an input block; its one element's action id is the block's kind."""
    block: Json = {
        "type": "input",
        "block_id": block_id,
        "label": words(label, _FIELD),
        "element": {"action_id": block_id.partition(":")[0], **element},
        "optional": optional,
    }
    return block | ({"hint": words(hint, _FIELD)} if hint else {})


def button(label: str, action_id: str, value: str, *, style: str = "") -> Json:
    """Return a button."""
    made = {"type": "button", "text": words(label), "action_id": action_id, "value": value}
    return made | ({"style": style} if style else {})


def confirm(title: str, text: str, yes: str, no: str) -> Json:
    """Return what asks whether it is meant so."""
    return {
        "title": words(title, 100),
        "text": words(text, 300),
        "confirm": words(yes, 30),
        "deny": words(no, 30),
    }


def placeholder(text: str) -> Json:
    """Return what stands in an empty list."""
    return words(text, _PLACEHOLDER)


def said(text: str, block_id: str = "said") -> Json:
    """Return a line of a view's own."""
    return {"type": "section", "block_id": block_id, "text": words(text, _TEXT)}


def modal(callback_id: str, title: str, blocks: Sequence[Json], **more: object) -> Json:
    """Return a modal of these blocks, as many as Slack takes; `more`: its other properties."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": words(title, TITLE),
        "blocks": list(blocks)[:OPTIONS],
        **more,
    }
