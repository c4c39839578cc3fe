"""The home of a tenant's people: what is watched, and how each channel fares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

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
from hypecurve.domain.overview import ChannelOverview, Trouble, TroubleKind
from hypecurve.wording.notices import subscription_entry
from hypecurve.wording.status import posting_line, show_controls, trouble_entry
from hypecurve.wording.teller import Teller, moment, words_of
from hypecurve.wording.texts import Texts, texts
from hypecurve.wording.wishes import zone_of

_LAST = 3
"""Deliveries that are shown of a channel."""
_OLD = timedelta(hours=24)
"""Counts older than that come late, however often they are taken."""


def home_head(  # noqa: PLR0913  # what there is to say of the whole
    taxonomy: Taxonomy,
    locale: str,
    zone: str,
    *,
    now: datetime,
    channels: int,
    watched: int,
    counts_at: datetime | None,
    troubles: Sequence[Trouble] = (),
) -> Message:
    """Return what goes for all channels; `zone`: the reader's, "" unknown."""
    said = texts(locale)
    teller = Teller(said, taxonomy, zone_of(zone or "UTC"), now)
    lines = list(_watched(watched, counts_at, teller))
    if channels:
        hear = said.say_count(
            "{n} channel here has a digest.", "{n} channels here have a digest.", channels
        )
        lines.append((Text(hear),))
    else:
        lines += _beginning(said)
    entries = [trouble_entry(each, teller) for each in troubles]
    sections = (Section(SectionKind.PLAIN, "", tuple(entries)),) if entries else ()
    return Message(
        kind=MessageKind.NOTICE,
        notification=words_of(lines[0]),
        title=said.say("Hypecurve"),
        subtitle=tuple(lines),
        sections=sections,
        locale=said.name,
    )


def home_channel(
    found: ChannelOverview, taxonomy: Taxonomy, locale: str, *, changes: bool = True
) -> Message:
    """Return how one channel fares; `changes`: the reader may change what it hears."""
    said = texts(locale)
    zone = found.subscriptions[0].schedule.zone if found.subscriptions else "UTC"
    teller = Teller(said, taxonomy, zone_of(zone), found.at)
    entries = [
        *(trouble_entry(each, teller) for each in found.troubles),
        *(subscription_entry(each, taxonomy, said, found.at) for each in found.subscriptions),
    ]
    return Message(
        kind=MessageKind.NOTICE,
        notification=entries[0].spoken if entries else "",
        sections=(Section(SectionKind.PLAIN, "", tuple(entries)), *_last(found, teller)),
        controls=tuple(_controls(found, said, changes=changes)),
        locale=said.name,
    )


def _watched(watched: int, counts_at: datetime | None, teller: Teller) -> Iterator[Line]:
    said = teller.texts
    if counts_at is None:
        words = said.say("Nothing is counted yet: the first look at GitHub is still to come.")
        yield (Text(words),)
        return
    at = moment(counts_at, teller)
    repos = said.say_count("{n} repo", "{n} repos", watched)
    yield said.say_line("Watching {repos}, counts as of {time}.", repos=repos, time=at)
    if teller.now - counts_at > _OLD:
        words = said.say("That is long ago: who runs Hypecurve should see that it is at work.")
        yield (Text(words),)


def _beginning(said: Texts) -> Iterator[Line]:
    yield (Text(said.say("No channel hears anything yet.")),)
    yield (
        Text(
            said.say(
                "Write /hype subscribe all in a channel to have a daily digest there: what is "
                "newly listed, fast-rising or stalled among the open-source AI repositories."
            )
        ),
    )


def _last(found: ChannelOverview, teller: Teller) -> Iterator[Section]:
    lines = tuple(posting_line(each, teller) for each in found.last[:_LAST])
    if lines:
        entry = Entry(lines, spoken=words_of(lines[0]))
        yield Section(SectionKind.PLAIN, teller.texts.say("Last deliveries"), (entry,))


def _controls(found: ChannelOverview, said: Texts, *, changes: bool) -> Iterator[Control]:
    """The values are commands, each for the channel that the message is of."""
    if changes:
        yield Control(Action.TUNE, said.say("Edit"), value="subscriptions")
    if found.subscriptions:
        yield Control(Action.PREVIEW, said.say("Preview"), value="preview")
    refused = any(each.kind is TroubleKind.REFUSED for each in found.troubles)
    if changes and (refused or found.paused_until):
        yield Control(Action.RESUME, said.say("Resume"), value="resume")
    elif changes:
        yield Control(Action.PAUSE, said.say("Pause"), value="pause")
    yield from show_controls(found, said)
