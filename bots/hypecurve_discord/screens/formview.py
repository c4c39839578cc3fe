"""The form over what a channel hears, as modals; pure.

A modal holds five fields (https://discord.com/developers/docs/components/reference#label), so there
are two: what to hear of and when, and what holds for the whole channel: what is left out, alerts.
A list has 25 choices at most: the layers and what is subscribed already; other categories are
written by their names. `filled` reads it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from hypecurve.domain.asking import Form
from hypecurve.domain.message import Choice
from hypecurve.domain.subscription import Alerts
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.fields import NEW, clock, day_choices, kind_choices
from hypecurve.wording.languages import LANGUAGES
from hypecurve.wording.texts import Texts, texts
from hypecurve_discord.library import discord
from hypecurve_discord.screens.state import State, field_id

MAIN, REST = "main", "rest"
"""The two modals."""
PREFIX = "hype:form"
QUIET, ALERTS = "quiet", "alerts"
"""The boxes of `also`."""
CHOICES = 25
_TITLE, _LABEL, _HINT, _PLACEHOLDER, _OPTION = 45, 45, 100, 100, 100
_OWNERS, _WRITTEN = 1_000, 3_000
"""Characters of the owners that are shown, and that may be written."""
_NAMES, _LINE = 300, 100
"""Characters that may be written into a field of names, and into one of a line."""
Modal = discord.ui.Modal
Item = discord.ui.Item[Any]


def form_modal(form: Form, part: str, typed: State | None = None) -> Modal:
    """Return one of the modals, filled in as the channel is now; `typed`: with that instead.

    Its custom id says which part it is, and of which subscription: `hype:form:main:7`.
    """
    said = texts(form.locale)
    title = said.say("Your digest") if part == MAIN else said.say("What is left out, alerts")
    modal = Modal(title=cut(title, _TITLE, utf16=True), custom_id=f"{PREFIX}:{part}:{which(form)}")
    made = _Fields(said, typed)
    for label in _main(form, made, said) if part == MAIN else _rest(form, made, said):
        modal.add_item(label)
    # Or else discord.py would wait for it to be sent in, for ever.
    modal.stop()
    return modal


def which(form: Form) -> str:
    """Return which subscription a form shows, as custom ids name it."""
    number = form.filled.subscription_id
    return NEW if number is None else str(number)


def offered(form: Form) -> list[Choice]:
    """Return the categories to choose from: each layer as a whole, and what is wanted already.

    One that the taxonomy lost stays until somebody takes it off: none at all would mean all.
    """
    said = texts(form.locale)
    known = {choice.value: choice for _, layer in form.layers for choice in layer}
    wholes = [layer[0] for _, layer in form.layers if layer]
    lost = said.say("Not there any more")
    single = form.filled.wants.categories - {choice.value for choice in wholes}
    own = [known.get(slug) or Choice(slug, slug, lost) for slug in sorted(single)]
    return [*wholes[: max(0, CHOICES - len(own))], *own][:CHOICES]


def owners_shown(owners: frozenset[str]) -> tuple[list[str], bool]:
    """Return the first owners by the alphabet that a field has room for, and whether these are all.

    GitHub's names are 39 characters long at most.
    """
    names = sorted(owners)
    lengths = accumulate(len(name) + 2 for name in names)
    fit = sum(length <= _OWNERS for length in lengths)
    return names[:fit], fit == len(names)


def line_of(alerts: Alerts) -> str:
    """Return when alerts come, as `/hype set alerts` takes it."""
    since, until = alerts.quiet_from, alerts.quiet_until
    hours = "" if since is None or until is None else f" quiet {clock(since)}-{clock(until)}"
    return f"{alerts.a_day}{hours}"


class _Fields:
    """Makes fields that hold what they showed, or what somebody typed into them before."""

    def __init__(self, said: Texts, typed: State | None) -> None:
        self._said = said
        self._typed = typed

    def boxes(
        self, name: str, choices: Sequence[Choice], on: Iterable[str], *, least: int = 0
    ) -> Item:
        """Return boxes, ten at most; they remember which were ticked."""
        shown = sorted(on)
        now = self._now(name, shown)
        return discord.ui.CheckboxGroup(
            custom_id=self._id(name, shown, ",".join(shown)),
            required=bool(least),
            min_values=least,
            max_values=len(choices),
            options=[
                discord.CheckboxGroupOption(**_option(each), default=each.value in now)
                for each in choices
            ],
        )

    def listed(
        self, name: str, choices: Sequence[Choice], on: Iterable[str], placeholder: str
    ) -> Item:
        """Return a list of which any number may be chosen."""
        shown = sorted(on)
        now = self._now(name, shown)
        return discord.ui.Select(
            custom_id=self._id(name, shown, ""),
            required=False,
            min_values=0,
            max_values=len(choices),
            placeholder=cut(placeholder, _PLACEHOLDER, utf16=True),
            options=[
                discord.SelectOption(**_option(each), default=each.value in now) for each in choices
            ],
        )

    def written(
        self, name: str, text: str, example: str, most: int, *, beside: str = "", **more: object
    ) -> Item:
        """Return a field to write into; `example` stands in an empty one."""
        shown = [text]
        now = next(iter(self._now(name, shown)), "")
        given: dict[str, Any] = {"required": False, "style": discord.TextStyle.short, **more}
        return discord.ui.TextInput(
            custom_id=self._id(name, shown, beside),
            default=cut(now, most) or None,
            placeholder=cut(example, _PLACEHOLDER, utf16=True) or None,
            max_length=most,
            **given,
        )

    def label(self, text: str, item: Item, hint: str = "") -> discord.ui.Label[Any]:
        """Return a field under its name."""
        return discord.ui.Label(
            text=cut(text, _LABEL, utf16=True),
            description=cut(hint, _HINT, utf16=True) or None,
            component=item,
        )

    def _now(self, name: str, shown: Sequence[str]) -> Sequence[str]:
        return shown if self._typed is None else self._typed.held.get(name, shown)

    def _id(self, name: str, shown: Sequence[str], beside: str) -> str:
        if self._typed is not None and name in self._typed.shown:
            # What it showed at first is what counts, not what was typed into it since.
            parts = (name, self._typed.shown[name], self._typed.beside.get(name, ""))
            return ":".join(part for part in parts if part)
        return field_id(name, shown, beside)


def _main(form: Form, made: _Fields, said: Texts) -> list[discord.ui.Label[Any]]:
    filled = form.filled
    wants, schedule = filled.wants, filled.schedule
    choices = offered(form)
    on = wants.categories & {choice.value for choice in choices}
    labels = []
    if choices:
        listed = made.listed("categories", choices, on, said.say("All categories"))
        labels = [
            made.label(said.say("Categories"), listed, said.say("Leave it empty to hear of all.")),
            made.label(
                said.say("Other categories"),
                made.written("more", "", "agents, mcp", _NAMES),
                said.say("By their names: /hype categories lists them."),
            ),
        ]
    days = {str(day) for day in schedule.weekdays}
    kinds = {kind.value for kind in wants.kinds}
    when = f"{clock(schedule.at)} {schedule.zone}"
    return [
        *labels,
        made.label(
            said.say("What to hear of"),
            made.boxes("kinds", kind_choices(form.locale), kinds, least=1),
        ),
        made.label(
            said.say("Time and time zone"),
            made.written("when", when, "09:00 Europe/Paris", _LINE, required=True),
            said.say("A time and a zone, like this: 09:00 Europe/Paris"),
        ),
        made.label(said.say("Days"), made.boxes("days", day_choices(form.locale), days, least=1)),
    ]


def _rest(form: Form, made: _Fields, said: Texts) -> list[discord.ui.Label[Any]]:
    filled = form.filled
    wants = filled.wants
    for_all = said.say("For all that the channel hears.")
    names, whole = owners_shown(wants.without_owners)
    spoken = ", ".join(LANGUAGES.get(name, name) for name in sorted(wants.without_languages))
    on = {QUIET} if filled.speaks_when_quiet else set()
    also = (
        Choice(said.say("On a day without news, say so in a line"), QUIET),
        Choice(said.say("Tell of surges at once, beside the digest"), ALERTS),
    )
    least = str(wants.least_stars) if wants.least_stars else ""
    return [
        made.label(said.say("Least stars"), made.written("least", least, "1000", 10), for_all),
        made.label(
            said.say("Languages left out"),
            made.written("languages", spoken, "Rust, Go", _WRITTEN),
            for_all,
        ),
        made.label(
            said.say("Owners left out"),
            made.written(
                "owners",
                ", ".join(names),
                "acme, nori",
                _WRITTEN,
                beside="" if whole else (names[-1] if names else "-"),
                style=discord.TextStyle.paragraph,
            ),
            for_all
            if whole
            else said.say("There are more, which stay left out: /hype set filter changes them."),
        ),
        made.label(
            said.say("Also"), made.boxes("also", also, on | ({ALERTS} if filled.alerts else set()))
        ),
        made.label(
            said.say("Alerts"),
            made.written("hours", line_of(filled.alerts or Alerts()), "3 quiet 22:00-08:00", _LINE),
            said.say("How many a day, and when none, like this: 5 quiet 22:00-08:00"),
        ),
    ]


def _option(choice: Choice) -> dict[str, Any]:
    detail = cut(clean(choice.detail), _OPTION, utf16=True)
    return {
        "label": cut(clean(choice.label), _OPTION, utf16=True) or choice.value,
        "value": choice.value,
        "description": detail or None,
    }
