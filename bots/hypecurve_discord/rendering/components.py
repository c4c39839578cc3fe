"""A neutral message as one Discord post in Components V2: pure, and within every limit.

https://discord.com/developers/docs/components/reference: 40 components counting nested ones and
4,000 characters in all text displays. Which "characters" is not said: we count UTF-16 units of
the markdown as it is sent, the strictest reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hypecurve.domain.message import (
    Action,
    Choice,
    Control,
    Entry,
    Line,
    Message,
    MessageKind,
    SectionKind,
)
from hypecurve.wording.commands import UNDERSTOOD
from hypecurve.wording.cut import ELLIPSIS, clean, cut, length
from hypecurve.wording.texts import texts
from hypecurve_discord.rendering.markdown import at_start, escape, heard, safe_url, written

Json = dict[str, Any]

TEXT_LIMIT = 4_000
CONTENT_LIMIT = 2_000
COMPONENTS_V2 = 1 << 15
SUPPRESS_EMBEDS = 1 << 2
QUIETLY: Json = {"parse": []}
"""Nobody is pinged, whatever the text says."""

ROW, BUTTON, SELECT, TEXT, GALLERY, CONTAINER = 1, 2, 3, 10, 12, 17
_ALT = 1_024
GREY, LINK = 2, 5

_SECTIONS = 16
"""Leaves 24 of the 40 components to the title, the end, the select and ten buttons."""
_BUTTONS = 10
_OPTIONS = 25
_TITLE, _LINE, _ENTRY, _ENDS = 256, 700, 1_400, 700

_COLOURS = {
    SectionKind.YOURS: 0xF1C40F,
    SectionKind.RISING: 0x2ECC71,
    SectionKind.NEW: 0x3498DB,
    SectionKind.QUIET: 0x95A5A6,
}
REPO, DO, MORE = "hype:repo", "hype:do:", "hype:more:"
"""How our custom ids begin. What follows is all a control knows: it works after any restart."""
_COMMAND = 100 - len(DO)
_DEFAULTS = {Action.TUNE: "subscriptions", Action.PREVIEW: "preview"}
_PLAIN_COLOUR, _ERROR_COLOUR = 0x5865F2, 0xED4245


@dataclass(slots=True)
class _Room:
    """What is left of the characters, and how many entries found none."""

    left: int
    left_out: int = 0

    def take(self, text: str) -> bool:
        """Whether a text still fits; if so its room is taken."""
        need = length(text, utf16=True)
        if need > self.left:
            return False
        self.left -= need
        return True


def body(message: Message, picture: str = "") -> Json:
    """Return the JSON body of the post: never refused by Discord, whatever the message holds.

    `picture`: the name of the file sent with it that shows the message's picture; "" for none.
    Entries for which there is no room are counted in a button "N more", which answers with them
    where the select names them, else in a line.
    """
    if message.kind is MessageKind.ALERT:
        return _alert(message, picture)
    head, foot = _head(message), _small(message.footer, _ENDS)
    room = _Room(TEXT_LIMIT - sum(length(t, utf16=True) for t in (*head, *foot)) - 80)
    blocks, named = _sections(message, room)
    left_out = room.left_out + sum(len(section.entries) for section in message.overflow)
    select = _select(message, named)
    more = _more(message, select, named, left_out)
    if left_out and more is None:
        foot = (f"-# {escape(_more_label(message, left_out))}", *foot)
    inner = [{"type": TEXT, "content": text} for text in _shown(message, head, blocks, foot)]
    inner[1:1] = gallery(message, picture)
    inner += _controls(select, more, message.controls)
    container = {"type": CONTAINER, "accent_color": _colour(message), "components": inner}
    return {"flags": COMPONENTS_V2, "components": [container], "allowed_mentions": QUIETLY}


def gallery(message: Message, picture: str) -> list[Json]:
    """Return the picture of a message as a component, where a file of that name is sent with it."""
    if message.picture is None or not picture:
        return []
    alt = cut(clean(message.picture.alt), _ALT, utf16=True)
    shown = {"description": alt} if alt else {}
    return [{"type": GALLERY, "items": [{"media": {"url": f"attachment://{picture}"}, **shown}]}]


def _alert(message: Message, picture: str) -> Json:
    """Return a message of the older kind, for phones show nothing of the other in a notification.

    https://github.com/discord/discord-api-docs/issues/7854
    """
    rows = _controls(_select(message, set()), None, message.controls)
    post = {**plain_body(message), "components": rows}
    if message.picture is None or not picture:
        return post
    # With them suppressed the picture would be, too; our links lead to GitHub in any case.
    return post | {"flags": 0, "embeds": [{"image": {"url": f"attachment://{picture}"}}]}


def plain_body(message: Message) -> Json:
    """Return the same as bare text, for when Discord will not take the components."""
    room = _Room(CONTENT_LIMIT)
    blocks, _ = _sections(message, _Room(TEXT_LIMIT))
    shown = _shown(message, _head(message), blocks, _small(message.footer, _ENDS))
    lines = (line for text in shown for line in text.split("\n"))
    kept = [line for line in lines if room.take(line + "\n")]
    return {
        "content": "\n".join(kept),
        "flags": SUPPRESS_EMBEDS,
        "allowed_mentions": QUIETLY,
    }


def _shown(
    message: Message, head: Iterable[str], blocks: Iterable[str], foot: Iterable[str]
) -> list[str]:
    """Return the texts that show something; the notification where nothing else does."""
    shown = [text for text in ("\n".join(head), *blocks, "\n".join(foot)) if text.strip()]
    line = at_start(escape(cut(clean(message.notification), _TITLE, utf16=True)))
    return shown or [line or ELLIPSIS]


def _head(message: Message) -> tuple[str, ...]:
    title = escape(cut(clean(message.title), _TITLE, utf16=True))
    # Of a first message the lines below the title are what it has to say.
    small = message.kind in {MessageKind.DIGEST, MessageKind.LIST, MessageKind.CARD}
    lines = _small(message.subtitle, _ENDS, "-# " if small else "")
    return (f"## {title}", *lines) if title else lines


def _small(lines: Iterable[Line], limit: int, mark: str = "-# ") -> tuple[str, ...]:
    room = _Room(limit)
    drawn = (mark + text for line in lines if (text := written(line, _LINE // 2)))
    return tuple(line for line in drawn if room.take(line + "\n"))


def _sections(message: Message, room: _Room) -> tuple[list[str], set[str]]:
    """Return the text blocks, and the names of the repos in them."""
    blocks: list[str] = []
    named: set[str] = set()
    for section in message.sections:
        heading = escape(cut(clean(section.heading), _TITLE, utf16=True))
        drawn = [f"### {heading}"] if heading else []
        full = len(blocks) >= _SECTIONS or (heading != "" and not room.take(drawn[0] + "\n"))
        for entry in section.entries:
            text = "" if full else _entry(entry, message.kind)
            if full or not room.take(text + "\n"):
                full = True
                room.left_out += 1
            elif text:
                drawn.append(text)
                named.add(clean(entry.repo_name))
        # A heading over nothing says nothing, unless it came alone.
        if len(drawn) > bool(heading) or (drawn and not section.entries and not full):
            blocks.append("\n".join(drawn))
    return blocks, named


def _entry(entry: Entry, kind: MessageKind) -> str:
    """The head line, and the details below it in small print; a card is all facts."""
    mark = "" if kind is MessageKind.CARD else "-# "
    room = _Room(_ENTRY)
    lines = [text for line in entry.lines if (text := written(line, _LINE))]
    drawn = [text if place == 0 else mark + text for place, text in enumerate(lines)]
    return "\n".join(text for text in drawn if room.take(text + "\n"))


def _colour(message: Message) -> int:
    if message.kind is MessageKind.ERROR:
        return _ERROR_COLOUR
    kinds = [section.kind for section in message.sections if section.kind in _COLOURS]
    return _COLOURS[kinds[0]] if kinds else _PLAIN_COLOUR


# -- controls ----------------------------------------------------------------------------------


def _controls(select: Json | None, more: Json | None, controls: Iterable[Control]) -> list[Json]:
    buttons: dict[str, Json] = {} if more is None else {more["custom_id"]: more}
    for control in controls:
        if (button := _button(control)) is not None:
            buttons.setdefault(button.get("custom_id") or button["url"], button)
    placed = list(buttons.values())[:_BUTTONS]
    rows = [placed[i : i + 5] for i in range(0, len(placed), 5)]
    return [
        *([] if select is None else [{"type": ROW, "components": [select]}]),
        *({"type": ROW, "components": row} for row in rows),
    ]


def _button(control: Control) -> Json | None:
    """Return a button; None for a control that does nothing in Discord yet."""
    label = cut(clean(control.label), 80, utf16=True)
    url = safe_url(control.url)
    if label and url and len(url) <= 512:  # noqa: PLR2004  # Discord's limit for addresses
        return {"type": BUTTON, "style": LINK, "label": label, "url": url}
    command = _command(control)
    if not label or not command or length(command, utf16=True) > _COMMAND:
        return None
    return {"type": BUTTON, "style": GREY, "label": label, "custom_id": DO + command}


def _command(control: Control) -> str:
    """Return the command a button asks for; "" where it would do nothing."""
    value = clean(control.value)
    if value.partition(" ")[0] in UNDERSTOOD:
        return value
    if control.action is Action.FOLLOW and value:
        return f"follow {value}"
    return _DEFAULTS.get(control.action, "")


def _select(message: Message, named: set[str]) -> Json | None:
    control = next(
        (c for c in message.controls if c.action is Action.OPEN_REPO and c.choices), None
    )
    if control is None:
        return None
    wanted = {clean(choice.label) for choice in control.choices} - named
    facts = dict(_facts(message, wanted))
    options: dict[str, Json] = {}
    for choice in control.choices:
        option = _option(choice, facts)
        if option is not None and len(options) < _OPTIONS:
            options.setdefault(option["value"], option)
    if not options:
        return None
    return {
        "type": SELECT,
        "custom_id": REPO,
        "placeholder": cut(clean(control.label), 150, utf16=True),
        "options": list(options.values()),
    }


def _option(choice: Choice, facts: dict[str, str]) -> Json | None:
    label, value = cut(clean(choice.label), 100, utf16=True), clean(choice.value)
    if not label or not 0 < length(value, utf16=True) <= 100:  # noqa: PLR2004  # Discord's limit
        return None
    # What stands in the post needs no repeating; what was left out is told here, and by "more".
    detail = facts.get(clean(choice.label)) or clean(choice.detail)
    shown = {"description": cut(detail, 100, utf16=True)} if detail else {}
    return {"label": label, "value": value, **shown}


def _facts(message: Message, wanted: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each wanted repo's name and its head line without the name, in bare words."""
    for section in (*message.sections, *message.overflow):
        heading = f"{clean(section.heading)}: " if section.heading else ""
        for entry in section.entries:
            name = clean(entry.repo_name)
            if name in wanted and entry.lines:
                rest = heard(entry.lines[0]).replace(name, "", 1)
                yield name, heading + clean(rest).strip(" ·")


def _more(message: Message, select: Json | None, named: set[str], left_out: int) -> Json | None:
    """Return the button whose answer names the repos left out; its id says which options those are.

    So nothing has to be kept for it: the select stands in the same post.
    """
    if select is None or not left_out:
        return None
    shown = {cut(name, 100, utf16=True) for name in named}
    mask = sum(1 << i for i, o in enumerate(select["options"]) if o["label"] not in shown)
    if not mask:
        return None
    label = _more_label(message, left_out)
    custom_id = f"{MORE}{mask:x}:{left_out}"
    return {"type": BUTTON, "style": GREY, "label": label, "custom_id": custom_id}


def _more_label(message: Message, left_out: int) -> str:
    return texts(message.locale).say_count("{n} more", "{n} more", left_out)
