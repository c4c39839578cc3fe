"""A neutral message as one Discord post in Components V2: pure, and within every limit.

https://discord.com/developers/docs/components/reference: 40 components counting nested ones and
4,000 characters in all text displays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypecurve.domain.message import Message, MessageKind, SectionKind
from hypecurve.wording.texts import texts
from hypecurve_discord.rendering.blocks import Block, Drawn, Room, Told, colour_of, drawn
from hypecurve_discord.rendering.controls import button, more_label, rows, tells_more
from hypecurve_discord.rendering.ids import Do
from hypecurve_discord.rendering.markdown import escape
from hypecurve_discord.rendering.mentions import allowed, called
from hypecurve_discord.rendering.pictures import gallery, shows

Json = dict[str, Any]

CONTENT_LIMIT = 2_000
COMPONENTS_V2 = 1 << 15
SUPPRESS_EMBEDS = 1 << 2
SECTION, TEXT, CONTAINER = 9, 10, 17


def body(message: Message, picture: str = "") -> Json:
    """Return the JSON body of the post: never refused by Discord, whatever the message holds.

    `picture`: the name of the file sent with it that shows the message's picture; "" for none.
    Entries for which there is no room are counted in a button "N more", which answers with them
    where the select names them, else in a line.
    """
    if message.kind is MessageKind.ALERT:
        return _alert(message)
    shown = drawn(message)
    inner = list(_inner(message, shown, gallery(message, picture)))
    taken = {each["accessory"]["custom_id"] for each in inner if each["type"] == SECTION}
    controls = rows(message, shown, taken=taken)
    inner += (_text(line) for line in ends(message, shown, controls))
    container = {
        "type": CONTAINER,
        "accent_color": colour_of(message),
        "components": [*inner, *controls],
    }
    # Outside of the container: a reader of the digest need not see who was called.
    above = [_text(mention)] if (mention := called(message)) else []
    return {
        "flags": COMPONENTS_V2,
        "components": [*above, container],
        "allowed_mentions": allowed(message),
    }


def _alert(message: Message) -> Json:
    """Return a message of the older kind, for phones show nothing of the other in a notification.

    https://github.com/discord/discord-api-docs/issues/7854. Its picture is simply attached: an
    embed would show it without its words.
    """
    return {**plain_body(message), "components": rows(message, drawn(message))}


def plain_body(message: Message) -> Json:
    """Return the same as bare text, for when Discord will take nothing else."""
    shown, room = drawn(message), Room(CONTENT_LIMIT)
    pieces = (called(message), shown.head, *(block.text for block in shown.blocks), *shown.foot)
    lines = (line for piece in pieces if piece for line in piece.split("\n"))
    return {
        "content": "\n".join(line for line in lines if room.take(line + "\n")),
        "flags": SUPPRESS_EMBEDS,
        "allowed_mentions": allowed(message),
    }


def ends(message: Message, shown: Drawn, controls: list[Json]) -> Iterator[str]:
    """Yield the small print at the end, in one piece."""
    unsaid = shown.left_out and not tells_more(controls)
    more = (f"-# {escape(more_label(message, shown.left_out))}",) if unsaid else ()
    if foot := "\n".join((*more, *shown.foot)):
        yield foot


def _inner(message: Message, shown: Drawn, pictures: list[Json]) -> Iterator[Json]:
    """Yield title, news and picture: a digest's under the entry it shows, else under the title."""
    story = _story(message, shown)
    if shown.head:
        yield _text(shown.head)
    if story is None or story.name != shows(message):
        yield from pictures
        pictures = []
    for block in shown.blocks:
        if story is None or story not in block.entries:
            yield _text(block.text)
            continue
        yield from _led(message, block, block.entries.index(story))
        yield from pictures
        if rest := block.entries[block.entries.index(story) + 1 :]:
            yield _text(block.of(rest, headed=False))
        story, pictures = None, []


def _story(message: Message, shown: Drawn) -> Told | None:
    """Return the entry that a digest leads with: the one its picture shows, else what rises most.

    It alone has a button of its own beside it: on a phone that takes a third of the line from the
    text, and the select below opens every other.
    """
    if message.kind is not MessageKind.DIGEST:
        return None
    rising = [b for b in shown.blocks if b.kind is SectionKind.RISING]
    named = [each for block in (*rising, *shown.blocks) for each in block.entries if each.name]
    of_picture = [each for each in named if each.name == shows(message)]
    return next(iter(of_picture or named), None)


def _led(message: Message, block: Block, place: int) -> Iterator[Json]:
    """Yield a block up to its story, which has its card's button beside it."""
    story = block.entries[place]
    card = button(texts(message.locale).say("Card"), Do(f"repo {story.name}"))
    if card is None:
        yield _text(block.of(block.entries[: place + 1]))
        return
    if place:
        yield _text(block.of(block.entries[:place]))
    text = _text(block.of((story,), headed=not place))
    yield {"type": SECTION, "components": [text], "accessory": card}


def _text(content: str) -> Json:
    return {"type": TEXT, "content": content}
