"""A small modal for what a button alone cannot say: what to compare a repo with.

What was written becomes the command, and the command's answer is the answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hypecurve.wording.cut import clean, cut
from hypecurve.wording.texts import texts
from hypecurve_discord.answering.asked import Interaction, data_of, locale_of
from hypecurve_discord.answering.requests import first
from hypecurve_discord.library import discord
from hypecurve_discord.rendering.ids import Compare, decode, encode
from hypecurve_discord.screens.state import State

ASKED_WITHIN = 1.0
"""Seconds to find out in which language somebody is spoken to here; else it is their own."""
_OTHERS = 4
_WRITTEN = 300
_BETWEEN = re.compile(r"[\s,;\u3001\uff0c\uff1b]+")
Ask = Callable[[Interaction, str], Awaitable[None]]
Spoken = Callable[[Interaction], Awaitable[str]]


class CompareScreen:
    """Asks what to compare with."""

    def __init__(self, spoken: Spoken, ask: Ask) -> None:
        """Take who knows languages, and who answers a command."""
        self._spoken = spoken
        self._ask = ask

    async def open(self, interaction: Interaction, repo: str) -> None:
        """Answer with the modal, at once."""
        locale = locale_of(str(interaction.locale))
        with suppress(TimeoutError):
            async with asyncio.timeout(ASKED_WITHIN):
                locale = await self._spoken(interaction)
        modal = compare_modal(repo, locale)
        await first(interaction, lambda: interaction.response.send_modal(modal))

    async def sent_in(self, interaction: Interaction) -> None:
        """Answer the comparison that was asked for."""
        data = data_of(interaction)
        about = decode(str(data.get("custom_id", "")))
        state = State.of(data)
        names = filter(None, _BETWEEN.split(clean(state.text("others"))))
        repo = about.repo if isinstance(about, Compare) else ""
        others = [name for name in names if name != repo][:_OTHERS]
        await self._ask(interaction, " ".join(["compare", repo, *others, state.text("by")]).strip())


def compare_modal(repo: str, locale: str) -> discord.ui.Modal:
    """Return the modal; its custom id names the repo."""
    said = texts(locale)
    modal = discord.ui.Modal(title=said.say("Compare"), custom_id=encode(Compare(repo)))
    others: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="others", placeholder="nori/voicebox, hato/tinyquant", max_length=_WRITTEN
    )
    by: discord.ui.RadioGroup[Any] = discord.ui.RadioGroup(
        custom_id="by",
        options=[
            discord.RadioGroupOption(label=said.say("By date"), value="date", default=True),
            discord.RadioGroupOption(label=said.say("By days since each was created"), value="age"),
        ],
    )
    label = said.say("Compare {repo} with", repo=repo)
    for text, field in ((label, others), (said.say("Curves"), by)):
        modal.add_item(discord.ui.Label(text=cut(text, 45, utf16=True), component=field))
    modal.stop()
    return modal
