"""Answers to what tunes a channel: pauses, muted repos, what is left out, alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import Line, Message, Role, Text
from hypecurve.domain.repo import Repo
from hypecurve.domain.subscription import UNTIL_RESUMED, Alerts, Subscription
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.notices import notice
from hypecurve.wording.teller import LONGEST_NAME, Teller, moment, sentences
from hypecurve.wording.texts import texts
from hypecurve.wording.wishes import alerts_words, left_out, zone_of


def paused(
    subscriptions: Sequence[Subscription], taxonomy: Taxonomy, locale: str, now: datetime
) -> Message:
    """Say that a channel is paused; `subscriptions` as they are now, all of the same end."""
    first = subscriptions[0]
    said = texts(locale)
    teller = Teller(said, taxonomy, zone_of(first.schedule.zone), now)
    if first.paused_until is None or first.paused_until >= UNTIL_RESUMED:
        words = said.say("Paused. No digest and no alert comes here until /hype resume.")
        return notice(words, locale)
    due = next_of(subscriptions)
    return notice(
        said.say_line(
            "Paused until {time}. The next digest comes {next}.",
            time=moment(first.paused_until, teller),
            next=moment(due, teller),
        )
        if due is not None
        else said.say_line("Paused until {time}.", time=moment(first.paused_until, teller)),
        locale,
        (
            Text(
                said.say("What waits, and what happens meanwhile, is told then, while it is news.")
            ),
        ),
    )


def resumed(
    subscriptions: Sequence[Subscription],
    taxonomy: Taxonomy,
    locale: str,
    now: datetime,
    *,
    was_paused: bool,
    tried_again: bool,
) -> Message:
    """Say that a channel hears again; `tried_again`: what it refused is posted once more."""
    said = texts(locale)
    teller = Teller(said, taxonomy, zone_of(subscriptions[0].schedule.zone), now)
    due = next_of(subscriptions)
    head = said.say("Going on.") if was_paused else said.say("This channel was not paused.")
    if tried_again:
        head = said.say("This channel did not take what was posted: it is tried again now.")
    line: Line = (Text(head),)
    if due is not None:
        when = said.say_line("The next digest comes {time}.", time=moment(due, teller))
        line = sentences(said, line, when)
    return notice(line, locale)


def heard_already(
    subscriptions: Sequence[Subscription], taxonomy: Taxonomy, locale: str, now: datetime
) -> Message:
    """Say that a channel hears already what somebody wishes for it, and when it hears next."""
    said = texts(locale)
    due = next_of(subscriptions)
    if due is None:
        return notice(
            said.say("This channel hears that already. It is paused: /hype resume"), locale
        )
    teller = Teller(said, taxonomy, zone_of(subscriptions[0].schedule.zone), now)
    when = said.say_line("The next digest comes {time}.", time=moment(due, teller))
    head: Line = (Text(said.say("This channel hears that already.")),)
    return notice(sentences(said, head, when), locale)


def next_of(subscriptions: Sequence[Subscription]) -> datetime | None:
    """Return when the next digest comes; None where none does."""
    return min((each.next_due for each in subscriptions if each.next_due), default=None)


def muted(repo: Repo, locale: str) -> Message:
    """Say that a repo is muted now."""
    said, name = texts(locale), cut(clean(str(repo.name)), LONGEST_NAME)
    words = said.say("{name} is muted: this channel hears no more of it.", name=name)
    return notice(words, locale)


def unmuted(repo: Repo, locale: str) -> Message:
    """Say that a repo is not muted any more."""
    said, name = texts(locale), cut(clean(str(repo.name)), LONGEST_NAME)
    return notice(said.say("{name} is no longer muted here.", name=name), locale)


def refined(subscriptions: Sequence[Subscription], locale: str) -> Message:
    """Say what a channel's digests leave out now, and what a day without news does."""
    said = texts(locale)
    different = list(dict.fromkeys(left_out(each.wants, said) for each in subscriptions))
    what = said.say(" / ").join(each or said.say("nothing") for each in different)
    lines = [
        said.say("This channel's digest leaves out: {what}.", what=what)
        if any(different)
        else said.say("This channel's digest leaves nothing out."),
        said.say("A day without news gets a line that says so.")
        if any(each.speaks_when_quiet for each in subscriptions)
        else said.say("A day without news stays quiet."),
    ]
    return notice(said.gap.join(lines), locale)


def alerted(alerts: Alerts | None, zone: str, locale: str) -> Message:
    """Say which alerts come from now on; `zone`: the channel's."""
    said = texts(locale)
    if alerts is None:
        return notice(said.say("No alerts: everything comes with the digest."), locale)
    how = alerts_words(alerts, said)
    words = (
        said.say("Alerts are on: {how}.", how=how)
        if alerts.quiet_from is None
        else said.say("Alerts are on: {how} ({zone}).", how=how, zone=clean(zone))
    )
    more = said.say(
        "A surge, or news of a followed repo, is posted when it is noticed; the rest comes with "
        "the digest."
    )
    return notice(words, locale, (Text(more),))


def pings(role: str, locale: str, *, hears: bool = True) -> Message:
    """Say whom a channel's digests ping from now on; `hears`: it has a digest that could."""
    said = texts(locale)
    if not role:
        return notice(said.say("The digest pings nobody any more."), locale)
    line = said.say_line("Each digest with news pings {role}.", role=Role(role))
    more: list[Line] = [
        (
            Text(
                said.say(
                    "They are pinged where the role's settings allow anyone to mention it. Days "
                    "without news, and alerts, ping nobody."
                )
            ),
        )
    ]
    if not hears:
        none = said.say("There is no digest yet: start with /hype subscribe all.")
        more.append((Text(none),))
    return notice(line, locale, *more)


def pinging(role: str, locale: str) -> Message:
    """Say whom a channel's digests ping, and how that is changed."""
    said = texts(locale)
    if role:
        line = said.say_line("Each digest with news pings {role}.", role=Role(role))
        return notice(line, locale, (Text(said.say("To end it: /hype set ping off")),))
    line = (Text(said.say("The digest pings nobody.")),)
    return notice(line, locale, (Text(said.say("To change it: /hype set ping ROLE")),))
