"""The forms in which one message may be posted, from all that it shows to bare text.

A form that Discord refuses was not posted, so the next one may be sent under the same nonce:
without the picture, in embeds instead of components, as text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog

from hypecurve.domain.errors import ChannelRefused, MessageRefused, SendError
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve_discord.library import discord
from hypecurve_discord.posting.channels import Channels
from hypecurve_discord.posting.pictures import File, Pictures
from hypecurve_discord.rendering.components import body, plain_body
from hypecurve_discord.rendering.embeds import embed_body

Send = Callable[[Mapping[str, Any], File | None], Awaitable[str]]
"""Sends one form, with its file; raises a SendError."""

_WHY = 300
_TOO_LARGE = str(int(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
_MAY_NOT = "50013"
_OF_FILES = frozenset({_TOO_LARGE, "20009", "40005", "50045", "50046", "50110", "50123", "50146"})
"""Codes that speak of what is attached: explicit, too large, or not a file that is taken."""
_log = structlog.get_logger(__name__)


class Forms:
    """Sends a message in the first form that Discord takes."""

    def __init__(self, channels: Channels, pictures: Pictures) -> None:
        """Take who knows what we may do, and who draws."""
        self._channels = channels
        self._pictures = pictures

    async def prepare(self, channel: Channel, message: Message) -> None:
        """Have a message's picture drawn, before anything is written down of its post."""
        await self._pictures.prepare(channel, message, may=self._may_attach(channel))

    async def sent(self, channel: Channel, message: Message, send: Send) -> str:
        """Return what `send` returns for the first form that is taken; else its last error.

        A refusal that is not of the form's making is raised as it is.
        """
        file = await self._pictures.drawn(channel, message, may=self._may_attach(channel))
        forms, may_not = [body, embed_body, _plain], False
        while True:
            form = forms[0]
            payload = form(message, file.name if file else "")
            if file is not None:
                payload = {**payload, "attachments": file.attached()}
            try:
                ref = await send(payload, file)
            except (ChannelRefused, MessageRefused) as error:
                # Discord's own words say in which field.
                about = {"channel": str(channel), "code": error.code, "why": _words(error)[:_WHY]}
                if file is not None and _is_for_the_file(error):
                    file, may_not = None, error.code == _MAY_NOT
                    _log.warning("a picture is left out", **about)
                elif isinstance(error, MessageRefused) and len(forms) > 1:
                    del forms[0]
                    file = file if forms[0] is embed_body else None
                    _log.error("discord message refused", **about)  # our fault
                else:
                    raise
            else:
                if may_not:
                    # It takes the same without.
                    self._pictures.refused(channel, may=self._may_attach(channel))
                return ref

    def _may_attach(self, channel: Channel) -> bool | None:
        """Say whether we may attach files in a channel; None where nobody has told."""
        kind = self._channels.kind_told(channel)
        told = () if kind is None else self._channels.rights(channel, kind)
        return next((right.held for right in told if right.name == "Attach Files"), None)


def _plain(message: Message, picture: str = "") -> dict[str, Any]:
    del picture
    return plain_body(message)


def _is_for_the_file(error: SendError) -> bool:
    """Whether a message may be taken without its file; nobody says which right is missing."""
    if error.code == _MAY_NOT or error.code in _OF_FILES:
        return True
    words = _words(error).casefold()
    of_form = "components" in words or "flags" in words
    return isinstance(error, MessageRefused) and not of_form


def _words(error: SendError) -> str:
    """Return Discord's own words, in one line."""
    cause = error.__cause__
    said = cause.text if isinstance(cause, discord.HTTPException) else ""
    return " ".join((said or str(cause or error)).split())
