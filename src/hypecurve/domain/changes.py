"""What a new look at a repo tells that the last one did not: the facts that lie in a change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from hypecurve.domain.catalogue import FactKind
from hypecurve.domain.gains import PURGE_SHARE, PURGE_STARS, RETURN_WITHIN
from hypecurve.domain.repo import Repo, RepoName

MILESTONES = tuple(step * 10**power for power in range(3, 7) for step in (1, 2, 5))
"""Numbers of stars whose passing is a fact: 1,000, 2,000, 5,000, 10,000 ..."""

_LEAST_RETURN = (1 - RETURN_WITHIN) * PURGE_STARS


@dataclass(frozen=True, slots=True)
class Change:
    """A fact in the making; `before` and `after` as in `catalogue.Fact`."""

    kind: FactKind
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of a repo before a look, beside its count."""

    name: RepoName
    archived: bool = False
    is_fork: bool = False
    license: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """The count before a look, and what it takes to judge the next.

    `gone`: the repo was gone in between. `peak`: the highest count it ever had; `told`: its
    milestones, and its corrections of late, oldest first. Both matter only where `needs_past`
    says so.
    """

    stars: int
    gone: bool = False
    peak: int = 0
    told: tuple[Change, ...] = ()


def in_words(before: Before, now: Repo) -> Iterator[Change]:
    """Yield what GitHub tells in words: it is true whatever the counts of the sweep are worth."""
    if before.gone:
        yield Change(FactKind.RETURNED)
    if before.name.key != now.name.key:
        moved = before.name.owner.casefold() != now.name.owner.casefold()
        kind = FactKind.MOVED if moved else FactKind.RENAMED
        yield Change(kind, str(before.name), str(now.name))
    if before.archived is not now.archived:
        yield Change(FactKind.ARCHIVED if now.archived else FactKind.UNARCHIVED)
    if before.is_fork and not now.is_fork:
        yield Change(FactKind.DETACHED)
    if before.license and now.license and before.license != now.license:
        yield Change(FactKind.RELICENSED, before.license, now.license)


def in_counts(before: Counted, stars: int) -> Iterator[Change]:
    """Yield what lies in the count alone."""
    # Who makes a repo private loses its stars: that is no correction, and `RETURNED` tells it.
    if not before.gone and (is_purge(before.stars, stars) or _gives_back(before, stars)):
        yield Change(FactKind.CORRECTED, str(before.stars), str(stars))
    # A count may fall and pass a milestone again: it is told the first time, if ever.
    told = max(
        (int(each.after) for each in before.told if each.kind is FactKind.MILESTONE), default=0
    )
    passed = milestone(stars)
    if passed > max(milestone(max(before.stars, before.peak)), told):
        yield Change(FactKind.MILESTONE, "", str(passed))


def needs_past(before: int, stars: int) -> bool:
    """Say whether a rise can only be judged by what was told before: `peak` and `told`."""
    return milestone(stars) > milestone(before) or stars - before >= _LEAST_RETURN


def milestone(stars: int) -> int:
    """The last milestone at or under a count, 0 before the first."""
    passed = bisect_right(MILESTONES, stars)
    return MILESTONES[passed - 1] if passed else 0


def is_purge(before: int, stars: int) -> bool:
    """Tell a fall that is a correction: at least 50 stars and 1 % (`gains.is_purge`)."""
    return before - stars >= max(PURGE_STARS, before * PURGE_SHARE)


def _gives_back(before: Counted, stars: int) -> bool:
    """Tell a rise that gives back what the last correction took, give or take a fifth of it."""
    last = next((each for each in before.told[::-1] if each.kind is FactKind.CORRECTED), None)
    if last is None:
        return False
    taken = int(last.before) - int(last.after)
    # Below 0 where it was itself a return: nothing is given back twice.
    return abs((stars - before.stars) - taken) <= RETURN_WITHIN * taken
