"""What is offered while somebody types: repos, categories, zones, languages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import available_timezones

from hypecurve.domain.asking import Asker
from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.message import Choice
from hypecurve.domain.schedule import parse_zone
from hypecurve.ports import Suggestible
from hypecurve.ports.store import Found, Store, Transaction
from hypecurve.wording.asked import chosen_as
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.languages import ALIASES, LANGUAGES
from hypecurve.wording.teller import MOST_CHOICES, place_title
from hypecurve.wording.texts import Texts, texts

_LONGEST = 75
"""UTF-16 units of a label, by the narrowest platform."""
_LONGEST_TYPED = 100
_FRESH = timedelta(minutes=5)
_MOST_KEPT = 500
_USUAL_LANGUAGES = (
    *("python", "typescript", "javascript", "jupyter notebook", "rust", "go", "c++", "java"),
    *("c", "c#", "shell", "cuda", "swift", "kotlin", "html"),
)
_USUAL_ZONES = (
    *("UTC", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Europe/London"),
    *("Europe/Paris", "Europe/Berlin", "Europe/Moscow", "Africa/Lagos", "Asia/Dubai"),
    *("Asia/Kolkata", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney"),
)
"""What is offered before anything was typed."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Repos that were offered a moment ago: the same letters, typed by anybody, find the same.

    Names and stars change with a cycle, every few hours; what is new is offered minutes later.
    """

    kept: OrderedDict[str, tuple[datetime, tuple[CatalogueEntry, ...]]] = field(
        default_factory=OrderedDict
    )

    def find(self, typed: str, now: datetime) -> tuple[CatalogueEntry, ...] | None:
        """Return what was found for these letters; None where that is not known any more."""
        at, entries = self.kept.get(typed, (None, ()))
        return entries if at is not None and timedelta(0) <= now - at < _FRESH else None

    def keep(self, typed: str, entries: Iterable[CatalogueEntry], now: datetime) -> None:
        """Remember what was found."""
        self.kept[typed] = now, tuple(entries)
        self.kept.move_to_end(typed)
        if len(self.kept) > _MOST_KEPT:
            self.kept.popitem(last=False)


async def suggest(
    store: Store,
    offered: Offered,
    taxonomy: Taxonomy,
    now: datetime,
    asker: Asker,
    kind: Suggestible,
    typed: str,
) -> Sequence[Choice]:
    """Return at most 25 choices that fit; a HypecurveError where the database is away."""
    wanted = clean(typed[:_LONGEST_TYPED])
    match kind:
        case "repo":
            found: Iterable[Choice] = await repos(store, offered, now, asker, wanted)
        case "category":
            found = categories(taxonomy, wanted, texts(asker.locale))
        case "place":
            layers = {layer.slug for layer in taxonomy.layers}
            every = categories(taxonomy, wanted, texts(asker.locale))
            found = (choice for choice in every if choice.value not in layers)
        case "zone":
            found = zones(asker.zone, wanted, now)
        case "language":
            found = languages(wanted)
    unique = {choice.value: choice for choice in found}
    return tuple(unique.values())[:MOST_CHOICES]


async def repos(
    store: Store, offered: Offered, now: datetime, asker: Asker, typed: str
) -> list[Choice]:
    """Return repos by a part of their name; before anything is typed what may be of interest.

    That is what the channel follows, then what gained most in a week.
    """
    said, key = texts(asker.locale), typed.casefold()
    entries = offered.find(key, now)
    followed: Sequence[CatalogueEntry] = ()
    if entries is None or not key:
        async with store.read() as tx:
            if not key:
                followed = await _followed(tx, asker)
            if entries is None:
                entries = tuple(await _named(tx, key))
                offered.keep(key, entries, now)
    return [_repo(entry, said) for entry in (*followed, *entries)]


async def _followed(tx: Transaction, asker: Asker) -> Sequence[CatalogueEntry]:
    listener = await tx.subscriptions.listener(asker.channel)
    if listener is None or not listener.followed:
        return ()
    ids = sorted(listener.followed)
    return await tx.catalogue.entries(Found(ids=ids, listed=False, limit=MOST_CHOICES))


async def _named(tx: Transaction, typed: str) -> Sequence[CatalogueEntry]:
    """The repos that are called so; the largest risers where nothing was typed."""
    if not typed:
        return await tx.catalogue.entries(Found(order="week", limit=MOST_CHOICES))
    entries, _ = await tx.catalogue.search(typed, MOST_CHOICES, names_only=True)
    return entries


def categories(taxonomy: Taxonomy, typed: str, said: Texts) -> Iterator[Choice]:
    """Yield layers, then categories, that are called so or hold it as a part, these last."""
    places = [*((each.slug, "") for each in taxonomy.layers)]
    places += [(each.slug, each.layer.slug) for each in taxonomy.categories]
    wanted = typed.casefold()
    begins: list[Choice] = []
    holds: list[Choice] = []
    for slug, layer in places:
        title = place_title(taxonomy, slug, said)
        names = (slug, slug.replace("-", " "), title.casefold(), taxonomy.title(slug).casefold())
        detail = place_title(taxonomy, layer, said) if layer else said.say("the whole layer")
        choice = Choice(_label(title), slug, _label(detail))
        if any(name.startswith(wanted) for name in names):
            begins.append(choice)
        elif any(wanted in name for name in names):
            holds.append(choice)
    yield from (*begins, *holds)


def zones(own: str | None, typed: str, now: datetime) -> Iterator[Choice]:
    """Yield zones by a part of their name or city: the asker's own, cities that begin so, others.

    `now`: for the hours that a zone is off UTC today.
    """
    wanted = typed.casefold().replace(" ", "_")
    known = _zones()
    if own in known.values() and wanted in (own or "").casefold():
        yield _zone(str(own), now)
    if not wanted:
        usual = (name for name in _USUAL_ZONES if name in known.values())
        yield from (_zone(name, now) for name in usual)
        return
    fits = [(key, name) for key, name in known.items() if wanted in key]
    fits.sort(key=lambda each: (not each[0].rpartition("/")[2].startswith(wanted), each[0]))
    yield from (_zone(name, now) for _, name in fits[:MOST_CHOICES])


def languages(typed: str) -> Iterator[Choice]:
    """Yield programming languages by a part of their name, or by what people call them."""
    wanted = typed.casefold()
    if not wanted:
        yield from (Choice(LANGUAGES[key], key) for key in _USUAL_LANGUAGES)
        return
    meant = [ALIASES[wanted]] if wanted in ALIASES else []
    fits = sorted((not key.startswith(wanted), key) for key in LANGUAGES if wanted in key)
    yield from (Choice(LANGUAGES[key], key) for key in (*meant, *(key for _, key in fits)))


def _repo(entry: CatalogueEntry, said: Texts) -> Choice:
    """`acme/flashkv · 38.2k`: the stars stay, however long the name is."""
    stars = f" · {said.short(entry.repo.stars)}"
    name = cut(clean(str(entry.repo.name)), _LONGEST - len(stars), utf16=True)
    return Choice(f"{name}{stars}", chosen_as(entry.repo), _label(entry.repo.description))


def _zone(name: str, now: datetime) -> Choice:
    offset = now.astimezone(parse_zone(name)).strftime("%z")
    return Choice(f"{name} (UTC{offset[:3]}:{offset[3:]})", name)


def _label(text: str) -> str:
    return cut(clean(text), _LONGEST, utf16=True)


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """The zones that people live in, and UTC, by their casefolded names."""
    regions = {*("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"), "Australia"}
    regions |= {"Europe", "Indian", "Pacific"}
    found = {}
    for name in sorted(available_timezones()):
        if name != "UTC" and name.partition("/")[0] not in regions:
            continue
        try:
            parse_zone(name)
        except HypecurveError:
            continue  # a name without its rules
        found[name.casefold()] = name
    return found
