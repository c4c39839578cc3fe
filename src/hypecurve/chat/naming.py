"""Commands that name repos: by owner and name, by an address, or by a part of the name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from hypecurve.chat.command import Command, Loosely
from hypecurve.chat.finding import (
    AskPlace,
    Compare,
    Misplaced,
    PickRepo,
    Search,
    ShowLanguage,
    ShowRisers,
    Speak,
)
from hypecurve.chat.phrases import categories, one_category
from hypecurve.chat.words import Word, quoted, tail, take_page, words
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.chart import MOST_COMPARED
from hypecurve.domain.errors import BadCommand, BadRepoName
from hypecurve.domain.pick import MOST_WHY
from hypecurve.domain.repo import RepoName
from hypecurve.wording.cut import cut
from hypecurve.wording.texts import to_say
from hypecurve.wording.tongues import TONGUES, likely, own_name, tongue

MOST_TEXT = 100
"""Characters that are looked for."""
_MOST_WORDS = 8
_SHOWN = 60
_BETWEEN = frozenset({"and", "&", "+", "with", "vs", "vs.", "versus", "to", "by"})
_BY = {"age": "age", "days": "age", "date": "date", "calendar": "date"}

Reader = Callable[[Sequence[Word], Taxonomy], Command]


def of_repo(command: str, make: Callable[[RepoName], Command]) -> Reader:
    """Return what reads a command of one repo."""

    def read(typed: Sequence[Word], _: Taxonomy) -> Command:
        word = one_repo(typed, f"{command} acme/flashkv")
        if is_part(word):
            return Loosely(f"{command} ", word.text)
        return make(RepoName.parse(word.text))

    return read


def one_repo(typed: Sequence[Word], example: str) -> Word:
    """Return the one word that names a repo; BadCommand where there is none, or several."""
    if len(typed) != 1:
        raise BadCommand(to_say("Name one repo: /hype {example}"), example=example)
    return typed[0]


def is_part(word: Word) -> bool:
    """Whether a word names a repo without its owner: with a slash it is meant to be whole."""
    return "/" not in word.text


def read_comparison(typed: Sequence[Word], _: Taxonomy) -> Command:
    """Read two to five repos, and by what they are held side by side."""
    left = [word for word in typed if word.key not in _BETWEEN]
    ways = [word for word in left if word.key in _BY]
    repos = [word for word in left if word.key not in _BY]
    for place, word in enumerate(repos[:MOST_COMPARED]):
        if is_part(word):
            before = [each.text for each in repos[:place]]
            after = [_written(each) for each in (*repos[place + 1 :], *ways)]
            rest = f" {' '.join(after)}" if after else ""
            return Loosely(" ".join(["compare", *before, ""]), word.text, rest)
    names: dict[str, RepoName] = {}
    for word in repos:
        name = RepoName.parse(word.text)
        names.setdefault(name.key, name)
    if not 0 < len(names) <= MOST_COMPARED:
        raise BadCommand(
            to_say("Name two to five repos: /hype {example}"),
            example="compare acme/flashkv nori/voicebox",
        )
    by_age = any(_BY[word.key] == "age" for word in ways)
    return Compare(tuple(names.values()), "age" if by_age else "date")


def read_chart(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
    """Read of which category or layer the risers are drawn."""
    left = [word for word in typed if word.key not in {"rising", "all"}]
    named = categories(left, taxonomy)
    if len(named) > 1:
        raise BadCommand(to_say("One category or layer at a time, please."))
    return ShowRisers(named[0] if named else None)


def read_place(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
    """Read which repo is in the wrong category, and where it belongs instead."""
    word = one_repo(typed[:1], "place acme/flashkv inference")
    if is_part(word):
        after = "".join(f" {_written(each)}" for each in typed[1:])
        return Loosely("place ", word.text, after)
    name = RepoName.parse(word.text)
    category = one_category(typed[1:], taxonomy)
    return AskPlace(name) if category is None else Misplaced(name, category)


def read_language(typed: Sequence[Word]) -> Command:
    """Read a language by its name, in English or in itself, or by its code."""
    text = " ".join(word.text for word in typed)
    if not text:
        return ShowLanguage()
    locale = tongue(text)
    if locale is not None:
        return Speak(locale)
    slip, near = cut(text, _SHOWN), likely(text)
    if near is not None:
        raise BadCommand(
            to_say("There is no language '{slip}'. Did you mean {near}?"), slip=slip, near=near
        )
    raise BadCommand(
        to_say("'{slip}' is not spoken here. There are: {languages}"),
        slip=slip,
        languages=", ".join(map(own_name, TONGUES)),
    )


def read_search(typed: Sequence[Word]) -> Command:
    """Read what to look for: any words, or a repo's address."""
    page, typed = take_page(typed, behind=1)
    text = " ".join(word.text for word in typed)
    with suppress(BadRepoName):
        return Search(str(RepoName.parse(text)), page)
    if not text:
        raise BadCommand(
            to_say("Say what to look for: /hype {example}"), example="search vector database"
        )
    if len(text) > MOST_TEXT or len(text.split()) > _MOST_WORDS:
        raise BadCommand(to_say("That is too much to look for: a few words are enough."))
    return Search(text, page)


def read_pick(text: str, site: str) -> Command:
    """Read a repo and, behind it, why somebody wants the others to see it."""
    example = 'pick acme/flashkv "halves what serving costs us"'
    word = one_repo(words(text)[:1], example)
    why = tail(text, 1)
    if not is_part(word):
        name = RepoName.parse(word.text, site)
    if not why:
        raise BadCommand(to_say("Say why in a few words: /hype {example}"), example=example)
    if len(why) > MOST_WHY:
        raise BadCommand(
            to_say("Say why in at most {most} characters, please."), most=str(MOST_WHY)
        )
    if is_part(word):
        return Loosely("pick ", word.text, f" {quoted(why)}")
    return PickRepo(name, why)


def _written(word: Word) -> str:
    return quoted(word.text) if word.quoted else word.text
