"""The walk through a search, slice by slice, page by page; who asks for the pages is handed in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime

from hypecurve.adapters.github import slices
from hypecurve.adapters.github.payloads import Listing
from hypecurve.adapters.github.slices import Slice
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.repo import Repo

Found = tuple[Repo, ...]
AskPage = Callable[[Slice, int], Awaitable[Listing]]
"""A slice and a page's number in, the page out."""

_MISSING = 0.1
_FEW = 2
"""So many, or that part of a slice, may be counted by GitHub and never listed."""


async def walk(
    ask: AskPage, todo: list[Slice], now: Callable[[], datetime]
) -> AsyncGenerator[tuple[Found, list[Slice]], None]:
    """Yield every page of the slices and what is left to read behind it, the next slice last.

    The slice being read counts as left, from its start, until its last page.
    """
    todo = list(todo)
    while todo:
        part = todo.pop()
        async with aclosing(_through(ask, part, now)) as pages:
            async for found, below in pages:
                if below is None:
                    yield found, [*todo, part]
                else:
                    todo.extend(below)
                    yield found, list(todo)


async def _through(
    ask: AskPage, part: Slice, now: Callable[[], datetime]
) -> AsyncGenerator[tuple[Found, tuple[Slice, ...] | None], None]:
    """Yield a slice's pages, the last one with the slices that it leaves, the others with None.

    A slice that brings fewer repos than it promised is read a second time: repos change places
    while we page. What is missing then as well, GitHub counts but does not list. An item that
    cannot be read is there: reading it again would not help.
    """
    answer = await ask(part, 1)
    total, page, unread = answer.total, answer.repos, answer.unread
    if total > slices.CAP and part.low == part.high:
        created = [repo.created_at for repo in page if repo.created_at]
        try:
            pieces = slices.by_created(part, total, created, now())
        except SourceUnavailable:
            yield page, None
            raise
        yield page, pieces
        return
    expected, read = min(total, slices.CAP), list(page)
    for reading in range(2):
        unread = 0 if reading else unread
        for number in range(1 if reading else 2, -(-expected // slices.PAGE) + 1):
            # Held back until it is known not to be the last: that one says what comes next.
            yield page, None
            answer = await ask(part, number)
            page, unread = answer.repos, unread + answer.unread
            read.extend(page)
        known = len({repo.id for repo in read}) + unread
        if known >= expected:
            break
    if expected - known > max(_FEW, expected * _MISSING):
        yield page, None
        message = f"GitHub's search gave {known} of {expected} repos."
        raise SourceUnavailable(message)
    yield page, slices.below(part, read) if total > slices.CAP else ()
