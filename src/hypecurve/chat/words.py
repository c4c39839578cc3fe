"""The words of a command as typed: quotes, Slack's links, and what nobody can see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypecurve.domain.errors import BadCommand
from hypecurve.wording.cut import clean
from hypecurve.wording.texts import to_say

LONGEST = 2_000
"""Characters; no command needs as many, and a pasted page is no command."""

_SLACK_LINK = re.compile(r"<([^<>|\s]+)(?:\|[^<>]*)?>")
_CLOSING = {'"': '"', "“": "”", "„": "“", "«": "»", "\u2018": "\u2019", "'": "'"}
_SPACE = re.compile(r"\s+")
_BETWEEN = " \t\r\n,;"
_SEPARATORS = re.compile(r"\s+|,|;")
_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Word:
    """One word; a quoted one holds spaces and never is a word of the grammar."""

    text: str
    quoted: bool = False

    @property
    def key(self) -> str:
        """What compares equal to a word of the grammar; "" for a quoted one."""
        return "" if self.quoted else self.text.casefold()


def words(text: str) -> list[Word]:
    """Cut a command into words; BadCommand where it is too long or holds invisible marks.

    Commas part words like spaces do. Quotes may be straight, curly or angular, as phones make
    them; one that is never closed reaches to the end.
    """
    return [word for word, _ in _cut(_readable(text))]


def tail(text: str, count: int) -> str:
    """Return what stands behind the first words of a command, commas and all.

    Quotes around the whole of it are taken off.
    """
    cut = list(_cut(_readable(text)))
    rest = cut[count - 1][1] if 0 < count <= len(cut) else ""
    closing = _CLOSING.get(rest[:1])
    if closing and len(rest) > 1 and rest.find(closing, 1) == len(rest) - 1:
        rest = rest[1:-1]
    return " ".join(rest.split())


def take_page(typed: Sequence[Word], *, behind: int = 0) -> tuple[int, list[Word]]:
    """Return the page that is named at the end (1 where none is) and the words before it.

    Our own controls write it. `behind`: how many words there are before it at least.
    """
    before, end = list(typed[:-2]), [word.key for word in typed[-2:]]
    if len(before) < behind or end[:1] != ["page"] or not _NUMBER.fullmatch(end[-1]):
        return 1, list(typed)
    return max(int(end[-1]), 1), before


def quoted(text: str) -> str:
    """Return a text in quotes that it does not hold itself, so that it reads back."""
    for opening, closing in _CLOSING.items():
        if closing not in text:
            return f"{opening}{text}{closing}"
    return '"' + text.replace('"', "'") + '"'


def _readable(text: str) -> str:
    if len(text) > LONGEST:
        raise BadCommand(to_say("That is too long for a command. Type less than 2,000 characters."))
    if clean(text) != _SPACE.sub(" ", text).strip():
        raise BadCommand(
            to_say("There are invisible characters in that command. Please type it by hand.")
        )
    text = _SLACK_LINK.sub(r"\1", text)
    for escaped, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, char)
    return text


def _cut(text: str) -> Iterator[tuple[Word, str]]:
    """Yield each word with what stands behind it."""
    rest = text.strip(_BETWEEN)
    while rest:
        closing = _CLOSING.get(rest[0])
        inside = ""
        if closing:
            inside, _, rest = rest[1:].partition(closing)
            inside = " ".join(inside.split())
        else:
            word, *more = _SEPARATORS.split(rest, maxsplit=1)
            rest = more[0] if more else ""
        rest = rest.lstrip(_BETWEEN)
        if inside or not closing:
            yield Word(inside or word, quoted=bool(closing)), rest
