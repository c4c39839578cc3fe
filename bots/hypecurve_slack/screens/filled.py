"""What was filled in: the state of a sent-in view becomes a Filled, or says what is wrong where.

What nobody changed in it stays as it is by now, and so does a field that the view does not have,
as it is of an older version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from hypecurve.domain.asking import Filled
from hypecurve.domain.errors import BadField, HypecurveError
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.domain.subscription import Alerts, Schedule, Wants
from hypecurve.wording.texts import texts
from hypecurve_slack.screens.state import ALERTS, OWNERS_TO, QUIET, State

_OWN = {
    "weekdays": "days",
    "least_stars": "least",
    "without_languages": "languages",
    "without_owners": "owners",
    "alerts": "most",
}
"""The view's fields by the names that `Filled` has for them, where they differ."""
_KINDS = {kind.value: kind for kind in SUBSCRIBABLE}
_BETWEEN = re.compile(r"[\s,;\u3001\uff0c\uff1b]+")
_MOST_STARS = 10_000_000


class Wrong(Exception):
    """What was filled in wrongly: a text for each field."""

    def __init__(self, **fields: str) -> None:
        """Keep the texts by field."""
        self.fields = fields
        super().__init__(", ".join(fields))


def filled_in(state: State, base: Filled, subscription_id: int | None, locale: str) -> Filled:
    """Return what a view was filled in with; Wrong says what cannot be. `base`: as it is now.

    A new subscription is as the view says; what holds for the whole channel changes only where
    somebody changed it.
    """
    own = state if subscription_id is not None else State(state.held)
    also = f"also.{QUIET}"
    return Filled(
        _wants(state, own, base.wants, locale),
        _schedule(own, base.schedule, locale),
        subscription_id,
        QUIET in state.values("also") if state.changed(also) else base.speaks_when_quiet,
        _alerts(state, base.alerts, locale),
    )


def field_of(error: HypecurveError) -> str:
    """Return the view's field that an error of the core speaks of, "" where it is none alone."""
    return _OWN.get(error.field, error.field) if isinstance(error, BadField) else ""


def blocks_of(view: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
    """Return texts by the ids of the blocks that a view has; fields it has not are left out."""
    ids = {str(block.get("block_id")).partition(":")[0]: block for block in view.get("blocks", ())}
    return {str(ids[name]["block_id"]): text for name, text in fields.items() if name in ids}


def _wants(state: State, own: State, base: Wants, locale: str) -> Wants:
    kinds = frozenset(_KINDS[value] for value in state.values("kinds") if value in _KINDS)
    languages = frozenset(name.casefold() for name in state.values("languages"))
    return Wants(
        own.values("categories") if own.changed("categories") else base.categories,
        kinds if own.changed("kinds") else base.kinds,
        _number(state, "least", 0, locale) if state.changed("least") else base.least_stars,
        languages if state.changed("languages") else base.without_languages,
        _owners(state, base.without_owners) if state.changed("owners") else base.without_owners,
    )


def _owners(state: State, base: frozenset[str]) -> frozenset[str]:
    """Return the owners that were written, and those that had no room in the field."""
    names = (name.lstrip("@").casefold() for name in _BETWEEN.split(state.text("owners")))
    last = state.shown.get(OWNERS_TO)
    unseen = () if last is None else (name for name in base if name > last)
    return frozenset((*filter(None, names), *unseen))


def _schedule(state: State, base: Schedule, locale: str) -> Schedule:
    days = frozenset(int(day) for day in state.values("days") if day in set("0123456"))
    return Schedule(
        (_time(state, "at", locale) if state.changed("at") else None) or base.at,
        (state.text("zone") if state.changed("zone") else "") or base.zone,
        days if state.changed("days") else base.weekdays,
    )


def _alerts(state: State, base: Alerts | None, locale: str) -> Alerts | None:
    has = ALERTS in state.values("also") if state.changed(f"also.{ALERTS}") else base is not None
    if not has:
        return None
    had = base or Alerts()
    most = _number(state, "most", had.a_day, locale) if state.changed("most") else had.a_day
    since, until = had.quiet_from, had.quiet_until
    if state.changed("from") or state.changed("until"):
        since = _time(state, "from", locale) if state.asks("from") else since
        until = _time(state, "until", locale) if state.asks("until") else until
    if (since is None) != (until is None):
        both = texts(locale).say("Give both ends of the quiet hours, or none.")
        raise Wrong(**{"until" if until is None else "from": both})
    return Alerts(most, since, until)


def _number(state: State, name: str, nothing: int, locale: str) -> int:
    text = state.text(name).strip()
    if not text:
        return nothing
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= _MOST_STARS):
        raise Wrong(**{name: texts(locale).say("Write a whole number, like 1000.")})
    return int(text[:9])


def _time(state: State, name: str, locale: str) -> time | None:
    text = state.text(name)
    if not text:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Wrong(**{name: texts(locale).say("Write a time of day, like 09:00.")}) from None
