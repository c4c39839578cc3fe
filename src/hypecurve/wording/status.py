"""How a channel fares: the next digest, the last ones, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypecurve.domain.asking import Right
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.delivery import DeliveryState
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
from hypecurve.domain.outlook import ALL_SEEN, Outlook
from hypecurve.domain.overview import ChannelOverview, Posting, Trouble, TroubleKind
from hypecurve.domain.subscription import UNTIL_RESUMED
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.notices import called_role, named_repos, notice
from hypecurve.wording.outlook import seen_by
from hypecurve.wording.rights import lacking, rights_here
from hypecurve.wording.teller import Teller, joined, moment, sentences, words_of
from hypecurve.wording.texts import SOURCE_LOCALE, Texts, texts, to_say
from hypecurve.wording.wishes import alerts_words, left_out, zone_of

_LONGEST = 300
"""Characters of what a platform said."""
_STATES = {
    DeliveryState.PENDING: to_say("on its way"),
    DeliveryState.SENDING: to_say("being sent now"),
    DeliveryState.SENT: to_say("arrived"),
    DeliveryState.UNKNOWN: to_say("may not have arrived"),
    DeliveryState.HELD: to_say("waits until this channel takes messages"),
    DeliveryState.DEAD: to_say("could not be sent"),
    DeliveryState.EXPIRED: to_say("not sent: the next one came first"),
    DeliveryState.DROPPED: to_say("taken back"),
}
_NONE_COMES = frozenset({TroubleKind.SUSPENDED, TroubleKind.LATE, TroubleKind.NO_BOT})
_ENDS = (".", "!", "?")
_ARRIVING = frozenset({DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.SENT})


def status_message(
    found: ChannelOverview,
    taxonomy: Taxonomy,
    locale: str,
    *,
    rights: Sequence[Right] = (),
    outlook: Outlook = ALL_SEEN,
) -> Message:
    """Return how a channel fares: a line or two where all is well, else what is wrong.

    `rights`: what the app may and may not do there, where the platform tells. `outlook`: how much
    has been seen of GitHub yet.
    """
    message = _fares(found, taxonomy, locale, outlook, is_open=not lacking(rights))
    here = tuple(rights_here(rights, texts(locale)))
    return replace(message, sections=(*message.sections, *here))


def _fares(
    found: ChannelOverview, taxonomy: Taxonomy, locale: str, outlook: Outlook, *, is_open: bool
) -> Message:
    said = texts(locale)
    if not found.subscriptions and not found.troubles:
        words = said.say("This channel hears nothing yet. Try: /hype subscribe all")
        return notice(words, locale)
    zone = found.subscriptions[0].schedule.zone if found.subscriptions else "UTC"
    teller = Teller(said, taxonomy, zone_of(zone), found.at)
    head, seen = _coming(found, teller), seen_by(outlook, teller)
    if not found.troubles:
        is_well = is_open and not found.paused_until and not outlook.is_first
        well: Line = (Text(said.say("All is well.")),) if is_well else ()
        return notice(sentences(said, well, head), locale, seen, *_wishes(found, said))
    kinds = {each.kind for each in found.troubles}
    troubles = [trouble_entry(each, teller) for each in found.troubles]
    return Message(
        kind=MessageKind.NOTICE,
        notification=troubles[0].spoken,
        title=said.say("Something is wrong here"),
        sections=(Section(SectionKind.PLAIN, "", tuple(troubles)), *_last(found, teller)),
        footer=(
            *(() if _NONE_COMES & kinds else (head,)),
            *((seen,) if seen else ()),
            *_wishes(found, said),
        ),
        controls=tuple(show_controls(found, said)),
        locale=said.name,
    )


def state_words(state: DeliveryState, said: Texts) -> str:
    """Return where a delivery stands: `arrived`."""
    return said.say(_STATES[state])


def in_words(trouble: Trouble, taxonomy: Taxonomy, now: datetime) -> str:
    """Return what is wrong and how it is mended as the operator reads it, times in UTC."""
    teller = Teller(texts(SOURCE_LOCALE), taxonomy, UTC, now)
    told = (words_of(line) for line in _told(trouble, teller) if line)
    return " ".join(each if each.endswith(_ENDS) else f"{each}." for each in told)


def _coming(found: ChannelOverview, teller: Teller) -> Line:
    """When the next digest comes, and when the last one came."""
    said, due, until = teller.texts, found.next_due, found.paused_until
    if until is not None and until >= UNTIL_RESUMED:
        return (Text(said.say("Paused: nothing comes until /hype resume.")),)
    last, quiet = _arrived(found), found.quiet_at
    line: Line
    if due is None:
        line = (Text(said.say("No digest is planned.")),)
    elif due <= found.at:
        line = said.say_line("The digest of {time} is about to come.", time=moment(due, teller))
    elif quiet is not None and until is None:
        line = said.say_line(
            "Next digest {time}; the last one, {last}, had nothing to tell.",
            time=moment(due, teller),
            last=moment(quiet, teller),
        )
    elif last is None or until is not None:
        line = said.say_line("Next digest {time}.", time=moment(due, teller))
    else:
        line = said.say_line(
            "Next digest {time}; the last one arrived {last}.",
            time=moment(due, teller),
            last=moment(last, teller),
        )
    if until is None:
        return line
    ends = said.say_line("Paused until {time}.", time=moment(until, teller))
    return sentences(said, ends, line)


def _arrived(found: ChannelOverview) -> datetime | None:
    """Which digest arrived last."""
    sent = (each for each in found.last if each.delivery.state is DeliveryState.SENT)
    return next((each.due_at for each in sent if each.due_at is not None), None)


def _wishes(found: ChannelOverview, said: Texts) -> Iterator[Line]:
    alerts = next((each.alerts for each in found.subscriptions if each.alerts), None)
    if alerts is not None:
        yield (Text(said.say("Alerts: {how}", how=alerts_words(alerts, said))),)
    for what in dict.fromkeys(left_out(each.wants, said) for each in found.subscriptions):
        if what:
            yield (Text(said.say("Left out: {what}", what=what)),)
    yield from named_repos((), found.muted, said)
    yield from called_role(found.calls, said)


def trouble_entry(trouble: Trouble, teller: Teller) -> Entry:
    """Return what is wrong, and how it is mended."""
    head, *more = (line for line in _told(trouble, teller) if line)
    return Entry((head, *more), spoken=words_of(head))


def _told(trouble: Trouble, teller: Teller) -> Iterator[Line]:
    """What is wrong, then how it is mended."""
    said = teller.texts
    reason = cut(clean(said.retell(trouble.reason)), _LONGEST)
    since = "" if trouble.since is None else moment(trouble.since, teller)
    match trouble.kind:
        case TroubleKind.NO_BOT:
            yield said.say_line(
                "Nothing can arrive: no bot for {platform} is set up ({reason}).",
                platform=clean(trouble.about).capitalize(),
                reason=reason,
            )
        case TroubleKind.REFUSED:
            yield said.say_line(
                "This channel takes no messages since {time}: {reason}", time=since, reason=reason
            )
            yield _again(trouble, teller)
        case TroubleKind.SUSPENDED:
            yield said.say_line(
                "Hypecurve is no longer installed here since {time}: {reason}",
                time=since,
                reason=reason,
            )
            mend = said.say("Install it again: what was set up is kept, and goes on by itself.")
            yield (Text(mend),)
        case TroubleKind.LEFT_ALONE:
            yield said.say_line(
                "{platform} has trouble, and nothing is sent there for a while: {reason}",
                platform=clean(trouble.about).partition(":")[0].capitalize(),
                reason=reason,
            )
            yield _again(trouble, teller, by_person=False)
        case TroubleKind.LATE:
            yield said.say_line("The digest of {time} is late.", time=since)
            mend = said.say("Who runs Hypecurve: see that hypecurve run is at work.")
            yield (Text(mend),)
        case TroubleKind.ZONE:
            yield (Text(said.say("No time zone is called {zone} any more.", zone=trouble.about)),)
            mend = said.say(
                "Digests come at the hour of old. Name another one: /hype schedule Europe/Paris"
            )
            yield (Text(mend),)
        case TroubleKind.UNKNOWN | TroubleKind.DEAD:
            yield from _lost(trouble, teller, reason)


def _lost(trouble: Trouble, teller: Teller, reason: str) -> Iterator[Line]:
    said, posting = teller.texts, trouble.posting
    if posting is None:
        return
    unsure = trouble.kind is TroubleKind.UNKNOWN
    digest = posting.due_at is not None
    forms = {
        (True, True): to_say("The digest of {time} may not have arrived: {reason}"),
        (True, False): to_say("A notice of {time} may not have arrived: {reason}"),
        (False, True): to_say("The digest of {time} could not be sent: {reason}"),
        (False, False): to_say("A notice of {time} could not be sent: {reason}"),
    }
    at = moment(posting.due_at or posting.made_at, teller)
    yield said.say_line(forms[unsure, digest], time=at, reason=reason)
    if digest:
        mend = (
            said.say("It is not sent again: you might have it twice.")
            if unsure
            else said.say("What it told comes with the next one.")
        )
        yield (Text(mend),)


def _again(trouble: Trouble, teller: Teller, *, by_person: bool = True) -> Line:
    if trouble.again_at is None:
        return ()
    form = (
        to_say("Tried again {time}, or at once by /hype resume. Nothing is lost meanwhile.")
        if by_person
        else to_say("Tried again {time}. Nothing is lost meanwhile.")
    )
    return teller.texts.say_line(form, time=moment(max(trouble.again_at, teller.now), teller))


def _last(found: ChannelOverview, teller: Teller) -> Iterator[Section]:
    """The last deliveries, where there is more to tell of them than the troubles do."""
    named = [each.posting for each in found.troubles]
    arrived = DeliveryState.SENT
    if all(each in named or each.delivery.state is arrived for each in found.last):
        return
    lines = (posting_line(each, teller) for each in found.last)
    entries = tuple(Entry((line,), spoken=words_of(line)) for line in lines)
    yield Section(SectionKind.PLAIN, teller.texts.say("Last deliveries"), entries)


def posting_line(posting: Posting, teller: Teller) -> Line:
    """Return `Sun 22 Nov 09:00 · arrived`."""
    said, delivery = teller.texts, posting.delivery
    at = moment(posting.due_at or posting.made_at, teller)
    name: Line = (at,) if posting.due_at is not None else said.say_line("notice of {time}", time=at)
    state = state_words(delivery.state, said)
    # Why it is held the trouble says.
    silent = _ARRIVING | {DeliveryState.HELD}
    reason = "" if delivery.state in silent else cut(clean(said.retell(delivery.reason)), _LONGEST)
    if delivery.state is DeliveryState.PENDING and delivery.attempts:
        later = moment(max(delivery.next_try_at, teller.now), teller)
        return joined((name, said.say_line("is tried again {time}", time=later)))
    return joined((name, (Text(state),), (Text(reason),) if reason else ()))


def show_controls(found: ChannelOverview, said: Texts) -> Iterator[Control]:
    """Yield a button for a digest that may not have arrived."""
    for trouble in found.troubles:
        posting = trouble.posting
        if trouble.kind is TroubleKind.UNKNOWN and posting and posting.delivery.digest_id:
            value = f"show {posting.delivery.digest_id}"
            yield Control(Action.SHOW, said.say("Show it"), value=value)
