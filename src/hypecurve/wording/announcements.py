"""What everybody in a channel is told of a change that one of them made: who changed what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import Line, Message, Role, Text
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import UNTIL_RESUMED, Alerts, Subscription
from hypecurve.ports.store import Listener
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.notices import notice, schedule_words
from hypecurve.wording.teller import LONGEST_NAME, Teller, moment, scope
from hypecurve.wording.texts import Texts, texts, to_say
from hypecurve.wording.tongues import own_name
from hypecurve.wording.tuned import next_of
from hypecurve.wording.welcome import kinds_words
from hypecurve.wording.wishes import alerts_words, left_out, zone_of

_LONGEST = 40
"""Characters of somebody's name."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a channel heard, and what it hears now; `names` of the repos that differ."""

    who: str
    """What the others call who changed it; from outside."""
    before: Listener
    after: Listener
    at: datetime
    names: Mapping[RepoId, str]


def announced(change: Change, taxonomy: Taxonomy, locale: str) -> Message | None:
    """Return the line for the channel, a line for each thing that changed; None: nothing did."""
    said = texts(locale)
    told = list(_told(change, taxonomy, said))
    return notice(told[0], locale, *told[1:]) if told else None


def name_of_person(name: str, said: Texts) -> str:
    """Return what people call somebody, fit to be shown; `Somebody` where nobody says."""
    return cut(clean(name), _LONGEST) or said.say("Somebody")


def led(message: Message, who: str, *, shared: bool = False) -> Message:
    """Return a message for all, led by who brought it there; `shared`: only showed it to them."""
    said = texts(message.locale)
    name = name_of_person(who, said)
    words = (
        said.say("Shared by {who}", who=name)
        if shared
        else said.say("{who} subscribed this channel.", who=name)
    )
    return replace(message, subtitle=((Text(words),), *message.subtitle))


def _told(change: Change, taxonomy: Taxonomy, said: Texts) -> Iterator[Line]:
    who = name_of_person(change.who, said)
    had, has = change.before.subscriptions, change.after.subscriptions
    if had and not has:
        yield (Text(said.say("{who} ended this channel's digest.", who=who)),)
    elif has and not had:
        what = _wants(has, taxonomy, said)
        yield (Text(said.say("{who} subscribed this channel: {what}", who=who, what=what)),)
    elif has:
        zone = zone_of(has[0].schedule.zone)
        teller = Teller(said, taxonomy, zone, change.at)
        yield from _changed(who, had, has, teller)
    yield from _tried(who, change.before, change.after, said)
    yield from _repos(who, change, said)
    yield from _spoken(who, change, said)
    yield from _called(who, change, said)


def _changed(
    who: str, had: Sequence[Subscription], has: Sequence[Subscription], teller: Teller
) -> Iterator[Line]:
    """What differs between two times at which the channel heard something."""
    said, taxonomy = teller.texts, teller.taxonomy
    parts = [
        now
        for before, now in (
            (_wants(had, taxonomy, said), _wants(has, taxonomy, said)),
            (_schedules(had, said), _schedules(has, said)),
        )
        if before != now
    ]
    if parts:
        form = to_say("{who} changed the digest: {what}")
        yield (Text(said.say(form, who=who, what=said.clauses(parts))),)
    if _left_out(had, said) != (now := _left_out(has, said)):
        form = to_say("{who} changed what the digest leaves out: {what}")
        yield (Text(said.say(form, who=who, what=now)),)
    yield from _quiet(who, had, has, said)
    yield from _alerts(who, had, has, said)
    yield from _pauses(who, had, has, teller)


def _wants(items: Sequence[Subscription], taxonomy: Taxonomy, said: Texts) -> str:
    """`Agents (new and rising) / Models (rising)`."""
    told = (
        said.say(
            "{what} ({kinds})",
            what=scope(said, taxonomy, each.wants.categories),
            kinds=kinds_words(each.wants, said),
        )
        for each in items
    )
    return said.say(" / ").join(dict.fromkeys(told))


def _schedules(items: Sequence[Subscription], said: Texts) -> str:
    told = (schedule_words(each.schedule, said) for each in items)
    return said.say(" / ").join(dict.fromkeys(told))


def _left_out(items: Sequence[Subscription], said: Texts) -> str:
    told = (left_out(each.wants, said) or said.say("nothing") for each in items)
    return said.say(" / ").join(dict.fromkeys(told))


def _quiet(
    who: str, had: Sequence[Subscription], has: Sequence[Subscription], said: Texts
) -> Iterator[Line]:
    speaks = any(each.speaks_when_quiet for each in has)
    if speaks == any(each.speaks_when_quiet for each in had):
        return
    yield (
        Text(
            said.say("{who} asked for a line on days without news.", who=who)
            if speaks
            else said.say("{who} asked for no line on days without news.", who=who)
        ),
    )


def _alerts(
    who: str, had: Sequence[Subscription], has: Sequence[Subscription], said: Texts
) -> Iterator[Line]:
    before, now = _alerts_of(had), _alerts_of(has)
    if before == now:
        return
    if now is None:
        yield (Text(said.say("{who} turned alerts off.", who=who)),)
        return
    how = alerts_words(now, said)
    yield (Text(said.say("{who} set the alerts: {how}", who=who, how=how)),)


def _alerts_of(items: Sequence[Subscription]) -> Alerts | None:
    return next((each.alerts for each in items if each.alerts), None)


def _pauses(
    who: str, had: Sequence[Subscription], has: Sequence[Subscription], teller: Teller
) -> Iterator[Line]:
    said = teller.texts
    before, until = _pause_of(had, teller.now), _pause_of(has, teller.now)
    if before == until:
        return
    if until is not None and until >= UNTIL_RESUMED:
        yield (Text(said.say("{who} paused the digest until somebody resumes it.", who=who)),)
    elif until is not None:
        form = to_say("{who} paused the digest until {time}.")
        yield said.say_line(form, who=who, time=moment(until, teller))
    elif (due := next_of(has)) is not None:
        form = to_say("{who} resumed the digest: the next one comes {time}.")
        yield said.say_line(form, who=who, time=moment(due, teller))
    else:
        yield (Text(said.say("{who} resumed the digest.", who=who)),)


def _pause_of(items: Sequence[Subscription], now: datetime) -> datetime | None:
    ends = (each.paused_until for each in items)
    return max((end for end in ends if end is not None and end > now), default=None)


def _tried(who: str, before: Listener, after: Listener, said: Texts) -> Iterator[Line]:
    """Somebody said that the channel takes messages again."""
    if before.pause and after.pause and after.pause.probe_at != before.pause.probe_at:
        yield (Text(said.say("{who} asked to try this channel again.", who=who)),)


def _repos(who: str, change: Change, said: Texts) -> Iterator[Line]:
    before, after = change.before, change.after
    had, has = (before.followed, before.muted), (after.followed, after.muted)
    if follows := _names(has[0] - had[0], change, said):
        yield (Text(said.say("{who} follows {names} here.", who=who, names=follows)),)
    if mutes := _names(has[1] - had[1], change, said):
        yield (Text(said.say("{who} muted {names} here.", who=who, names=mutes)),)
    # What is muted is followed no more, and the other way round: that goes without saying.
    if left := _names(had[0] - has[0] - has[1], change, said):
        yield (Text(said.say("{who} no longer follows {names} here.", who=who, names=left)),)
    if heard := _names(had[1] - has[1] - has[0], change, said):
        yield (Text(said.say("{who} unmuted {names} here.", who=who, names=heard)),)


def _names(ids: Collection[RepoId], change: Change, said: Texts) -> str:
    names = (change.names.get(each, str(each)) for each in sorted(ids))
    return said.listing(cut(clean(name), LONGEST_NAME) for name in names)


def _spoken(who: str, change: Change, said: Texts) -> Iterator[Line]:
    before, after = change.before.locale, change.after.locale
    if before == after or not after:
        return
    form = to_say("{who} chose the language of this channel: {language}")
    yield (Text(said.say(form, who=who, language=own_name(after))),)


def _called(who: str, change: Change, said: Texts) -> Iterator[Line]:
    """Whom the digest pings; it is named here, and not pinged."""
    role = change.after.calls
    if role == change.before.calls:
        return
    if role:
        form = to_say("{who} lets each digest with news ping {role}.")
        yield said.say_line(form, who=who, role=Role(role))
    else:
        yield (Text(said.say("{who} lets the digest ping nobody any more.", who=who)),)
