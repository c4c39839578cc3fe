"""Whatever GitHub lets people write, what we show of it is short, visible and no address."""

from __future__ import annotations

import re
from dataclasses import replace
from unicodedata import category

from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.domain.catalogue import (
    Card,
    CatalogueEntry,
    Fact,
    FactKind,
    Growth,
    Place,
    RepoState,
)
from hypecurve.domain.digest import Item, Welcome
from hypecurve.domain.errors import UnknownCategory
from hypecurve.domain.message import Link, Message, Moment, SectionKind
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import Evidence, Signal, SignalKind
from hypecurve.domain.subscription import Wants
from hypecurve.domain.why import Explanation
from hypecurve.wording.card import card_message
from hypecurve.wording.cut import clean
from hypecurve.wording.digest import digest_message, welcome_message
from hypecurve.wording.lists import list_message
from hypecurve.wording.notices import error_message, subscriptions_message
from hypecurve.wording.plain import plain, spoken
from hypecurve.wording.why import why_message
from support.sample_day import DUE, Maker, sample_card, sample_digest, sample_taxonomy

TAXONOMY = sample_taxonomy()
NASTY = st.sampled_from(
    [
        "<!channel> <@U1> @everyone <https://evil.example|acme/flashkv>",
        "[acme/flashkv](https://evil.example) ||x|| # *b* _i_ `c` ~s~",
        "\u202egnp.exe\u2066 \u200b\u200d\ufeff",
        "{0} {name} {name.__class__} %s %(n)s",
        "👩\u200d👩\u200d👧" * 90,
        "ب" * 500,
        "x" * 10_000,
        "line\nline\r\n\x00\x1b[31mred\ud800",
        "Z" + "\u0334" * 400,
        "",
    ]
)
OUTSIDE = NASTY | st.text(st.characters(), max_size=200)
# Two cores are shared with other tests: a deadline would measure those.
patient = settings(deadline=None, max_examples=60)
FIGURE = st.none() | st.integers(-(10**7), 10**7)


def hostile_entry(text: str, growth: Growth | None = None) -> CatalogueEntry:
    entry = Maker().entry(
        "acme/flashkv",
        812,
        text,
        growth=growth or Growth(),
        place=Place(text, text),
        language=text,
        license=text,
    )
    name = RepoName(text, text)  # more than GitHub allows
    return replace(entry, repo=replace(entry.repo, name=name))


def check(message: Message) -> None:
    """Nothing invisible, nothing endless, no line break, and links to GitHub alone."""
    sections = (*message.sections, *message.overflow)
    inlines = [
        part
        for lines in (
            message.subtitle,
            message.footer,
            *(entry.lines for section in sections for entry in section.entries),
        )
        for line in lines
        for part in line
    ]
    shown = [part.fallback if isinstance(part, Moment) else part.text for part in inlines]
    shown += [message.title, message.notification]
    shown += [choice.label for c in message.controls for choice in c.choices]
    shown += [choice.detail for c in message.controls for choice in c.choices]
    for text in shown:
        text.encode()
        assert len(text) <= 900
        assert not [c for c in text if category(c) in {"Cc", "Cs"} or c in "\u202e\u2066\u200b"]
    for part in inlines:
        if isinstance(part, Link):
            assert re.fullmatch(r"https://github\.com/[\w.:/%~-]*", part.url, re.ASCII)
    for form in (plain(message), plain(message, width=60), spoken(message)):
        form.encode()
    assert len(spoken(message)) <= 4_000


@patient
@given(OUTSIDE, st.sampled_from(SignalKind), FIGURE, st.floats(0, 10**6) | st.none())
def test_any_signal_of_any_repo_can_be_told(
    text: str, kind: SignalKind, figure: int | None, pace: float | None
) -> None:
    item: Item = Maker().item(
        hostile_entry(text),
        kind,
        SectionKind.YOURS,
        step=2,
        gain_7d=figure,
        gain_28d=figure,
        best_28d=figure,
        usual_7d=pace,
        multiple=pace,
        weeks=(figure, None, 3, figure, 5, figure, 6, 7),
        age_days=None if figure is None else abs(figure) % 20_000,
        before=text,
        after=text,
    )
    wants = Wants(frozenset({text, "agents"}))
    digest = replace(sample_digest(), shown=(item,), overflow=(item,) * 3, wants=wants)
    check(digest_message(digest, TAXONOMY, "en"))


@patient
@given(OUTSIDE, FIGURE, st.floats(0, 10**6) | st.none())
def test_any_repo_has_a_card_and_a_line_in_a_list(
    text: str, figure: int | None, pace: float | None
) -> None:
    entry = replace(hostile_entry(text, Growth(figure, figure, figure)), usual_week=pace)
    card = Card(entry, (figure, 1, None, 2, 3), sample_card().spoken)
    check(card_message(card, TAXONOMY, "en", "UTC"))
    for kind in ("new", "rising", "stalled", "top"):
        check(list_message(kind, "7d", None, [entry], TAXONOMY, locale="en", zone="UTC", now=DUE))


@patient
@given(OUTSIDE, st.floats(0, 1))
def test_any_repo_may_stand_in_the_first_message(text: str, loaded: float) -> None:
    entry = hostile_entry(text)
    digest = sample_digest()
    welcome = Welcome(
        digest.channel,
        Wants(frozenset({text})),
        "UTC",
        DUE,
        0,
        loaded,
        None,
        largest=(entry,),
        youngest=(entry,),
    )
    check(welcome_message(welcome, TAXONOMY, "en"))


@patient
@given(
    OUTSIDE,
    st.sampled_from(FactKind),
    st.sampled_from(SignalKind),
    st.sampled_from(RepoState),
    st.booleans(),
)
def test_any_repo_can_be_explained(
    text: str,
    fact: FactKind,
    kind: SignalKind,
    state: RepoState,
    about_ai: bool,  # noqa: FBT001 - hypothesis gives it by its place
) -> None:
    happened = Fact(1, RepoId(1), fact, DUE, text, text)
    said = Signal(RepoId(1), kind, DUE, 1, 2, 2.0, None, "test/1", Evidence(after=text))
    place = Place(text if about_ai else "not-ai", text)
    entry = replace(hostile_entry(text), place=place, state=state, gone_why=text)
    explanation = Explanation(entry, DUE, 500, None, facts=(happened,), spoken=(said,))
    check(why_message(explanation, TAXONOMY, "en", "UTC"))


@patient
@given(OUTSIDE)
def test_a_slip_is_repeated_harmlessly(text: str) -> None:
    check(error_message(UnknownCategory(text, (text,)), "en"))
    check(subscriptions_message([], TAXONOMY, "en", now=DUE, followed=[text]))


@patient
@given(OUTSIDE)
def test_a_description_is_shown_as_it_is_but_cleaned(text: str) -> None:
    message = card_message(Card(hostile_entry(text)), TAXONOMY, "en", "UTC")
    shown = clean(text)
    if 0 < len(shown) <= 300:
        assert shown in plain(message)
