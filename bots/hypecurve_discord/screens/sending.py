"""Messages of the screens' own: a line, and a row of controls below it that the core knows not."""

from __future__ import annotations

from typing import Any

from hypecurve.domain.message import Choice, Message
from hypecurve.wording.cut import cut
from hypecurve_discord.answering.asked import Interaction
from hypecurve_discord.answering.replying import Replies

Json = dict[str, Any]
_ROW, _BUTTON, _SELECT, _GREY = 1, 2, 3, 2


def button(label: str, custom_id: str) -> Json:
    """Return a button."""
    shown = cut(label, 80, utf16=True)
    return {"type": _BUTTON, "style": _GREY, "label": shown, "custom_id": custom_id}


def select(placeholder: str, custom_id: str, choices: list[Choice]) -> Json:
    """Return a list of which one is chosen, 25 at most."""
    options = [
        {"label": cut(each.label, 100, utf16=True), "value": each.value} for each in choices[:25]
    ]
    shown = cut(placeholder, 150, utf16=True)
    return {"type": _SELECT, "custom_id": custom_id, "placeholder": shown, "options": options}


async def show(interaction: Interaction, replies: Replies, message: Message, *row: Json) -> None:
    """Put a message and a row of controls in the place of the first answer."""
    await replies.offer(interaction, message, {"type": _ROW, "components": list(row)})
