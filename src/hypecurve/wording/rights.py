"""What the app may and may not do in a channel, where the platform tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypecurve.domain.asking import Right
from hypecurve.domain.message import Entry, Line, Section, SectionKind, Text
from hypecurve.domain.saying import Saying
from hypecurve.wording.teller import words_of
from hypecurve.wording.texts import Texts


def lacking(rights: Sequence[Right]) -> list[str]:
    """Return the names of what is missing, and without which no digest arrives."""
    return [right.name for right in rights if right.vital and not right.held]


def rights_here(rights: Sequence[Right], said: Texts) -> Iterator[Section]:
    """Yield the section that tells them, each missing one with what it is for; none of none."""
    if not rights:
        return
    lines: list[Line] = []
    held = [right.name for right in rights if right.held]
    missing = [_missing(right, said) for right in rights if not right.held]
    if held:
        lines.append((Text(said.say("Hypecurve may: {rights}", rights=said.row(held))),))
    if missing:
        lines.append((Text(said.say("may not: {rights}", rights=said.row(missing))),))
        mend = said.say(
            "Whoever may manage this channel can allow it, in the permissions of the channel."
        )
        lines.append((Text(mend),))
    entry = Entry(tuple(lines), spoken=words_of(lines[-1]))
    yield Section(SectionKind.PLAIN, said.say("Here"), (entry,))


def _missing(right: Right, said: Texts) -> str:
    purpose = right.purpose
    told = said.tell(purpose) if isinstance(purpose, Saying) else said.looked_up(purpose)
    return said.say("{right} ({purpose})", right=right.name, purpose=told)
