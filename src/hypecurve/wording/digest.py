"""The daily digest as people read it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, MutableMapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Digest, Item
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
from hypecurve.domain.signal import SignalKind
from hypecurve.wording.aside import degraded_line, show_controls, unsure_line
from hypecurve.wording.facts import told
from hypecurve.wording.picks import picks_section, picks_story
from hypecurve.wording.quiet import quiet_message
from hypecurve.wording.teller import Teller, hour, joined, open_repo, scope, words_of
from hypecurve.wording.texts import texts, to_say
from hypecurve.wording.welcome import welcome_message

__all__ = ["digest_message", "welcome_message"]

_Worded = MutableMapping[Hashable, Entry]
BUDGET = 2_500
"""Characters of the first view; descriptions go first where it is tight."""
MOST_OVERFLOW = 40
"""Entries beyond that are counted only; `/hype rising` has them all."""
HEADINGS = {
    SectionKind.YOURS: to_say("Yours"),
    SectionKind.RISING: to_say("Rising"),
    SectionKind.NEW: to_say("New"),
    SectionKind.QUIET: to_say("Quiet and back"),
}


def digest_message(
    digest: Digest,
    taxonomy: Taxonomy,
    locale: str,
    worded: _Worded | None = None,
) -> Message:
    """Return a digest as a message: the top story for the phone, headings, what is left over.

    `worded`: what was said of these repos already, to other channels of this very time.
    """
    said = texts(locale)
    teller = Teller(said, taxonomy, parse_zone(digest.zone), digest.due_at)
    worded = {} if worded is None else worded
    if digest.quiet:
        return quiet_message(digest, teller)
    title = said.say(
        "{what} · {date}",
        what=scope(said, taxonomy, digest.wants.categories),
        date=said.weekday_date(digest.due_at.astimezone(teller.zone).date()),
    )
    message = Message(
        kind=MessageKind.DIGEST,
        notification=_notification(digest, teller, worded),
        title=title,
        subtitle=_times(digest, teller),
        sections=(*picks_section(digest.picks, teller), *_sections(digest.shown, teller, worded)),
        overflow=_overflow(digest, teller, worded),
        controls=_controls(digest, teller),
        locale=said.name,
    )
    return _within(message, BUDGET)


def _times(digest: Digest, teller: Teller) -> tuple[Line, ...]:
    """The window and the freshness, once, at the top.

    Plain text, not moments: "yesterday" is the channel's, and an hour of the reader's own zone
    beside it would be another instant.
    """
    said = teller.texts
    since: Line = ()
    if digest.since is not None:
        begin = _begin(digest.since, teller)
        since = said.say_line("since {day} {time}", day=teller.day(begin), time=hour(begin, teller))
    read = digest.counts_at
    if read is None:
        counts: Line = ()
    elif read.astimezone(teller.zone).date() == teller.now.astimezone(teller.zone).date():
        counts = said.say_line("counts as of {time}", time=hour(read, teller))
    else:
        counts = said.say_line(
            "counts as of {day} {time}", day=teller.day(read), time=hour(read, teller)
        )
    lines = (joined((since, counts)), degraded_line(digest, said), unsure_line(digest, teller))
    return tuple(line for line in lines if line)


def _begin(since: datetime, teller: Teller) -> datetime:
    """The end of a day, as a date alone is taken, is where the next one begins."""
    local = since.astimezone(teller.zone)
    last = (local.hour, local.minute, local.second) == (23, 59, 59)
    return since + timedelta(seconds=1) if last else since


def _notification(digest: Digest, teller: Teller, worded: _Worded) -> str:
    said = teller.texts
    if not digest.items:
        return picks_story(digest.picks, said)
    rising = [item for item in digest.shown if item.signal.kind is SignalKind.RISING]
    # A rise from next to nothing is the story only where there is no other.
    strong = (item for item in rising if item.signal.evidence.shown_multiple is not None)
    story = _told(next(strong, (rising or digest.items)[0]), teller, worded).spoken
    number = len(digest.items) + len(digest.picks)
    if number == 1:
        return story
    return said.say_count(
        "{story} - {n} in today's digest",
        "{story} - {n} in today's digest",
        number,
        story=story,
    )


def _sections(
    items: Iterable[Item], teller: Teller, worded: _Worded, *, brief: bool = False
) -> tuple[Section, ...]:
    return tuple(
        Section(
            heading,
            teller.texts.say(HEADINGS[heading]),
            tuple(_told(item, teller, worded, brief=brief) for item in group),
        )
        for heading, group in groupby(items, key=lambda item: item.heading)
    )


def _told(item: Item, teller: Teller, worded: _Worded, *, brief: bool = False) -> Entry:
    """One line, put into words once for all that are told it at this time."""
    signal = item.signal
    key = (
        *(signal.repo_id, signal.kind, signal.episode, signal.step),
        *(item.heading, item.reserved, item.submitted_here, brief),
        *(teller.texts.name, str(teller.zone), teller.now),
    )
    if key not in worded:
        worded[key] = told(item, teller, brief=brief)
    return worded[key]


def _overflow(digest: Digest, teller: Teller, worded: _Worded) -> tuple[Section, ...]:
    sections = _sections(digest.overflow[:MOST_OVERFLOW], teller, worded, brief=True)
    left = len(digest.overflow) - MOST_OVERFLOW
    if left <= 0:
        return sections
    rest = teller.texts.say_count(
        "and {n} more: /hype rising, /hype new", "and {n} more: /hype rising, /hype new", left
    )
    return (*sections, Section(SectionKind.PLAIN, "", (Entry(((Text(rest),),), spoken=rest),)))


def _controls(digest: Digest, teller: Teller) -> tuple[Control, ...]:
    said = teller.texts
    more = said.say_count("{n} more", "{n} more", len(digest.overflow))
    entries = [*(pick.entry for pick in digest.picks), *(item.entry for item in digest.items)]
    return (
        *open_repo(entries, said),
        *((Control(Action.MORE, more),) if digest.overflow else ()),
        *show_controls(digest, teller),
        Control(Action.TUNE, said.say("Tune"), value="subscriptions"),
    )


def _within(message: Message, budget: int) -> Message:
    """Drop descriptions, the last one first, until the first view fits."""
    sections = list(message.sections)
    over = _size(message) - budget
    for place in reversed(range(len(sections))):
        entries = list(sections[place].entries)
        for spot in reversed(range(len(entries))):
            details = entries[spot].lines[1:]
            if over > 0 and details:
                over -= sum(len(words_of(line)) for line in details)
                entries[spot] = replace(entries[spot], lines=entries[spot].lines[:1])
        sections[place] = replace(sections[place], entries=tuple(entries))
    return replace(message, sections=tuple(sections))


def _size(message: Message) -> int:
    lines = [*message.subtitle]
    for section in message.sections:
        lines += [(Text(section.heading),), *(line for e in section.entries for line in e.lines)]
    return len(message.title) + sum(len(words_of(line)) for line in lines)
