"""Answers on their way: to the asker alone, to everybody there, with a picture, and never lost.

An interaction is acknowledged within 3 seconds, and its token then serves for 15 minutes
(discord.com/developers/docs/interactions/receiving-and-responding). The acknowledgement shows that
we are thinking, and only an answer ends that: so whatever goes wrong, something is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import structlog

from hypecurve.domain.asking import Answer
from hypecurve.domain.message import Message
from hypecurve.ports import Charts
from hypecurve.wording.lines import line, sorry
from hypecurve.wording.texts import texts
from hypecurve_discord.answering.asked import Interaction, may_speak
from hypecurve_discord.answering.lines import calling_nobody, kept_back
from hypecurve_discord.answering.requests import (
    NETWORK,
    ORIGINAL,
    REFUSALS,
    TOO_LATE,
    File,
    error_name,
    note_said,
    request,
)
from hypecurve_discord.library import discord
from hypecurve_discord.rendering.components import body, plain_body
from hypecurve_discord.rendering.embeds import embed_body
from hypecurve_discord.rendering.pictures import NAME, alt_of

Json = dict[str, Any]

EPHEMERAL = 1 << 6
SOON, _DRAWING = 0.7, 15.0
"""Seconds that a text waits for its picture, and after which there will be none."""
_REFUSED = frozenset({400, 413})
_log = structlog.get_logger(__name__)
_Form = tuple[Json, File | None]
"""What is sent, and the file that comes with it."""


class Replies:
    """Says answers. What goes wrong with the content is mended here; what else does is raised."""

    def __init__(self, charts: Charts) -> None:
        """Take who draws."""
        self._charts = charts

    async def say(self, interaction: Interaction, answer: Answer, *, shown: bool) -> None:
        """Show an answer to the asker, or to everybody, and everybody what was changed.

        `shown`: there are others where it was asked. The placeholder is the asker's alone, and the
        first answer takes its place; so what is public comes as a second message, and the
        placeholder says where it went. Who may not write there cannot make us write for them: only
        what changed is told all the same.
        """
        if answer.silent:
            await self.withdraw(interaction)
        elif answer.public and shown and not may_speak(interaction):
            await self.edit(interaction, kept_back(answer.message))
        elif answer.public and shown:
            said = texts(answer.message.locale)
            note = said.say("Everybody here can see the answer.")
            await self.edit(interaction, line(note, said.name))
            if not await self.announce(interaction, answer.message):
                await self.edit(interaction, answer.message)
        else:
            await self.edit(interaction, answer.message)
        if answer.announcement is not None and not answer.silent:
            await self.announce(interaction, answer.announcement)

    async def edit(self, interaction: Interaction, message: Message) -> None:
        """Put a message in the place of the first answer; a picture that takes long comes later."""
        drawing = asyncio.ensure_future(self._drawn(message))
        try:
            await asyncio.wait({drawing}, timeout=SOON)
            known = drawing.result() if drawing.done() else None
            await self._send(interaction, "PATCH", ORIGINAL, _forms(message, known))
            note_said(interaction)
            if known is None and (late := await drawing) is not None:
                await self._show(interaction, message, late)
        finally:
            drawing.cancel()

    async def turn(self, interaction: Interaction, message: Message) -> None:
        """Put a page in the place of another, in the message whose button was pressed.

        Where Discord refuses it in the form that the message has, it comes as one of its own.
        """
        panel = (_laid_out(message, ""), None)
        try:
            await self._send(interaction, "PATCH", ORIGINAL, [panel])
        except discord.HTTPException as error:
            if error.status not in _REFUSED:
                raise
            await self.add(interaction, message)

    async def add(self, interaction: Interaction, message: Message) -> None:
        """Say something more to the asker alone."""
        forms = _forms(message, await self._drawn(message))
        alone = [(form | {"flags": form.get("flags", 0) | EPHEMERAL}, file) for form, file in forms]
        await self._send(interaction, "POST", "", alone)

    async def announce(self, interaction: Interaction, message: Message) -> bool:
        """Say something to everybody; False where that cannot be: who asked has their answer."""
        try:
            forms = _forms(message, await self._drawn(message))
            await self._send(interaction, "POST", "", forms)
        except REFUSALS as error:
            _log.warning("discord answer stays private", code=error_name(error))
            return False
        except NETWORK as error:
            # It may have arrived: nobody is told twice.
            _log.warning("discord answer lost", error=type(error).__name__)
        return True

    async def offer(self, interaction: Interaction, message: Message, row: Json) -> None:
        """As `edit`, with a row of controls below; without it where Discord refuses that."""
        content = _laid_out(message, "")
        offered = {**content, "components": [*(content.get("components") or ()), row]}
        forms = chain([(offered, None)], _forms(message, None))
        await self._send(interaction, "PATCH", ORIGINAL, forms)
        note_said(interaction)

    async def withdraw(self, interaction: Interaction) -> None:
        """Take the placeholder away: there is nothing to say."""
        await request(interaction, "DELETE", ORIGINAL, {}, None)

    async def _show(self, interaction: Interaction, message: Message, picture: File) -> None:
        """Add the picture to an answer that stands; it stays as it is where that cannot be."""
        shown = [(_laid_out(message, NAME), picture)]
        try:
            await self._send(interaction, "PATCH", ORIGINAL, shown)
        except (*REFUSALS, *NETWORK) as error:
            _log.warning("discord answer goes without its picture", error=str(error)[:200])

    async def _send(
        self, interaction: Interaction, method: str, path: str, forms: Iterable[_Form]
    ) -> None:
        """Send it in the first form that Discord takes; what else it refuses is raised."""
        refusal: discord.HTTPException | None = None
        for form, file in forms:  # each is made when it is needed: mostly the first alone is
            try:
                await request(interaction, method, path, form, file)
            except discord.HTTPException as error:
                if error.status not in _REFUSED or error.code in TOO_LATE:
                    raise
                _log.error("discord answer refused", code=error.code, why=error.text[:200])
                refusal = error
            else:
                return
        if refusal is not None:
            raise refusal

    async def _drawn(self, message: Message) -> File | None:
        """Return a message's picture; None where there is none, or where it cannot be drawn."""
        if message.picture is None:
            return None
        try:
            async with asyncio.timeout(_DRAWING):
                png = await self._charts.draw(message.picture.chart, message.locale)
        except Exception:  # noqa: BLE001 - whatever it was, the text is worth more
            _log.exception("a picture is left out", title=message.picture.title)
            return None
        return File(png, alt_of(message.picture))


def _forms(message: Message, picture: File | None) -> Iterator[_Form]:
    """Yield the ways to show a message, the best first, each with the file that it shows.

    One of them is taken where panels are refused, and another where pictures are.
    """
    name, message = "" if picture is None else NAME, calling_nobody(message)
    if picture is not None:
        yield _laid_out(message, name), picture
    yield _laid_out(message, ""), None
    yield embed_body(message, name), picture
    yield plain_body(message), None


def _laid_out(message: Message, picture: str) -> Json:
    try:
        return body(calling_nobody(message), picture)
    except Exception:  # noqa: BLE001 - the person hears something
        _log.exception("answer not laid out")
        return body(sorry(message.locale))
