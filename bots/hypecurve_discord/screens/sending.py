"""Messages of the screens' own: a line, and a row of controls below it that the core knows not."""

from __future__ import annotations

from typing import Any

import structlog

from hypecurve.domain.message import Choice, Message
from hypecurve.wording.cut import cut
from hypecurve_discord.answering.asked import Interaction
from hypecurve_discord.answering.replying import Replies
from hypecurve_discord.library import discord
from hypecurve_discord.rendering.components import body

Json = dict[str, Any]
_ROW, _BUTTON, _SELECT, _GREY = 1, 2, 3, 2
_REFUSED = 400
_log = structlog.get_logger(__name__)


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
    """Put a message and a row of controls in the place of the first answer.

    Without the row where Discord refuses it.
    """
    route = discord.http.Route(
        "PATCH",
        "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
        webhook_id=interaction.application_id,
        webhook_token=interaction.token,
    )
    content = body(message)
    rows = [*(content.get("components") or ()), {"type": _ROW, "components": list(row)}]
    try:
        await interaction.client.http.request(route, json={**content, "components": rows})
    except discord.HTTPException as error:
        if error.status != _REFUSED:
            raise
        _log.error("discord answer refused", code=error.code, why=error.text[:200])
        await replies.edit(interaction, message)
