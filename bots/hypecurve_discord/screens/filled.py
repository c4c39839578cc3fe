"""What was filled in: the state of a sent-in modal becomes a Filled, or says what is wrong.

What nobody changed in it stays as it is by now, and so does what the modal does not ask.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hypecurve.chat.filters import read_alerts
from hypecurve.chat.phrases import read_wish
from hypecurve.chat.words import Word, words
from hypecurve.domain.asking import Filled, Form
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadField
from hypecurve.domain.saying import to_say
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.domain.subscription import Alerts, Schedule, Wants
from hypecurve.wording.cut import clean
from hypecurve_discord.screens.formview import ALERTS, QUIET, offered
from hypecurve_discord.screens.state import State

_KINDS = {kind.value: kind for kind in SUBSCRIBABLE}
_BETWEEN = re.compile(r"[,;\n\u3001\uff0c\uff1b]+")
_NO_TAXONOMY = Taxonomy.of((), (), (), {})
_MOST_DIGITS = 9


def filled_in(state: State, form: Form) -> Filled:
    """Return what a modal was filled in with; a BadInput says what cannot be. `form`: as it is now.

    A new subscription is as the modal says; what holds for the whole channel changes only where
    somebody changed it.
    """
    base = form.filled
    own = state if base.subscription_id is not None else State(state.held)
    return Filled(
        _wants(state, own, form),
        _schedule(own, base.schedule),
        base.subscription_id,
        QUIET in state.values("also") if state.changed("also", QUIET) else base.speaks_when_quiet,
        _alerts(state, base.alerts),
    )


def _wants(state: State, own: State, form: Form) -> Wants:
    base = form.filled.wants
    kinds = frozenset(_KINDS[value] for value in state.values("kinds") if value in _KINDS)
    categories = base.categories
    if own.changed("categories"):
        unseen = categories - {choice.value for choice in offered(form)}
        categories = own.values("categories") | unseen
    return Wants(
        categories | _named(own.text("more"), form),
        kinds if own.changed("kinds") else base.kinds,
        _number(state.text("least")) if state.changed("least") else base.least_stars,
        _languages(state) if state.changed("languages") else base.without_languages,
        _owners(state, base.without_owners) if state.changed("owners") else base.without_owners,
    )


def _named(text: str, form: Form) -> frozenset[str]:
    """Return the categories that were written, by their names in the reader's language or ours.

    What names none is taken as it was written: it is refused later, with what may be meant.
    """
    slugs = {choice.label.casefold(): choice.value for _, layer in form.layers for choice in layer}
    slugs |= {slug: slug for slug in slugs.values()}
    found: set[str] = set()
    for piece in _BETWEEN.split(clean(text)):
        name = " ".join(piece.casefold().split())
        whole = slugs.get(name) or slugs.get(name.replace(" ", "-"))
        found |= {whole} if whole else {slugs.get(word, word) for word in name.split()}
    return frozenset(found)


def _schedule(state: State, base: Schedule) -> Schedule:
    days = frozenset(int(day) for day in state.values("days") if day in set("0123456"))
    kept = replace(base, weekdays=days) if state.changed("days") else base
    if not state.changed("when"):
        return kept
    typed = words(state.text("when"))
    if typed and typed[0].key != "at":
        typed = [Word("at"), *typed]
    wish = read_wish(typed, _NO_TAXONOMY, only_when=True)
    return replace(kept, at=kept.at if wish.at is None else wish.at, zone=wish.zone or kept.zone)


def _languages(state: State) -> frozenset[str]:
    names = (clean(name).strip().casefold() for name in _BETWEEN.split(state.text("languages")))
    return frozenset(filter(None, names))


def _owners(state: State, base: frozenset[str]) -> frozenset[str]:
    """Return the owners that were written, and those that had no room in the field."""
    pieces = " ".join(_BETWEEN.split(clean(state.text("owners")))).split()
    last = state.beside.get("owners", "")
    unseen = (name for name in base if last and name > last)
    return frozenset((*(name.lstrip("@").casefold() for name in pieces), *unseen))


def _alerts(state: State, base: Alerts | None) -> Alerts | None:
    has = ALERTS in state.values("also") if state.changed("also", ALERTS) else base is not None
    if not has:
        return None
    had = base or Alerts()
    if not state.changed("hours"):
        return had
    said = read_alerts(words(state.text("hours")))
    if not said.on:
        return None
    hours = (had.quiet_from, had.quiet_until)
    if said.quiet is not None:
        hours = (None, None) if said.quiet == "off" else said.quiet
    return Alerts(had.a_day if said.a_day is None else said.a_day, *hours)


def _number(text: str) -> int:
    written = text.replace(",", "").replace(" ", "")
    if not written:
        return 0
    if not (written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS):
        raise BadField(to_say("Write a whole number, like 1000."), field="least_stars")
    return int(written)
