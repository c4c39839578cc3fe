"""Short answers: what was done, what is subscribed, what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import HypecurveError, UnknownCategory
from hypecurve.domain.message import (
    Action,
    Control,
    Entry,
    Line,
    Message,
    MessageKind,
    Role,
    Section,
    SectionKind,
    Style,
    Text,
)
from hypecurve.domain.repo import Repo
from hypecurve.domain.subscription import ALL_DAYS, WORKDAYS, Schedule, Subscription
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.teller import LONGEST_NAME, Teller, joined, moment, scope, words_of
from hypecurve.wording.texts import Texts, texts, to_say
from hypecurve.wording.typed import LISTING
from hypecurve.wording.welcome import kinds_words
from hypecurve.wording.wishes import alerts_words, left_out, paused_line, zone_of

_LONGEST_ERROR = 500
_REPOS_NAMED = 30
"""Followed or muted ones that are named; of more only their number is said."""


def subscriptions_message(
    subscriptions: Sequence[Subscription],
    taxonomy: Taxonomy,
    locale: str,
    *,
    now: datetime,
    followed: Iterable[str] = (),
    muted: Iterable[str] = (),
    calls: str = "",
) -> Message:
    """Return what a channel hears and when.

    `followed` and `muted` are repo names, `now` is aware UTC; `calls`: the id of the role that is
    pinged, "" nobody.
    """
    said = texts(locale)
    title = said.say("What this channel hears")
    entries = tuple(subscription_entry(one, taxonomy, said, now) for one in subscriptions)
    named = (*named_repos(followed, muted, said), *called_role(calls, said))
    if not entries:
        return notice(said.say("Nothing yet. Try: /hype subscribe all"), locale, *named)
    change = said.say(
        "Change it: /hype subscribe, unsubscribe, schedule 09:00 Europe/Paris, set filter, "
        "set alerts"
    )
    return Message(
        kind=MessageKind.NOTICE,
        notification=title,
        title=title,
        sections=(Section(SectionKind.PLAIN, "", entries),),
        footer=(*named, (Text(change),)),
        controls=(Control(Action.PREVIEW, said.say("Preview"), value="preview"),),
        locale=said.name,
    )


def named_repos(followed: Iterable[str], muted: Iterable[str], said: Texts) -> Iterator[Line]:
    """Yield a line of the repos that are followed, and one of those that are muted."""
    for form, names in (
        (to_say("Followed: {names}"), followed),
        (to_say("Muted: {names}"), muted),
    ):
        shown = [cut(clean(name), LONGEST_NAME) for name in names]
        left = len(shown) - _REPOS_NAMED
        if left > 0:
            shown = [*shown[:_REPOS_NAMED], said.say_count("{n} more", "{n} more", left)]
        if shown:
            yield (Text(said.say(form, names=said.listing(shown))),)


def called_role(role: str, said: Texts) -> Iterator[Line]:
    """Yield a line of the role that digests ping, where there is one."""
    if role:
        yield said.say_line("Pinged by each digest with news: {role}", role=Role(role))


def schedule_words(schedule: Schedule, said: Texts) -> str:
    """Return `weekdays at 09:00 Europe/Paris`."""
    if schedule.weekdays == ALL_DAYS:
        days = said.say("daily")
    elif schedule.weekdays == WORKDAYS:
        days = said.say("weekdays")
    else:
        days = said.listing(said.weekday(day) for day in sorted(schedule.weekdays))
    return said.say(
        "{days} at {time} {zone}", days=days, time=f"{schedule.at:%H:%M}", zone=schedule.zone
    )


def unsubscribed(categories: Iterable[str], taxonomy: Taxonomy, locale: str) -> Message:
    """Say what was taken off; no categories: all of it."""
    said, slugs = texts(locale), frozenset(categories)
    if not slugs:
        return notice(said.say("This channel hears nothing any more."), locale)
    what = scope(said, taxonomy, slugs)
    return notice(said.say("{what}: no longer in this channel's digest.", what=what), locale)


def not_subscribed(categories: Iterable[str], taxonomy: Taxonomy, locale: str) -> Message:
    """Say that there was nothing to take off."""
    said = texts(locale)
    what = scope(said, taxonomy, categories)
    return notice(said.say("This channel was not subscribed to {what}.", what=what), locale)


def scheduled(
    subscription: Subscription, taxonomy: Taxonomy, locale: str, hint: Line = ()
) -> Message:
    """Say when the digest comes from now on; `hint`: a line below."""
    said = texts(locale)
    how = schedule_words(subscription.schedule, said)
    if subscription.next_due is None:
        return notice(said.say("The digest comes {schedule}.", schedule=how), locale)
    zone = zone_of(subscription.schedule.zone)
    teller = Teller(said, taxonomy, zone, subscription.next_due)
    line = said.say_line(
        "The digest comes {schedule}, next {time}.",
        schedule=how,
        time=moment(subscription.next_due, teller),
    )
    return _of_line(line, said, MessageKind.NOTICE, hint)


def zone_hint(at: time, platform: str, locale: str) -> Line:
    """Return that a time is taken as UTC's, as nobody said a zone, and how to say one.

    `platform`: where it is read; one that lists options wants their names.
    """
    option = "zone: " if platform in LISTING else ""
    return texts(locale).say_line(
        "{time} UTC; another zone: {command}",
        time=f"{at:%H:%M}",
        command=Text(f"/hype schedule {option}Europe/Paris", Style.CODE),
    )


def followed(repo: Repo, locale: str) -> Message:
    """Say that a repo is followed now."""
    said = texts(locale)
    return notice(said.say("Following {name}.", name=_name(repo)), locale)


def followed_unheard(repo: Repo, locale: str) -> Message:
    """Say that a repo is followed now, in a channel that has no digest that could speak of it."""
    said = texts(locale)
    return notice(
        said.say(
            "Following {name}. Its news comes with this channel's digest, and there is none yet: "
            "start with /hype subscribe all.",
            name=_name(repo),
        ),
        locale,
    )


def unfollowed(repo: Repo, locale: str) -> Message:
    """Say that a repo is followed no longer."""
    said = texts(locale)
    return notice(said.say("No longer following {name}.", name=_name(repo)), locale)


def error_message(error: HypecurveError, locale: str) -> Message:
    """Return what went wrong, in the reader's language where the catalogue knows the text."""
    said = texts(locale)
    if isinstance(error, UnknownCategory) and not error.suggestions:
        words = said.say(
            "There is no category '{slip}'. /hype categories lists them.", slip=error.text
        )
    else:
        words = said.tell(error) or said.say("Something went wrong.")
    shown = cut(clean(words), _LONGEST_ERROR)
    return _of_line((Text(shown),), said, MessageKind.ERROR)


def notice(words: str | Line, locale: str, *more: Line) -> Message:
    """Return one sentence as a message, and lines below it; it is in the language already."""
    line = (Text(words),) if isinstance(words, str) else words
    return _of_line(line, texts(locale), MessageKind.NOTICE, *more)


def _of_line(
    line: Line, said: Texts, kind: MessageKind = MessageKind.NOTICE, *more: Line
) -> Message:
    words = words_of(line)
    lines = (line, *(extra for extra in more if extra))
    return Message(
        kind=kind,
        notification=words,
        sections=(Section(SectionKind.PLAIN, "", (Entry(lines, spoken=words),)),),
        locale=said.name,
    )


def subscription_entry(one: Subscription, taxonomy: Taxonomy, said: Texts, now: datetime) -> Entry:
    """Return what one subscription tells, when it comes next, and what is peculiar to it."""
    teller = Teller(said, taxonomy, zone_of(one.schedule.zone), now)
    head: Line = joined(
        (
            (Text(scope(said, taxonomy, one.wants.categories)),),
            (Text(kinds_words(one.wants, said)),),
        )
    )
    when: Line = (Text(schedule_words(one.schedule, said)),)
    following: Line = ()
    if one.paused_until is not None and one.paused_until > now:
        following = paused_line(one.paused_until, teller)
    elif one.next_due is not None:
        following = said.say_line("next {time}", time=moment(one.next_due, teller))
    lines = (head, joined((when, following)), *_tuned(one, said))
    return Entry(lines, spoken=said.clauses(words_of(line) for line in lines))


def _tuned(one: Subscription, said: Texts) -> Iterator[Line]:
    """What is not as it is for everybody."""
    if what := left_out(one.wants, said):
        yield (Text(said.say("leaves out: {what}", what=what)),)
    if one.alerts is not None:
        yield (Text(said.say("alerts: {how}", how=alerts_words(one.alerts, said))),)
    if one.speaks_when_quiet:
        yield (Text(said.say("says so where a day brings no news")),)


def _name(repo: Repo) -> str:
    return cut(clean(str(repo.name)), LONGEST_NAME)
