"""What was filled in: the state of a sent-in view becomes a Filled, or says what is wrong where.

A field that the view does not have, as it is of an older version, stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from hypecurve.domain.asking import Filled
from hypecurve.domain.errors import BadField, HypecurveError
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.domain.subscription import Alerts, Schedule, Wants
from hypecurve.wording.texts import texts
from hypecurve_slack.screens.formview import ALERTS, QUIET

FIELDS = frozenset(
    (
        "categories",
        "kinds",
        "at",
        "zone",
        "days",
        "least",
        "languages",
        "owners",
        "also",
        "most",
        "from",
        "until",
    )
)
_OWN = {
    "weekdays": "days",
    "least_stars": "least",
    "without_languages": "languages",
    "without_owners": "owners",
    "alerts": "most",
}
"""The view's fields by the names that `Filled` has for them, where they differ."""
_KINDS = {kind.value: kind for kind in SUBSCRIBABLE}
_BETWEEN = re.compile(r"[\s,;]+")
_MOST_STARS = 10_000_000


class Wrong(Exception):
    """What was filled in wrongly: a text for each field."""

    def __init__(self, **fields: str) -> None:
        """Keep the texts by field."""
        self.fields = fields
        super().__init__(", ".join(fields))


@dataclass(frozen=True, slots=True)
class State:
    """What a view's fields hold, by their names."""

    held: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> State:
        """Read the state of a view."""
        values = (view.get("state") or {}).get("values") or {}
        return cls(
            {
                str(block_id).partition(":")[0]: next(iter(actions.values()), {})
                for block_id, actions in values.items()
            }
        )

    @property
    def is_whole(self) -> bool:
        """Whether the view has all of today's fields."""
        return self.held.keys() >= FIELDS

    def text(self, name: str) -> str:
        """Return what was written or picked, "" for nothing."""
        held = self.held.get(name, {})
        option = held.get("selected_option") or {}
        return str(held.get("value") or held.get("selected_time") or option.get("value") or "")

    def values(self, name: str) -> frozenset[str]:
        """Return what was chosen of several."""
        chosen = self.held.get(name, {}).get("selected_options") or ()
        return frozenset(str(option.get("value")) for option in chosen)


def filled_in(state: State, base: Filled, subscription_id: int | None, locale: str) -> Filled:
    """Return what a view was filled in with; Wrong says what cannot be. `base`: as it was."""
    return Filled(
        _wants(state, base.wants, locale),
        _schedule(state, base.schedule, locale),
        subscription_id,
        QUIET in state.values("also") if "also" in state.held else base.speaks_when_quiet,
        _alerts(state, base.alerts, locale),
    )


def field_of(error: HypecurveError) -> str:
    """Return the view's field that an error of the core speaks of, "" where it is none alone."""
    return _OWN.get(error.field, error.field) if isinstance(error, BadField) else ""


def blocks_of(view: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
    """Return texts by the ids of the blocks that a view has; fields it has not are left out."""
    ids = {str(block.get("block_id")).partition(":")[0]: block for block in view.get("blocks", ())}
    return {str(ids[name]["block_id"]): text for name, text in fields.items() if name in ids}


def _wants(state: State, base: Wants, locale: str) -> Wants:
    kinds = frozenset(_KINDS[value] for value in state.values("kinds") if value in _KINDS)
    owners = (name.lstrip("@").casefold() for name in _BETWEEN.split(state.text("owners")))
    languages = frozenset(name.casefold() for name in state.values("languages"))
    return Wants(
        state.values("categories") if "categories" in state.held else base.categories,
        kinds if "kinds" in state.held else base.kinds,
        _number(state, "least", 0, locale) if "least" in state.held else base.least_stars,
        languages if "languages" in state.held else base.without_languages,
        frozenset(filter(None, owners)) if "owners" in state.held else base.without_owners,
    )


def _schedule(state: State, base: Schedule, locale: str) -> Schedule:
    days = frozenset(int(day) for day in state.values("days") if day in set("0123456"))
    return Schedule(
        _time(state, "at", locale) or base.at,
        state.text("zone") or base.zone,
        days if "days" in state.held else base.weekdays,
    )


def _alerts(state: State, base: Alerts | None, locale: str) -> Alerts | None:
    if "also" not in state.held:
        return base
    if ALERTS not in state.values("also"):
        return None
    had = base or Alerts()
    most = _number(state, "most", had.a_day, locale) if "most" in state.held else had.a_day
    if not {"from", "until"} <= state.held.keys():
        return Alerts(most, had.quiet_from, had.quiet_until)
    since, until = _time(state, "from", locale), _time(state, "until", locale)
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
