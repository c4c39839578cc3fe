"""What is offered to who types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypecurve.ports import Desk
from hypecurve.wording.commands import COMMANDS
from hypecurve.wording.cut import cut
from hypecurve_discord.answering.asked import Interaction, asker_of, data_of
from hypecurve_discord.offering.options import suggestions

_LENGTH = 100
"""UTF-16 units of a choice's name, and of its value."""
_REPOS = frozenset(o.name for spec in COMMANDS for o in spec.options if o.kind == "repo")


async def offers(desk: Desk, interaction: Interaction) -> list[tuple[str, str]]:
    """Return (name, value) of at most 25 choices for the option that is being typed."""
    data = data_of(interaction)
    name, typed = _typed(data)
    if name not in _REPOS:
        return suggestions(data)
    found = await desk.suggest(asker_of(interaction), "repo", typed)
    return [
        (cut(choice.label, _LENGTH, utf16=True), choice.value)
        for choice in found
        if len(choice.value) <= _LENGTH
    ]


def _typed(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name of the option that is being typed, and what stands in it by now."""
    for option in data.get("options") or ():
        if option.get("focused"):
            return str(option["name"]), str(option["value"])
        if (found := _typed(option))[0]:
            return found
    return "", ""
