"""Many people at once in the stand-in Discord, each with an interaction after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from standins import crowds
from standins.discord_platform import DiscordStandIn

TYPING = "typing"
"""`typing flash`: what is offered for the repo of `/hype repo` when so much of it was typed."""
_KNOWN = 3.0
"""Seconds for which Discord waits for the first answer."""
_OPTIONS = {
    "repo": ("repo",),
    "why": ("repo",),
    "search": ("text",),
    "compare": ("repo", "with"),
    "rising": ("window",),
    "top": ("window",),
    "help": ("command",),
}
"""The options of a command in the order of its text."""


async def crowd(discord: DiscordStandIn, texts: Sequence[str], at_once: int) -> dict[str, Any]:
    """Use each text as `/hype TEXT`, `at_once` people at a time; return what it took in seconds.

    `acks`: the first answers, which for what is typed are all there is. An answer counts from the
    command to what is no placeholder. A first answer after more than 3 s is lost.
    """
    discord.exchanges.clear()

    async def ask(person: int, text: str) -> None:
        name, *words = text.split()
        user = str(1_000 + person)
        if name == TYPING:
            await discord.autocomplete("repo", user=user, repo=" ".join(words))
            return
        options = dict(zip(_OPTIONS.get(name, ()), words, strict=False))
        asked = await discord.tell(name, user=user, **options)
        await asked.until(lambda a: a.is_answered, crowds.GIVEN_UP)

    found = await crowds.crowd(ask, texts, at_once)
    acks = [a.acknowledged_after for a in discord.exchanges.values()]
    acked = [after for after in acks if after is not None and after <= _KNOWN]
    lost = len(texts) - min(found["answers"]["n"], len(acked))
    return {**found, "acks": crowds.shares(acked), "lost": lost}
