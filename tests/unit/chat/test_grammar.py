"""One grammar for both chats: what people type is understood, or refused kindly."""

from __future__ import annotations

from datetime import time
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.chat.command import (
    Categories,
    Command,
    Follow,
    Help,
    ListNow,
    Preview,
    Schedule,
    ShowRepo,
    Submit,
    Subscribe,
    Subscriptions,
    Unfollow,
    Unsubscribe,
    Why,
)
from hypecurve.chat.grammar import COMMANDS, CommandSpec, parse
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadCommand, BadInput, BadRepoName, BadTime, UnknownCategory
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import ALL_DAYS, WORKDAYS

TAXONOMY = Taxonomy.from_toml(files("hypecurve").joinpath("taxonomy.toml").read_text("utf-8"))
FLASHKV = RepoName("acme", "flashkv")
SLUGS = [*(c.slug for c in TAXONOMY.categories), *(layer.slug for layer in TAXONOMY.layers)]
TITLES = [TAXONOMY.title(slug) for slug in SLUGS]
RISING = frozenset({SignalKind.RISING})


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("   ", Help()),
        ("help", Help()),
        ("?", Help()),
        ("help subscribe", Help("subscribe")),
        ("/hype help /subscribe", Help("subscribe")),
        ("subscribe all", Subscribe()),
        ("SUBSCRIBE All", Subscribe()),
        ("subscribe agents", Subscribe(frozenset({"agents"}))),
        ("subscribe agents rising", Subscribe(frozenset({"agents"}), RISING)),
        (
            "subscribe agents, coding & rag new stalled",
            Subscribe(
                frozenset({"agents", "coding", "rag"}),
                frozenset({SignalKind.NEW, SignalKind.STALLED}),
            ),
        ),
        ("subscribe ai engineering", Subscribe(frozenset({"ai-engineering"}))),
        ("subscribe all at 9:05", Subscribe(at=time(9, 5))),
        ("subscribe all 18:30 weekdays", Subscribe(at=time(18, 30), weekdays=WORKDAYS)),
        ("subscribe all Europe/Paris", Subscribe(zone="Europe/Paris")),
        ("subscribe all at 09:00 Paris", Subscribe(at=time(9), zone="Europe/Paris")),
        ("subscribe all 09:00 utc", Subscribe(at=time(9), zone="UTC")),
        ("subscribe all mondays thu", Subscribe(weekdays=frozenset({0, 3}))),
        ("subscribe all fri-mon", Subscribe(weekdays=frozenset({4, 5, 6, 0}))),
        (
            'subscribe "vector databases" coding',
            Subscribe(frozenset({"vector-databases", "coding"})),
        ),
        ("subscribe “vector databases”", Subscribe(frozenset({"vector-databases"}))),
        ("subscribe vector databases", Subscribe(frozenset({"vector-databases"}))),
        ("subscribe 'vector databases", Subscribe(frozenset({"vector-databases"}))),
        ("unsubscribe all", Unsubscribe()),
        ("unsubscribe agents and coding", Unsubscribe(frozenset({"agents", "coding"}))),
        ("subscriptions", Subscriptions()),
        ("schedule 09:00 Europe/Paris weekdays", Schedule(time(9), "Europe/Paris", WORKDAYS)),
        ("schedule europe/paris", Schedule(zone="Europe/Paris")),
        ("schedule Tokyo", Schedule(zone="Asia/Tokyo")),
        ("schedule daily", Schedule(weekdays=ALL_DAYS)),
        ("new", ListNow("new")),
        ("rising agents 24h", ListNow("rising", "agents", "24h")),
        ("top vector databases month", ListNow("top", "vector-databases", "30d")),
        ("stalled all week", ListNow("stalled")),
        ("repo acme/flashkv", ShowRepo(FLASHKV)),
        ("acme/flashkv", ShowRepo(FLASHKV)),
        ("repo https://github.com/acme/flashkv/issues?q=1", ShowRepo(FLASHKV)),
        (
            "repo <https://github.com/acme/flashkv|github.com/acme/flashkv>",
            ShowRepo(FLASHKV),
        ),
        ("repo 4711", ShowRepo(id=RepoId(4711))),
        ("repo -4711", ShowRepo(id=RepoId(-4711))),
        ("follow acme/flashkv", Follow(FLASHKV)),
        ("unfollow acme/flashkv", Unfollow(FLASHKV)),
        ("why acme/flashkv", Why(FLASHKV)),
        ("why https://github.com/acme/flashkv", Why(FLASHKV)),
        ("submit acme/flashkv", Submit(FLASHKV)),
        ("submit https://github.com/acme/flashkv.git", Submit(FLASHKV)),
        ("submit acme/flashkv Vector Databases", Submit(FLASHKV, "vector-databases")),
        ('submit acme/flashkv "rag"', Submit(FLASHKV, "rag")),
        ("categories", Categories()),
        ("preview", Preview()),
    ],
)
def test_what_people_type_is_understood(text: str, command: Command) -> None:
    assert parse(text, TAXONOMY) == command


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("subscibe all", BadCommand, "Did you mean subscribe"),
        ("sub", BadCommand, "Did you mean subscribe or subscriptions?"),
        ("compare acme/flashkv", BadCommand, "/hype help shows what there is"),
        ("agents", BadCommand, "Did you mean top agents?"),
        ("subscribe", BadCommand, "Say which categories, or all"),
        ("subscribe rising", BadCommand, "Say which categories, or all"),
        ("unsubscribe", BadCommand, "Say which categories, or all"),
        ("subscribe agnets", UnknownCategory, "agents"),
        ("subscribe agents 25:00", BadTime, "write it as 09:00"),
        ("subscribe agents 9am", BadTime, "write it as 09:00"),
        ("subscribe agents at", BadCommand, "Say when"),
        ("subscribe all Europe/Pari", BadTime, "Did you mean Europe/Paris"),
        ("subscribe acme/flashkv", BadCommand, "/hype follow acme/flashkv"),
        ("schedule", BadCommand, "Say when"),
        ("schedule 09:00 nowhere-at-all", BadTime, "not a time zone"),
        ("schedule agents", BadTime, "not a time zone"),
        ("rising 5d", BadTime, "write 24h, 7d or 30d"),
        ("top agents coding", BadCommand, "One category or layer at a time"),
        ("repo", BadCommand, "Name one repo"),
        ("repo a/b c/d", BadCommand, "Name one repo"),
        ("repo flashkv", BadRepoName, "write owner/name"),
        ("follow", BadCommand, "Name one repo"),
        ("why", BadCommand, "Name one repo: /hype why acme/flashkv"),
        ("whi acme/flashkv", BadCommand, "Did you mean why?"),
        ("why flashkv", BadRepoName, "write owner/name"),
        ("submt acme/flashkv", BadCommand, "Did you mean submit?"),
        ("submit", BadCommand, "Name one repo: /hype submit acme/flashkv"),
        ("submit agents acme/flashkv", BadRepoName, "'agents' is not a repository"),
        ("submit a/b c/d", BadCommand, "Name one repo"),
        ("submit a/b agnets", UnknownCategory, "agents"),
        ("submit a/b agents rag", BadCommand, "One category at a time"),
        ("submit a/b infrastructure", BadCommand, "Infrastructure is a layer. Name one of its"),
        ("categories now", BadCommand, "stands alone"),
        ("help nonsense", BadCommand, "There is no command"),
        ("subscribe " + "x" * 3_000, BadCommand, "too long"),
        ("x" * 1_500, BadCommand, "x…"),
        ("repo acme/\u202eflashkv", BadCommand, "invisible"),
        ("repo acme/flash\u200bkv", BadCommand, "invisible"),
        ("subscribe " + "x" * 1_500, UnknownCategory, "x…"),
    ],
)
def test_a_slip_is_told_how_to_write_it(text: str, error: type[BadInput], says: str) -> None:
    with pytest.raises(error) as raised:
        parse(text, TAXONOMY)
    assert says in str(raised.value)
    assert len(str(raised.value)) < 250


def test_a_quoted_word_is_never_a_word_of_the_grammar() -> None:
    with pytest.raises(UnknownCategory):
        parse('subscribe "weekdays"', TAXONOMY)


@pytest.mark.parametrize("name", [*SLUGS, *TITLES])
def test_every_category_can_be_named_with_and_without_quotes(name: str) -> None:
    quoted = parse(f'top "{name}"', TAXONOMY)
    assert quoted == parse(f"top {name}", TAXONOMY)
    assert quoted == ListNow("top", TAXONOMY.find(name).slug)


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
def test_every_example_of_the_help_is_understood(spec: CommandSpec) -> None:
    assert str(parse(spec.example, TAXONOMY)).startswith(spec.name)


def test_the_words_of_the_commands_fit_both_platforms() -> None:
    for spec in COMMANDS:
        assert len(spec.help) <= 100
        for option in spec.options:
            assert len(option.help) <= 100
            assert option.name.islower()
    assert len({spec.name for spec in COMMANDS}) == len(COMMANDS) <= 25


WHEN = {
    "at": st.none() | st.times().map(lambda at: time(at.hour, at.minute)),
    "zone": st.none() | st.sampled_from(["UTC", "Europe/Paris", "America/Argentina/Ushuaia"]),
    "weekdays": st.none() | st.frozensets(st.integers(0, 6), min_size=1),
}
SOME = st.frozensets(st.sampled_from(SLUGS), max_size=6)
NAMES = st.builds(
    RepoName, st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), st.sampled_from(["a", "x.y", "_z-"])
)
WRITTEN = st.one_of(
    st.builds(Subscribe, SOME, st.frozensets(st.sampled_from(SUBSCRIBABLE), min_size=1), **WHEN),
    st.builds(Unsubscribe, SOME),
    st.builds(Schedule, **WHEN).filter(lambda s: s != Schedule()),
    st.builds(
        ListNow,
        st.sampled_from(["new", "rising", "stalled", "top"]),
        st.none() | st.sampled_from(SLUGS),
        st.sampled_from(["24h", "7d", "30d"]),
    ),
    st.builds(ShowRepo, NAMES),
    st.builds(ShowRepo, st.none(), st.integers(-(10**17), 10**17)),
    st.builds(Follow, NAMES),
    st.builds(Unfollow, NAMES),
    st.builds(Why, NAMES),
    st.builds(Submit, NAMES, st.none() | st.sampled_from([c.slug for c in TAXONOMY.categories])),
    st.sampled_from([Subscriptions(), Categories(), Preview(), Help(), Help("top")]),
)


@settings(deadline=None)
@given(WRITTEN)
def test_a_command_written_out_reads_back(command: Command) -> None:
    assert parse(str(command), TAXONOMY) == command


WORDS = st.sampled_from(
    [
        *(spec.name for spec in COMMANDS),
        *("at", "09:00", "99:99", "all", "and", ",", '"', "“", "<", ">", "|", "&amp;", "/", "//"),
        *("Europe/Paris", "Europe/", "mon-fri", "mon-", "7d", "0d", "agents", "vector", "a/b"),
        *("<https://github.com/a/b|x>", "-1", "...", "🙂", "ب", "\u202e", "\x00", "\ud800"),
    ]
)


@settings(deadline=None)
@given(st.text(st.characters(), max_size=200) | st.lists(WORDS, max_size=12).map(" ".join))
def test_any_text_is_a_command_or_a_kind_refusal(text: str) -> None:
    try:
        outcome: Command | BadInput = parse(text, TAXONOMY)
    except BadInput as refusal:
        outcome = refusal
    if isinstance(outcome, BadInput):
        assert 10 < len(str(outcome)) < 500
    else:
        assert parse(str(outcome), TAXONOMY) == outcome
