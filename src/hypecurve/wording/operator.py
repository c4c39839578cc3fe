"""What the operator hears: trouble that wants a person, or that ends by itself, and what to do.

Times are UTC, as the log's are: the operator's channel has no zone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypecurve.domain.message import Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.teller import words_of
from hypecurve.wording.texts import SOURCE_LOCALE, Texts, texts

_LONGEST = 300
"""Characters of what a platform said."""
_TERM = 80


def partial(seen: int, expected: int, at: datetime, locale: str = SOURCE_LOCALE) -> Message:
    """Say that many repos did not answer."""
    said = texts(locale)
    return _notice(
        said.say(
            "GitHub answered for {share} of {repos} repos on {time}.",
            share=said.percent(seen / expected if expected else 0.0),
            repos=said.exact(expected),
            time=_time(at, said),
        ),
        said.say(
            "Nothing to do: what did not answer counts as unknown, and it is asked again soon. "
            "Where it lasts, look at githubstatus.com."
        ),
        said,
    )


def still(since: datetime, locale: str = SOURCE_LOCALE) -> Message:
    """Say that all counts stand still; `since`: when they last moved."""
    said = texts(locale)
    return _notice(
        said.say(
            "All counts stand still since {time}: GitHub tells old numbers.",
            time=_time(since, said),
        ),
        said.say(
            "Nothing to do: these numbers are not believed, and digests go without rising and "
            "quiet until they move again."
        ),
        said,
    )


def well_again(seen: int, expected: int, at: datetime, locale: str = SOURCE_LOCALE) -> Message:
    """Say that the trouble with the counts is over."""
    said = texts(locale)
    return _notice(
        said.say(
            "GitHub is well again: {seen} of {repos} repos answered on {time}.",
            seen=said.exact(seen),
            repos=said.exact(expected),
            time=_time(at, said),
        ),
        "",
        said,
    )


def token_ends(at: datetime, days: int, locale: str = SOURCE_LOCALE) -> Message:
    """Say that GitHub's token ends; `days`: days until then, begun ones count."""
    said = texts(locale)
    return _notice(
        said.say_count(
            "The GitHub token ends in {n} day, on {time}.",
            "The GitHub token ends in {n} days, on {time}.",
            days,
            time=_time(at, said, year=True),
        )
        if days > 0
        else said.say("The GitHub token ended on {time}.", time=_time(at, said, year=True)),
        said.say(
            "Make a new one at github.com/settings/tokens (it needs no scope), set GITHUB_TOKEN to "
            "it, and start the service anew."
        ),
        said,
    )


def refused(reason: str, locale: str = SOURCE_LOCALE) -> Message:
    """Say that GitHub refuses us; `reason` is the error's, which says what to do."""
    said = texts(locale)
    return _notice(
        cut(clean(said.retell(reason)), _LONGEST),
        said.say("Until then nothing is counted. hypecurve doctor tells whether it is mended."),
        said,
    )


def search_unread(term: str, since: datetime | None, locale: str = SOURCE_LOCALE) -> Message:
    """Say that a search is cut short again and again; `since`: when it was last read whole."""
    said = texts(locale)
    name = cut(clean(term), _TERM)
    head = (
        said.say("The search for '{term}' has never been read to its end.", term=name)
        if since is None
        else said.say(
            "The search for '{term}' was last read to its end on {time}.",
            term=name,
            time=_time(since, said),
        )
    )
    return _notice(
        head,
        said.say(
            "New repos of it may be missing; what is known is counted all the same. "
            "The log says what cuts it short."
        ),
        said,
    )


def clock_off(skew: timedelta, locale: str = SOURCE_LOCALE) -> Message:
    """Say that our clock is wrong; `skew`: GitHub's clock minus ours."""
    said = texts(locale)
    minutes = round(abs(skew) / timedelta(minutes=1))
    return _notice(
        said.say_count(
            "This machine's clock is {n} minute behind GitHub's.",
            "This machine's clock is {n} minutes behind GitHub's.",
            minutes,
        )
        if skew > timedelta(0)
        else said.say_count(
            "This machine's clock is {n} minute ahead of GitHub's.",
            "This machine's clock is {n} minutes ahead of GitHub's.",
            minutes,
        ),
        said.say("Let NTP set it: digests come, and platforms believe us, by the clock."),
        said,
    )


def left_alone(platform: str, reason: str, until: datetime, locale: str = SOURCE_LOCALE) -> Message:
    """Say that nothing is sent to a platform for a while; `reason`: why, in English."""
    said = texts(locale)
    return _notice(
        said.say(
            "Nothing is sent to {platform} until {time}: {reason}",
            platform=clean(platform),
            time=_time(until, said),
            reason=cut(clean(said.retell(reason)), _LONGEST),
        ),
        said.say(
            "Nothing is lost: it goes on by itself. Where this comes again, hypecurve status and "
            "hypecurve doctor tell more."
        ),
        said,
    )


def suspended(tenant: str, reason: str, locale: str = SOURCE_LOCALE) -> Message:
    """Say that the app was removed from a tenant; `reason`: what told us so, in English."""
    said = texts(locale)
    return _notice(
        said.say(
            "Hypecurve is no longer installed in {tenant}: {reason}",
            tenant=clean(tenant),
            reason=cut(clean(said.retell(reason)), _LONGEST),
        ),
        said.say(
            "Nothing more is sent there. What its channels subscribed to is kept, and goes on "
            "once the app is installed again."
        ),
        said,
    )


def sealed(tenant: str, reason: str, locale: str = SOURCE_LOCALE) -> Message:
    """Say that no key opens a tenant's tokens; `reason`: the same, and what to do, in English."""
    said = texts(locale)
    return _notice(
        said.say(
            "Nothing can be sent to {tenant}: {reason}",
            tenant=clean(tenant),
            reason=cut(clean(said.retell(reason)), _LONGEST),
        ),
        said.say(
            "What is due there waits for a week at most, and goes on by itself once its tokens can "
            "be read."
        ),
        said,
    )


def dead(delivery_id: int, channel: str, reason: str, locale: str = SOURCE_LOCALE) -> Message:
    """Say that a message cannot be sent as it is; `reason`: what the platform said."""
    said = texts(locale)
    return _notice(
        said.say(
            "Delivery {id} to {channel} cannot be sent: {reason}",
            id=delivery_id,
            channel=clean(channel),
            reason=cut(clean(said.retell(reason)), _LONGEST),
        ),
        said.say(
            "What it told comes with the channel's next digest. hypecurve deliveries --state dead "
            "lists all such; hypecurve deliveries retry {id} tries this one again.",
            id=delivery_id,
        ),
        said,
    )


def in_one_line(message: Message) -> str:
    """Return a notice as the log has it: what is the matter, then what to do."""
    entries = (entry for section in message.sections for entry in section.entries)
    return " ".join(words_of(line) for entry in entries for line in entry.lines)


def _notice(head: str, to_do: str, said: Texts) -> Message:
    lines = tuple((Text(words),) for words in (head, to_do) if words)
    # In words the head is said by the notification already.
    entry = Entry(lines, spoken=to_do or head)
    return Message(
        kind=MessageKind.NOTICE,
        notification=head,
        sections=(Section(SectionKind.PLAIN, "", (entry,)),),
        locale=said.name,
    )


def _time(at: datetime, said: Texts, *, year: bool = False) -> str:
    day = at.astimezone(UTC).date()
    shown = said.date(day, year=True) if year else said.weekday_date(day)
    return f"{shown} {said.time(at, UTC)} UTC"
