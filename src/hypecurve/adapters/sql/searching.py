"""Which repos are asked for, and which of them hold a text: in the name, or what they say.

The search is a scan, as nothing indexes the inside of a text on both databases: 18,000 repos take
about 25 ms, 100,000 about 100.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.statements import first
from hypecurve.adapters.sql.tables import repo
from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.repo import RepoId
from hypecurve.ports.store import Found

_TOPIC = re.compile(r"[a-z0-9-]+")
_TOPICS = cast(repo.c.topics, Text)


def matching(statement: Any, found: Found) -> Any:  # noqa: ANN401 - a Select of any columns
    """Narrow a statement over `repo` to what was asked for, all but the ids.

    What is gone, or was found to be no AI after it was listed, is listed no more.
    """
    if found.listed:
        statement = statement.where(repo.c.listed_at.is_not(None), repo.c.category != NOT_AI)
        if RepoState.GONE not in found.states:
            statement = statement.where(repo.c.gone_at.is_(None))
    if found.categories:
        statement = statement.where(repo.c.category.in_(sorted(found.categories)))
    if RepoState.GONE in found.states:
        statement = statement.where(repo.c.gone_at.is_not(None))
    elif found.states:
        names = [state.value for state in found.states]
        statement = statement.where(repo.c.state.in_(names), repo.c.gone_at.is_(None))
    if found.least_stars:
        statement = statement.where(repo.c.stars >= found.least_stars)
    if found.without_languages:
        language = func.lower(func.coalesce(repo.c.language, ""))
        statement = statement.where(language.not_in(sorted(found.without_languages)))
    for owner in sorted(found.without_owners):
        statement = statement.where(~repo.c.name_key.startswith(f"{owner}/", autoescape=True))
    if found.text:
        statement = statement.where(
            repo.c.name_key.contains(found.text.casefold(), autoescape=True)
        )
    return statement


def ranked(text: str, *, names_only: bool) -> Select[tuple[int, int, int]]:
    """Select (id, rank, stars) of the repos that hold every word of a text, rank 0 the best.

    Its very name comes first, then a name that begins so, one that holds it, an owner, and last
    the description and the topics. Neither database folds the case of all letters: a word that is
    not ASCII is looked for in each of its usual spellings.
    """
    whole = " ".join(text.split()).casefold()
    words = whole.split()
    # A repo may be named by its owner too, but by the whole of it.
    owner = whole if "/" in whole else f"{whole}/"
    holds = [_named(word) if names_only else or_(_named(word), _told(word)) for word in words]
    rank = case(
        (or_(repo.c.name_key == whole, _key_ends(f"/{whole}")), 0),
        (or_(_key_begins(owner), _named(f"/{whole}")), 1),
        (and_(true(), *map(_in_name, words)), 2),
        (and_(true(), *map(_named, words)), 3),
        else_=4,
    ).label("rank")
    return select(repo.c.id, rank, repo.c.stars).where(*holds)


async def first_of(
    connection: AsyncConnection, hits: Select[Any], limit: int, offset: int = 0
) -> tuple[list[RepoId], int]:
    """Return the ids of the best of what `ranked` selects, best first, and how many there are.

    `offset`: how many of the best are left out; where that leaves none, nobody says how many.
    Whole rows are for those alone that are shown: sorting all would carry every text along.
    """
    found = hits.where(repo.c.gone_at.is_(None)).subquery()
    total = func.count().over().label("total")
    order = (found.c.rank, found.c.stars.desc(), found.c.id)
    wanted = select(found.c.id, total).order_by(*order)
    result = await connection.execute(first(wanted.offset(offset) if offset else wanted, limit))
    rows = result.all()
    return [RepoId(row.id) for row in rows], int(rows[0].total) if rows else 0


def _key_begins(text: str) -> ColumnElement[bool]:
    return repo.c.name_key.startswith(text, autoescape=True)


def _key_ends(text: str) -> ColumnElement[bool]:
    return repo.c.name_key.endswith(text, autoescape=True)


def _in_name(word: str) -> ColumnElement[bool]:
    """Whether it stands behind the owner; the escape is the slash, so that two are one."""
    escaped = re.sub("([/%_])", r"/\1", word)
    return repo.c.name_key.like(f"%//%{escaped}%", escape="/")


def _named(word: str) -> ColumnElement[bool]:
    return repo.c.name_key.contains(word, autoescape=True)


def _told(word: str) -> ColumnElement[bool]:
    """Whether the description or a topic holds a word."""
    if word.isascii():
        holds = func.lower(repo.c.description).contains(word, autoescape=True)
        # The topics are JSON: what is none of their letters would find its brackets and commas.
        return or_(holds, _TOPICS.contains(word, autoescape=True)) if _is_topic(word) else holds
    spelled = dict.fromkeys((word, word.upper(), word.capitalize()))
    return or_(*(repo.c.description.contains(each, autoescape=True) for each in spelled))


def _is_topic(word: str) -> bool:
    return _TOPIC.fullmatch(word) is not None
