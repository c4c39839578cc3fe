"""The form over what a channel hears, as a modal; pure.

A block's id is the field's name and the subscription's id, `kinds:7`: Slack keeps what is typed in
a block whose id stays, also where the view is filled in anew. `filled` reads it back.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from hypecurve.domain.asking import Filled, Form
from hypecurve.domain.message import Choice, Place
from hypecurve.domain.subscription import Alerts, Channel, Tenant
from hypecurve.wording.fields import (
    NEW,
    clock,
    day_choices,
    kind_choices,
    subscription_choices,
)
from hypecurve.wording.languages import LANGUAGES
from hypecurve.wording.texts import Texts, texts
from hypecurve_slack.rendering.controls import PREFIX
from hypecurve_slack.rendering.markup import Json, rich
from hypecurve_slack.screens.elements import (
    button,
    field,
    groups,
    modal,
    option,
    options,
    placeholder,
    words,
)
from hypecurve_slack.screens.meta import Meta
from hypecurve_slack.screens.state import ALERTS, QUIET, marks_of

CALLBACK = f"{PREFIX}form"
WHICH = f"{PREFIX}which"
PREVIEW = f"{PREFIX}look"
_MOST_ALERTS = 100
_OWNERS, _WRITTEN = 1_000, 3_000
"""Characters of the owners that are shown, and that may be written."""


def form_view(form: Form, meta: Meta) -> Json:
    """Return the modal that shows a form."""
    said, filled = texts(form.locale), form.filled
    which = NEW if filled.subscription_id is None else str(filled.subscription_id)
    blocks = [
        *_head(meta, said),
        *_which(form, which, said),
        *_wants(form, which, said),
        *_when(filled, which, form.locale, said),
        *_left_out(filled, which, said),
        *_beside(filled, which, said),
        {
            "type": "actions",
            "block_id": "look",
            "elements": [button(said.say("Preview"), PREVIEW, "preview")],
        },
    ]
    names, more = _shown(filled.wants.without_owners)
    last = (names[-1] if names else "") if more else None
    meta = replace(
        meta,
        subscription_id=filled.subscription_id or 0,
        locale=form.locale,
        shown=marks_of(blocks, last),
    )
    return modal(
        CALLBACK,
        said.say("Your digest"),
        blocks,
        submit=words(said.say("Save") if form.subscriptions else said.say("Subscribe"), 24),
        close=words(said.say("Cancel"), 24),
        private_metadata=meta.written(),
    )


def loading_view(locale: str) -> Json:
    """Return what stands there until the form has been read."""
    said = texts(locale)
    block = {"type": "section", "text": words(said.say("One moment…"))}
    return modal(f"{PREFIX}loading", said.say("Your digest"), [block])


def _head(meta: Meta, said: Texts) -> list[Json]:
    """Name the channel, where Slack can."""
    if meta.channel_id[:1] not in {"C", "G"}:
        return []
    place = Place(Channel(Tenant("slack", ""), meta.channel_id))
    line = said.say_line("What {channel} hears", channel=place)
    section = {"type": "rich_text_section", "elements": rich(line)}
    return [{"type": "rich_text", "block_id": "head", "elements": [section]}]


def _which(form: Form, which: str, said: Texts) -> list[Json]:
    """Return the choice of which subscription is shown, where there is one already."""
    found = options(subscription_choices(form))
    if not found:
        return []
    now = next((each for each in found if each["value"] == which), None)
    select = {
        "type": "static_select",
        "action_id": WHICH,
        "placeholder": placeholder(said.say("Subscription")),
        "options": found,
    }
    return [
        {
            "type": "actions",
            "block_id": "which",
            "elements": [select | ({"initial_option": now} if now else {})],
        }
    ]


def _wants(form: Form, which: str, said: Texts) -> list[Json]:
    wants = form.filled.wants
    known = {choice.value for _, layer in form.layers for choice in layer}
    # One that the taxonomy lost stays until somebody takes it off: none at all would mean all.
    lost = tuple(Choice(slug, slug) for slug in sorted(wants.categories - known))
    layers = groups(((said.say("Not there any more"), lost), *form.layers))
    chosen = {each["value"]: each for layer in layers for each in layer["options"]}
    initial = [each for slug, each in chosen.items() if slug in wants.categories]
    kinds = kind_choices(form.locale)
    categories = {
        "type": "multi_static_select",
        "placeholder": placeholder(said.say("All categories")),
        "option_groups": layers,
        **_initial("initial_options", initial),
    }
    boxes = _boxes(kinds, {kind.value for kind in wants.kinds})
    hint = said.say("Leave it empty to hear of all.")
    asked = field(f"kinds:{which}", said.say("What to hear of"), boxes)
    if not layers:
        return [asked]
    above = field(
        f"categories:{which}", said.say("Categories"), categories, hint=hint, optional=True
    )
    return [above, asked]


def _when(filled: Filled, which: str, locale: str, said: Texts) -> list[Json]:
    schedule = filled.schedule
    zone = option(Choice(schedule.zone, schedule.zone))
    days = _boxes(day_choices(locale), {str(day) for day in schedule.weekdays})
    at = {"type": "timepicker", "initial_time": clock(schedule.at)}
    place = {
        "type": "external_select",
        "min_query_length": 0,
        "placeholder": placeholder(said.say("A city or a zone")),
        "initial_option": zone,
    }
    return [
        field(f"at:{which}", said.say("Time"), at),
        field(f"zone:{which}", said.say("Time zone"), place),
        field(f"days:{which}", said.say("Days"), days),
    ]


def _left_out(filled: Filled, which: str, said: Texts) -> list[Json]:
    wants = filled.wants
    least = _number(0, None, wants.least_stars or None)
    spoken = options(
        Choice(LANGUAGES.get(name, name), name) for name in sorted(wants.without_languages)
    )
    languages = {
        "type": "multi_external_select",
        "min_query_length": 0,
        "placeholder": placeholder(said.say("None")),
        **_initial("initial_options", spoken),
    }
    names, more = _shown(wants.without_owners)
    owners = {
        "type": "plain_text_input",
        "max_length": _WRITTEN,
        "placeholder": placeholder("acme, nori"),
        **_initial("initial_value", ", ".join(names)),
    }
    hint = more and said.say_count(
        "And {n} more, which stays left out: /hype set filter changes it.",
        "And {n} more, which stay left out: /hype set filter changes them.",
        more,
    )
    for_all = words(said.say("What follows holds for all that the channel hears:"), 3_000)
    return [
        {"type": "divider", "block_id": "left-out"},
        {"type": "context", "block_id": "for-all", "elements": [for_all]},
        field(f"least:{which}", said.say("Least stars"), least, optional=True),
        field(f"languages:{which}", said.say("Languages left out"), languages, optional=True),
        field(
            f"owners:{which}",
            said.say("Owners left out"),
            owners,
            hint=hint or "",
            optional=True,
        ),
    ]


def _shown(owners: frozenset[str]) -> tuple[list[str], int]:
    """Return the first owners by the alphabet that a field has room for, and how many more."""
    names = sorted(owners)
    lengths = accumulate(len(name) + 2 for name in names)
    fit = sum(length <= _OWNERS for length in lengths)
    return names[:fit], len(names) - fit


def _beside(filled: Filled, which: str, said: Texts) -> list[Json]:
    alerts = filled.alerts
    hours = alerts or Alerts()
    choices = (
        Choice(said.say("On a day without news, say so in a line"), QUIET),
        Choice(said.say("Tell of surges at once, beside the digest"), ALERTS),
    )
    on = {QUIET} if filled.speaks_when_quiet else set()
    boxes = _boxes(choices, on | ({ALERTS} if alerts else set()))
    since, until = hours.quiet_from, hours.quiet_until
    return [
        field(f"also:{which}", said.say("Also"), boxes, optional=True),
        field(
            f"most:{which}",
            said.say("Alerts a day, at most"),
            _number(1, _MOST_ALERTS, hours.a_day),
            optional=True,
        ),
        field(
            f"from:{which}",
            said.say("No alerts from"),
            {"type": "timepicker", **_initial("initial_time", since and clock(since))},
            optional=True,
        ),
        field(
            f"until:{which}",
            said.say("No alerts until"),
            {"type": "timepicker", **_initial("initial_time", until and clock(until))},
            optional=True,
        ),
    ]


def _boxes(choices: tuple[Choice, ...], on: set[str]) -> Json:
    found = options(choices)
    initial = [each for each in found if each["value"] in on]
    return {"type": "checkboxes", "options": found, **_initial("initial_options", initial)}


def _number(least: int, most: int | None, value: int | None) -> Json:
    element: Json = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(least),
        **_initial("initial_value", "" if value is None else str(value)),
    }
    return element if most is None else element | {"max_value": str(most)}


def _initial(name: str, value: object) -> Json:
    """Return the property with which something is filled in; Slack refuses an empty one."""
    return {name: value} if value else {}
