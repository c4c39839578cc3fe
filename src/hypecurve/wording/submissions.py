"""What somebody who submits a repo is told, at once and when it is listed."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hypecurve.domain.catalogue import CatalogueEntry
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
from hypecurve.domain.repo import RepoName
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.submission import Outcome, Submission, Submitted
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.teller import (
    LONGEST_NAME,
    about,
    joined,
    name_of,
    place_title,
    words_of,
)
from hypecurve.wording.texts import Texts, texts, to_say

_O = Outcome
_SAID = {
    _O.WATCHED: to_say(
        "{name} has {stars}: it is watched from now on and listed when it reaches {bar}."
    ),
    _O.PASSES: to_say("{name} has {stars}, and {bar} are enough: the next update lists it."),
    _O.LISTED: to_say("{name} is listed already, with {stars}."),
    _O.SUBMITTED: to_say(
        "{name} is watched already: it has {stars} and is listed when it reaches {bar}."
    ),
    _O.FORK: to_say("{name} is a fork of {origin}: it waits for the operator's word."),
    _O.NOT_AI: to_say("{name} does not look like AI: it waits for the operator's word."),
    _O.WAITING: to_say("{name} was submitted before and waits for the operator's word."),
    _O.REFUSED: to_say("{name} was submitted before, and the operator said no."),
    _O.BLOCKED: to_say("{name} is not taken: the operator wants no submission of it, or of yours."),
    _O.FORGOTTEN: to_say(
        "{name} is not taken: its owner asked to be forgotten, and no repo of theirs is kept."
    ),
}
_HEARD = {
    _O.WATCHED: to_say(
        "{name} has {stars}: it is watched from now on and listed when it reaches {bar}; "
        "this channel hears so."
    ),
    _O.PASSES: to_say(
        "{name} has {stars}, and {bar} are enough: the next update lists it; this channel hears so."
    ),
    _O.SUBMITTED: to_say(
        "{name} is watched already: it has {stars} and is listed when it reaches {bar}; "
        "this channel hears so too."
    ),
}
"""The same where a channel asks."""
_OVER_ALREADY = to_say("{name} is watched already, with {stars}: the next update lists it.")
_OVER_ALREADY_HEARD = to_say(
    "{name} is watched already, with {stars}: the next update lists it; this channel hears so too."
)
_FORK = to_say("{name} is a fork: it waits for the operator's word.")
_GONE = {
    "dmca": to_say("{name} was taken down by GitHub after a copyright (DMCA) notice."),
    "tos": to_say("{name} was disabled by GitHub for breaking its terms."),
    "blocked": to_say("{name} is blocked by GitHub."),
}
_NOT_THERE = to_say("There is no {name} on GitHub, or it is private.")
_NO_MORE = frozenset({_O.GONE, _O.BLOCKED, _O.FORGOTTEN, _O.ASKED_ENOUGH, _O.TOO_MANY})
_TO_BE = frozenset({_O.WATCHED, _O.PASSES, _O.SUBMITTED})


def submitted_message(
    submitted: Submitted, taxonomy: Taxonomy, locale: str, *, here: bool = True
) -> Message:
    """Return what somebody is told who submits a repo; `here`: in a channel, which hears more."""
    said = texts(locale)
    lines: list[Line] = [(Text(_verdict(submitted, said, here=here)),)]
    if submitted.asked.key != submitted.name.key:
        lines.append((Text(_renamed(submitted.asked, submitted.name, said)),))
    if submitted.category is not None:
        title = place_title(taxonomy, submitted.category, said)
        lines.append((Text(said.say("Category: {category}", category=title)),))
    elif here and submitted.outcome in _TO_BE:
        hint = to_say("Its category is not clear. To suggest one: /hype submit {name} CATEGORY")
        lines.append((Text(said.say(hint, name=_shown(submitted.name))),))
    words = words_of(lines[0])
    return Message(
        kind=MessageKind.ERROR if submitted.outcome in _NO_MORE else MessageKind.NOTICE,
        notification=words,
        sections=(
            Section(
                SectionKind.PLAIN,
                "",
                (Entry(tuple(lines), spoken="\n".join(words_of(line) for line in lines)),),
            ),
        ),
        locale=said.name,
    )


def listed_message(
    submission: Submission,
    entry: CatalogueEntry,
    taxonomy: Taxonomy,
    locale: str,
    *,
    zone: str,
    passed: int | None,
) -> Message:
    """Return the notice that what a channel submitted is listed.

    `zone`: the channel's; `passed`: the bar that it passed, None where it stood over it before.
    """
    said, repo = texts(locale), entry.repo
    name = name_of(repo)
    day = _day(submission.at, entry.listed_at or submission.at, parse_zone(zone), said)
    former = "" if submission.name.key == repo.name.key else _shown(submission.name)
    bar = "" if passed is None else said.exact(passed)
    if former and bar:
        form = to_say(
            "{name}, submitted here on {day} as {former}, passed {bar} stars and is listed now."
        )
    elif former:
        form = to_say("{name}, submitted here on {day} as {former}, is listed now.")
    elif bar:
        form = to_say("{name}, submitted here on {day}, passed {bar} stars and is listed now.")
    else:
        form = to_say("{name}, submitted here on {day}, is listed now.")
    head = said.say_line(form, name=name, day=day, former=former, bar=bar)
    detail = about(repo)
    lines: tuple[Line, ...] = (
        head,
        joined(
            (
                (Text(_stars(repo.stars, said)),),
                (Text(place_title(taxonomy, entry.place.category, said)),),
            )
        ),
        *(((Text(detail),),) if detail else ()),
    )
    words = words_of(head)
    return Message(
        kind=MessageKind.NOTICE,
        notification=words,
        sections=(
            Section(
                SectionKind.NEW,
                "",
                (Entry(lines, repo.id, str(repo.name), spoken=words),),
            ),
        ),
        controls=(Control(Action.OPEN_REPO, said.say("Open on GitHub"), url=name.url),),
        locale=said.name,
    )


def _verdict(submitted: Submitted, said: Texts, *, here: bool) -> str:
    outcome, name = submitted.outcome, _shown(submitted.name)
    if outcome is _O.GONE:
        return said.say(_GONE.get(submitted.gone_why, _NOT_THERE), name=name)
    if outcome in {_O.TOO_MANY, _O.ASKED_ENOUGH}:
        return _too_many(submitted, said)
    form = _SAID[outcome]
    if here:
        form = _HEARD.get(outcome, form)
    if outcome is _O.SUBMITTED and (submitted.stars or 0) >= submitted.bar:
        form = _OVER_ALREADY_HEARD if here else _OVER_ALREADY
    if outcome is _O.FORK and submitted.fork_of is None:
        form = _FORK
    return said.say(
        form,
        name=name,
        stars=_stars(submitted.stars or 0, said),
        bar=said.exact(submitted.bar),
        origin="" if submitted.fork_of is None else _shown(submitted.fork_of),
    )


def _too_many(submitted: Submitted, said: Texts) -> str:
    limit = submitted.limit
    if not limit:
        return said.say("The operator takes no submissions here.")
    if submitted.outcome is _O.ASKED_ENOUGH:
        return said.say_count(
            "You asked for {n} repo within 24 hours, as many as a day allows. Try again tomorrow.",
            "You asked for {n} repos within 24 hours, as many as a day allows. Try again tomorrow.",
            limit,
        )
    return said.say_count(
        "You submitted {n} repo within 24 hours, as many as a day allows. Try again tomorrow.",
        "You submitted {n} repos within 24 hours, as many as a day allows. Try again tomorrow.",
        limit,
    )


def _renamed(asked: RepoName, name: RepoName, said: Texts) -> str:
    return said.say("{former} is called {name} now.", former=_shown(asked), name=_shown(name))


def _stars(stars: int, said: Texts) -> str:
    return said.say_count("{n} star", "{n} stars", stars)


def _shown(name: RepoName) -> str:
    return cut(clean(str(name)), LONGEST_NAME)


def _day(at: datetime, now: datetime, zone: tzinfo, said: Texts) -> str:
    """A calendar day: a notice may be read days later."""
    day = at.astimezone(zone).date()
    return said.date(day, year=day.year != now.astimezone(zone).year)
