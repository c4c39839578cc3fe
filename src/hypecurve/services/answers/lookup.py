"""Lookup: what people ask of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypecurve.domain.barring import bar_key
from hypecurve.domain.catalogue import (
    Card,
    CatalogueEntry,
    FactKind,
    Growth,
    RepoState,
    Spoken,
)
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import NotFound
from hypecurve.domain.message import Message
from hypecurve.domain.paging import Page
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.saying import to_say
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.stars import PastStars, StarHistory
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock
from hypecurve.ports.store import Found, Store, Transaction
from hypecurve.services.answers.outlook import is_first_look

SEVEN_DAYS = timedelta(days=7)
_DAY = timedelta(days=1)
_CURVE_WEEKS = 52
_LONG = 10
"""Entries in a list in a chat."""


async def named(tx: Transaction, name: RepoName) -> CatalogueEntry:
    """The repo of that name, today's or an older one; NotFound says what to do."""
    entry = await tx.catalogue.find(name)
    if entry is None:
        raise NotFound(await _why_not(tx, name), name=name, owner=name.owner)
    return entry


async def of_id(store: Store, repo_id: RepoId) -> CatalogueEntry:
    """Return a repo by its id; NotFound where it is not in the catalogue any more."""
    async with store.read() as tx:
        return await _of_id(tx, repo_id)


async def _of_id(tx: Transaction, repo_id: RepoId) -> CatalogueEntry:
    found = await tx.catalogue.entries(Found(ids=[repo_id], listed=False))
    if not found:
        raise NotFound(to_say("This repo is no longer in the catalogue."))
    return found[0]


async def _why_not(tx: Transaction, name: RepoName) -> str:
    """Why nobody knows a repo of that name."""
    if await tx.submissions.blocked([bar_key(name.owner)]):
        return to_say(
            "{name} is not kept: its owner asked to be forgotten. Whoever hosts Hypecurve takes "
            "it in again by: hypecurve forget github {owner} --undo"
        )
    if await is_first_look(tx):
        return to_say(
            "{name} is not known yet: the first look through GitHub is under way; ask again in "
            "some minutes."
        )
    return to_say(
        "{name} is not watched: it has too few stars, or no search has brought it yet. "
        "To have it watched: submit {name}"
    )


async def card(
    store: Store, which: RepoName | RepoId, at: datetime, *, here: Channel | None = None
) -> Card:
    """All that a repo's card shows, as of an instant; NotFound where nobody knows the repo.

    `here`: the channel that asks.
    """
    async with store.read() as tx:
        if isinstance(which, RepoName):
            entry = await named(tx, which)
        else:
            entry = await _of_id(tx, which)
        latest = await tx.stars.latest(at)
        until = latest.at if latest else at
        since = until - (_CURVE_WEEKS * 7 + 1) * _DAY
        history = await tx.stars.history(entry.repo.id, since, until)
        past = (await tx.past.of([entry.repo.id])).get(entry.repo.id)
        signals = await tx.signals.during(None, at, entry.repo.id)
        facts = await tx.catalogue.facts_of(entry.repo.id, since)
        listener = None if here is None else await tx.subscriptions.listener(here)
    repo_id = entry.repo.id
    past_view = at < entry.seen_at
    if past_view:
        corrected = [fact.at for fact in facts if fact.kind is FactKind.CORRECTED]
        entry = as_of(entry, history, until, corrected)
    spoken = tuple(_spoken(signal) for _, signal in reversed(signals))
    return Card(
        entry=entry,
        weeks=weekly(history, past, until),
        spoken=spoken,
        past=past,
        watch_only=entry.listed_at is None,
        past_view=past_view,
        stars_known=not past_view or history.as_of(until) is not None,
        followed=listener is not None and repo_id in listener.followed,
        muted=listener is not None and repo_id in listener.muted,
    )


def as_of(
    entry: CatalogueEntry,
    history: StarHistory,
    at: datetime,
    corrected: Sequence[datetime] = (),
) -> CatalogueEntry:
    """The entry with the counts of an earlier time; what is not known of then is left out.

    Growth over a span in which the count was `corrected` is not: nobody gained or lost that.
    Two of its fields cannot be empty: `Card` says whether the state and the stars are of then.
    """
    stars, repo = history.as_of(at), entry.repo
    growth = Growth(
        *(
            None
            if any(at - days * _DAY < each <= at for each in corrected)
            else history.growth(at, days * _DAY)
            for days in (1, 7, 30)
        )
    )
    return replace(
        entry,
        repo=replace(
            repo,
            stars=repo.stars if stars is None else stars,
            forks=None,
            open_issues=None,
            pushed_at=_by(repo.pushed_at, at),
        ),
        listed_at=_by(entry.listed_at, at),
        growth=growth,
        usual_week=None,
        seen_at=at,
    )


def _by(then: datetime | None, at: datetime) -> datetime | None:
    return None if then is None or then > at else then


def weekly(history: StarHistory, past: PastStars | None, until: datetime) -> tuple[int | None, ...]:
    """Gains of the last 52 weeks, oldest first, from our counts or, before them, GitHub's own.

    Leading weeks nobody knows are left out; a week whose two ends are not both known from one of
    the two is None. The two kinds are never subtracted from each other.
    """
    weeks: list[int | None] = []
    for back in range(_CURVE_WEEKS - 1, -1, -1):
        end = until - back * SEVEN_DAYS
        gain = _difference(history, end)
        if gain is None and past is not None:
            first = (end - SEVEN_DAYS).date().toordinal() - past.first_day.toordinal()
            if first >= 0 and end <= past.fetched_at:
                gain = sum(past.days[first : first + 7])
        if weeks or gain is not None:
            weeks.append(gain)
    return tuple(weeks)


def _difference(history: StarHistory, end: datetime) -> int | None:
    after, before = history.near(end), history.near(end - SEVEN_DAYS)
    return None if after is None or before is None else after - before


def _spoken(signal: Signal) -> Spoken:
    rises = signal.kind is SignalKind.RISING
    multiple = signal.evidence.shown_multiple if rises else None
    return Spoken(signal.kind.value, signal.at, signal.step, multiple)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the present: `entries` best first, as many as `page` shows."""

    entries: tuple[CatalogueEntry, ...]
    page: Page
    counts_at: datetime | None

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.page.total


async def listing(  # noqa: PLR0913  # what is asked, and which part of it
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    kind: str,
    category: str | None,
    window: str,
    limit: int = _LONG,
    *,
    page: int = 1,
) -> Listing:
    """What is `new`, `rising`, `stalled` or at the `top` now, by the growth over a window.

    `category`: a slug or None; `window`: "24h", "7d" or "30d". `page`: which part of it, of `limit`
    each; behind the last one is the last.
    """
    categories = taxonomy.expand([category]) if category else frozenset()
    days = {"24h": 1, "7d": 7, "30d": 30}[window]
    order = {"24h": "day", "7d": "week", "30d": "month"}[window]
    async with store.read() as tx:
        latest = await tx.stars.latest()
        if kind == "top":
            found = Found(categories=categories, order=order)
        elif kind == "stalled":
            found = Found(categories=categories, states=frozenset({RepoState.STALLED}))
        else:
            wanted = SignalKind.NEW if kind == "new" else SignalKind.RISING
            since = (latest.at if latest else clock.now()) - days * _DAY
            ids = await tx.signals.repos(since, frozenset({wanted}))
            by = "listed" if kind == "new" else order
            found = Found(categories=categories, ids=ids, order=by)
        shown = Page.of(page, limit, await tx.catalogue.count(found))
        part = replace(found, limit=limit, offset=shown.before)
        entries = await tx.catalogue.entries(part)
    return Listing(tuple(entries), shown, latest.at if latest else None)


async def sizes(store: Store) -> dict[str, int]:
    """How many listed repos each category holds."""
    async with store.read() as tx:
        return await tx.catalogue.sizes()


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """The listed repos as a whole. The still ones are counted among the software alone."""

    software: int
    others: int
    """Tutorials and lists."""
    owners: int
    still_day: int
    """Software that gained no star in 24 hours."""
    still_week: int
    known_day: int
    """Software whose gain of 24 hours is known."""
    known_week: int


async def ecosystem(store: Store, taxonomy: Taxonomy) -> Ecosystem:
    """Count the catalogue as a whole; tutorials and lists are left out of figures of software."""
    entries = await everything(store, Found())
    software = [entry for entry in entries if taxonomy.is_software(entry.place.category)]
    days = [entry.growth.day for entry in software if entry.growth.day is not None]
    weeks = [entry.growth.week for entry in software if entry.growth.week is not None]
    return Ecosystem(
        software=len(software),
        others=len(entries) - len(software),
        owners=len({entry.repo.name.owner.casefold() for entry in entries}),
        still_day=sum(gain <= 0 for gain in days),
        still_week=sum(gain <= 0 for gain in weeks),
        known_day=len(days),
        known_week=len(weeks),
    )


async def shown_again(store: Store, channel: Channel, digest_id: int) -> Message | None:
    """What a digest of this very channel says; None for any other's, and where there is none."""
    async with store.read() as tx:
        return await tx.digests.message(channel, digest_id)


async def everything(store: Store, found: Found) -> Sequence[CatalogueEntry]:
    """The catalogue's entries, for tables."""
    async with store.read() as tx:
        return await tx.catalogue.entries(found)
