"""Who asks in Discord, and for whom: a channel of a server, or a person alone.

What is asked in direct messages, in a group of people, or in a server where the bot is not (there
the app belongs to who asks) concerns that person's own digest: nothing of ours can be posted there.
In a post of a forum it concerns the forum.
https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypecurve.chat.words import tail, words
from hypecurve.domain.asking import Asker
from hypecurve.domain.errors import BadInput
from hypecurve.domain.saying import Saying
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.wording.commands import COMMANDS, GROUPS
from hypecurve_discord.library import discord
from hypecurve_discord.rights import rights

Interaction = discord.Interaction[Any]

_TELLING = frozenset(spec.name for spec in COMMANDS if not spec.manages) | {
    "?",
    "chart",
    "curve",
    "place",
    "share",
    "show",
}
"""What changes nothing that a channel hears, as a command or by our own controls."""
_OF_THE_CHANNEL = frozenset({"subscriptions", "status", "preview"})


def asker_of(interaction: Interaction, barred: Saying | None = None) -> Asker:
    """Return who asks and where; a person alone is a tenant of their own, as `@42`.

    LookupError where Discord names a channel of a kind that is not known yet.
    """
    user = str(interaction.user.id)
    locale, name = locale_of(str(interaction.locale)), interaction.user.display_name
    if is_alone(interaction):
        mine = Channel.of_person(Tenant("discord", f"@{user}"), user)
        return Asker(mine, user, locale, name=name, is_alone=True)
    place = interaction.channel
    if place is None:
        message = "a command from a kind of channel that this version does not know"
        raise LookupError(message)
    heard = forum_of(interaction) or place
    return Asker(
        Channel(Tenant("discord", str(interaction.guild_id)), str(heard.id)),
        user,
        locale,
        channel_name=getattr(heard, "name", None) or "",
        name=name,
        is_admin=interaction.permissions.manage_channels,
        barred=barred,
        rights=rights(_ours(interaction), int(heard.type.value)),
    )


def forum_of(interaction: Interaction) -> discord.ForumChannel | None:
    """Return the forum, or media channel, in a post of which it was asked; None for other places.

    What is heard there comes as posts of its own, so that what is asked concerns all of it.
    """
    place = interaction.channel
    parent = place.parent if isinstance(place, discord.Thread) else None
    return parent if isinstance(parent, discord.ForumChannel) else None


def _ours(interaction: Interaction) -> int:
    """Return what we may do there: as the bot, whoever the app belongs to that was asked."""
    told = interaction.app_permissions.value
    if interaction.is_guild_integration():
        return told
    known: int | None = interaction.client.permissions_in(interaction.channel_id)
    return told if known is None else known


def is_alone(interaction: Interaction) -> bool:
    """Whether what is asked concerns the person alone, whoever else may read there."""
    return interaction.guild_id is None or is_visiting(interaction)


def is_visiting(interaction: Interaction) -> bool:
    """Whether it was asked where other people are and the bot is not: nothing can be posted there.

    The app is who asks'; or the server has its commands and not the bot. Where the bot is, it
    makes no difference whose the app is.
    """
    if interaction.guild_id is None:
        return interaction.context.private_channel
    return interaction.client.get_guild(interaction.guild_id) is None


def is_direct(interaction: Interaction) -> bool:
    """Whether it was asked in direct messages with us: nobody else reads there."""
    return interaction.context.dm_channel


def may_speak(interaction: Interaction) -> bool:
    """Whether who asks may write to everybody there: then so may we, for them.

    In private conversations whoever is in them may.
    """
    if interaction.guild_id is None:
        return True
    held = interaction.permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    speaks = held.send_messages_in_threads if in_thread else held.send_messages
    return speaks or held.administrator


def command_of(text: str) -> str:
    """Return the command of a text as the grammar reads it: `filter` for `/hype SET filter min 9`.

    "" where it begins with no word of the grammar.
    """
    return _read(text)[0]


def to_be_shared(text: str) -> str:
    """Return what is to be shared by a text that `command_of` calls a share."""
    return tail(text, _read(text)[1])


def _read(text: str) -> tuple[str, int]:
    """Return the command of a text, and with how many words that is said."""
    try:
        keys = [word.key for word in words(text)]
    except BadInput:
        return "", 0
    before = int(keys[:1] in (["/hype"], ["hype"]))
    before += int(bool(keys[before:]) and keys[before].removeprefix("/") in GROUPS)
    found = keys[before].removeprefix("/") if keys[before:] else ""
    return found, before + 1


def takes_leave(text: str) -> bool:
    """Whether it takes leave: whatever does not surely only tell something."""
    return command_of(text) not in _TELLING


def is_of_the_channel(text: str) -> bool:
    """Whether a command changes what the channel hears, or tells of it."""
    return takes_leave(text) or command_of(text) in _OF_THE_CHANNEL


def locale_of(discord_locale: str) -> str:
    """Return Babel's name of one of Discord's locales: `en` for en-US, `zh_CN` for zh-CN."""
    language = discord_locale.partition("-")[0]
    return "en" if language == "en" else discord_locale.replace("-", "_")


def data_of(interaction: Interaction) -> Mapping[str, Any]:
    """Return what was chosen, typed or pressed, as Discord's plain JSON."""
    # discord.py types each kind of interaction's data apart.
    data: Any = interaction.data
    return data or {}
