"""What GitHub's answers mean: JSON in, domain values out, no I/O.

Every function takes whatever JSON came and raises SourceUnavailable, and nothing else, where it is
not what GitHub promises: a missing key and a wrong type are an outage to us, never a crash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NoReturn, TypeVar

from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.outside import clean
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.saying import to_say

MAX_DESCRIPTION = 1_000
_MAX_SHORT = 100
_MAX_COUNT = 2**31 - 1
"""Counts are kept in 4 bytes; there are not so many people who could give a star."""
_MAX_ID = 2**53
_FEW = 2
"""So many unreadable items of a search are left out, however few there are beside them."""
_MAX_TOPICS = 20
_DAYS = 7
_T = TypeVar("_T")
_NAME = re.compile(r"(?P<owner>[A-Za-z0-9._-]{1,100})/(?P<name>[A-Za-z0-9._-]{1,100})")
_WORD = re.compile("[!-~]{1,200}")
_NO_LICENCE = frozenset({"NOASSERTION", "NONE", ""})


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a search. `total`: how many match; `unread`: items here that cannot be read."""

    total: int
    repos: tuple[Repo, ...]
    unread: int = 0
    incomplete: bool = False
    """GitHub gave up before it had looked at everything."""


@lru_cache(maxsize=8_192)
def _clean_short(text: str) -> str:
    """Return a topic, language or licence; thousands of repos share the few words there are."""
    return clean(text, _MAX_SHORT)


def repo_from_rest(item: object) -> Repo:
    """Read a repository as REST writes it: an item of a search, or the answer to /repos/O/R.

    `open_issues_count` is left unread: it counts pull requests too, and the sweep has no figure
    to go on with (see `queries`).
    """
    fields = _object(item, "a repository")
    licence = _optional(fields, "license", dict)
    owner = _object(fields.get("owner"), "an owner")
    return Repo(
        id=RepoId(_id(fields, "id")),
        node_id=_word(fields, "node_id"),
        name=_name(fields, "full_name"),
        stars=_count(fields, "stargazers_count"),
        description=_description(fields),
        topics=_topics(_optional(fields, "topics", list) or ()),
        language=_short(fields, "language"),
        license=_licence(licence, "spdx_id"),
        forks=_count(fields, "forks_count"),
        owner_is_organisation=_is_organisation(owner.get("type")),
        created_at=_instant(fields, "created_at"),
        pushed_at=_instant(fields, "pushed_at"),
        updated_at=_instant(fields, "updated_at"),
        archived=_flag(fields, "archived"),
        is_fork=_flag(fields, "fork"),
        fork_of=_parent(fields.get("parent")),
    )


def repo_from_node(node: object) -> Repo:
    """Read a repository as our GraphQL query asks for it."""
    fields = _object(node, "a repository")
    licence = _optional(fields, "licenseInfo", dict)
    language = _optional(fields, "primaryLanguage", dict)
    owner = _object(fields.get("owner"), "an owner")
    topics = _optional(fields, "repositoryTopics", dict) or {}
    return Repo(
        id=RepoId(_id(fields, "databaseId")),
        node_id=_word(fields, "id"),
        name=_name(fields, "nameWithOwner"),
        stars=_count(fields, "stargazerCount"),
        description=_description(fields),
        topics=_topics([_topic(each) for each in _optional(topics, "nodes", list) or ()]),
        language=_short(language, "name") if language is not None else None,
        license=_licence(licence, "spdxId"),
        forks=_count(fields, "forkCount"),
        owner_is_organisation=_is_organisation(owner.get("__typename")),
        created_at=_instant(fields, "createdAt"),
        pushed_at=_instant(fields, "pushedAt"),
        updated_at=_instant(fields, "updatedAt"),
        archived=_flag(fields, "isArchived"),
        is_fork=_flag(fields, "isFork"),
    )


def is_private(payload: object) -> bool:
    """Say whether a repository, in either spelling, is hidden from the public.

    A token may see private repos of its own account; to a public catalogue they are not there.
    """
    if not isinstance(payload, Mapping):
        return False
    return payload.get("private") is True or payload.get("isPrivate") is True


def search_page(payload: object) -> Listing:
    """Read one page of a search, without private repos and items that cannot be read.

    Where most cannot be read, it is the page that is unreadable.
    """
    fields = _object(payload, "a page of search results")
    items = fields.get("items")
    if not isinstance(items, list):
        _refuse("a page of search results", "items", items)
    repos: list[Repo] = []
    unread = 0
    for item in items:
        try:
            if not is_private(item):
                repos.append(repo_from_rest(item))
        except SourceUnavailable:
            unread += 1
            if unread > max(_FEW, len(items) // 2):
                raise
    total, incomplete = _count(fields, "total_count"), _flag(fields, "incomplete_results")
    return Listing(total, tuple(repos), unread, incomplete)


def history_page(payload: object) -> tuple[tuple[datetime, tuple[int, ...]], ...]:
    """Read one page of star history: (the week's start, its seven days), newest week first."""
    if not isinstance(payload, list):
        _refuse("a page of star history", "weeks", payload)
    return tuple(_week(each) for each in payload)


def _week(payload: object) -> tuple[datetime, tuple[int, ...]]:
    fields = _object(payload, "a week of star history")
    days = fields.get("days")
    if not isinstance(days, list) or len(days) != _DAYS:
        _refuse("a week of star history", "days", days)
    gains = tuple(_count({"days": day}, "days") for day in days)
    if sum(gains) != _count(fields, "total"):
        form = to_say("GitHub's star history contradicts itself: a week's days do not add up.")
        raise SourceUnavailable(form)
    try:
        return datetime.fromtimestamp(_whole(fields, "week", 0, _MAX_ID), UTC), gains
    except (ValueError, OverflowError, OSError):
        _refuse("a week of star history", "week", fields.get("week"))


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        _refuse(what, "object", value)
    return value


def _optional(fields: Mapping[str, object], key: str, kind: type[_T]) -> _T | None:
    value = fields.get(key)
    if value is None or isinstance(value, kind):
        return value
    return _refuse("an answer", key, value)


def _word(fields: Mapping[str, object], key: str) -> str:
    value = fields.get(key)
    # A node id goes back to GitHub in every sweep and into the database: plain ASCII or nothing.
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        _refuse("an answer", key, value)
    return value


def _description(fields: Mapping[str, object]) -> str:
    return clean(_optional(fields, "description", str) or "", MAX_DESCRIPTION)


def _short(fields: Mapping[str, object], key: str) -> str | None:
    return _clean_short(_optional(fields, key, str) or "") or None


def _id(fields: Mapping[str, object], key: str) -> int:
    return _whole(fields, key, 1, _MAX_ID)


def _count(fields: Mapping[str, object], key: str) -> int:
    return _whole(fields, key, 0, _MAX_COUNT)


def _whole(fields: Mapping[str, object], key: str, least: int, most: int) -> int:
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        _refuse("an answer", key, value)
    return value


def _flag(fields: Mapping[str, object], key: str) -> bool:
    value = fields.get(key)
    if not isinstance(value, bool):
        _refuse("an answer", key, value)
    return value


def _instant(fields: Mapping[str, object], key: str) -> datetime | None:
    text = _optional(fields, key, str)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        # Without an offset astimezone would take it for the time of this machine's own zone.
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return _refuse("an answer", key, text)


def _name(fields: Mapping[str, object], key: str) -> RepoName:
    return _named(fields.get(key)) or _refuse("an answer", key, fields.get(key))


def _named(text: object) -> RepoName | None:
    # Looser than what people may type: owners of managed accounts carry an underscore.
    found = _NAME.fullmatch(text) if isinstance(text, str) else None
    if found is None or found["name"] in {".", ".."}:
        return None
    return RepoName(found["owner"], found["name"])


def _parent(payload: object) -> RepoName | None:
    """What a repo was forked from; nonsense there costs the hint, not the repo."""
    if not isinstance(payload, Mapping) or is_private(payload):
        return None
    return _named(payload.get("full_name"))


def _topic(payload: object) -> object:
    topic = _object(payload, "a topic").get("topic")
    return _object(topic, "a topic").get("name")


def _topics(values: Sequence[object]) -> tuple[str, ...]:
    topics = []
    for value in values[:_MAX_TOPICS]:
        if not isinstance(value, str):
            _refuse("an answer", "topics", value)
        topics.append(_clean_short(value))
    return tuple(topic for topic in topics if topic)


def _licence(fields: Mapping[str, object] | None, key: str) -> str | None:
    if fields is None:
        return None
    spdx = _short(fields, key)
    return None if spdx is None or spdx.upper() in _NO_LICENCE else spdx


def _is_organisation(kind: object) -> bool | None:
    return {"Organization": True, "User": False}.get(kind) if isinstance(kind, str) else None


def _refuse(what: str, key: str, value: object) -> NoReturn:
    form = to_say("GitHub sent {what} that cannot be read: {field} is {value}.")
    shown = clean(repr(value), 40)
    raise SourceUnavailable(form, what=what, field=key, value=shown) from None
