"""Submit: what somebody wants to see in the catalogue is looked up, judged and watched."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from hypecurve.domain.admission import SUBMISSION
from hypecurve.domain.barring import bar_key
from hypecurve.domain.catalogue import CatalogueEntry, Place
from hypecurve.domain.category import NOT_AI, UNSURE, Taxonomy
from hypecurve.domain.errors import SourceGone
from hypecurve.domain.repo import Repo, RepoName
from hypecurve.domain.submission import Outcome, Submission, SubmissionState, Submitted, person_of
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, GitHubSource
from hypecurve.ports.store import Found, Store, Transaction
from hypecurve.services.answers.submitters import is_listed
from hypecurve.services.answers.vet import category_of, repo_key, user_key
from hypecurve.services.tracker.discover import place_of

_DAY = timedelta(days=1)
_QUESTIONS = 4
"""So many times may a user make us ask GitHub, for each wish of theirs that a day would keep."""
_NOWHERE = frozenset({NOT_AI, UNSURE})
_UNKEPT = frozenset({Outcome.LISTED, Outcome.REFUSED})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is submitted. `category`: a slug, a title or a part of one.

    `channel`: where it is asked, and told. `user`: `slack:T1/U1`, "" for an operator.
    """

    name: RepoName
    category: str | None = None
    channel: Channel | None = None
    user: str = ""


class Questions:
    """How often each user made us ask GitHub within the last day, for whatever came of it.

    In memory: a restart forgets it, and may.
    """

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._asked: deque[tuple[datetime, str]] = deque()
        self._count: Counter[str] = Counter()

    def take(self, user: str, now: datetime, most: int) -> bool:
        """Note one more question; False, and nothing noted, where there were as many as `most`."""
        while self._asked and self._asked[0][0] <= now - _DAY:
            _, before = self._asked.popleft()
            self._count[before] -= 1
            if not self._count[before]:
                del self._count[before]
        if self._count[user] >= most:
            return False
        self._asked.append((now, user))
        self._count[user] += 1
        return True


async def submit(  # noqa: PLR0913  # whom to ask, what, and within which limits
    store: Store,
    github: GitHubSource,
    clock: Clock,
    taxonomy: Taxonomy,
    wish: Wish,
    *,
    bar: int,
    per_day: int | None,
    questions: Questions | None = None,
) -> Submitted:
    """Ask GitHub for a repo and keep the wish for it; say what becomes of it.

    `bar`: stars from which it is listed. `per_day`: how many wishes of a user are kept within 24
    hours, None: all; an operator is not limited. `questions`: what users made us ask GitHub so
    far, as what is not kept costs as much; four times as many are allowed. Raises UnknownCategory
    and BadCommand for what is no category, a SourceError where GitHub does not answer: nothing is
    kept then.
    """
    if wish.category is not None:
        wish = replace(wish, category=category_of(taxonomy, wish.category))
    answer = partial(Submitted, asked=wish.name, bar=bar)
    async with store.read() as tx:
        entry = await tx.catalogue.find(wish.name)
        if entry is not None and _answers_to(entry, wish.name):
            return _with_facts(
                answer(Outcome.LISTED, name=entry.repo.name), entry.repo, entry.place
            )
        closed = await _closed(tx, wish, clock.now(), per_day)
    if closed is not None:
        return answer(closed, name=wish.name, limit=per_day or 0)
    if questions is not None and wish.user and per_day is not None:
        most = _QUESTIONS * per_day
        if not questions.take(person_of(wish.user), clock.now(), most):
            return answer(Outcome.ASKED_ENOUGH, name=wish.name, limit=most)
    try:
        repo = await github.repo(wish.name)
    except SourceGone as error:
        return answer(Outcome.GONE, name=wish.name, gone_why=error.why)
    async with store.write() as tx:
        if wish.channel is not None:  # two wishes of one channel come one after the other
            await tx.subscriptions.hold(wish.channel)
        if wish.user:  # and of one user too, from whichever channel
            await tx.submissions.hold(wish.user)
        closed = await _closed(tx, wish, clock.now(), per_day, repo)
        if closed is not None:
            return answer(closed, name=repo.name, limit=per_day or 0)
        outcome, place = await _take_in(tx, repo, wish, taxonomy, bar=bar, now=clock.now())
    return _with_facts(answer(outcome, name=repo.name), repo, place)


async def _closed(
    tx: Transaction,
    wish: Wish,
    now: datetime,
    per_day: int | None,
    repo: Repo | None = None,
) -> Outcome | None:
    """Why nothing is taken of this user, of this repo, or of its owner, at present."""
    barred = {bar_key((wish.name if repo is None else repo.name).owner)}
    keys = {user_key(wish.user)} if wish.user else set[str]()
    keys |= set() if repo is None else {repo_key(repo.id)}
    if blocked := await tx.submissions.blocked(keys | barred):
        return Outcome.BLOCKED if blocked & keys else Outcome.FORGOTTEN
    if wish.user and per_day is not None:
        made = await tx.submissions.count_by(wish.user, now - _DAY)
        if made >= per_day:
            return Outcome.TOO_MANY
    return None


async def _take_in(
    tx: Transaction, repo: Repo, wish: Wish, taxonomy: Taxonomy, *, bar: int, now: datetime
) -> tuple[Outcome, Place]:
    """Keep what GitHub says of a repo and the wish for it, where that needs to be kept."""
    is_new = repo.id in await tx.catalogue.meet([repo], now, SUBMISSION)
    (entry,) = await tx.catalogue.entries(Found(ids=[repo.id], listed=False))
    had = await tx.submissions.of(repo.id)
    place = entry.place
    if not place.by_operator and not is_listed(entry):
        place = place_of(repo, taxonomy, wish.category or _suggested(had))
    outcome = _outcome(repo, replace(entry, place=place), had, bar=bar, is_new=is_new)
    if outcome not in _UNKEPT:
        await tx.catalogue.place({repo.id: place})
        await _keep(
            tx,
            Submission(
                repo_id=repo.id,
                name=repo.name,
                at=now,
                state=_state(repo, place),
                channel=wish.channel,
                user=wish.user,
                category=wish.category,
            ),
            had,
        )
    return outcome, place


def _outcome(
    repo: Repo, entry: CatalogueEntry, had: Sequence[Submission], *, bar: int, is_new: bool
) -> Outcome:
    if is_listed(entry):
        return Outcome.LISTED
    if entry.place.by_operator and entry.place.category == NOT_AI:
        return Outcome.REFUSED
    if _state(repo, entry.place) is SubmissionState.WAITING:
        if any(each.state is SubmissionState.WAITING for each in had):
            return Outcome.WAITING
        return Outcome.FORK if repo.is_fork else Outcome.NOT_AI
    if had or not is_new:
        return Outcome.SUBMITTED
    return Outcome.PASSES if repo.stars >= bar else Outcome.WATCHED


def _state(repo: Repo, place: Place) -> SubmissionState:
    if place.by_operator:
        return SubmissionState.APPROVED
    waits = repo.is_fork or place.category == NOT_AI
    return SubmissionState.WAITING if waits else SubmissionState.WATCHED


async def _keep(tx: Transaction, wished: Submission, had: Sequence[Submission]) -> None:
    """Keep a submission, unless its channel made it before; a repo's are all in one state."""
    if any(each.state is not wished.state for each in had):
        await tx.submissions.decide(wished.repo_id, wished.state)
    again = (each for each in had if each.channel == wished.channel and each.told_at is None)
    if not any(wished.category in {None, each.category} for each in again):
        await tx.submissions.add(wished)


def _suggested(had: Sequence[Submission]) -> str | None:
    return next((each.category for each in reversed(had) if each.category), None)


def _answers_to(entry: CatalogueEntry, name: RepoName) -> bool:
    """Whether it is listed under this very name, so that GitHub need not be asked."""
    return is_listed(entry) and entry.gone_why is None and entry.repo.name.key == name.key


def _with_facts(answer: Submitted, repo: Repo, place: Place) -> Submitted:
    return replace(
        answer,
        stars=repo.stars,
        category=None if place.category in _NOWHERE else place.category,
        fork_of=repo.fork_of,
    )
