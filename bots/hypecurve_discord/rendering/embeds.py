"""The same message in embeds, for where Components V2 are refused: pure, within every limit.

https://discord.com/developers/docs/resources/message#embed-object-embed-limits: ten embeds, 6,000
characters in all of them, 4,096 in a description. Headings and small print are as in the other
form: a title or a footer would show our times and marks as they are written.
"""

from __future__ import annotations

from typing import Any

from hypecurve.domain.message import Message, SectionKind
from hypecurve_discord.rendering.blocks import colour, colour_of, drawn
from hypecurve_discord.rendering.components import ends
from hypecurve_discord.rendering.controls import rows
from hypecurve_discord.rendering.mentions import allowed, called
from hypecurve_discord.rendering.pictures import address, shows

Json = dict[str, Any]
EMBEDS = 10


def embed_body(message: Message, picture: str = "") -> Json:
    """Return the JSON body of the post: an embed for each heading, and classic rows of controls.

    `picture`: the name of the file sent with it that shows the message's picture; "" for none.
    Never refused by Discord, whatever the message holds.
    """
    shown = drawn(message)
    controls = rows(message, shown)
    plain = colour_of(message)
    embeds = [_embed(plain, shown.head)] if shown.head else []
    pictured = 0
    for block in shown.blocks:
        kind = plain if block.kind is SectionKind.PLAIN else colour(block.kind)
        # What has no heading goes on with what stands above it.
        if embeds and (not block.heading or len(embeds) == EMBEDS):
            embeds[-1]["description"] += f"\n{block.text}"
        else:
            embeds.append(_embed(kind, block.text))
        if shows(message) in {each.name for each in block.entries}:
            pictured = len(embeds) - 1
    foot = "\n".join(ends(message, shown, controls))
    if embeds and foot:
        embeds[-1]["description"] += f"\n{foot}"
    elif foot:
        embeds.append(_embed(plain, foot))
    if message.picture is not None and picture:
        embeds[pictured]["image"] = {"url": address(picture)}
    return {
        "content": called(message),
        "embeds": embeds,
        "components": controls,
        "allowed_mentions": allowed(message),
    }


def _embed(colour: int, text: str) -> Json:
    return {"color": colour, "description": text}
