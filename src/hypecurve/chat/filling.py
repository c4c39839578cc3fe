"""A form as it was filled in becomes what the commands would take; what they refuse is refused.

Every mistake is a BadField that names the field.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import time
from functools import partial
from typing import TypeVar

from hypecurve.chat.filters import MOST_ALERTS, MOST_STARS, read_filter
from hypecurve.chat.words import Word
from hypecurve.domain.asking import Filled
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadField, BadInput
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.domain.subscription import ALL_DAYS, Alerts, Schedule, Wants
from hypecurve.wording.cut import cut
from hypecurve.wording.texts import to_say

_MOST_NAMED = 100
"""Languages or owners left out: a form that names more was not filled in by hand."""
_SHOWN = 60
_T = TypeVar("_T")


def checked(filled: Filled, taxonomy: Taxonomy, had: Wants | None = None) -> Filled:
    """Return what was filled in as it is kept; BadField says what cannot be, and how to mend it.

    `had`: what the channel wants already. What stands there was taken once, and is taken again.
    """
    had = had or Wants()
    return replace(
        filled,
        wants=_wants(filled.wants, taxonomy, had),
        schedule=_schedule(filled.schedule),
        alerts=None if filled.alerts is None else _alerts(filled.alerts),
    )


def _wants(wants: Wants, taxonomy: Taxonomy, had: Wants) -> Wants:
    kinds = wants.kinds & frozenset(SUBSCRIBABLE)
    if not kinds:
        raise BadField(to_say("Choose at least one kind of news."), field="kinds")
    if not 0 <= wants.least_stars <= MOST_STARS:
        raise BadField(to_say("No repo has so many stars."), field="least_stars")
    return Wants(
        _categories(wants.categories, taxonomy, had.categories),
        kinds,
        wants.least_stars,
        _left_out("without_languages", wants.without_languages, had.without_languages),
        _left_out("without_owners", wants.without_owners, had.without_owners),
    )


def _categories(slugs: Collection[str], taxonomy: Taxonomy, had: Collection[str]) -> frozenset[str]:
    """Return the slugs, a layer without the categories that it stands for; empty: all there are."""
    for slug in slugs:
        if slug not in had:  # one that the file lost stays until somebody takes it off
            _as_field("categories", partial(taxonomy.expand, [slug]))
    layers = {layer.slug for layer in taxonomy.layers} & set(slugs)
    within = {each.slug for each in taxonomy.categories if each.layer.slug in layers}
    left = frozenset(slugs) - (within - layers)
    chosen = within | left
    every = {each.slug for each in taxonomy.categories}
    return frozenset() if every <= chosen else left


def _left_out(field: str, names: Collection[str], had: Collection[str]) -> frozenset[str]:
    """Return languages or owners as the filter of a command understands them, casefolded."""
    if len(names) > max(_MOST_NAMED, len(had)):
        raise BadField(
            to_say("At most {most} may be left out by name."), field=field, most=_MOST_NAMED
        )
    found: set[str] = set()
    for name in names:
        known = name.strip().casefold()
        if known in had:
            found.add(known)
        elif known:
            found |= _as_field(field, partial(_read, field, known))
    return frozenset(found)


def _owner(name: str) -> frozenset[str]:
    """Read the name of an owner as `filter without @NAME` does."""
    try:
        return (
            read_filter([Word("without"), Word(f"@{name.removeprefix('@')}")]).owners or frozenset()
        )
    except BadInput:
        form = to_say("'{slip}' is no owner on GitHub. Write owners only, like this: acme, nori")
        raise BadInput(form, slip=cut(name, _SHOWN)) from None


def _read(field: str, name: str) -> frozenset[str]:
    """Read one name as `filter without NAME` does."""
    if field == "without_owners":
        return _owner(name)
    return read_filter([Word("without"), Word(name)]).languages or frozenset()


def _schedule(schedule: Schedule) -> Schedule:
    if not schedule.weekdays or not schedule.weekdays <= ALL_DAYS:
        raise BadField(to_say("Choose at least one day."), field="weekdays")
    _as_field("zone", lambda: parse_zone(schedule.zone))
    return replace(schedule, at=_minute(schedule.at), zone=schedule.zone.strip())


def _alerts(alerts: Alerts) -> Alerts:
    if not 1 <= alerts.a_day <= MOST_ALERTS:
        raise BadField(
            to_say("Between 1 and {most} alerts a day, please."), field="alerts", most=MOST_ALERTS
        )
    begin, end = alerts.quiet_from, alerts.quiet_until
    if begin is None or end is None or begin == end:
        return Alerts(alerts.a_day, None, None)
    return Alerts(alerts.a_day, _minute(begin), _minute(end))


def _minute(at: time) -> time:
    return time(at.hour, at.minute)


def _as_field(field: str, read: Callable[[], _T]) -> _T:
    try:
        return read()
    except BadInput as error:
        raise BadField(error.template, field=field, **error.values) from None
