"""Placing: somebody says that a repo is in the wrong category; the operator decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.classify import likely
from hypecurve.domain.errors import UnknownCategory
from hypecurve.domain.repo import RepoName
from hypecurve.domain.submission import Misplacing, Submission, SubmissionState, person_of
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock
from hypecurve.ports.store import Store, Transaction
from hypecurve.services.answers.lookup import named
from hypecurve.services.answers.vet import repo_key, user_key
from hypecurve.wording.misplaced import told_to_operator

MOST_PLACES = 25
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which repo, where it belongs (a slug), and who says so: `slack:T1/U1`."""

    name: RepoName
    category: str
    user: str


async def places_for(
    store: Store, taxonomy: Taxonomy, name: RepoName
) -> tuple[CatalogueEntry, tuple[str, ...]]:
    """Return a repo and the slugs of where else it may belong, at most 25, the likeliest first.

    Where its text leads, then the rest of its layer, then the largest categories.
    """
    async with store.read() as tx:
        entry = await named(tx, name)
        sizes = await tx.catalogue.sizes()
    order = [*likely(entry.repo, taxonomy), *_layer_of(entry, taxonomy)]
    ours = sorted(taxonomy.categories, key=lambda each: -sizes.get(each.slug, 0))
    order += [each.slug for each in ours]
    found = [slug for slug in dict.fromkeys(order) if slug != entry.place.category]
    return entry, tuple(found[:MOST_PLACES])


async def misplaced(  # what is said, within which limits, and whom to tell
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    wish: Wish,
    *,
    per_day: int | None,
    operator: Channel | None,
) -> tuple[CatalogueEntry, Misplacing]:
    """Keep the word that a repo belongs elsewhere, and tell the operator once of each such word.

    It counts among what a user may submit within 24 hours, `per_day`; None: any number. NotFound
    where nobody knows the repo, UnknownCategory where there is no such category.
    """
    taxonomy.category(wish.category)
    now = clock.now()
    async with store.write() as tx:
        entry = await named(tx, wish.name)
        await tx.submissions.hold(wish.user)
        said = await _judged(tx, entry, wish)
        made = await tx.submissions.count_by(wish.user, now - _DAY)
        if said is Misplacing.KEPT and per_day is not None and made >= per_day:
            said = Misplacing.TOO_MANY
        if said is not Misplacing.KEPT:
            return entry, said
        await tx.submissions.add(
            Submission(
                repo_id=entry.repo.id,
                name=entry.repo.name,
                at=now,
                state=SubmissionState.MISPLACED,
                user=wish.user,
                category=wish.category,
            )
        )
        if operator is not None:
            message = told_to_operator(entry, wish.category, taxonomy)
            key = f"misplaced {entry.repo.id} {wish.category}"
            await tx.digests.notify(operator, key, message, now)
    return entry, Misplacing.KEPT


async def _judged(tx: Transaction, entry: CatalogueEntry, wish: Wish) -> Misplacing:
    if entry.place.category == wish.category:
        return Misplacing.THERE
    if await tx.submissions.blocked([user_key(wish.user), repo_key(entry.repo.id)]):
        return Misplacing.BLOCKED
    had = await tx.submissions.misplaced(entry.repo.id)
    person = person_of(wish.user)
    same = any(person_of(each.user) == person and each.category == wish.category for each in had)
    return Misplacing.AGAIN if same else Misplacing.KEPT


def _layer_of(entry: CatalogueEntry, taxonomy: Taxonomy) -> list[str]:
    try:
        layer = taxonomy.category(entry.place.category).layer
    except UnknownCategory:
        return []
    return [each.slug for each in taxonomy.categories if each.layer == layer]
