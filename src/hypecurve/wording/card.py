"""A repo's card: all we know of it in a few lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hypecurve.domain.catalogue import Card, CatalogueEntry, RepoState, Spoken
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.chart import Picture
from hypecurve.domain.message import (
    Action,
    Bars,
    Entry,
    Line,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.signal import LEAST_PACE
from hypecurve.wording.bars import bars, merged
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.facts import last_push, usual
from hypecurve.wording.handles import card_controls
from hypecurve.wording.happened import gone_why
from hypecurve.wording.places import place_reason
from hypecurve.wording.teller import LONGEST_NAME, Teller, joined, moment, words_of
from hypecurve.wording.texts import Texts, texts, to_say

_LONGEST_TEXT = 300
_REASON = 120
_BARS = 26
"""Two weeks a bar: a year fits a phone's line."""
STATES = {
    RepoState.ACTIVE: to_say("Steady"),
    RepoState.RISING: to_say("Rising"),
    RepoState.COOLING: to_say("Cooling"),
    RepoState.STALLED: to_say("Stalled"),
    RepoState.MAINTAINED: to_say("Quiet but maintained"),
    RepoState.ARCHIVED: to_say("Archived"),
    RepoState.GONE: to_say("Gone from GitHub"),
}
_SECTION = {
    RepoState.RISING: SectionKind.RISING,
    RepoState.COOLING: SectionKind.QUIET,
    RepoState.STALLED: SectionKind.QUIET,
    RepoState.MAINTAINED: SectionKind.QUIET,
    RepoState.ARCHIVED: SectionKind.QUIET,
    RepoState.GONE: SectionKind.QUIET,
}
_SPOKEN = {
    "new": to_say("announced as new {day}"),
    "rising": to_say("announced as rising {day}"),
    "stalled": to_say("announced as stalled {day}"),
    "awake": to_say("announced as awake {day}"),
    "archived": to_say("archived {day}"),
    "unarchived": to_say("unarchived {day}"),
    "renamed": to_say("renamed {day}"),
    "moved": to_say("moved to another owner {day}"),
    "name taken": to_say("its old name taken by another repo {day}"),
    "relicensed": to_say("licence changed {day}"),
    "detached": to_say("no longer a fork since {day}"),
    "gone": to_say("gone from GitHub since {day}"),
    "returned": to_say("back on GitHub since {day}"),
    "corrected": to_say("count corrected {day}"),
    "milestone": to_say("passed a milestone {day}"),
}
_JUST = timedelta(days=7)
"""As long as this, what was announced stands before a state that knows nothing of it."""
_ANNOUNCED = {"new": to_say("New"), "awake": to_say("Woke up")}
_STATES_SPOKEN = frozenset({"new", "rising", "stalled", "awake"})
_COMMON = frozenset({RepoState.ACTIVE, RepoState.COOLING})


def card_message(card: Card, taxonomy: Taxonomy, locale: str, zone: str) -> Message:
    """Return a repo's card; what is unknown is left out. Its times are those of `zone`."""
    said, entry = texts(locale), card.entry
    teller = Teller(said, taxonomy, parse_zone(zone), entry.seen_at)
    name = cut(clean(str(entry.repo.name)), LONGEST_NAME)
    state = _state(card, said)
    title = said.say("{name} · {state}", name=name, state=state) if state else name
    description = cut(clean(entry.repo.description), _LONGEST_TEXT)
    lines: Iterable[Line] = (
        _gone(card, said),
        (Text(description),) if description else (),
        _what(entry, teller),
        _counts(card, said),
        growth_line(entry, said),
        _curve(card, said),
        _announced(card.spoken, teller),
        _dates(card, teller),
    )
    shown = tuple(line for line in lines if line)
    section = Section(
        SectionKind.PLAIN if card.past_view else _SECTION.get(entry.state, SectionKind.PLAIN),
        "",
        (
            Entry(
                shown,
                entry.repo.id,
                str(entry.repo.name),
                spoken="\n".join(words_of(line) for line in shown if not _is_curve(line)),
            ),
        ),
    )
    return Message(
        kind=MessageKind.CARD,
        notification=said.say(
            "{title}, {stars}",
            title=title,
            stars=said.say_count("{n} star", "{n} stars", entry.repo.stars),
        )
        if card.stars_known
        else title,
        title=title,
        sections=(section,),
        controls=card_controls(card, said),
        locale=said.name,
    )


def with_curve(message: Message, picture: Picture) -> Message:
    """Return a card that shows its repo's curve, so that no button has to."""
    left = tuple(each for each in message.controls if each.action is not Action.CURVE)
    return replace(message, controls=left, picture=picture)


def _state(card: Card, said: Texts) -> str:
    """Where the repo stands, in words; "" where it is not known."""
    if card.past_view:
        return ""
    if card.watch_only and card.entry.state is RepoState.ACTIVE:
        return said.say("Watched, not listed yet")
    if card.entry.state in _COMMON and (word := _just_announced(card)):
        return said.say(word)
    state = said.say(STATES[card.entry.state])
    multiple = growth_multiple(card.entry)
    if card.entry.state is RepoState.RISING and multiple is not None:
        return said.say("{state} {times}", state=state, times=said.multiple(multiple))
    return state


def _just_announced(card: Card) -> str | None:
    """The word for what was announced some days ago at most, where it has one of its own."""
    for spoken in card.spoken:
        if spoken.kind in _STATES_SPOKEN:
            fresh = card.entry.seen_at - spoken.at <= _JUST
            return _ANNOUNCED.get(spoken.kind) if fresh else None
    return None


def growth_multiple(entry: CatalogueEntry) -> float | None:
    """The last week by the usual one; None where either is unknown or the pace under 5 a week."""
    week, pace = entry.growth.week, entry.usual_week
    return None if week is None or pace is None or pace < LEAST_PACE else week / pace


def _gone(card: Card, said: Texts) -> Line:
    """Why a repo that is gone is gone; of an earlier time it says nothing."""
    gone = card.entry.state is RepoState.GONE and not card.past_view
    why = gone_why(card.entry.gone_why, said) if gone else ""
    return (Text(said.say("Gone from GitHub: {why}", why=why)),) if why else ()


def _what(entry: CatalogueEntry, teller: Teller) -> Line:
    said, repo = teller.texts, entry.repo
    place, reason = teller.place(entry), cut(place_reason(entry.place, said), _REASON)
    if entry.place.by_operator:
        place = said.say("{category} (chosen by the operator)", category=place)
    elif reason:
        place = said.say("{category} ({reason})", category=place, reason=reason)
    facts = (place, clean(repo.language or ""), clean(repo.license or ""))
    return joined((Text(cut(fact, _LONGEST_TEXT)),) for fact in facts if fact)


def _counts(card: Card, said: Texts) -> Line:
    repo, facts = card.entry.repo, []
    if card.stars_known:
        stars = said.short(repo.stars)
        facts.append(
            said.say_count(
                "{stars} star", "{stars} stars", said.shown_number(repo.stars), stars=stars
            )
        )
    if repo.forks is not None:
        facts.append(said.say_count("{n} fork", "{n} forks", repo.forks))
    if repo.open_issues is not None:
        facts.append(said.say_count("{n} open issue", "{n} open issues", repo.open_issues))
    if repo.owner_is_organisation is not None:
        facts.append(said.say("organisation") if repo.owner_is_organisation else said.say("person"))
    return joined((Text(fact),) for fact in facts)


def growth_line(entry: CatalogueEntry, said: Texts) -> Line:
    """Return what a repo gained, and what is usual; what is unknown is left out."""
    windows = (
        (to_say("24 h {gain}"), entry.growth.day),
        (to_say("7 d {gain}"), entry.growth.week),
        (to_say("30 d {gain}"), entry.growth.month),
    )
    facts = [said.say(form, gain=said.gain(gain)) for form, gain in windows if gain is not None]
    if entry.usual_week is not None:
        facts.append(said.say("usually {usual} a week", usual=usual(entry.usual_week, said)))
    return joined((Text(fact),) for fact in facts)


def _curve(card: Card, said: Texts) -> Line:
    weeks = card.weeks
    curve = bars(merged(weeks, _BARS))
    if not curve:
        return ()
    return (
        Bars(curve),
        Text(" "),
        Text(said.say_count("{n} week", "{n} weeks", len(weeks))),
    )


def _is_curve(line: Line) -> bool:
    return isinstance(line[0], Bars)


def _announced(announcements: tuple[Spoken, ...], teller: Teller) -> Line:
    said = teller.texts
    facts = []
    for spoken in announcements[:2]:
        form = _SPOKEN.get(spoken.kind, to_say("announced {day}"))
        fact = said.say(form, day=_day(spoken.at, teller))
        if spoken.step > 1:
            fact = said.say("{fact}, still accelerating", fact=fact)
        if spoken.kind == "rising" and spoken.multiple is not None:
            fact = said.say("{fact} at {times}", fact=fact, times=said.multiple(spoken.multiple))
        facts.append(fact)
    return joined((Text(fact),) for fact in facts)


def _dates(card: Card, teller: Teller) -> Line:
    said, entry = teller.texts, card.entry
    lines: list[Line] = []
    if entry.repo.created_at is not None and entry.repo.created_at <= entry.seen_at:
        month = said.month(entry.repo.created_at.astimezone(teller.zone).date())
        lines.append((Text(said.say("created {month}", month=month)),))
    lines.append(last_push(entry.repo.pushed_at, teller))
    if entry.listed_at is not None:
        lines.append((Text(said.say("listed {day}", day=_day(entry.listed_at, teller))),))
    at = moment(entry.seen_at, teller)
    if card.past_view:
        at = replace(at, fallback=_dated(entry.seen_at, teller))
    form = to_say("counts as of {time}") if card.stars_known else to_say("as of {time}")
    lines.append(said.say_line(form, time=at))
    return joined(lines)


def _dated(at: datetime, teller: Teller) -> str:
    """A time long ago, with its year: `1 Mar 2019 18:00`."""
    day = teller.texts.date(at.astimezone(teller.zone).date(), year=True)
    return f"{day} {teller.texts.time(at, teller.zone)}"


def _day(at: datetime, teller: Teller) -> str:
    """A calendar day: a card is read later, when "yesterday" is true no more."""
    day = at.astimezone(teller.zone).date()
    return teller.texts.date(day, year=day.year != teller.now.astimezone(teller.zone).year)
