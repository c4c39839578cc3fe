"""A message as plain text: for terminals and plain posts, and in words for screen readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from wcwidth import wcswidth, wrap

from hypecurve.domain.message import Bars, Entry, Line, Message, Moment, Section
from hypecurve.wording.cut import cut
from hypecurve.wording.teller import words_of
from hypecurve.wording.texts import texts

BULLET = "• "
_INDENT = "  "
_NO_BREAK = "\u00a0"
_TOGETHER = re.compile(r"\([^()]{1,24}\)|\bin \d+ \w+")
"""What is hard to read when a line ends inside it: "(usually 226)", "in 7 days"."""
_WIDEST_NAME = 34
"""Columns up to which names are padded so that the curves below each other line up."""


def plain(message: Message, *, width: int = 0) -> str:
    """Return the text form, curves shown, buttons left out; addresses of controls are listed.

    `width`: columns to wrap at, continued lines indented; 0 does not wrap.
    """
    return "\n".join(_wrapped(_lines(message), width)).strip("\n") or message.notification


def spoken(message: Message, limit: int = 4000) -> str:
    """Return the message in words, at most `limit` code points: no curves, one repo a line.

    The first line is the notification.
    """
    lines = [message.notification]
    if message.title != message.notification:
        lines.append(message.title)
    lines += [words_of(line) for line in message.subtitle]
    lines += _spoken(message.sections, message)
    if message.overflow:
        lines.append(_headed(_more(message), message))
        lines += _spoken(message.overflow, message)
    lines += [words_of(line) for line in message.footer]
    return cut("\n".join(line for line in lines if line), limit)


def _spoken(sections: Iterable[Section], message: Message) -> Iterator[str]:
    for section in sections:
        if section.heading:
            yield _headed(section.heading, message)
        for entry in section.entries:
            words = entry.spoken or _in_words(entry)
            if words != message.notification:
                yield words


def _headed(heading: str, message: Message) -> str:
    return texts(message.locale).say("{heading}:", heading=heading)


def _more(message: Message) -> str:
    count = sum(len(section.entries) for section in message.overflow)
    return texts(message.locale).say_count("{n} more", "{n} more", count)


def _in_words(entry: Entry) -> str:
    return "\n".join(" ".join(words_of(line).split()) for line in entry.lines)


def _lines(message: Message) -> Iterator[str]:
    if message.title:
        yield message.title
    yield from (_shown(line) for line in message.subtitle)
    yield from _sections(message.sections)
    if message.overflow:
        yield ""
        yield f"--- {_more(message)} ---"
        yield from _sections(message.overflow)
    addresses = [control for control in message.controls if control.url]
    if message.footer or addresses:
        yield ""
    yield from (_shown(line) for line in message.footer)
    said = texts(message.locale)
    for control in addresses:
        yield said.say("{label}: {address}", label=control.label, address=control.url)


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
            continue
        indent = _INDENT if line.startswith((BULLET, _INDENT)) else ""
        kept = _TOGETHER.sub(lambda found: found[0].replace(" ", _NO_BREAK), line)
        for part in wrap(
            kept.replace(" · ", f" ·{_NO_BREAK}"),
            width,
            subsequent_indent=indent,
            break_on_hyphens=False,
        ):
            yield part.replace(_NO_BREAK, " ").rstrip()
