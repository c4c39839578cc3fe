"""What somebody sees who asked: a card, a list, the categories, a notice, help, an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.chat.command import ListNow, Share
from hypecurve.chat.finding import ShowRisers
from hypecurve.chat.grammar import parse
from hypecurve.domain.catalogue import Card, CatalogueEntry, Growth, Place, RepoState, Spoken
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import (
    BadCommand,
    BadTime,
    HypecurveError,
    NotFound,
    SourceError,
    UnknownCategory,
)
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.paging import Page
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import WORKDAYS, Schedule, Subscription, Wants
from hypecurve.wording.card import card_message
from hypecurve.wording.commands import COMMANDS
from hypecurve.wording.help import help_message
from hypecurve.wording.lists import ListKind, Window, categories_message, list_message
from hypecurve.wording.notices import (
    error_message,
    followed,
    not_subscribed,
    scheduled,
    subscriptions_message,
    unfollowed,
    unsubscribed,
)
from hypecurve.wording.plain import plain, spoken
from support.sample_day import CHANNEL, COUNTED, DUE, Maker

SUBSCRIPTION = Subscription(
    CHANNEL,
    Wants(frozenset({"agents", "inference"}), frozenset({SignalKind.RISING, SignalKind.NEW})),
    Schedule(time(9), "Europe/Paris", WORKDAYS),
    next_due=DUE + timedelta(days=1),
)


def entries(make: Maker) -> list[CatalogueEntry]:
    return [
        make.entry(
            "acme/flashkv",
            38_230,
            "KV-cache compression for serving",
            "inference",
            growth=Growth(702, 1_940, 4_410),
            usual_week=226.4,
            listed_at=DUE - timedelta(days=1),
            pushed_at=DUE - timedelta(hours=3),
        ),
        make.entry("hato/tinyquant", 731, growth=Growth(30, 96, None), usual_week=0.4),
        make.entry("kite/toolproxy", 546),
    ]


def list_of(
    found: list[CatalogueEntry],
    taxonomy: Taxonomy,
    kind: ListKind = "rising",
    window: Window = "7d",
    category: str | None = None,
) -> Message:
    return list_message(
        kind, window, category, found, taxonomy, locale="en", zone="Europe/Paris", now=DUE
    )


@pytest.mark.parametrize("width", [0, 60])
def test_the_card(card: Card, taxonomy: Taxonomy, snapshot: SnapshotAssertion, width: int) -> None:
    assert plain(card_message(card, taxonomy, "en", "Europe/Paris"), width=width) == snapshot


def test_the_card_in_words(card: Card, taxonomy: Taxonomy, snapshot: SnapshotAssertion) -> None:
    assert spoken(card_message(card, taxonomy, "en", "Europe/Paris")) == snapshot


def test_a_card_leads_to_all_that_can_be_done_with_it(card: Card, taxonomy: Taxonomy) -> None:
    def values(shown: Card) -> list[tuple[str, str]]:
        controls = card_message(shown, taxonomy, "en", "UTC").controls
        return [(control.label, control.value or control.url) for control in controls]

    github = ("Open on GitHub", "https://github.com/acme/flashkv")
    assert values(card) == [
        ("Curve", "curve acme/flashkv"),
        ("Why", "why acme/flashkv"),
        ("Follow", "follow acme/flashkv"),
        ("Mute here", "mute acme/flashkv"),
        ("Compare…", "compare acme/flashkv"),
        ("Share", "share repo acme/flashkv"),
        ("Wrong category?", "place acme/flashkv"),
        github,
    ]
    assert ("Unfollow", "unfollow acme/flashkv") in values(replace(card, followed=True))
    assert ("Unmute here", "unmute acme/flashkv") in values(replace(card, muted=True))
    assert values(replace(card, past_view=True)) == [github]
    for _, command in values(card)[:-1]:
        assert str(parse(command, taxonomy)) == command


def test_a_list_of_risers_leads_to_its_chart(make: Maker, taxonomy: Taxonomy) -> None:
    chart, share = list_of(entries(make), taxonomy, category="agents").controls[-2:]
    assert parse(chart.value, taxonomy) == ShowRisers("agents")
    assert parse(share.value, taxonomy) == Share(ListNow("rising", "agents"))


def test_a_card_of_which_little_is_known_is_short(make: Maker, taxonomy: Taxonomy) -> None:
    bare = Card(make.entry("kite/bare", 412, place=Place("unsure", "")), watch_only=True)
    assert plain(card_message(bare, taxonomy, "en", "UTC")).splitlines() == [
        "kite/bare · Watched, not listed yet",
        "",
        "Unsure",
        "412 stars",
        "counts as of Sun 22 Nov 05:12",
        "",
        "Open on GitHub: https://github.com/kite/bare",
    ]


@pytest.mark.parametrize("state", list(RepoState))
def test_a_card_names_every_state(card: Card, taxonomy: Taxonomy, state: RepoState) -> None:
    shown = card_message(
        replace(card, entry=replace(card.entry, state=state)), taxonomy, "en", "UTC"
    )
    assert len(shown.title) > len("acme/flashkv · ")


def test_a_card_shows_no_multiple_of_next_to_nothing(card: Card, taxonomy: Taxonomy) -> None:
    slow = replace(card, entry=replace(card.entry, usual_week=2.0))
    assert card_message(slow, taxonomy, "en", "UTC").title == "acme/flashkv · Rising"


def test_an_operators_word_is_marked_and_unknown_announcements_are_told(
    card: Card, taxonomy: Taxonomy
) -> None:
    entry = replace(card.entry, place=Place("agents", "asked for", by_operator=True))
    text = plain(
        card_message(
            replace(card, entry=entry, spoken=(Spoken("odd", DUE),)), taxonomy, "en", "UTC"
        )
    )
    assert "Agents (chosen by the operator)" in text
    assert "announced 22 Nov" in text


def test_a_card_of_long_ago_leaves_out_what_is_of_today(card: Card, taxonomy: Taxonomy) -> None:
    then = datetime(2019, 3, 1, 23, 59, 59, tzinfo=UTC)
    repo = replace(card.entry.repo, forks=None, pushed_at=None)
    entry = replace(
        card.entry, repo=repo, seen_at=then, listed_at=None, growth=Growth(), usual_week=None
    )
    past = Card(entry, past_view=True, stars_known=False)
    message = card_message(past, taxonomy, "en", "UTC")
    assert plain(message).splitlines() == [
        "acme/flashkv",
        "",
        "KV-cache compression for serving",
        "Inference (topic kv-cache) · Python · Apache-2.0",
        "organisation",
        "as of 1 Mar 2019 23:59",
        "",
        "Open on GitHub: https://github.com/acme/flashkv",
    ]
    assert message.notification == "acme/flashkv"
    counted = card_message(replace(past, stars_known=True), taxonomy, "en", "UTC")
    assert "38.2k stars · organisation\ncounts as of 1 Mar 2019 23:59" in plain(counted)


@pytest.mark.parametrize("kind", SignalKind)
def test_a_card_names_every_announcement_and_multiples_of_rises_alone(
    card: Card, taxonomy: Taxonomy, kind: SignalKind
) -> None:
    told = replace(card, spoken=(Spoken(kind.value, DUE - timedelta(days=1), 1, 0.7),))
    lines = plain(card_message(told, taxonomy, "en", "UTC")).splitlines()
    (line,) = [line for line in lines if "21 Nov" in line]
    assert "announced 21 Nov" not in line
    assert ("0.7x" in line) == (kind is SignalKind.RISING)


@pytest.mark.parametrize(
    ("kind", "days", "state", "word"),
    [
        ("awake", 0, RepoState.COOLING, "Woke up"),
        ("awake", 6, RepoState.ACTIVE, "Woke up"),
        ("awake", 8, RepoState.COOLING, "Cooling"),
        ("new", 1, RepoState.ACTIVE, "New"),
        ("new", 1, RepoState.RISING, "Rising 8.6x"),
        ("new", 1, RepoState.ARCHIVED, "Archived"),
        ("new", 8, RepoState.ACTIVE, "Steady"),
        ("rising", 1, RepoState.COOLING, "Cooling"),
    ],
)
def test_the_cards_word_does_not_contradict_what_was_just_announced(
    card: Card, taxonomy: Taxonomy, kind: str, days: int, state: RepoState, word: str
) -> None:
    spoken = (
        Spoken("milestone", COUNTED - timedelta(days=days)),
        Spoken(kind, COUNTED - timedelta(days=days)),
        Spoken("new" if kind != "new" else "awake", COUNTED - timedelta(days=days)),
    )
    told = replace(card, spoken=spoken, entry=replace(card.entry, state=state))
    assert card_message(told, taxonomy, "en", "UTC").title == f"acme/flashkv · {word}"


@pytest.mark.parametrize("kind", ["new", "rising", "stalled", "top"])
@pytest.mark.parametrize("window", ["24h", "7d", "30d"])
def test_a_list(  # fixtures and what is asked
    make: Maker,
    taxonomy: Taxonomy,
    snapshot: SnapshotAssertion,
    kind: ListKind,
    window: Window,
) -> None:
    assert plain(list_of(entries(make), taxonomy, kind, window, "agents"), width=80) == snapshot


def test_an_empty_list_says_so(taxonomy: Taxonomy) -> None:
    message = list_of([], taxonomy)
    assert message.notification == "Nothing rose above its usual pace in that time."
    assert message.controls == ()


def test_a_long_list_is_cut_and_says_how_much(make: Maker, taxonomy: Taxonomy) -> None:
    message = list_of([make.entry(f"lumo/n{n}", n) for n in range(40)], taxonomy, "top")
    assert len(message.sections[0].entries) == 15
    assert plain(message).endswith("1-15 of 40")


def test_a_list_may_know_more_than_it_was_given(make: Maker, taxonomy: Taxonomy) -> None:
    found = entries(make)
    message = list_message(
        "top", "7d", None, found, taxonomy, locale="en", zone="UTC", now=DUE, page=Page(3, 3, 100)
    )
    assert plain(message).endswith("7-9 of 100")


def test_the_categories(taxonomy: Taxonomy, snapshot: SnapshotAssertion) -> None:
    assert plain(categories_message(taxonomy, {"agents": 1_204, "mcp": 1}, "en")) == snapshot


def test_the_help(snapshot: SnapshotAssertion) -> None:
    assert plain(help_message(None, "en"), width=80) == snapshot


@pytest.mark.parametrize("topic", [spec.name for spec in COMMANDS])
def test_the_help_on_one_command(topic: str, snapshot: SnapshotAssertion) -> None:
    assert plain(help_message(topic, "en"), width=80) == snapshot


def test_help_on_nothing_known_is_the_whole_help() -> None:
    assert help_message("nonsense", "en") == help_message(None, "en")


def test_subscriptions(taxonomy: Taxonomy, snapshot: SnapshotAssertion) -> None:
    paused = replace(
        SUBSCRIPTION,
        wants=Wants(),
        schedule=Schedule(time(18, 30), "UTC", frozenset({0, 3})),
        paused_until=DUE + timedelta(days=2),
    )
    message = subscriptions_message(
        [SUBSCRIPTION, paused], taxonomy, "en", now=DUE, followed=["acme/flashkv", "nori/voicebox"]
    )
    assert plain(message) == snapshot


def test_a_channel_that_hears_nothing_is_told_how_to_begin(taxonomy: Taxonomy) -> None:
    message = subscriptions_message([], taxonomy, "en", now=DUE, followed=["acme/flashkv"])
    assert plain(message) == ("Nothing yet. Try: /hype subscribe all\nFollowed: acme/flashkv")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            lambda taxonomy, _: unsubscribed([], taxonomy, "en"),
            "This channel hears nothing any more.",
        ),
        (
            lambda taxonomy, _: unsubscribed(["agents"], taxonomy, "en"),
            "Agents: no longer in this channel's digest.",
        ),
        (
            lambda taxonomy, _: not_subscribed(["mcp"], taxonomy, "en"),
            "This channel was not subscribed to MCP.",
        ),
        (
            lambda taxonomy, _: scheduled(SUBSCRIPTION, taxonomy, "en"),
            "The digest comes weekdays at 09:00 Europe/Paris, next Mon 23 Nov 09:00.",
        ),
        (
            lambda taxonomy, _: scheduled(replace(SUBSCRIPTION, next_due=None), taxonomy, "en"),
            "The digest comes weekdays at 09:00 Europe/Paris.",
        ),
        (lambda _, make: followed(make.entry("a/b", 1).repo, "en"), "Following a/b."),
        (lambda _, make: unfollowed(make.entry("a/b", 1).repo, "en"), "No longer following a/b."),
    ],
)
def test_notices_are_one_sentence(
    make: Maker,
    taxonomy: Taxonomy,
    message: Callable[[Taxonomy, Maker], Message],
    words: str,
) -> None:
    said = message(taxonomy, make)
    assert said.notification == words
    assert said.kind is MessageKind.NOTICE


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BadCommand("Name one repo: /hype {example}", example="x"), "Name one repo: /hype x"),
        (
            UnknownCategory("agnts", ("agents", "agent-tools")),
            "There is no category 'agnts'. Did you mean agents or agent-tools?",
        ),
        (
            UnknownCategory("zzz"),
            "There is no category 'zzz'. /hype categories lists them.",
        ),
        (BadTime("'25:00' is not a time."), "'25:00' is not a time."),
        (NotFound(), "Something went wrong."),
        (SourceError("line one\nline two\x00"), "line one line two"),
    ],
)
def test_errors_are_one_kind_line(error: HypecurveError, words: str) -> None:
    message = error_message(error, "en")
    assert message.notification == words
    assert message.kind is MessageKind.ERROR


def test_an_endless_error_is_cut() -> None:
    assert len(error_message(SourceError("x" * 10_000), "en").notification) == 500


def test_a_card_of_another_year_shows_the_year(card: Card, taxonomy: Taxonomy) -> None:
    later = replace(card.entry, seen_at=datetime(2027, 3, 1, 12, tzinfo=UTC))
    text = plain(card_message(replace(card, entry=later), taxonomy, "en", "UTC"))
    assert "announced as rising 19 Nov 2026" in text
    assert COUNTED.year == 2026
