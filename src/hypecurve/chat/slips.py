"""What is no command: which one may have been meant, and what stands behind a group's word."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from hypecurve.chat.words import Word
from hypecurve.domain.errors import BadCommand
from hypecurve.wording.commands import COMMANDS, GROUPS
from hypecurve.wording.cut import cut
from hypecurve.wording.texts import to_say

PATHS = {**{spec.name: spec.path for spec in COMMANDS}, **{word: word for word in GROUPS}}
"""How each command is written in whole, by its name; and each group's word."""
_SHOWN = 60
"""Characters of a slip that are repeated back."""


def of_group(group: str, typed: list[Word]) -> list[Word]:
    """Return what stands behind a group's word; BadCommand where that is none of its commands.

    The word alone asks what there is behind it.
    """
    if not typed:
        return [Word("help"), Word(group)]
    inside = {spec.name: spec.path for spec in COMMANDS if spec.group == group}
    if typed[0].key in inside:
        return typed
    slip = typed[0].text.casefold()
    near = begun(slip, inside) or close(slip, inside) or likely(slip)
    slip = f"{group} {typed[0].text}"
    raise no_command(slip, near)


def likely(slip: str) -> list[str]:
    """Return at most two commands that may have been meant, as they are written in whole."""
    return begun(slip) or close(slip)


def begun(slip: str, among: Mapping[str, str] = PATHS) -> list[str]:
    """Return at most two whose name begins so."""
    return [path for name, path in among.items() if len(slip) > 1 and name.startswith(slip)][:2]


def close(slip: str, among: Mapping[str, str] = PATHS) -> list[str]:
    """Return at most two whose name is spelled alike."""
    return [among[name] for name in difflib.get_close_matches(slip[:_SHOWN], among, 2, 0.65)]


def no_command(slip: str, near: Sequence[str]) -> BadCommand:
    """Return that there is no such command, with what may have been meant."""
    shown = cut(slip, _SHOWN)
    if not near:
        return BadCommand(
            to_say("There is no command '{slip}'. /hype help shows what there is."), slip=shown
        )
    if len(near) == 1:
        return BadCommand(
            to_say("There is no command '{slip}'. Did you mean {near}?"), slip=shown, near=near[0]
        )
    return BadCommand(
        to_say("There is no command '{slip}'. Did you mean {near} or {other}?"),
        slip=shown,
        near=near[0],
        other=near[1],
    )
