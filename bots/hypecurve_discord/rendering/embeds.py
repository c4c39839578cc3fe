"""The same message in an embed, for a channel or a server where Components V2 are refused."""

from __future__ import annotations

from typing import Any

from hypecurve.domain.message import Message
from hypecurve_discord.rendering.components import plain_body

Json = dict[str, Any]


def embed_body(message: Message, picture: str = "") -> Json:
    """Return the JSON body of the post as embeds with classic rows of controls.

    `picture`: the name of the file sent with it that shows the message's picture; "" for none.
    """
    shown = {"image": {"url": f"attachment://{picture}"}}
    post = plain_body(message)
    return (
        post if message.picture is None or not picture else post | {"flags": 0, "embeds": [shown]}
    )
