"""Views for Slack: within every limit, whatever they show, and read back whatever comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.asking import Filled, Form, Home
from hypecurve.domain.errors import BadField
from hypecurve.domain.message import (
    Action,
    Choice,
    Control,
    Entry,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import WORKDAYS, Alerts, Channel, Schedule, Subscription, Wants
from hypecurve.wording.forms import layers_to_choose
from hypecurve_slack.screens.filled import Wrong, blocks_of, field_of, filled_in
from hypecurve_slack.screens.formview import form_view, loading_view
from hypecurve_slack.screens.homeview import home_view
from hypecurve_slack.screens.meta import Meta, meta_of
from hypecurve_slack.screens.state import FIELDS, State, refilled
from hypecurve_slack.screens.views import message_view, with_line
from standins.slack_view_rules import problems
from standins.slack_views import SlackView, state_of
from support.sample_day import sample_taxonomy

CHANNEL = Channel.parse("slack:T123/C456")
FILLED = Filled(
    Wants(
        frozenset({"agents", "mcp"}),
        frozenset({SignalKind.NEW, SignalKind.RISING}),
        1_000,
        frozenset({"rust", "jupyter notebook"}),
        frozenset({"acme", "nori"}),
    ),
    Schedule(time(8, 30), "Asia/Tokyo", WORKDAYS),
    7,
    True,  # noqa: FBT003  # a line on quiet days
    Alerts(5, time(22), time(7)),
)
texts = st.text(max_size=400)


def form(filled: Filled = FILLED, locale: str = "en", subscriptions: int = 1) -> Form:
    had = tuple(
        Subscription(CHANNEL, filled.wants, filled.schedule, id=7 + number)
        for number in range(subscriptions)
    )
    return Form(filled, layers_to_choose(sample_taxonomy(), locale), had, locale)


def sent_in(view: dict[str, Any]) -> State:
    """Return the state of a view that nobody has touched."""
    return State.of(SlackView("V1", "T123", "U1", view, "h").payload)


def touched(view: dict[str, Any], **fields: object) -> State:
    """Return the state of a view in which somebody changed these fields, as the bot reads it."""
    shown = SlackView("V1", "T123", "U1", view, "h")
    for name, value in fields.items():
        block, element = shown.find(name)
        shown.typed[block["block_id"]] = state_of(element, value)
    return State.of(shown.payload, meta_of(view).shown)


def message(text: str, *controls: Control) -> Message:
    entry = Entry(((Text(text),),), spoken=text)
    section = Section(SectionKind.PLAIN, "", (entry,))
    return Message(MessageKind.NOTICE, text, sections=(section,), controls=controls)


def outline(view: dict[str, Any]) -> list[str]:
    """Return what the fields of a view show, a line for each."""
    lines = []
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            chosen = element.get("initial_options") or [element.get("initial_option")]
            shown = [option["text"]["text"] for option in chosen if option]
            shown += [
                element[name] for name in ("initial_time", "initial_value") if name in element
            ]
            lines.append(f"{block['label']['text']}: {', '.join(shown)} ({element['type']})")
    return lines


@pytest.mark.parametrize("locale", ["en", "ru", "zh_CN"])
def test_a_form_shows_what_is_filled_in(locale: str, snapshot: SnapshotAssertion) -> None:
    view = form_view(form(locale=locale, subscriptions=2), Meta("C456", locale=locale))
    assert problems(view) == []
    assert problems(loading_view(locale)) == []
    if locale == "en":
        assert outline(view) == snapshot


@given(
    kinds=st.sets(
        st.sampled_from([SignalKind.NEW, SignalKind.RISING, SignalKind.AWAKE]), min_size=1
    ),
    categories=st.sets(st.sampled_from(["agents", "mcp", "infrastructure", "lost"])),
    days=st.sets(st.integers(0, 6), min_size=1),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    least=st.integers(0, 10_000_000),
    quiet=st.booleans(),
    alerts=st.none() | st.builds(Alerts, st.integers(1, 100)),
    number=st.none() | st.integers(1, 10**9),
)
@settings(deadline=None, max_examples=12)
def test_what_is_shown_comes_back_as_it_was(  # noqa: PLR0913  # a form has many fields
    *,
    kinds: set[SignalKind],
    categories: set[str],
    days: set[int],
    at: time,
    least: int,
    quiet: bool,
    alerts: Alerts | None,
    number: int | None,
) -> None:
    wants = replace(
        FILLED.wants,
        kinds=frozenset(kinds),
        categories=frozenset(categories),
        least_stars=least,
    )
    schedule = Schedule(at, "Asia/Tokyo", frozenset(days))
    filled = Filled(wants, schedule, number, quiet, alerts)
    view = form_view(form(filled), Meta("C456"))
    assert problems(view) == []
    state = sent_in(view)
    assert state.held.keys() >= FIELDS
    assert filled_in(state, Filled(), number, "en") == filled
    # Nobody changed anything: it is as it is by now.
    assert filled_in(touched(view), FILLED, 7, "en") == FILLED
    assert meta_of(view).subscription_id == (number or 0)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
HELD = st.fixed_dictionaries(
    {},
    optional={
        "value": texts,
        "selected_time": texts,
        "selected_option": st.none() | st.fixed_dictionaries({"value": texts}),
        "selected_options": st.lists(st.fixed_dictionaries({"value": texts}), max_size=3),
    },
)


@given(held=st.dictionaries(st.sampled_from(sorted(FIELDS)), HELD), kept=values | texts)
@settings(deadline=None, max_examples=30)
def test_whatever_is_sent_in_is_read_or_said_to_be_wrong_at_a_field(
    held: dict[str, dict[str, Any]], kept: object
) -> None:
    view = {
        "private_metadata": kept if isinstance(kept, str) else json.dumps(kept),
        "blocks": [{"block_id": f"{name}:7"} for name in held],
        "state": {"values": {f"{name}:7": {name: value} for name, value in held.items()}},
    }
    assert isinstance(meta_of(view), Meta)
    wrong: dict[str, str] = {}
    try:
        filled_in(State.of(view), FILLED, 7, "en")
    except Wrong as found:
        wrong = found.fields
    assert len(blocks_of(view, wrong)) == len(wrong)


def test_only_what_somebody_changed_in_a_form_is_changed() -> None:
    view = form_view(form(), Meta("C456"))
    by_now = replace(
        FILLED,
        wants=replace(FILLED.wants, least_stars=9, categories=frozenset({"evals"})),
        speaks_when_quiet=False,
        alerts=None,
    )
    found = filled_in(touched(view, at="07:00", owners="acme"), by_now, 7, "en")
    assert found == replace(
        by_now,
        wants=replace(by_now.wants, without_owners=frozenset({"acme"})),
        schedule=replace(by_now.schedule, at=time(7)),
    )
    # A new one is as it was shown, but for what holds for the whole channel.
    new = filled_in(touched(view, kinds=["new"]), by_now, None, "en")
    assert new.wants.categories == FILLED.wants.categories
    assert (new.wants.least_stars, new.alerts) == (9, None)


def test_owners_that_a_field_has_no_room_for_stay_left_out() -> None:
    owners = frozenset(f"owner-{number:03}-{'x' * 24}" for number in range(45))
    filled = replace(FILLED, wants=replace(FILLED.wants, without_owners=owners))
    view = form_view(form(filled), Meta("C456"))
    block, element = SlackView("V1", "T123", "U1", view, "h").find("owners")
    names = element["initial_value"].split(", ")
    assert owners.issuperset(names)
    assert f"And {45 - len(names)} more" in block["hint"]["text"]
    assert filled_in(touched(view), filled, 7, "en") == filled
    found = filled_in(touched(view, owners=", ".join([*names[1:], "acme"])), filled, 7, "en")
    assert found.wants.without_owners == owners - {names[0]} | {"acme"}


def test_a_form_that_was_sent_in_is_shown_again_as_it_was_filled_in() -> None:
    view = form_view(form(), Meta("C456"))
    shown = SlackView("V1", "T123", "U1", view, "h")
    for name, value in {"at": "07:00", "least": "", "kinds": ["awake"], "owners": "nori"}.items():
        block, element = shown.find(name)
        shown.typed[block["block_id"]] = state_of(element, value)
    again = with_line(refilled(shown.payload), "No.")
    assert problems(again) == []
    want = State.of(shown.payload).held
    assert {name: state_of_nothing(held) for name, held in sent_in(again).held.items()} == {
        name: state_of_nothing(held) for name, held in want.items()
    }


def state_of_nothing(held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a field holds, an empty one as nothing."""
    return {name: value for name, value in held.items() if value}


def test_what_a_view_does_not_ask_stays_as_it_was() -> None:
    assert filled_in(State({}), FILLED, 7, "en") == FILLED


@pytest.mark.parametrize(
    ("field", "block"),
    [
        ("categories", "categories"),
        ("kinds", "kinds"),
        ("least_stars", "least"),
        ("without_languages", "languages"),
        ("without_owners", "owners"),
        ("weekdays", "days"),
        ("zone", "zone"),
        ("alerts", "most"),
    ],
)
def test_the_cores_fields_are_found_in_the_view(field: str, block: str) -> None:
    assert field_of(BadField("no", field=field)) == block
    view = form_view(form(), Meta("C456"))
    assert blocks_of(view, {block: "no"}) == {f"{block}:7": "no"}


@given(name=texts, url=texts, more=st.integers(0, 12), line=texts)
@settings(deadline=None, max_examples=10)
def test_views_keep_to_slacks_limits_whatever_they_show(
    name: str, url: str, more: int, line: str
) -> None:
    long = Form(
        replace(FILLED, schedule=Schedule(zone=name[:60].strip() or "UTC")),
        tuple(
            (f"{name}{layer}", tuple(Choice(f"{name}{n}", f"{layer}-{n}", url) for n in range(102)))
            for layer in range(more)
        ),
        form(subscriptions=more * 3).subscriptions,
    )
    meta = Meta("C456", name, url * 20, about=name)
    assert problems(form_view(long, meta)) == []
    assert len(meta.written()) <= 3_000
    shown = message_view(message(name + "x"), line)
    assert problems(shown) == []
    assert problems(with_line(shown | {"id": "V1", "hash": "h"}, line)) == []


@given(total=st.integers(0, 30), page=st.integers(-1, 9), text=texts, line=texts)
@settings(deadline=None, max_examples=12)
def test_a_home_keeps_to_slacks_limits_whatever_it_shows(
    total: int, page: int, text: str, line: str
) -> None:
    controls = [Control(Action.PAUSE, f"{text}p", "pause"), Control(Action.TUNE, "Edit")]
    channels = tuple(
        (Channel.parse(f"slack:T123/C{number}"), message(text + "x", *controls))
        for number in range(total)
    )
    home = Home(message(text + "x"), channels)
    ids = {channel.id for channel, _ in channels}
    assert problems(home_view(home, ids, Meta(page=page), line)) == []
