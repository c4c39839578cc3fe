"""Many people at once in the stand-in Slack, each with a command after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from standins import crowds
from standins.slack import SlackStandIn


async def crowd(slack: SlackStandIn, texts: Sequence[str], at_once: int) -> dict[str, Any]:
    """Type each text as `/hype TEXT`, `at_once` people at a time; return what it took in seconds.

    An answer counts from the command to its first reply.
    """
    before = len(slack.acks)
    for number in range(at_once):
        user = f"U{number}"
        slack.users.setdefault(user, {"id": user, "name": user.lower(), "tz": "Europe/Paris"})

    async def ask(person: int, text: str) -> None:
        await slack.command(f"/hype {text}", user=f"U{person}")

    found = await crowds.crowd(ask, texts, at_once)
    acks = [ack.seconds for ack in slack.acks[before:]]
    lost = found["lost"] + len(texts) - len(acks)
    return {**found, "acks": crowds.shares(acks), "lost": lost}
