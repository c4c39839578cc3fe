"""The form's modals: always as Discord takes them, and sent in untouched they change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.asking import Filled, Form
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Alerts, Schedule, Wants
from hypecurve.wording.forms import layers_to_choose
from hypecurve_discord.screens.compare import compare_modal
from hypecurve_discord.screens.filled import filled_in
from hypecurve_discord.screens.formview import MAIN, REST, form_modal
from hypecurve_discord.screens.state import State
from standins.discord_forms import filled, shows, wrong_form
from support.sample_day import sample_taxonomy

TAXONOMY = sample_taxonomy()
LAYERS = layers_to_choose(TAXONOMY, "en")
SLUGS = [choice.value for _, layer in LAYERS for choice in layer]
times = st.times().map(lambda at: time(at.hour, at.minute))
names = st.frozensets(st.from_regex(r"[a-z][a-z0-9-]{0,38}", fullmatch=True), max_size=60)
forms = st.builds(
    Form,
    st.builds(
        Filled,
        st.builds(
            Wants,
            st.frozensets(
                st.one_of(st.sampled_from(SLUGS), st.from_regex(r"old-[a-z]{1,20}", fullmatch=True))
            ),
            st.frozensets(st.sampled_from(SUBSCRIBABLE), min_size=1),
            st.integers(0, 10_000_000),
            st.frozensets(st.sampled_from(["rust", "c++", "jupyter notebook"])),
            names,
        ),
        st.builds(
            Schedule,
            times,
            st.sampled_from(["UTC", "Europe/Paris", "America/Argentina/ComodRivadavia"]),
            st.frozensets(st.integers(0, 6), min_size=1),
        ),
        st.one_of(st.none(), st.integers(1, 2**40)),
        st.booleans(),
        st.one_of(
            st.none(),
            st.builds(Alerts, st.integers(1, 50)),
            st.builds(Alerts, st.integers(1, 50), times, times),
        ),
    ),
    st.just(LAYERS),
    st.just(()),
    st.sampled_from(["en", "zh_CN", "ru"]),
)


def sent(form: Form, part: str, typed: State | None = None, **values: Any) -> State:  # noqa: ANN401 - a text or several
    """Return a part of the form as it comes back when some fields were changed."""
    shown = form_modal(form, part, typed).to_dict()
    assert wrong_form(shown) == []
    return State.of({"components": filled(shown, **values)})


@given(forms, st.sampled_from([MAIN, REST]))
def test_a_form_that_nobody_touched_changes_nothing(form: Form, part: str) -> None:
    assert filled_in(sent(form, part), form) == form.filled


@given(forms)
def test_what_others_changed_meanwhile_is_not_taken_back(form: Form) -> None:
    had = form.filled
    days = frozenset(range(7)) - had.schedule.weekdays or frozenset({0})
    main = sent(form, MAIN, days=[str(day) for day in days])
    rest = sent(form, REST, least=str(had.wants.least_stars + 1))
    wants = replace(had.wants, kinds=frozenset({SignalKind.NEW}), without_owners=frozenset("z"))
    now = Filled(wants, Schedule(time(3), "Asia/Tokyo"), 3, not had.speaks_when_quiet, Alerts(7))
    by_now = replace(form, filled=now)
    schedule = replace(now.schedule, weekdays=days)
    assert filled_in(main, by_now) == replace(now, schedule=schedule)
    least = replace(wants, least_stars=had.wants.least_stars + 1)
    assert filled_in(rest, by_now) == replace(now, wants=least)


@given(forms)
def test_what_was_typed_is_shown_again_and_still_counts(form: Form) -> None:
    typed = sent(form, MAIN, when="noon", more="mcp, agents", kinds=["new"])
    again = form_modal(form, MAIN, typed).to_dict()
    assert wrong_form(again) == []
    assert (shows(again, "when"), shows(again, "more")) == ("noon", "mcp, agents")
    mended = sent(form, MAIN, typed, when="12:00 UTC", kinds=["rising"])
    found = filled_in(mended, form)
    assert (found.schedule.at, found.schedule.zone) == (time(12), "UTC")
    assert found.wants.categories >= {"mcp", "agents"}


@pytest.mark.parametrize(
    ("written", "slugs"),
    [
        ("MCP", {"mcp"}),
        ("agents mcp", {"agents", "mcp"}),
        ("Serving; agents,", {"serving", "agents"}),
        ("nothing-such", {"nothing-such"}),
        (" , ", set()),
    ],
)
def test_categories_are_written_by_their_names(written: str, slugs: set[str]) -> None:
    form = Form(Filled(), LAYERS)
    assert filled_in(sent(form, MAIN, more=written), form).wants.categories == slugs


@pytest.mark.parametrize("locale", ["en", "zh_CN", "ru", "xx"])
def test_asking_what_to_compare_with_fits_whatever_the_repo_is_called(locale: str) -> None:
    for repo in ("a/b", f"{'o' * 30}/{'r' * 50}"):
        assert wrong_form(compare_modal(repo, locale).to_dict()) == []


def test_what_has_no_room_in_a_field_stays() -> None:
    lost = frozenset(f"old-{number:02}" for number in range(30))
    owners = frozenset(f"o{number:02}-{'x' * 30}" for number in range(60))
    had = Filled(Wants(lost, without_owners=owners), subscription_id=1)
    form = Form(had, LAYERS)
    none = filled_in(sent(form, MAIN, categories=["old-00"], more="mcp"), form).wants.categories
    assert none == {"old-00", "mcp", *sorted(lost)[25:]}
    left = filled_in(sent(form, REST, owners="@Nori"), form).wants.without_owners
    assert "nori" in left
    assert 0 < len(left - {"nori"}) < 60
    assert left - {"nori"} == frozenset(sorted(owners)[-len(left) + 1 :])


def test_a_form_opened_again_counts_from_what_it_showed_at_first() -> None:
    first = Form(Filled(schedule=Schedule(time(9), "UTC"), subscription_id=1), LAYERS)
    typed = sent(first, MAIN, more="agentz")
    by_now = replace(first, filled=replace(first.filled, schedule=Schedule(time(7), "Asia/Tokyo")))
    mended = sent(by_now, MAIN, typed, more="agents")
    assert shows(form_modal(by_now, MAIN, typed).to_dict(), "when") == "09:00 UTC"
    assert filled_in(mended, by_now).schedule == by_now.filled.schedule
