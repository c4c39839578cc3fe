"""Our controls as discord.py knows them: found by their ids, whichever process made the message.

discord.py takes a press to an item whose template fits, and finds the control in the message that
comes with it; nothing is kept, so it works after any restart. What it cannot place comes to
`Answering.heard` like everything else, and is answered there.
"""

from __future__ import annotations

from collections.abc import Awaitable
from re import Match
from typing import Any, Protocol, Self

from hypecurve_discord.answering.asked import Interaction
from hypecurve_discord.library import discord

Item = discord.ui.Item[Any]
_TAKEN = "taken"


class Presses(Protocol):
    """Who answers presses; the client has one as `answering`."""

    def pressed(self, interaction: Interaction, custom_id: str) -> Awaitable[None]:
        """Answer a press."""
        ...


def take(interaction: Interaction) -> None:
    """Note that a press is being answered: nobody else is to, before the first await of who is."""
    interaction.extras[_TAKEN] = True


def is_taken(interaction: Interaction) -> bool:
    """Whether somebody answers a press already."""
    return _TAKEN in interaction.extras


class Button(discord.ui.DynamicItem[Item], template=r"hype:(?:do|page|more):(?s:.+)"):
    """A button: a command, a page, or what found no room."""

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: Item, __: Match[str], /) -> Self:
        """Return the button that was pressed; all it knows is its id."""
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Answer the press."""
        take(interaction)
        answering: Presses = interaction.client.answering
        await answering.pressed(interaction, self.custom_id)


class Select(discord.ui.DynamicItem[Item], template=r"hype:(?:repo|pick)(?::.*)?"):
    """A select of repos or of commands."""

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: Item, __: Match[str], /) -> Self:
        """Return the select that was used."""
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Answer the choice."""
        take(interaction)
        answering: Presses = interaction.client.answering
        await answering.pressed(interaction, self.custom_id)


ITEMS = (Button, Select)
"""To be added to a client (`add_dynamic_items`)."""
