"""The app's Home as a view: how the channels fare that one person sees; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from hypecurve.domain.asking import Home
from hypecurve.domain.message import Action, Control, Message
from hypecurve.domain.subscription import Channel
from hypecurve.wording.texts import Texts, texts
from hypecurve_slack.rendering.blocks import in_view
from hypecurve_slack.rendering.controls import PREFIX, actions
from hypecurve_slack.rendering.markup import Json
from hypecurve_slack.screens.elements import button, confirm, placeholder, said, words
from hypecurve_slack.screens.meta import Meta

PAGE = f"{PREFIX}page"
ANOTHER = f"{PREFIX}another"
OF_CHANNEL = "home:"
"""How the ids of the blocks begin that hold a channel's buttons."""
CHANNELS = 10
"""Of one page: each takes up to 8 of the 100 blocks."""
_EACH = 8
_HEAD = 12
_UNSUBSCRIBE = "unsubscribe"


def home_view(home: Home, members: Collection[str], meta: Meta, line: str = "") -> Json:
    """Return the Home of somebody: buttons only in the channels of `members`, by their ids.

    `line`: what was just done; `meta.page` counts from 0.
    """
    words_of = texts(home.head.locale)
    pages = max(1, -(-len(home.channels) // CHANNELS))
    page = min(max(0, meta.page), pages - 1)
    shown = home.channels[page * CHANNELS : (page + 1) * CHANNELS]
    blocks: list[Json] = [said(line)] if line else []
    blocks += in_view(home.head)[:_HEAD]
    for channel, message in shown:
        blocks += _channel(channel, message, words_of, changes=channel.id in members)
    blocks += [*_paging(page, pages, words_of), *_another(words_of)]
    meta = replace(meta, page=page, home=True, locale=words_of.name)
    return {"type": "home", "blocks": blocks[:100], "private_metadata": meta.written()}


def _channel(channel: Channel, message: Message, words_of: Texts, *, changes: bool) -> list[Json]:
    body = in_view(message)[: _EACH - 3]
    buttons = list(_buttons(channel, message, words_of)) if changes else []
    return [{"type": "divider"}, *_name(channel, words_of), *body, *buttons]


def _name(channel: Channel, words_of: Texts) -> Iterator[Json]:
    leaf: Json = {"type": "channel", "channel_id": channel.id}
    if channel.id[:1] not in {"C", "G"}:
        leaf = {"type": "text", "text": words_of.say("Just you"), "style": {"bold": True}}
    yield {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [leaf]}],
    }


def _buttons(channel: Channel, message: Message, words_of: Texts) -> Iterator[Json]:
    controls = message.controls
    # Who may not edit what it hears may not end it either.
    changes = any(each.action is Action.TUNE for each in controls)
    if changes and not any(each.value.startswith(_UNSUBSCRIBE) for each in controls):
        ends = Control(Action.DO, words_of.say("Unsubscribe"), f"{_UNSUBSCRIBE} all")
        controls = (*controls, ends)
    for block in actions(replace(message, controls=controls)):
        for element in block["elements"]:
            if str(element.get("value", "")).startswith(_UNSUBSCRIBE):
                element["style"] = "danger"
                element["confirm"] = confirm(
                    words_of.say("Unsubscribe"),
                    words_of.say("This channel will hear nothing any more."),
                    words_of.say("Unsubscribe"),
                    words_of.say("Cancel"),
                )
        yield {**block, "block_id": f"{OF_CHANNEL}{channel.id}"}


def _paging(page: int, pages: int, words_of: Texts) -> Iterator[Json]:
    turns: Sequence[tuple[int, str]] = (
        (page - 1, words_of.say("Back")),
        (page + 1, words_of.say("Next page")),
    )
    elements = [button(label, f"{PAGE}.{to}", str(to)) for to, label in turns if 0 <= to < pages]
    if elements:
        yield {"type": "actions", "block_id": "paging", "elements": elements}


def _another(words_of: Texts) -> list[Json]:
    select = {
        "type": "conversations_select",
        "action_id": ANOTHER,
        "placeholder": placeholder(words_of.say("A channel")),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    text = words(words_of.say("Subscribe a channel that you are in:"), 3_000)
    return [
        {"type": "divider"},
        {"type": "section", "block_id": "another", "text": text, "accessory": select},
    ]
