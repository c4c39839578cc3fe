"""Words and phrases to look for in a repo's text, and a fast way to find them all at once.

Text is cut into tokens: runs of letters, runs of digits, single Chinese, Japanese or Korean
characters. `fine-tuning`, `Fine tuning` and `FINE_TUNING` are the same two tokens, `gpt4` the same
as `gpt-4`, and a phrase stands for its plural too (and the other way round) unless that has a rule
of its own; so a rule needs no variants.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

_EASTERN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_EASTERN}]|[^\W\d_{_EASTERN}]+|\d+")
_SHORTEST_PLURAL = 4
_NO_PLURAL = ("ss", "us", "is")

Tokens = tuple[str, ...]


class Where(StrEnum):
    """The part of a repo's text where a rule was found."""

    NAME = "name"
    DESCRIPTION = "description"
    TOPIC = "topic"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Rule:
    """One phrase that speaks for `slug` with `weight` points.

    `inside`: it is looked for inside the words of the repo's name too (`chat` in `openchat`),
    and there alone. `says_ai`: whoever says this is about AI.
    """

    slug: str
    phrase: str
    weight: float
    inside: bool = False
    says_ai: bool = False


class Hit(NamedTuple):
    """A rule that was found, and where: `at` is the number of tokens before it."""

    rule: Rule
    where: Where
    at: int
    topic: str = ""

    def __str__(self) -> str:
        """In plain English: "topic vector-database", "'fine-tuning' in the description"."""
        if self.where is Where.TOPIC:
            return f"topic {self.topic}"
        return f"'{self.rule.phrase}' in the {self.where}"


def folded(text: str) -> str:
    """Return the text without differences of letter case and width."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return plain.casefold()


def tokens(text: str) -> Tokens:
    """Cut the text into comparable tokens; empty where it has no letter or digit."""
    return tuple(_TOKEN.findall(folded(text)))


def singular(token: str) -> str:
    """Return the token without a plural's ending, as far as that can be told."""
    plural = token[-1:] == "s" and len(token) >= _SHORTEST_PLURAL and not token.endswith(_NO_PLURAL)
    return token[:-1] if plural else token


def _other_number(phrase: Tokens) -> Tokens:
    """Return the phrase with its last word in the plural, or in the singular if it was there."""
    last = phrase[-1]
    one = singular(last)
    return (*phrase[:-1], f"{last}s" if one == last else one)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, ready to be looked up: which phrases begin with a token, and how long they are."""

    rules: tuple[Rule, ...]
    _phrases: Mapping[Tokens, tuple[Rule, ...]] = field(repr=False, compare=False)
    _lengths: Mapping[str, tuple[int, ...]] = field(repr=False, compare=False)
    _pieces: tuple[tuple[str, tuple[Rule, ...]], ...] = field(repr=False, compare=False)

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> RuleBook:
        """Index the rules, the longest phrases first."""
        listed = tuple(rules)
        phrases: dict[Tokens, list[Rule]] = {}
        pieces: dict[str, list[Rule]] = {}
        for rule in listed:
            if rule.inside:
                pieces.setdefault(folded(rule.phrase), []).append(rule)
            else:
                phrases.setdefault(tokens(rule.phrase), []).append(rule)
        phrases.pop((), None)
        for phrase in tuple(phrases):
            phrases.setdefault(_other_number(phrase), phrases[phrase])
        lengths: dict[str, set[int]] = {}
        for phrase in phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        return cls(
            listed,
            {phrase: tuple(found) for phrase, found in phrases.items()},
            {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()},
            tuple((piece, tuple(found)) for piece, found in pieces.items()),
        )

    def found(self, words: Tokens, where: Where, topic: str = "") -> Iterator[Hit]:
        """Yield what stands in the text: the longest phrase, and on with what follows it."""
        free = 0
        for at, word in enumerate(words):
            if at < free:
                continue
            for length in self._lengths.get(word, ()):
                rules = self._phrases.get(words[at : at + length])
                if rules:
                    for rule in rules:
                        yield Hit(rule, where, at, topic)
                    free = at + length
                    break

    def inside(self, name: str) -> Iterator[Hit]:
        """Yield the pieces that stand anywhere in a repo's name, also within its words."""
        plain = folded(name)
        for piece, rules in self._pieces:
            if piece in plain:
                for rule in rules:
                    yield Hit(rule, Where.NAME, 0)
