"""Vet: what an operator decides of submissions, and whom they want to hear no more of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypecurve.domain.catalogue import CatalogueEntry, Place
from hypecurve.domain.category import NOT_AI, Taxonomy
from hypecurve.domain.classify import classify
from hypecurve.domain.errors import (
    BadChannel,
    BadCommand,
    BadInput,
    BadRepoName,
    NotFound,
    UnknownCategory,
)
from hypecurve.domain.repo import PUBLIC_SITE, RepoId, RepoName
from hypecurve.domain.saying import Saying, to_say
from hypecurve.domain.submission import Submission, SubmissionState, person_of
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock
from hypecurve.ports.store import Store, Transaction

_REFUSED = Place(NOT_AI, "refused by the operator", by_operator=True)


@dataclass(frozen=True, slots=True)
class Blocked:
    """What is blocked from now on, or no longer. `changed` False: it was so already."""

    what: str
    changed: bool
    entry: CatalogueEntry | None = None
    """The repo; None for a user."""
    wishes: int = 0
    """Submissions of the repo that were made before; a block does not end them."""


async def decide(
    store: Store, taxonomy: Taxonomy, name: RepoName, *, approve: bool, category: str | None = None
) -> CatalogueEntry:
    """Let a submitted repo in once it reaches the bar, or keep it out; return it as it is then.

    `category`: where it belongs for good; None: where who submitted it, or its text, says. Where
    somebody said that a listed repo belongs elsewhere, refusing leaves it where it is. NotFound
    where nobody submitted it; BadInput where nothing says where it belongs, and where refusing it
    would take a listed repo out of the catalogue.
    """
    slug = None if category is None else category_of(taxonomy, category)
    async with store.write() as tx:
        entry, wishes, words = await _submitted(tx, name)
        if words and not approve and (entry.listed_at is not None or not wishes):
            await tx.submissions.decide(entry.repo.id, SubmissionState.REFUSED, misplaced=True)
            return entry
        if approve:
            place = _approved(entry, [*wishes, *words], taxonomy, slug)
        else:
            _check_unlisted(entry)
            place = _REFUSED
        await tx.catalogue.place({entry.repo.id: place})
        state = SubmissionState.APPROVED if approve else SubmissionState.REFUSED
        await tx.submissions.decide(entry.repo.id, state)
        await tx.submissions.decide(entry.repo.id, state, misplaced=True)
    return replace(entry, place=place)


async def block(
    store: Store, clock: Clock, what: str, *, on: bool, site: str = PUBLIC_SITE
) -> Blocked:
    """Take no more submissions of a repo, or by a user (`slack:T1/U1`), or do so again.

    `site`: the GitHub whose addresses are understood.
    NotFound for a repo that is not known, BadInput for what is neither.
    """
    async with store.write() as tx:
        entry, wishes = None, 0
        user = _user(what)
        if user is None:
            name = _name(what, site)
            entry = await tx.catalogue.find(name)
            if entry is None:
                message = f"{name} is not known: only what was submitted or found can be blocked."
                raise NotFound(message)
            key, shown = repo_key(entry.repo.id), str(entry.repo.name)
            wishes = len(await tx.submissions.of(entry.repo.id))
        else:
            key, shown = user_key(user), user
        was = bool(await tx.submissions.blocked([key]))
        await tx.submissions.block(key, clock.now(), on=on)
    return Blocked(shown, was is not on, entry, wishes)


def category_of(taxonomy: Taxonomy, text: str) -> str:
    """Return the slug of the category that a person means; a layer's only one by the layer too.

    UnknownCategory says what may have been meant, BadCommand what a layer consists of.
    """
    try:
        return taxonomy.category(text).slug
    except UnknownCategory:
        found = taxonomy.find(text)
    within = sorted(taxonomy.expand([found.slug]))
    if len(within) > 1:
        raise BadCommand(
            to_say("{layer} is a layer. Name one of its categories: {categories}."),
            layer=Saying(found.title),
            categories=", ".join(within),
        )
    return within[0]


def user_key(user: str) -> str:
    """Return the key under which a user (`slack:T1/U1`) is blocked, wherever they ask."""
    return f"user:{person_of(user)}"


def repo_key(repo_id: RepoId) -> str:
    """Return the key under which a repo is blocked."""
    return f"repo:{repo_id}"


async def _submitted(
    tx: Transaction, name: RepoName
) -> tuple[CatalogueEntry, list[Submission], list[Submission]]:
    """A repo, its submissions, and the words that it belongs in another category."""
    entry = await tx.catalogue.find(name)
    wishes = [] if entry is None else await tx.submissions.of(entry.repo.id)
    words = [] if entry is None else await tx.submissions.misplaced(entry.repo.id)
    if entry is None or not (wishes or words):
        message = f"Nobody submitted {name}: see `hypecurve submissions`."
        raise NotFound(message)
    return entry, wishes, words


def _approved(
    entry: CatalogueEntry, wishes: list[Submission], taxonomy: Taxonomy, slug: str | None
) -> Place:
    known = {each.slug for each in taxonomy.categories}
    suggested = (each.category for each in reversed(wishes))
    said = (slug, *suggested, entry.place.category, classify(entry.repo, taxonomy).category)
    found = next((each for each in said if each in known), None)
    if found is None:
        name = entry.repo.name
        message = (
            f"Nothing says where {name} belongs: name its category, "
            f"`hypecurve submissions approve {name} CATEGORY`."
        )
        raise BadInput(message)
    return Place(found, "approved by the operator", by_operator=True)


def _check_unlisted(entry: CatalogueEntry) -> None:
    if entry.listed_at is None or entry.place.category == NOT_AI:
        return
    name = entry.repo.name
    message = (
        f"{name} has been listed since {entry.listed_at:%Y-%m-%d}: its submission is not refused. "
        f"To take it out of the catalogue: `hypecurve classify {name} --as not-ai`."
    )
    raise BadInput(message)


def _user(what: str) -> str | None:
    try:
        return str(Channel.parse(what))
    except BadChannel:
        return None


def _name(what: str, site: str) -> RepoName:
    try:
        return RepoName.parse(what, site)
    except BadRepoName:
        message = (
            f"'{what.strip()[:60]}' is neither a repository nor a user: write owner/name "
            "or PLATFORM:TENANT/USER, like slack:T123/U456."
        )
        raise BadInput(message) from None
