"""What a search brings, and which repo may be meant by a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

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
    Text,
)
from hypecurve.domain.paging import Page, on_page
from hypecurve.domain.schedule import parse_zone
from hypecurve.wording.asked import asked_of
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.paging import page_controls, page_line
from hypecurve.wording.teller import (
    LONGEST_NAME,
    Teller,
    about,
    joined,
    name_of,
    open_repo,
    words_of,
)
from hypecurve.wording.texts import texts


def search_message(
    text: str,
    entries: Sequence[CatalogueEntry],
    page: Page,
    taxonomy: Taxonomy,
    locale: str,
    *,
    again: str,
) -> Message:
    """Return what a search brought, in the order given; `page`: which part of it all.

    `again`: the command that asks for its first page.
    """
    said = texts(locale)
    looked_for = cut(clean(text), LONGEST_NAME)
    if not entries:
        nothing = said.say("No repo is called '{text}', or says so of itself.", text=looked_for)
        hint = said.say("To have a repo watched: /hype submit owner/name")
        lines: tuple[Line, ...] = ((Text(nothing),), (Text(hint),))
        section = Section(SectionKind.PLAIN, "", (Entry(lines, spoken=nothing),))
        return Message(MessageKind.LIST, nothing, sections=(section,), locale=said.name)
    title = said.say_count(
        "{n} repo for '{text}'", "{n} repos for '{text}'", page.total, text=looked_for
    )
    now = max(entry.seen_at for entry in entries)
    teller = Teller(said, taxonomy, parse_zone("UTC"), now)
    return Message(
        kind=MessageKind.LIST,
        notification=title,
        title=title,
        sections=(Section(SectionKind.PLAIN, "", tuple(found(each, teller) for each in entries)),),
        footer=page_line(page, said),
        controls=(
            *open_repo(entries, said),
            *page_controls(page, again, said),
            Control(Action.SHARE, said.say("Share"), value=f"share {on_page(again, page.number)}"),
        ),
        locale=said.name,
    )


def found(entry: CatalogueEntry, teller: Teller) -> Entry:
    """Return a repo in a line: its name, its stars, where it belongs; below it what it says."""
    stars, place = teller.texts.short(entry.repo.stars), teller.place(entry)
    head: Line = (name_of(entry.repo), Text(" "), *joined(((Text(stars),), (Text(place),))))
    detail = about(entry.repo)
    return Entry(
        (head, (Text(detail),)) if detail else (head,),
        entry.repo.id,
        str(entry.repo.name),
        words_of(head),
    )


def meant_message(  # what was typed, who may be meant, and for whom
    part: str,
    likely: Sequence[CatalogueEntry],
    total: int,
    taxonomy: Taxonomy,
    locale: str,
    *,
    now: datetime,
    command: Callable[[str], str],
) -> Message:
    """Ask which repo is meant; `command`: what is to be asked where it is the one of a name."""
    said = texts(locale)
    teller = Teller(said, taxonomy, parse_zone("UTC"), now)
    shown = cut(clean(part), LONGEST_NAME)
    title = (
        said.say("Did you mean {name}?", name=_name(likely[0]))
        if total == 1
        else said.say("Which '{part}' do you mean?", part=shown)
    )
    left = total - len(likely)
    more = said.say_count(
        "and {n} more: /hype search {part}", "and {n} more: /hype search {part}", left, part=shown
    )
    return Message(
        kind=MessageKind.LIST,
        notification=title,
        title=title,
        sections=(Section(SectionKind.PLAIN, "", tuple(found(each, teller) for each in likely)),),
        footer=((Text(more),),) if left > 0 else (),
        controls=tuple(
            Control(Action.DO, _name(each), value=asked_of(command, each.repo)) for each in likely
        ),
        locale=said.name,
    )


def _name(entry: CatalogueEntry) -> str:
    return cut(clean(str(entry.repo.name)), LONGEST_NAME)
