"""The search syntax of GitHub, as far as a tracker uses it, over a made-up world."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.repo import RepoName
from hypecurve.standin.world import World

_PART = re.compile(r'(?:(?P<key>[a-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s"]+))')
_TOKEN = re.compile(r"[a-z0-9]+")
_RANGE = re.compile(r"(?:(?P<sign>>=|<=|>|<)(?P<end>.+)|(?P<low>.+?)\.\.(?P<high>.+)|(?P<same>.+))")
_DATE = 10
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


class BadQuery(Exception):
    """GitHub would answer 422."""


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends included."""

    low: float = -np.inf
    high: float = np.inf

    def __contains__(self, value: float | datetime | None) -> bool:
        """Say whether it holds a number, or an instant in whole seconds."""
        if isinstance(value, datetime):
            value = value.timestamp()
        return value is not None and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search: all phrases and topics must match."""

    phrases: tuple[tuple[str, ...], ...] = ()
    topics: tuple[str, ...] = ()
    stars: Range = Range()
    created: Range = Range()
    """In Unix seconds."""
    pushed: Range = Range()
    """In Unix seconds."""
    forks: str = "false"
    """"true": forks too, "only": nothing else."""


def parse(text: str) -> Query:
    """Read a search query; BadQuery for a qualifier this stand-in does not know."""
    phrases, topics, forks = [], [], "false"
    ranges = {"stars": Range(), "created": Range(), "pushed": Range()}
    for found in _PART.finditer(text):
        key, value = found["key"], found["quoted"] or found["word"] or ""
        if key is None:
            phrases.append(tuple(_TOKEN.findall(value.lower())))
        elif key == "topic":
            topics.append(value.lower())
        elif key in ranges:
            ranges[key] = _range(value, _stars if key == "stars" else _seconds)
        elif key == "fork" and value in {"true", "false", "only"}:
            forks = value
        elif (key, value) != ("is", "public"):
            message = f"unknown qualifier {key}:{value}"
            raise BadQuery(message)
    return Query(tuple(phrases), tuple(topics), **ranges, forks=forks)


class Index:
    """Finds the repos of a world; what a text matches is worked out once."""

    def __init__(self, world: World) -> None:
        """Index nothing yet: the first search does."""
        self._world = world
        self._texts: list[str] = []
        self._matches: dict[tuple[object, ...], NDArray[np.bool_]] = {}
        self._answers: dict[tuple[Query, datetime, int], NDArray[np.intp]] = {}

    def find(self, query: Query, at: datetime) -> NDArray[np.intp]:
        """Return the repos that match at an instant, most stars first."""
        key = (query, at, self._world.changes)
        if key not in self._answers:
            self._answers = {key: self._find(query, at)}
        return self._answers[key]

    def _find(self, query: Query, at: datetime) -> NDArray[np.intp]:
        stars, born = self._world.stars_at(at), self._world.born()
        wanted = self._matching(query) & (born <= at.timestamp())
        wanted &= (stars >= query.stars.low) & (stars <= query.stars.high)
        wanted &= (born >= query.created.low) & (born <= query.created.high)
        if query.pushed != Range():
            pushed = self._world.pushed(at)
            wanted &= (pushed >= query.pushed.low) & (pushed <= query.pushed.high)
        if query.forks == "only":
            wanted[:] = False
        # Those to whom something has happened are looked at one by one.
        for index in self._world.lives:
            wanted[index] = int(stars[index]) in query.stars and self._wants(query, index, at)
        found = np.flatnonzero(wanted)
        return found[np.argsort(-stars[found], kind="stable")]

    def _wants(self, query: Query, index: int, at: datetime) -> bool:
        repo = self._world.repo_at(index, at)
        return (
            repo is not None
            and query.forks in {"only" if repo.is_fork else "false", "true"}
            and repo.created_at in query.created
            and repo.pushed_at in query.pushed
            and all(topic in repo.topics for topic in query.topics)
            and _says(_text(repo.name, repo.description, repo.topics), _patterns(query))
        )

    def _matching(self, query: Query) -> NDArray[np.bool_]:
        key = (query.phrases, query.topics)
        if key not in self._matches:
            if not self._texts:
                self._texts = [
                    _text(each.name, each.description, each.topics) for each in self._world.facts
                ]
            patterns = _patterns(query)
            self._matches[key] = np.array(
                [
                    _says(text, patterns) and all(topic in facts.topics for topic in query.topics)
                    for text, facts in zip(self._texts, self._world.facts, strict=True)
                ]
            )
        return self._matches[key]


def _text(name: RepoName, description: str, topics: Sequence[str]) -> str:
    return " ".join(_TOKEN.findall(f"{name} {description} {' '.join(topics)}".lower()))


def _patterns(query: Query) -> list[re.Pattern[str]]:
    # GitHub matches whole words and their plurals.
    return [re.compile(rf"\b{' '.join(each)}s?\b") for each in query.phrases]


def _says(text: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    return all(pattern.search(text) for pattern in patterns)


def _range(text: str, read: Callable[[str], tuple[float, float]]) -> Range:
    """Read `>=5`, `5..9`, `*..9`, `5`; `read` gives the first and last value that a word means."""
    found = _RANGE.fullmatch(text)
    if found is None:
        message = f"bad range {text}"
        raise BadQuery(message)
    if found["same"]:
        return Range(*read(found["same"]))
    if found["low"]:
        return Range(
            -np.inf if found["low"] == "*" else read(found["low"])[0],
            np.inf if found["high"] == "*" else read(found["high"])[1],
        )
    first, last = read(found["end"])
    return {
        ">=": Range(low=first),
        ">": Range(low=last + 1),
        "<=": Range(high=last),
        "<": Range(high=first - 1),
    }[found["sign"]]


def _stars(text: str) -> tuple[float, float]:
    if not (text.isascii() and text.isdecimal()):
        message = f"bad number {text}"
        raise BadQuery(message)
    return float(text), float(text)


def _seconds(text: str) -> tuple[float, float]:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        message = f"bad date {text}"
        raise BadQuery(message) from None
    at = at.replace(tzinfo=at.tzinfo or UTC)
    last = at + (_DAY - _SECOND if len(text) == _DATE else timedelta())
    return at.timestamp(), last.timestamp()
