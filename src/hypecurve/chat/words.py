"""The words of a command as typed: quotes, Slack's links, and what nobody can see."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypecurve.domain.errors import BadCommand
from hypecurve.wording.cut import clean
from hypecurve.wording.texts import to_say

LONGEST = 2_000
"""Characters; no command needs as many, and a pasted page is no command."""

_SLACK_LINK = re.compile(r"<([^<>|\s]+)(?:\|[^<>]*)?>")
_CLOSING = {'"': '"', "“": "”", "„": "“", "«": "»", "\u2018": "\u2019", "'": "'"}
_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"\s+|,|;")


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
    if len(text) > LONGEST:
        raise BadCommand(to_say("That is too long for a command. Type less than 2,000 characters."))
    if clean(text) != _SPACE.sub(" ", text).strip():
        raise BadCommand(
            to_say("There are invisible characters in that command. Please type it by hand.")
        )
    text = _SLACK_LINK.sub(r"\1", text)
    for escaped, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, char)
    return list(_cut(text))


def _cut(text: str) -> list[Word]:
    found: list[Word] = []
    rest = text.strip(" \t\r\n,;")
    while rest:
        closing = _CLOSING.get(rest[0])
        if closing:
            inside, _, rest = rest[1:].partition(closing)
            if inside.strip():
                found.append(Word(" ".join(inside.split()), quoted=True))
        else:
            word, *more = _SEPARATORS.split(rest, maxsplit=1)
            found.append(Word(word))
            rest = more[0] if more else ""
        rest = rest.lstrip(" \t\r\n,;")
    return found
