"""The first message after subscribing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Welcome
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
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Wants
from hypecurve.wording.facts import told
from hypecurve.wording.outlook import first_look
from hypecurve.wording.teller import (
    Teller,
    about,
    joined,
    moment,
    name_of,
    open_repo,
    scope,
    sentences,
    words_of,
)
from hypecurve.wording.texts import Texts, texts, to_say
from hypecurve.wording.wishes import left_out

KIND_WORDS = {
    SignalKind.NEW: to_say("new"),
    SignalKind.RISING: to_say("rising"),
    SignalKind.STALLED: to_say("stalled"),
    SignalKind.AWAKE: to_say("awake"),
}


def welcome_message(welcome: Welcome, taxonomy: Taxonomy, locale: str, hint: Line = ()) -> Message:
    """Return the first message after subscribing: what is watched, and what is there already.

    `hint`: a line to stand below when the first digest comes.
    """
    said = texts(locale)
    now = welcome.counts_at or welcome.next_due
    teller = Teller(said, taxonomy, parse_zone(welcome.zone), now)
    what = scope(said, taxonomy, welcome.wants.categories)
    is_first = welcome.outlook.is_first
    watching: Line = (
        first_look(welcome.outlook, teller)
        if is_first
        else (
            Text(
                said.say_count(
                    "Watching {n} repo in {what}.",
                    "Watching {n} repos in {what}.",
                    welcome.watched,
                    what=what,
                )
            ),
        )
    )
    first = said.say_line("First digest {moment}.", moment=moment(welcome.next_due, teller))
    lines: list[Line] = [
        sentences(said, watching, first),
        *((hint,) if hint else ()),
        (Text(said.say("It tells what is {kinds}.", kinds=kinds_words(welcome.wants, said))),),
    ]
    if without := left_out(welcome.wants, said):
        lines.append((Text(said.say("Left out: {what}", what=without)),))
    if SignalKind.RISING in welcome.wants.kinds and welcome.history_loaded < 1 and not is_first:
        lines.append((Text(_loading(welcome, said)),))
    return Message(
        kind=MessageKind.FIRST,
        notification=f"{words_of(watching)}{said.gap}{words_of(first)}",
        title=what,
        subtitle=tuple(lines),
        sections=_meanwhile(welcome, teller),
        controls=(
            *open_repo(
                (
                    *(item.entry for item in welcome.week),
                    *welcome.largest,
                    *welcome.youngest,
                ),
                said,
            ),
            Control(Action.PREVIEW, said.say("Preview"), value="preview"),
            Control(Action.TUNE, said.say("Change time"), value="subscriptions"),
        ),
        locale=said.name,
    )


def _loading(welcome: Welcome, said: Texts) -> str:
    """Say how far the past has come: without it nothing can be called rising."""
    share, left = said.percent(max(0.0, welcome.history_loaded)), welcome.history_left
    if left is None:
        return said.say(
            "Rising needs two weeks of counts: star history {share} loaded.", share=share
        )
    hours = round(left / timedelta(hours=1))
    if not hours:
        return said.say(
            "Rising needs two weeks of counts: star history {share} loaded, "
            "less than an hour to go.",
            share=share,
        )
    return said.say(
        "Rising needs two weeks of counts: star history {share} loaded, about {hours} h to go.",
        share=share,
        hours=said.exact(hours),
    )


def kinds_words(wants: Wants, said: Texts) -> str:
    """Return what is told: `new, rising and stalled`."""
    return said.listing(said.say(KIND_WORDS[kind]) for kind in SUBSCRIBABLE if kind in wants.kinds)


def _meanwhile(welcome: Welcome, teller: Teller) -> tuple[Section, ...]:
    said = teller.texts
    if welcome.week:
        entries = tuple(told(item, teller, brief=True) for item in welcome.week)
        heading = said.say("The week so far: where things stand, no news")
        return (Section(SectionKind.PLAIN, heading, entries),)
    return tuple(
        Section(SectionKind.PLAIN, heading, tuple(line(entry, teller) for entry in entries))
        for heading, entries, line in (
            (said.say("Largest"), welcome.largest, _by_size),
            (said.say("Youngest"), welcome.youngest, _by_age),
        )
        if entries
    )


def _by_size(entry: CatalogueEntry, teller: Teller) -> Entry:
    stars = teller.texts.short(entry.repo.stars)
    return _plain_entry(entry, ((Text(stars),), (Text(teller.place(entry)),)))


def _by_age(entry: CatalogueEntry, teller: Teller) -> Entry:
    said, created = teller.texts, entry.repo.created_at
    age = created and said.say("{age} old", age=said.span(max(teller.now - created, timedelta(0))))
    stars = said.short(entry.repo.stars)
    return _plain_entry(
        entry,
        ((Text(age),) if age else (), (Text(stars),), (Text(teller.place(entry)),)),
    )


def _plain_entry(entry: CatalogueEntry, facts: Iterable[Line]) -> Entry:
    line = (name_of(entry.repo), Text(" "), *joined(facts))
    detail = about(entry.repo)
    return Entry(
        lines=(line, (Text(detail),)) if detail else (line,),
        repo_id=entry.repo.id,
        repo_name=str(entry.repo.name),
        spoken=words_of(line),
    )
