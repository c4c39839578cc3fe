"""GitHub as the core sees it: search, sweep, the stars of the past, one repo, our standing."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from hypecurve.adapters.github import bookmark, payloads, slices, sweeping
from hypecurve.adapters.github.address import checked, graphql_url, headers
from hypecurve.adapters.github.past import join
from hypecurve.adapters.github.payloads import Listing
from hypecurve.adapters.github.queries import SWEEP
from hypecurve.adapters.github.slices import Slice
from hypecurve.adapters.github.standing import standing
from hypecurve.adapters.github.sweeping import Course
from hypecurve.adapters.github.walking import walk
from hypecurve.adapters.github.wire import FREE, Ask, Page, Patience, Spent, Unreachable, Wire
from hypecurve.domain.errors import (
    SourceGone,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.saying import to_say
from hypecurve.domain.stars import PastStars
from hypecurve.ports import Clock, Lately, SearchPage, Standing, SweepBatch, Term

_HISTORY_PAGE = 30
_HISTORY_PAGES = 100
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@asynccontextmanager
async def open_github(
    api_url: str,
    token: str,
    *,
    clock: Clock,
    on_wait: Callable[[str], None] | None = None,
    max_wait: timedelta | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[GitHub]:
    """Open the connection to GitHub; BadSetting where address or token cannot be used.

    `api_url` is GITHUB_API_URL (`https://api.github.com`, Enterprise `https://HOST/api/v3`).
    `on_wait` hears one line for each wait; `max_wait` bounds the waits of one request.
    """
    url = checked(api_url)
    patience = patience or Patience()
    if max_wait is not None:
        patience = replace(patience, max_wait=max_wait)
    async with httpx.AsyncClient(
        headers=headers(token),
        timeout=httpx.Timeout(patience.answer_within, connect=min(10.0, patience.answer_within)),
        verify=url.scheme == "https",
        # A proxy of the surroundings leads out of this machine, never back into it.
        trust_env=url.host not in _LOOPBACK,
    ) as client:
        yield GitHub(
            str(url),
            Wire(
                client,
                clock=clock,
                has_token=bool(token.strip()),
                on_wait=on_wait or (lambda _line: None),
                patience=patience,
            ),
            clock,
        )


class GitHub:
    """The port GitHubSource over GitHub's REST and GraphQL; see `open_github`."""

    def __init__(self, api_url: str, wire: Wire, clock: Clock) -> None:
        """Use `open_github`."""
        self._api = api_url.rstrip("/")
        self._wire = wire
        self._clock = clock

    def __repr__(self) -> str:
        """Names the address, never the token."""
        return f"GitHub({self._api!r})"

    @property
    def spent(self) -> Spent:
        """Requests and GraphQL points since this was opened."""
        return self._wire.spent

    def points_left(self, limit: str) -> int | None:
        """What the last answer said is left of "core", "search" or "graphql"; None before it."""
        return self._wire.left.get(limit)

    async def search(
        self, term: Term, min_stars: int, *, lately: Lately | None = None, rest: str = ""
    ) -> AsyncIterator[SearchPage]:
        """Yield pages that together hold every public repo of the term with that many stars.

        `rest` of another term, threshold or `lately` begins anew, as one that cannot be read does.
        """
        lately = lately or Lately()
        whole = slices.whole(min_stars, lately)
        question = slices.query(term, whole, lately.pushed)
        todo = bookmark.read(rest, question) or [whole]

        async def ask(part: Slice, number: int) -> Listing:
            return await self._page(slices.query(term, part, lately.pushed), number)

        async with aclosing(walk(ask, todo, self._clock.now)) as pages:
            async for found, left in pages:
                yield SearchPage(found, bookmark.written(question, left))

    async def sweep(self, node_ids: Sequence[str]) -> AsyncIterator[SweepBatch]:
        """Yield the present facts of each of the repos, every node id in exactly one batch.

        A batch that fails is halved; repos that came back empty are asked once more at the end.
        An outage midway leaves the rest `failed`; one at the very beginning raises.
        """
        todo = deque(dict.fromkeys(node_ids))
        retried: set[str] = set()
        course = Course()
        while todo:
            asked = [todo.popleft() for _ in range(min(course.size, len(todo)))]
            try:
                found = await self._batch(asked)
            except SourceUnavailable as error:
                course.failed(len(asked))
                if course.is_outage or isinstance(error, Unreachable):
                    if not course.has_answered:
                        raise
                    self._wire.tell(f"{error} {len(asked) + len(todo)} repos stay unknown.")
                    yield SweepBatch((), (), (*asked, *todo))
                    return
                if len(asked) == 1:
                    yield SweepBatch((), (), (asked[0],))
                else:
                    todo.extendleft(reversed(asked))
                if course.pause:
                    line = f"{error} Trying again in {course.pause:.0f} s."
                    await self._wire.pause(course.pause, line)
                continue
            course.answered()
            again = [node_id for node_id in found.failed if node_id not in retried]
            retried.update(again)
            todo.extend(again)
            failed = tuple(node_id for node_id in found.failed if node_id not in set(again))
            yield SweepBatch(found.repos, found.gone, failed)

    async def past_stars(self, repo_id: RepoId, weeks: int) -> PastStars | None:
        """Return GitHub's own star history of some weeks; None where it has none to give.

        Asked by id, at the address that GitHub sends on to from a repo's former name. Days are
        rounded to UTC days, days to come are dropped. Weeks before a gap are dropped too:
        the endpoint writes weeks without a star as zeros, as far as its sister
        /stats/commit_activity does, so that a week left out is unknown, and unknown is never 0.
        """
        found: dict[datetime, tuple[int, ...]] = {}
        for number in range(1, min(_HISTORY_PAGES, -(-weeks // _HISTORY_PAGE)) + 1):
            ask = Ask(
                "GET",
                f"{self._api}/repositories/{repo_id}/stargazers/history",
                params={"per_page": str(_HISTORY_PAGE), "page": str(number)},
            )
            try:
                page, more = await self._wire.ask(ask, _history)
            except SourceGone:
                # An Enterprise server without this endpoint says 404 just as for a repo that is
                # gone. The sweep knows the difference, by node id; here there is nothing to give.
                return None
            found.update(page)
            if not page or not more:
                break
        return join(found, weeks, self._clock.now())

    async def repo(self, which: RepoName | RepoId) -> Repo:
        """Return one repo by name, following renames, or by id; SourceGone says why it is not."""
        path = f"repos/{which}" if isinstance(which, RepoName) else f"repositories/{which}"
        try:
            return await self._wire.ask(Ask("GET", f"{self._api}/{path}"), _public_repo)
        except SourceGone as error:
            form = to_say("{repo} {is_gone}.")
            if not isinstance(which, RepoName):
                form = to_say("The repo with id {repo} {is_gone}.")
            raise SourceGone(form, why=error.why, repo=which, is_gone=error) from None

    async def standing(self) -> Standing:
        """Return how GitHub sees us; costs no point. SourceRefused where it takes no token."""
        try:
            return await self._wire.ask(
                Ask("GET", f"{self._api}/rate_limit", limit=FREE),
                lambda page: standing(page.payload, page.headers, self._clock.now()),
            )
        except SourceGone:
            raise self._no_api() from None

    async def _page(self, query: str, number: int) -> Listing:
        ask = Ask(
            "GET",
            f"{self._api}/search/repositories",
            limit="search",
            params={
                "q": query,
                "sort": "stars",
                "order": "desc",
                "per_page": str(slices.PAGE),
                "page": str(number),
            },
        )
        try:
            return await self._wire.ask(ask, _search)
        except SourceGone:
            raise self._no_api() from None

    async def _batch(self, node_ids: list[str]) -> SweepBatch:
        ask = Ask(
            "POST",
            graphql_url(self._api),
            limit="graphql",
            body={"query": SWEEP, "variables": {"ids": node_ids}},
        )
        try:
            found, cost = await self._wire.ask(
                ask,
                lambda page: sweeping.batch(node_ids, page.payload),
                # A batch is not asked again as it is, but in halves.
                persistent=len(node_ids) == 1,
            )
        except SourceGone:
            raise self._no_api() from None
        self._wire.spent.points += cost
        return found

    def _no_api(self) -> SourceRefused:
        form = to_say("There is no GitHub API at {address}: check GITHUB_API_URL.")
        return SourceRefused(form, address=self._api)


def _search(page: Page) -> Listing:
    listing = payloads.search_page(page.payload)
    if listing.incomplete:
        form = to_say("GitHub's search ran out of time and gave only some of the repos.")
        raise SourceUnavailable(form)
    return listing


def _history(page: Page) -> tuple[dict[datetime, tuple[int, ...]], bool]:
    return dict(payloads.history_page(page.payload)), page.has_next


def _public_repo(page: Page) -> Repo:
    if payloads.is_private(page.payload):
        raise SourceGone(to_say("is not there: it is private"))
    return payloads.repo_from_rest(page.payload)
