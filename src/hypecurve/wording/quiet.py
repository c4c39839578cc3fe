"""A digest without news: one line, where somebody wished for it or it is the third in a row."""

from __future__ import annotations

from hypecurve.domain.digest import Closest, Digest
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
from hypecurve.domain.outlook import Outlook
from hypecurve.wording.aside import degraded_line, show_controls, unsure_line
from hypecurve.wording.outlook import first_look
from hypecurve.wording.teller import Teller, hour, name_of, open_repo, sentences, words_of


def quiet_message(digest: Digest, teller: Teller) -> Message:
    """Return that there is no news: since when, what was looked at, and who came closest."""
    said = teller.texts
    line: Line = (Text(_nothing(digest, teller)),)
    if digest.closest is not None:
        line = sentences(said, line, _closest(digest.closest, teller))
    beside = (degraded_line(digest, said), unsure_line(digest, teller))
    words = words_of(line)
    entry = Entry((line, *(each for each in beside if each)), spoken=words)
    near = [] if digest.closest is None else [digest.closest.entry]
    return Message(
        kind=MessageKind.DIGEST,
        notification=words,
        sections=(Section(SectionKind.PLAIN, "", (entry,)),),
        controls=(
            *open_repo(near, said),
            *show_controls(digest, teller),
            Control(Action.TUNE, said.say("Tune"), value="subscriptions"),
        ),
        locale=said.name,
    )


def _nothing(digest: Digest, teller: Teller) -> str:
    said, checked = teller.texts, _checked(digest, teller)
    if digest.counts_at is None and not digest.watched:
        return words_of(first_look(Outlook(is_first=True), teller))
    if digest.degraded:
        return said.say("Nothing was seen to cross your bar.")
    if digest.quiet_since is None:
        return said.say("Nothing crossed your bar; {checked}.", checked=checked)
    day = teller.day(digest.quiet_since)
    return said.say("Nothing crossed your bar since {day}; {checked}.", day=day, checked=checked)


def _checked(digest: Digest, teller: Teller) -> str:
    said, number = teller.texts, digest.watched
    if digest.counts_at is None:
        return said.say_count("{n} repo watched", "{n} repos watched", number)
    time = hour(digest.counts_at, teller)
    local, today = (each.astimezone(teller.zone).date() for each in (digest.counts_at, teller.now))
    if local != today:
        return said.say_count(
            "{n} repo checked {day} {time}",
            "{n} repos checked {day} {time}",
            number,
            day=teller.day(digest.counts_at),
            time=time,
        )
    return said.say_count(
        "{n} repo checked at {time}", "{n} repos checked at {time}", number, time=time
    )


def _closest(closest: Closest, teller: Teller) -> Line:
    said = teller.texts
    return said.say_line(
        "Closest: {name}, {times} (speaks from about {least}).",
        name=name_of(closest.entry.repo),
        times=said.multiple(closest.multiple),
        least=said.multiple(closest.speaks_from),
    )
