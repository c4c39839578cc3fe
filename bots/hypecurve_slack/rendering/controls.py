"""Controls as an actions block: only those that do something when they are used.

Each carries the text of a `/hype` command as its value; using it asks the desk exactly that, and
the answer is the asker's alone. So a control needs no memory and works after any restart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.message import Action, Choice, Control, Message
from hypecurve.domain.repo import RepoName
from hypecurve.wording.commands import UNDERSTOOD
from hypecurve_slack.rendering.markup import Json, safe_url, tidy

PREFIX = "hype."
"""How the action ids of our controls begin."""
_OPTIONS = 100
_ELEMENTS = 25
_LABEL = 75
_PLACEHOLDER = 150
_OPTION_VALUE = 150
_VALUE = 2_000
_CHARACTERS = 4_500
"""JSON of the whole block; options beyond it are left out, so that the text keeps its room."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_DEFAULTS = {Action.TUNE: "subscriptions", Action.PREVIEW: "preview"}
"""What a button asks for that carries no command of its own."""


def actions(message: Message) -> list[Json]:
    """Return the actions block of a message as a list of one, or of none."""
    names = {
        str(entry.repo_id): entry.repo_name
        for section in (*message.sections, *message.overflow)
        for entry in section.entries
        if entry.repo_id is not None and entry.repo_name
    }
    elements: list[Json] = []
    for control in message.controls:
        element = _element(control, names)
        if element is not None and len(elements) < _ELEMENTS:
            element["action_id"] = f"{PREFIX}{control.action.value}.{len(elements)}"
            elements.append(element)
    if not elements:
        return []
    block: Json = {"type": "actions", "elements": elements}
    _shorten(block)
    return [block]


def action_of(action_id: str) -> Action | None:
    """Return what a control of ours does, by its id; None for one that is none of ours."""
    ours, _, rest = action_id.partition(PREFIX)
    try:
        return None if ours else Action(rest.partition(".")[0])
    except ValueError:
        return None


def _element(control: Control, names: dict[str, str]) -> Json | None:
    """Return a select or a button; None for a control that would do nothing."""
    label = _label(control.label, _PLACEHOLDER if control.choices else _LABEL)
    if not label:
        return None
    if control.choices:
        repos = control.action is Action.OPEN_REPO
        options = list(_options(control.choices, names) if repos else _commands(control.choices))
        if not options:
            return None
        return {
            "type": "static_select",
            "placeholder": _plain(label),
            "options": options[:_OPTIONS],
        }
    button: Json = {"type": "button", "text": _plain(label)}
    if safe_url(control.url):
        return button | {"url": control.url}
    command = control.value if _is_command(control.value) else _DEFAULTS.get(control.action, "")
    return button | {"value": command} if command else None


def _options(choices: Iterable[Choice], names: dict[str, str]) -> Iterator[Json]:
    """Yield an option for each repo that can be named, no repo twice."""
    seen = set()
    for choice in choices:
        name = _repo_name(names.get(choice.value, ""), choice.value, choice.label)
        value = f"repo {name}"
        if not name or value in seen or len(value) > _OPTION_VALUE:
            continue
        seen.add(value)
        option: Json = {"text": _plain(_label(choice.label) or name[:_LABEL]), "value": value}
        detail = _label(choice.detail)
        yield option | ({"description": _plain(detail)} if detail else {})


def _commands(choices: Iterable[Choice]) -> Iterator[Json]:
    """Yield an option for each choice that is a command."""
    seen = set()
    for choice in choices:
        label, command = _label(choice.label), choice.value
        if label and _is_command(command) and len(command) <= _OPTION_VALUE and command not in seen:
            seen.add(command)
            detail = _label(choice.detail)
            option: Json = {"text": _plain(label), "value": command}
            yield option | ({"description": _plain(detail)} if detail else {})


def _repo_name(*texts: str) -> str:
    """Return the first that is a repo's name; a choice's value may be an id."""
    for text in texts:
        try:
            return str(RepoName.parse(text))
        except BadRepoName:
            continue
    return ""


def _is_command(text: str) -> bool:
    """Whether the desk understands it; a button with another value would do nothing."""
    words = text.split(maxsplit=1)
    return bool(words) and words[0] in UNDERSTOOD and len(text) <= _VALUE


def _label(text: str, limit: int = _LABEL) -> str:
    return tidy(text, limit).strip()


def _plain(text: str) -> Json:
    """Return a plain text object that leaves `:words:` as they are."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _shorten(block: Json) -> None:
    """Drop the last options of the longest select until the block is short enough."""
    while size(block) > _CHARACTERS:
        longest: Sequence[Json] = max(
            (element.get("options", []) for element in block["elements"]), key=len
        )
        if len(longest) < 2:  # noqa: PLR2004  # a select needs one option
            block["elements"].pop()
        else:
            del block["elements"][_index(block, longest)]["options"][-1]


def _index(block: Json, options: Sequence[Json]) -> int:
    return next(
        place
        for place, element in enumerate(block["elements"])
        if element.get("options") is options
    )


def size(node: object) -> int:
    """Return how many characters the JSON of a block or a list of blocks has."""
    return len(_encode(node))
