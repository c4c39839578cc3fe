"""Quiet: what a due time without news comes to, and which repo came closest.

A quiet due time is one on which all could be seen and nothing was found. One whose last sweep was
degraded is *unseen*: it ends a run of quiet ones, as one that stands for a downtime does, for
nobody can say then that nothing crossed the bar.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from hypecurve.domain.catalogue import CatalogueEntry, RepoState
from hypecurve.domain.digest import Closest, Digest
from hypecurve.domain.reasons import RiseReasons
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import LEAST_PACE, SignalKind
from hypecurve.domain.states import Rise
from hypecurve.domain.subscription import Subscription, Wants
from hypecurve.domain.wishes import categories_of, wants_repo
from hypecurve.ports.store import Found, Outcome, Told, Transaction
from hypecurve.services.answers.why import rise_of
from hypecurve.services.digests.news import News

SAID_ON = 3
"""The quiet due time in a row on which one line says so, once."""
_LOOKED_AT = 300
"""Repos that seem closest by their figures of the last cycle."""
_ASKED = 5
"""Of so many of those that a channel wants it is worked out how far they are."""
_AT_REST = frozenset({RepoState.ACTIVE, RepoState.MAINTAINED})


def outcome_of(digest: Digest) -> Outcome:
    """Return what a due time came to."""
    if not digest.quiet:
        return Outcome.TOLD
    return Outcome.UNSEEN if digest.degraded else Outcome.QUIET


def is_third(digest: Digest, told: Told, *, skipped: bool) -> bool:
    """Whether this is the quiet due time on which it is said that there were several.

    `skipped`: it stands for a downtime too.
    """
    return outcome_of(digest) is Outcome.QUIET and not skipped and told.quiet_days + 1 == SAID_ON


def speaks(digest: Digest, due: Sequence[Subscription]) -> bool:
    """Whether there is something to send, be it that there is no news."""
    wished = any(item.speaks_when_quiet for item in due)
    return not digest.quiet or digest.quiet_since is not None or wished


async def closest(
    tx: Transaction, news: News, wants: Wants, muted: Collection[RepoId], now: datetime
) -> Closest | None:
    """Return the wanted repo that came closest to being told as rising, as `why` says it.

    None where none of them is above its usual pace, or nothing is known.
    """
    if SignalKind.RISING not in wants.kinds:
        return None
    categories = categories_of(wants, news.taxonomy)
    wanted = (
        entry
        for entry in await _candidates(tx, news)
        if entry.repo.id not in muted and wants_repo(wants, entry, categories)
    )
    found = []
    for entry, _ in zip(wanted, range(_ASKED), strict=False):
        repo_id = entry.repo.id
        if repo_id not in news.asked:
            news.asked[repo_id] = _distance(entry, await rise_of(tx, entry, now))
        near = news.asked[repo_id]
        if near is not None:
            found.append(near)
    return max(found, key=lambda each: each.multiple / each.speaks_from, default=None)


async def _candidates(tx: Transaction, news: News) -> Sequence[CatalogueEntry]:
    """Repos that are above their usual pace and were not told of, the closest first."""
    if news.near is None:
        entries = await tx.catalogue.entries(Found(states=_AT_REST))
        ranked = sorted(filter(_is_faster, entries), key=_height, reverse=True)
        news.near = ranked[:_LOOKED_AT]
    return news.near


def _is_faster(entry: CatalogueEntry) -> bool:
    week, usual = entry.growth.week, entry.usual_week
    return week is not None and usual is not None and week > usual >= LEAST_PACE


def _height(entry: CatalogueEntry) -> float:
    """About how much of what it takes to be told a repo has: the rule's bound in short."""
    week, usual = entry.growth.week or 0, entry.usual_week or 0.0
    return week / max(usual * 1.5, usual + 20)


def _distance(entry: CatalogueEntry, rise: RiseReasons | None) -> Closest | None:
    """How far it is; None where that is not known, or where it is something else that it lacks."""
    if (
        rise is None
        or rise.phase is not Rise.IDLE
        or rise.gain_7d is None
        or rise.usual_7d is None
        or rise.speaks_from is None
        or rise.usual_7d < LEAST_PACE
        or not rise.usual_7d < rise.gain_7d < rise.speaks_from
    ):
        return None
    near = Closest(entry, rise.gain_7d / rise.usual_7d, rise.speaks_from / rise.usual_7d)
    # "1.5x (speaks from about 1.5x)" explains nothing.
    return near if round(near.multiple, 1) < round(near.speaks_from, 1) else None
