"""A message as plain text: for terminals and plain posts, and in words for screen readers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from wcwidth import wcswidth

from hypecurve.domain.message import Bars, Entry, Line, Message, Moment, Section
from hypecurve.wording.cut import cut
from hypecurve.wording.teller import words_of
from hypecurve.wording.texts import texts

BULLET = "• "
_INDENT = "  "
_WIDEST_NAME = 34
"""Columns up to which names are padded so that the curves below each other line up."""


def plain(message: Message, *, width: int = 0) -> str:
    """Return the text form, curves shown, buttons left out; addresses of controls are listed.

    `width`: columns to wrap at, continued lines indented; 0 does not wrap.
    """
    return "\n".join(_wrapped(_lines(message), width))


def spoken(message: Message, limit: int = 4000) -> str:
    """Return the message in words, at most `limit` code points: no curves, one repo a line.

    The first line is the notification.
    """
    lines = [message.notification]
    lines += [part for part in (message.title, *map(words_of, message.subtitle)) if part]
    for section in (*message.sections, *message.overflow):
        if section.heading:
            lines.append(f"{section.heading}:")
        lines += [entry.spoken or _in_words(entry) for entry in section.entries]
    lines += map(words_of, message.footer)
    return cut("\n".join(dict.fromkeys(line for line in lines if line)), limit)


def _in_words(entry: Entry) -> str:
    return "\n".join(" ".join(words_of(line).split()) for line in entry.lines)


def _lines(message: Message) -> Iterator[str]:
    yield message.title or message.notification
    yield from (_shown(line) for line in message.subtitle)
    yield from _sections(message.sections)
    if message.overflow:
        count = sum(len(section.entries) for section in message.overflow)
        yield ""
        yield "--- " + texts(message.locale).say_count("{n} more", "{n} more", count) + " ---"
        yield from _sections(message.overflow)
    addresses = [control for control in message.controls if control.url]
    if message.footer or addresses:
        yield ""
    yield from (_shown(line) for line in message.footer)
    yield from (f"{control.label}: {control.url}" for control in addresses)


def _sections(sections: Sequence[Section]) -> Iterator[str]:
    for section in sections:
        yield ""
        if section.heading:
            yield section.heading
        column = _column(section.entries)
        bulleted = bool(section.heading) or len(section.entries) > 1
        for entry in section.entries:
            for place, line in enumerate(entry.lines):
                lead = "" if not bulleted else BULLET if place == 0 else _INDENT
                yield lead + _shown(line, column)


def _column(entries: Iterable[Entry]) -> int:
    """Return the column at which the curves of a section begin, 0 where there are none."""
    widths = [
        _columns("".join(_before_bars(line)))
        for entry in entries
        for line in entry.lines[:1]
        if any(isinstance(part, Bars) for part in line)
    ]
    return max((width for width in widths if width <= _WIDEST_NAME), default=0)


def _before_bars(line: Line) -> Iterator[str]:
    for part in line:
        if isinstance(part, Bars):
            return
        yield part.fallback if isinstance(part, Moment) else part.text


def _shown(line: Line, column: int = 0) -> str:
    text = ""
    for part in line:
        if isinstance(part, Bars):
            text += " " * (column - _columns(text)) + part.text
        else:
            text += part.fallback if isinstance(part, Moment) else part.text
    return text


def _columns(text: str) -> int:
    # Text that has no width of its own (a stray control character) counts as its length.
    width = wcswidth(text)
    return len(text) if width < 0 else width


def _wrapped(lines: Iterable[str], width: int) -> Iterator[str]:
    for line in lines:
        if not width or _columns(line) <= width:
            yield line
        else:
            indent = _INDENT if line.startswith((BULLET, _INDENT)) else ""
            yield from textwrap.wrap(
                line,
                width,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            ) or [""]
