"""A repo that somebody wants to see in the catalogue, and what became of the wish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.subscription import Channel

_EVERYWHERE = frozenset({"discord"})
"""Platforms whose users are the same in every tenant; elsewhere each tenant has its own."""


class SubmissionState(StrEnum):
    """What was decided."""

    WATCHED = "watched"
    """Needs nobody's word: it is listed once it reaches the bar."""
    WAITING = "waiting"
    """For the operator: it is a fork, or does not look like AI."""
    APPROVED = "approved"
    REFUSED = "refused"
    MISPLACED = "misplaced"
    """No submission: somebody says that a repo belongs in another category."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Who wished for which repo. `at`: aware UTC."""

    repo_id: RepoId
    name: RepoName
    """As it was called then."""
    at: datetime
    state: SubmissionState
    channel: Channel | None = None
    """Where it was asked, to be told there; None for an operator's own."""
    user: str = ""
    """`slack:T1/U1`; "" for an operator."""
    category: str | None = None
    """The slug that was proposed."""
    told_at: datetime | None = None
    """When the channel was told that the repo is listed."""
    id: int | None = None


class Outcome(StrEnum):
    """What somebody who submits a repo is told."""

    WATCHED = "watched"
    """New to us and under the bar."""
    PASSES = "passes"
    """New to us and over the bar: the next cycle lists it."""
    LISTED = "listed"
    """In the catalogue already."""
    SUBMITTED = "submitted"
    """Watched already."""
    FORK = "fork"
    """Waits for the operator."""
    NOT_AI = "not ai"
    """Waits for the operator."""
    WAITING = "waiting"
    """Submitted before, and waits for the operator still."""
    REFUSED = "refused"
    """The operator said no."""
    BLOCKED = "blocked"
    """The operator wants no submission of this repo, or by this user."""
    FORGOTTEN = "forgotten"
    """Its owner asked not to be kept."""
    GONE = "gone"
    """Not on GitHub, or not for the public."""
    ASKED_ENOUGH = "asked enough"
    """GitHub was asked for as many repos of this user's as a day allows, whatever came of it."""
    TOO_MANY = "too many"
    """This user submitted as many as a day allows."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The answer to a submission. `name`: what GitHub calls it now; `asked`: what was typed."""

    outcome: Outcome
    asked: RepoName
    name: RepoName
    bar: int
    stars: int | None = None
    category: str | None = None
    """Where it belongs, by slug, where that is known."""
    fork_of: RepoName | None = None
    gone_why: str = ""
    """As in SourceGone."""
    limit: int = 0
    """Submissions a user may make, or repos they may ask for, in 24 hours, where that is why."""


class Misplacing(StrEnum):
    """What becomes of the word that a repo belongs elsewhere."""

    KEPT = "kept"
    AGAIN = "again"
    """The same person said the same before."""
    THERE = "there"
    """It is in that category."""
    BLOCKED = "blocked"
    TOO_MANY = "too many"


def person_of(user: str) -> str:
    """Return whom a user (`slack:T1/U1`) is counted and blocked as: `discord:@42/42` anywhere.

    There a person may ask in any number of servers; what is kept says in which one.
    """
    platform, _, rest = user.partition(":")
    _, parted, number = rest.rpartition("/")
    return f"{platform}:@{number}/{number}" if parted and platform in _EVERYWHERE else user
