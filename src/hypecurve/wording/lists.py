"""Lists somebody asked for: repos of the present, and the categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import (
    Action,
    Control,
    Entry,
    Line,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Style,
    Text,
)
from hypecurve.domain.paging import Page, on_page
from hypecurve.domain.schedule import parse_zone
from hypecurve.wording.card import growth_multiple
from hypecurve.wording.facts import last_push, usual
from hypecurve.wording.paging import page_controls, page_line
from hypecurve.wording.teller import (
    Teller,
    about,
    joined,
    moment,
    name_of,
    open_repo,
    scope,
    words_of,
)
from hypecurve.wording.texts import Texts, texts, to_say

ListKind = Literal["new", "rising", "stalled", "top"]
Window = Literal["24h", "7d", "30d"]
LONGEST = 15
"""Repos of a list; more are no answer but a page to read."""
_TITLES = {
    "new": to_say("Newly listed · {what} · last {window}"),
    "rising": to_say("Rising · {what} · last {window}"),
    "stalled": to_say("Stalled · {what}"),
    "top": to_say("Most stars gained · {what} · last {window}"),
}
_NOTHING = {
    "new": to_say("Nothing was newly listed in that time."),
    "rising": to_say("Nothing rose above its usual pace in that time."),
    "stalled": to_say("Nothing has stalled there."),
    "top": to_say("Nothing is known to have gained stars in that time."),
}
_WINDOWS = {"24h": to_say("24 hours"), "7d": to_say("7 days"), "30d": to_say("30 days")}
_SECTIONS = {
    "new": SectionKind.NEW,
    "rising": SectionKind.RISING,
    "stalled": SectionKind.QUIET,
    "top": SectionKind.PLAIN,
}


def list_message(  # noqa: PLR0913  # what was asked, what was found, and for whom
    kind: ListKind,
    window: Window,
    category: str | None,
    entries: Sequence[CatalogueEntry],
    taxonomy: Taxonomy,
    *,
    locale: str,
    zone: str,
    now: datetime,
    page: Page | None = None,
) -> Message:
    """Return the answer to `/hype new|rising|stalled|top`, in the order given, at most 15 repos.

    `category` is a category's or a layer's slug; None is all. Gains are those of the window;
    what is unknown is left out. `now` is aware UTC; `page`: which part of a longer list `entries`
    are, where they are not all of it.
    """
    said = texts(locale)
    teller = Teller(said, taxonomy, parse_zone(zone), now)
    title = said.say(
        _TITLES[kind],
        what=scope(said, taxonomy, () if category is None else (category,)),
        window=said.say(_WINDOWS[window]),
    )
    shown = entries[:LONGEST]
    lines = tuple(_entry(kind, window, category, entry, teller) for entry in shown)
    nothing = said.say(_NOTHING[kind])
    page = page or Page(1, LONGEST, len(entries))
    read = max((entry.seen_at for entry in shown), default=None)
    return Message(
        kind=MessageKind.LIST,
        notification=lines[0].spoken if lines else nothing,
        title=title,
        subtitle=(said.say_line("counts as of {time}", time=moment(read, teller)),) if read else (),
        sections=(
            Section(_SECTIONS[kind], "", lines or (Entry(((Text(nothing),),), spoken=nothing),)),
        ),
        footer=page_line(page, said),
        controls=(*open_repo(shown, said), *_controls(kind, window, category, page, said))
        if shown
        else (),
        locale=said.name,
    )


def _controls(
    kind: ListKind, window: Window, category: str | None, page: Page, said: Texts
) -> tuple[Control, ...]:
    what = "" if category is None else f' "{category}"'
    command = f"{kind}{what} {window}"
    pages = page_controls(page, command, said)
    chart = Control(Action.CURVE, said.say("Chart"), value=f"chart{what}")
    again = on_page(command, page.number)
    share = Control(Action.SHARE, said.say("Share"), value=f"share {again}")
    return (*pages, chart, share) if kind == "rising" else (*pages, share)


def categories_message(taxonomy: Taxonomy, counts: Mapping[str, int], locale: str) -> Message:
    """Return all categories by layer, with the slug to type.

    `counts`: listed repos by category slug; a category that is missing there stands without.
    """
    said = texts(locale)
    sections = tuple(
        Section(
            SectionKind.PLAIN,
            said.say("{layer} ({slug})", layer=said.looked_up(layer.title), slug=layer.slug),
            tuple(
                _category(
                    category.slug, said.looked_up(category.title), counts.get(category.slug), said
                )
                for category in taxonomy.categories
                if category.layer.slug == layer.slug
            ),
        )
        for layer in taxonomy.layers
    )
    title = said.say("Categories by layer")
    example = said.say("Write a name, a part of it, or what stands in brackets: /hype top rag")
    return Message(
        kind=MessageKind.LIST,
        notification=title,
        title=title,
        sections=sections,
        footer=((Text(example),),),
        locale=said.name,
    )


def _category(slug: str, title: str, count: int | None, said: Texts) -> Entry:
    line = said.say_line("{category} ({reason})", category=title, reason=Text(slug, Style.CODE))
    if count is not None:
        line = joined((line, (Text(said.say_count("{n} repo", "{n} repos", count)),)))
    return Entry((line,), spoken=words_of(line))


def _entry(
    kind: ListKind, window: Window, category: str | None, entry: CatalogueEntry, teller: Teller
) -> Entry:
    said = teller.texts
    facts: tuple[Line, ...] = (
        _lead(kind, window, entry, teller),
        (Text(said.short(entry.repo.stars)),),
        # A list of one category need not repeat it on every line.
        () if entry.place.category == category else (Text(teller.place(entry)),),
    )
    head = (name_of(entry.repo), Text(" "), *joined(facts))
    detail = about(entry.repo)
    return Entry(
        (head, (Text(detail),)) if detail else (head,),
        entry.repo.id,
        str(entry.repo.name),
        words_of(head),
    )


def _lead(kind: ListKind, window: Window, entry: CatalogueEntry, teller: Teller) -> Line:
    said = teller.texts
    if kind == "new" and entry.listed_at is not None:
        return (Text(said.say("listed {day}", day=teller.day(entry.listed_at))),)
    if kind == "stalled":
        month = entry.growth.month
        gain = (
            () if month is None else (Text(said.say("{gain} in 30 days", gain=said.gain(month))),)
        )
        return joined((gain, last_push(entry.repo.pushed_at, teller)))
    return _gained(window, entry, said, with_pace=kind == "rising")


def _gained(window: Window, entry: CatalogueEntry, said: Texts, *, with_pace: bool) -> Line:
    growth = entry.growth
    gained = {"24h": growth.day, "7d": growth.week, "30d": growth.month}[window]
    if gained is None:
        return ()
    forms = {
        "24h": to_say("{gain} in 24 hours"),
        "7d": to_say("{gain} in 7 days"),
        "30d": to_say("{gain} in 30 days"),
    }
    gain = said.say(forms[window], gain=said.gain(gained))
    pace = entry.usual_week
    # Both figures of a pair are over the same window, and the pace is known by the week.
    if not with_pace or pace is None or window != "7d":
        return (Text(gain),)
    multiple = growth_multiple(entry)
    lead: Line = (
        () if multiple is None else (Text(said.multiple(multiple), Style.STRONG), Text(" "))
    )
    pair = said.say(
        "{gain} in 7 days (usually {usual})", gain=said.gain(gained), usual=usual(pace, said)
    )
    return (*lead, Text(pair))
