"""Controls as rows of selects and buttons: only those that do something when they are used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from hypecurve.domain.message import Action, Choice, Control, Message
from hypecurve.wording.commands import UNDERSTOOD
from hypecurve.wording.cut import clean, cut, length
from hypecurve.wording.texts import texts
from hypecurve_discord.rendering.blocks import Drawn
from hypecurve_discord.rendering.ids import (
    LIMIT,
    Compare,
    Do,
    LeftOut,
    OpenRepo,
    Pick,
    Pressed,
    Tune,
    Turn,
    encode,
)
from hypecurve_discord.rendering.markdown import heard, safe_url

Json = dict[str, Any]
ROW, BUTTON, SELECT = 1, 2, 3
LINK = 5
_GREY = 2
_BUTTONS = 10
_IN_A_ROW = 5
_OPTIONS = 25
_SELECTS = 3
"""With two rows of buttons they are five, which is all that a post without components v2 takes."""
_LABEL, _PLACEHOLDER, _URL = 80, 150, 512
_DEFAULTS = {Action.PREVIEW: "preview", Action.PAUSE: "pause", Action.RESUME: "resume"}
"""What a button asks for that carries no command of its own."""


def rows(message: Message, shown: Drawn, *, taken: Collection[str] = ()) -> list[Json]:
    """Return the rows of a post: its selects, and at most ten buttons; `taken`: ids it has already.

    What the post has no room for stands behind a button "N more", where the select names it.
    """
    select = _repos(message, shown.named)
    selects = ([] if select is None else [select]) + list(_commands(message.controls))
    more = _more(message, select, shown)
    buttons: dict[str, Json] = {} if more is None else {more["custom_id"]: more}
    for control in message.controls:
        made = _button(control)
        if made is not None and made.get("custom_id") not in taken:
            buttons.setdefault(made.get("custom_id") or made["url"], made)
    placed = list(buttons.values())[:_BUTTONS]
    return [
        *({"type": ROW, "components": [each]} for each in selects[:_SELECTS]),
        *({"type": ROW, "components": row} for row in _batched(placed, _IN_A_ROW)),
    ]


def more_label(message: Message, left_out: int) -> str:
    """Return "N more"."""
    return texts(message.locale).say_count("{n} more", "{n} more", left_out)


def tells_more(controls: Iterable[Json]) -> bool:
    """Whether the rows have the button that tells what was left out."""
    pressed = (each.get("custom_id", "") for row in controls for each in row["components"])
    return any(each.startswith("hype:more:") for each in pressed)


def button(label: str, pressed: Pressed) -> Json | None:
    """Return a button; None where its id would say nothing, or be too long for Discord."""
    custom_id, label = encode(pressed), cut(clean(label), _LABEL, utf16=True)
    if not custom_id or not label:
        return None
    return {"type": BUTTON, "style": _GREY, "label": label, "custom_id": custom_id}


def _button(control: Control) -> Json | None:
    label = cut(clean(control.label), _LABEL, utf16=True)
    url = safe_url(control.url)
    if label and url and len(url) <= _URL:
        return {"type": BUTTON, "style": LINK, "label": label, "url": url}
    pressed = None if control.choices else _pressed(control)
    return None if pressed is None else button(label, pressed)


def _pressed(control: Control) -> Pressed | None:
    """Return what a button asks for; None where that is nothing."""
    value = clean(control.value)
    first, *rest = value.split() or [""]
    match control.action:
        case Action.TUNE | Action.SUBSCRIBE:
            return Tune()
        case Action.COMPARE if len(rest) == 1 and encode(Compare(rest[0])):
            return Compare(rest[0])
    if first in UNDERSTOOD:
        return Turn(value) if control.action is Action.MORE else Do(value)
    default = _DEFAULTS.get(control.action)
    return None if default is None else Do(default)


def _repos(message: Message, named: set[str]) -> Json | None:
    """Return the select that opens a repo's card."""
    found = (c for c in message.controls if c.action is Action.OPEN_REPO and c.choices)
    control = next(found, None)
    if control is None:
        return None
    facts = dict(_facts(message, {clean(choice.label) for choice in control.choices} - named))
    return _select(control.label, OpenRepo(), _options(control.choices, facts)[:_OPTIONS])


def _commands(controls: Iterable[Control]) -> Iterator[Json]:
    """Yield selects of commands, 25 in each; further ones where there are more to choose from."""
    place = 0
    for control in controls:
        if control.action is Action.OPEN_REPO:
            continue
        options = [
            each
            for each in _options(control.choices, {})
            if each["value"].partition(" ")[0] in UNDERSTOOD
        ]
        parts = list(_batched(options, _OPTIONS))
        for number, part in enumerate(parts, 1):
            label = clean(control.label)
            if len(parts) > 1:
                label = f"{cut(label, _LABEL, utf16=True)} {number}/{len(parts)}"
            select = _select(label, Pick(place), part)
            place += 1
            if select is not None:
                yield select


def _select(label: str, pressed: Pressed, options: Sequence[Json]) -> Json | None:
    custom_id = encode(pressed)
    if not options or not custom_id:
        return None
    return {
        "type": SELECT,
        "custom_id": custom_id,
        "placeholder": cut(clean(label), _PLACEHOLDER, utf16=True),
        "options": list(options),
    }


def _options(choices: Iterable[Choice], facts: dict[str, str]) -> list[Json]:
    """Return the choices that Discord takes, no value twice."""
    options: dict[str, Json] = {}
    for choice in choices:
        label, value = cut(clean(choice.label), LIMIT, utf16=True), clean(choice.value)
        if not label or not 0 < length(value, utf16=True) <= LIMIT:
            continue
        # What stands in the post needs no repeating; what was left out is told here, and by "more".
        detail = facts.get(clean(choice.label)) or clean(choice.detail)
        shown = {"description": cut(detail, LIMIT, utf16=True)} if detail else {}
        options.setdefault(value, {"label": label, "value": value, **shown})
    return list(options.values())


def _facts(message: Message, wanted: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each wanted repo's name and its head line without the name, in bare words."""
    for section in (*message.sections, *message.overflow):
        heading = f"{clean(section.heading)}: " if section.heading else ""
        for entry in section.entries:
            name = clean(entry.repo_name)
            if name in wanted and entry.lines:
                rest = heard(entry.lines[0]).replace(name, "", 1)
                yield name, heading + clean(rest).strip(" ·")


def _more(message: Message, select: Json | None, shown: Drawn) -> Json | None:
    """Return the button whose answer names the repos left out; its id says which options those are.

    So nothing has to be kept for it: the select stands in the same post.
    """
    if select is None or not shown.left_out:
        return None
    labels = {cut(name, LIMIT, utf16=True) for name in shown.named}
    mask = sum(1 << i for i, o in enumerate(select["options"]) if o["label"] not in labels)
    if not mask:
        return None
    return button(more_label(message, shown.left_out), LeftOut(mask, shown.left_out))


def _batched(items: Sequence[Json], size: int) -> Iterator[list[Json]]:
    for begin in range(0, len(items), size):
        yield list(items[begin : begin + size])
