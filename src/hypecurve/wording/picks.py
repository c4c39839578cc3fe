"""Picks: what the digest says of a repo that somebody in the channel wants it to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import PickItem
from hypecurve.domain.message import Entry, Line, Message, Section, SectionKind, Text
from hypecurve.domain.pick import KEPT, MOST_WHY
from hypecurve.domain.subscription import Subscription
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.notices import notice
from hypecurve.wording.teller import (
    LONGEST_NAME,
    Teller,
    about,
    joined,
    moment,
    name_of,
    words_of,
)
from hypecurve.wording.texts import Texts, texts
from hypecurve.wording.wishes import zone_of

_PERSON = 40


def picks_section(picks: Sequence[PickItem], teller: Teller) -> tuple[Section, ...]:
    """Return the section of what people here picked, or nothing where nobody did."""
    if not picks:
        return ()
    heading = teller.texts.say("Picked here")
    return (Section(SectionKind.PLAIN, heading, tuple(_told(each, teller) for each in picks)),)


def picks_story(picks: Sequence[PickItem], said: Texts) -> str:
    """Return the line for the phone where a digest tells of nothing but picks."""
    first = picks[0]
    story = said.say(
        "{who} picked {name}: {why}",
        who=_who(first, said),
        name=_name(first.entry),
        why=cut(clean(first.pick.why), MOST_WHY),
    )
    if len(picks) == 1:
        return story
    return said.say_count(
        "{story} - {n} in today's digest",
        "{story} - {n} in today's digest",
        len(picks),
        story=story,
    )


def picked(
    entry: CatalogueEntry,
    subscriptions: Sequence[Subscription],
    next_due: datetime | None,
    taxonomy: Taxonomy,
    locale: str,
) -> Message:
    """Say when a pick is shown; `next_due` None: the channel is paused until somebody resumes."""
    said, name = texts(locale), _name(entry)
    if next_due is None:
        words = said.say_count(
            "{name} is in this channel's next digest if that comes within {n} day. "
            "It is paused: /hype resume",
            "{name} is in this channel's next digest if that comes within {n} days. "
            "It is paused: /hype resume",
            KEPT.days,
            name=name,
        )
        return notice(words, locale)
    teller = Teller(said, taxonomy, zone_of(subscriptions[0].schedule.zone), next_due)
    return notice(
        said.say_line(
            "{name} is in this channel's next digest, {time}.",
            name=name,
            time=moment(next_due, teller),
        ),
        locale,
    )


def picked_for_all(entry: CatalogueEntry, who: str, why: str, locale: str) -> Message:
    """Tell the others in a channel what somebody picked; `who` and `why` are from outside."""
    said = texts(locale)
    words = said.say(
        "{who} picked {name} for the next digest: {why}",
        who=cut(clean(who), _PERSON) or said.say("Somebody"),
        name=_name(entry),
        why=cut(clean(why), MOST_WHY),
    )
    return notice(words, locale)


def _told(item: PickItem, teller: Teller) -> Entry:
    said, repo = teller.texts, item.entry.repo
    why = said.say("{who}: {why}", who=_who(item, said), why=cut(clean(item.pick.why), MOST_WHY))
    if item.entry.gone_why is not None:
        gone = (Text(said.say("gone from GitHub")),)
        line: Line = (Text(f"{_name(item.entry)} "), *joined((gone, (Text(why),))))
        return Entry((line,), repo.id, str(repo.name), spoken=words_of(line))
    # All in the first line: where room is short, the lines below it go first.
    facts = joined(((Text(said.short(repo.stars)),), (Text(teller.place(item.entry)),)))
    head: Line = (name_of(repo), Text(" "), *joined((facts, (Text(why),))))
    detail = about(repo)
    return Entry(
        (head, (Text(detail),)) if detail else (head,),
        repo.id,
        str(repo.name),
        spoken=words_of(head),
    )


def _who(item: PickItem, said: Texts) -> str:
    return cut(clean(item.pick.by), _PERSON) or said.say("Somebody")


def _name(entry: CatalogueEntry) -> str:
    return cut(clean(str(entry.repo.name)), LONGEST_NAME)
