"""A neutral message as pieces of markdown, as many as there is room for: pure.

Which "characters" Discord's limits count is not said: we count UTF-16 units of the markdown as it
is sent, the strictest reading. All forms of a post are made from the same pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hypecurve.domain.message import Entry, Line, Message, MessageKind, Section, SectionKind
from hypecurve.wording.cut import ELLIPSIS, clean, cut, length
from hypecurve_discord.rendering.markdown import at_start, escape, written

Json = dict[str, Any]
TEXT_LIMIT = 4_000
TITLE = 256
_LINE, _ENTRY, _ENDS = 700, 1_400, 700
_BLOCKS = 13
"""Leaves room among the 40 components for the first story, the picture and all controls."""
_SPARE = 120
"""Characters kept for who is called, and for a line "N more"."""
_COLOURS = {
    SectionKind.YOURS: 0xF1C40F,
    SectionKind.RISING: 0x2ECC71,
    SectionKind.NEW: 0x3498DB,
    SectionKind.QUIET: 0x95A5A6,
}
_PLAIN_COLOUR, _ERROR_COLOUR = 0x5865F2, 0xED4245


@dataclass(slots=True)
class Room:
    """What is left of a number of UTF-16 units."""

    left: int

    def take(self, text: str) -> bool:
        """Whether a text still fits; if so its room is taken."""
        need = length(text, utf16=True)
        if need > self.left:
            return False
        self.left -= need
        return True


@dataclass(frozen=True, slots=True)
class Told:
    """One entry; `name`: its repo's, as people read it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Entries below a heading; the heading is without a mark of its own, "" for none."""

    kind: SectionKind
    heading: str
    entries: tuple[Told, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return self.of(self.entries)

    def of(self, entries: Iterable[Told], *, headed: bool = True) -> str:
        """Some of it, below the heading or without it."""
        above = [f"### {self.heading}"] if self.heading and headed else []
        return "\n".join((*above, *(each.text for each in entries)))


@dataclass(frozen=True, slots=True)
class Drawn:
    """What there is room for."""

    title: str
    """Without a mark of its own."""
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    foot: tuple[str, ...]
    left_out: int
    """Entries that found no room, those of the overflow among them."""

    @property
    def head(self) -> str:
        """The title and the lines below it."""
        return "\n".join(((f"## {self.title}",) if self.title else ()) + self.lines)

    @property
    def named(self) -> set[str]:
        """The repos that are told of."""
        return {each.name for block in self.blocks for each in block.entries}


def drawn(message: Message) -> Drawn:
    """Return the pieces of a message; where it says nothing else, its notification."""
    title = escape(cut(clean(message.title), TITLE, utf16=True))
    # Of a first message the lines below the title are what it has to say.
    small = message.kind in {MessageKind.DIGEST, MessageKind.LIST, MessageKind.CARD}
    lines = _small(message.subtitle, "-# " if small else "")
    foot = _small(message.footer)
    room = Room(TEXT_LIMIT - _SPARE)
    for text in (f"## {title}", *lines, *foot):
        room.take(text + "\n")
    blocks, left_out = _blocks(message.sections, message.kind, room)
    left_out += sum(len(section.entries) for section in message.overflow)
    if not (title or lines or blocks or foot):
        said = at_start(escape(cut(clean(message.notification), TITLE, utf16=True)))
        lines = (said.strip() or ELLIPSIS,)
    return Drawn(title, lines, tuple(blocks), foot, left_out)


def colour_of(message: Message) -> int:
    """Return the colour of a message: that of the first thing it tells of."""
    if message.kind is MessageKind.ERROR:
        return _ERROR_COLOUR
    kinds = [section.kind for section in message.sections if section.kind in _COLOURS]
    return colour(kinds[0]) if kinds else _PLAIN_COLOUR


def colour(kind: SectionKind) -> int:
    """Return the colour of one kind of news."""
    return _COLOURS.get(kind, _PLAIN_COLOUR)


def _small(lines: Iterable[Line], mark: str = "-# ") -> tuple[str, ...]:
    room = Room(_ENDS)
    shown = (mark + text for line in lines if (text := written(line, _LINE // 2)))
    return tuple(line for line in shown if room.take(line + "\n"))


def _blocks(
    sections: Iterable[Section], kind: MessageKind, room: Room
) -> tuple[Sequence[Block], int]:
    """Return the blocks there is room for, and how many entries there is none for."""
    blocks: list[Block] = []
    left_out = 0
    for section in sections:
        heading = escape(cut(clean(section.heading), TITLE, utf16=True))
        full = len(blocks) >= _BLOCKS or (heading != "" and not room.take(f"### {heading}\n"))
        kept: list[Told] = []
        for entry in section.entries:
            text = "" if full else _entry(entry, kind)
            if full or not room.take(text + "\n"):
                full = True
                left_out += 1
            elif text:
                kept.append(Told(clean(entry.repo_name), text))
        # A heading over nothing says nothing, unless it came alone.
        if kept or (heading and not section.entries and not full):
            blocks.append(Block(section.kind, heading, tuple(kept)))
    return blocks, left_out


def _entry(entry: Entry, kind: MessageKind) -> str:
    """The head line, and the details below it in small print; a card is all facts."""
    mark = "" if kind is MessageKind.CARD else "-# "
    room = Room(_ENTRY)
    lines = [text for line in entry.lines if (text := written(line, _LINE))]
    shown = [text if place == 0 else mark + text for place, text in enumerate(lines)]
    return "\n".join(text for text in shown if room.take(text + "\n"))
