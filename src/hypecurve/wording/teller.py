"""Who tells of repos: one language, one zone, one instant; and the small parts of every line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import quote

from wcwidth import wcswidth

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import UnknownCategory
from hypecurve.domain.message import (
    Action,
    Bars,
    Choice,
    Control,
    Inline,
    Line,
    Link,
    Moment,
    Text,
)
from hypecurve.domain.repo import Repo
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.texts import Texts

_NAMED = 3
"""Categories that a title names."""
DOT: Line = (Text(" · "),)
LONGEST_NAME = 80
MOST_CHOICES = 25
"""What the narrowest platform takes in one select."""
_CHOICE = 75
"""UTF-16 units of a choice, by the narrowest platform."""
_DETAIL = 72
"""Columns of a description."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of repos in one language, as seen from an instant in a zone."""

    texts: Texts
    taxonomy: Taxonomy
    zone: tzinfo
    now: datetime

    def place(self, entry: CatalogueEntry) -> str:
        """The title of the repo's category; one that the file no longer has stands as its slug."""
        return place_title(self.taxonomy, entry.place.category, self.texts)

    def day(self, at: datetime) -> str:
        """`yesterday`."""
        return self.texts.day(at, self.now, self.zone)


def place_title(taxonomy: Taxonomy, slug: str, said: Texts) -> str:
    """Return how people read a category or layer, or the slug where it is in the file no more.

    Titles that an operator wrote stand in the language they are written in.
    """
    try:
        return said.looked_up(taxonomy.title(slug))
    except UnknownCategory:
        return cut(clean(slug), LONGEST_NAME)


def scope(texts: Texts, taxonomy: Taxonomy, categories: Iterable[str]) -> str:
    """Return what a channel watches: `Agents and Coding`, `All categories`; at most three names.

    Where more are watched than that and few are not, those are named: `All but Robotics`.
    """
    order = [layer.slug for layer in taxonomy.layers]
    order += [category.slug for category in taxonomy.categories]
    slugs = sorted(
        categories, key=lambda slug: (order.index(slug) if slug in order else len(order), slug)
    )
    everything = texts.say("All categories")
    if not slugs:
        return everything
    titles = [place_title(taxonomy, slug, texts) for slug in slugs]
    missing = _missing(taxonomy, slugs, texts)
    if len(titles) > _NAMED and len(missing) <= _NAMED:
        return texts.say("All but {names}", names=_names(missing, texts)) if missing else everything
    shown = titles[:_NAMED]
    if len(titles) == len(shown):
        return _names(shown, texts)
    names = " + ".join(shown) if _tangled(shown, texts) else texts.row(shown)
    more = len(titles) - len(shown)
    return texts.say_count("{names} and {n} more", "{names} and {n} more", more, names=names)


def _names(titles: Sequence[str], texts: Texts) -> str:
    return " + ".join(titles) if _tangled(titles, texts) else texts.listing(titles)


def _tangled(titles: Iterable[str], texts: Texts) -> bool:
    """`Agents and agent frameworks and Serving and deployment` cannot be read."""
    between = (texts.say(" and "), texts.listing(("", "")), texts.say(", ").strip(), ",")
    return any(each in title for title in titles for each in between)


def _missing(taxonomy: Taxonomy, slugs: Iterable[str], texts: Texts) -> list[str]:
    """The titles of the categories that none of these stands for, in the file's order."""
    chosen = set(slugs)
    return [
        texts.looked_up(category.title)
        for category in taxonomy.categories
        if not chosen & {category.slug, category.layer.slug}
    ]


def name_of(repo: Repo) -> Link:
    """The repo's name, leading to GitHub."""
    # GitHub's own names need no quoting; whatever else comes in must not leave the address.
    url = quote(repo.url, safe=":/", errors="replace")
    return Link(cut(clean(str(repo.name)), LONGEST_NAME), url)


def about(repo: Repo) -> str:
    """The repo's own description, cleaned and cut to 72 columns; "" where it has none."""
    whole = clean(repo.description)
    limit = _DETAIL
    # A Chinese character takes two columns and says as much as two letters.
    while wcswidth(short := cut(whole, limit)) > _DETAIL:
        limit -= 2
    return short


def joined(lines: Iterable[Line]) -> Line:
    """Put a dot between lines, leaving out the empty ones."""
    whole: Line = ()
    for line in lines:
        if line:
            whole = (*whole, *(DOT if whole else ()), *line)
    return whole


def sentences(said: Texts, *lines: Line) -> Line:
    """Put sentences one after the other, leaving out the empty ones."""
    whole: Line = ()
    for line in lines:
        # No platform takes a text that is empty.
        gap = (Text(said.gap),) if whole and line and said.gap else ()
        whole = (*whole, *gap, *line)
    return whole


def words_of(line: Line) -> str:
    """A line as plain words: without bars, moments by their fallback."""
    return "".join(_words(part) for part in line)


def moment(at: datetime, teller: Teller) -> Moment:
    """Return an instant as `Mon 23 Nov 09:00`; with the year where it is not the present one."""
    local = at.astimezone(teller.zone).date()
    day = teller.texts.weekday_date(local)
    if local.year != teller.now.astimezone(teller.zone).year:
        day = teller.texts.date(local, year=True)
    return Moment(at, f"{day} {teller.texts.time(at, teller.zone)}")


def hour(at: datetime, teller: Teller) -> str:
    """Return an instant as `09:00`, to stand beside a day of the same zone."""
    return teller.texts.time(at, teller.zone)


def open_repo(entries: Iterable[CatalogueEntry], said: Texts) -> tuple[Control, ...]:
    """Return the select that opens a repo's card, or nothing where there is no repo.

    At most 25 choices, each repo once; a value is the repo's id.
    """
    unique = {entry.repo.id: entry.repo for entry in entries}
    choices = tuple(
        Choice(
            cut(clean(str(repo.name)), _CHOICE, utf16=True),
            str(repo.id),
            cut(clean(repo.description), _CHOICE, utf16=True),
        )
        for repo in list(unique.values())[:MOST_CHOICES]
    )
    if not choices:
        return ()
    return (Control(Action.OPEN_REPO, said.say("Open a repo"), choices=choices),)


def _words(part: Inline) -> str:
    if isinstance(part, Bars):
        return ""
    return part.fallback if isinstance(part, Moment) else part.text
