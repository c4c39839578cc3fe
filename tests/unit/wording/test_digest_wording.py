"""What readers see of a digest and of the first message: looked at, then kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from syrupy.assertion import SnapshotAssertion
from wcwidth import wcswidth

from hypecurve.domain.category import Category, Layer, Taxonomy
from hypecurve.domain.digest import Digest, Item, Welcome
from hypecurve.domain.message import Action, Bars, Line, Link, Message, Moment, SectionKind, Text
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Wants
from hypecurve.wording.digest import BUDGET, digest_message, welcome_message
from hypecurve.wording.plain import plain, spoken
from hypecurve.wording.teller import words_of
from support.sample_day import DUE, Maker


def heads(message: Message) -> list[str]:
    return [words_of(entry.lines[0]) for section in message.sections for entry in section.entries]


def with_items(digest: Digest, *items: Item) -> Digest:
    return replace(digest, shown=items, overflow=())


@pytest.mark.parametrize("width", [0, 60])
def test_the_digest_in_a_terminal(
    digest: Digest, taxonomy: Taxonomy, snapshot: SnapshotAssertion, width: int
) -> None:
    assert plain(digest_message(digest, taxonomy, "en"), width=width) == snapshot


def test_the_digest_in_words(
    digest: Digest, taxonomy: Taxonomy, snapshot: SnapshotAssertion
) -> None:
    assert spoken(digest_message(digest, taxonomy, "en")) == snapshot


@pytest.mark.parametrize("loaded", ["loading", "there"])
def test_the_first_message(
    welcome: Welcome,
    digest: Digest,
    taxonomy: Taxonomy,
    snapshot: SnapshotAssertion,
    loaded: str,
) -> None:
    if loaded == "there":
        welcome = replace(welcome, history_loaded=1.0, week=digest.shown[1:4])
    assert plain(welcome_message(welcome, taxonomy, "en"), width=80) == snapshot


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (timedelta(hours=5.8), "star history 34% loaded, about 6 h to go."),
        (timedelta(minutes=20), "star history 34% loaded, less than an hour to go."),
        (None, "star history 34% loaded."),
    ],
)
def test_the_first_message_says_how_long_the_past_still_takes(
    welcome: Welcome, taxonomy: Taxonomy, left: timedelta | None, told: str
) -> None:
    message = welcome_message(replace(welcome, history_left=left), taxonomy, "en")
    assert f"Rising needs two weeks of counts: {told}\n" in plain(message)


def test_the_phone_shows_the_top_story_in_words(digest: Digest, taxonomy: Taxonomy) -> None:
    message = digest_message(digest, taxonomy, "en")
    assert message.notification == (
        "acme/flashkv at 8.6x its pace, +1,940 in 7 days - 19 in today's digest"
    )


def test_a_rise_from_next_to_nothing_is_not_the_story_where_there_is_another(
    digest: Digest, taxonomy: Taxonomy, make: Maker
) -> None:
    rising = SignalKind.RISING
    tiny = make.item(make.entry("hato/tiny", 700), rising, gain_7d=48, usual_7d=0.4, multiple=96.0)
    yours = replace(tiny, heading=SectionKind.YOURS)
    message = digest_message(with_items(digest, yours, digest.shown[1]), taxonomy, "en")
    assert message.notification.startswith("acme/flashkv at 8.6x")
    alone = digest_message(with_items(digest, digest.shown[0], tiny), taxonomy, "en")
    assert alone.notification.startswith("hato/tiny rising, +48")


def test_a_single_story_is_told_without_a_count(digest: Digest, taxonomy: Taxonomy) -> None:
    message = digest_message(with_items(digest, digest.shown[0]), taxonomy, "en")
    assert message.notification == "acme/ragkit archived by its owner yesterday"


def test_times_are_the_channels_own_and_said_once(digest: Digest, taxonomy: Taxonomy) -> None:
    lines = digest_message(digest, taxonomy, "en").subtitle
    assert [words_of(line) for line in lines] == ["since yesterday 09:00 · counts as of 06:12"]


def test_a_day_of_the_channels_never_stands_beside_an_hour_of_the_readers(
    digest: Digest, taxonomy: Taxonomy
) -> None:
    old = replace(digest, counts_at=DUE - timedelta(hours=20))
    for each in (digest, old):
        (line,) = digest_message(each, taxonomy, "en").subtitle
        assert not any(isinstance(part, Moment) for part in line)


def test_a_day_begins_at_midnight(digest: Digest, taxonomy: Taxonomy) -> None:
    paris = ZoneInfo("Europe/Paris")
    end = datetime(2026, 11, 22, 23, 59, 59, tzinfo=paris)
    day = replace(digest, due_at=end, since=end - timedelta(days=1))
    (line,) = digest_message(day, taxonomy, "en").subtitle
    assert words_of(line) == "since today 00:00 · counts as of 06:12"
    days = replace(digest, due_at=end, since=end - timedelta(days=2))
    (line,) = digest_message(days, taxonomy, "en").subtitle
    assert words_of(line) == "since yesterday 00:00 · counts as of 06:12"


def test_old_counts_are_called_old(digest: Digest, taxonomy: Taxonomy) -> None:
    old = replace(digest, counts_at=DUE - timedelta(hours=20), since=None)
    (line,) = digest_message(old, taxonomy, "en").subtitle
    assert words_of(line) == "counts as of yesterday 13:00"


def test_unknown_times_leave_no_line(digest: Digest, taxonomy: Taxonomy) -> None:
    bare = replace(digest, counts_at=None, since=None)
    assert digest_message(bare, taxonomy, "en").subtitle == ()


@pytest.mark.parametrize(
    ("categories", "title"),
    [
        ((), "All categories"),
        (("agents",), "Agents"),
        (("mcp", "infrastructure", "agents"), "Infrastructure, Agents, and MCP"),
        (("serving", "agents"), "Serving and deployment + Agents"),
        (("mcp", "inference", "agents", "ai-engineering"), "All but Serving and deployment"),
        (("mcp", "inference", "agents", "infrastructure"), "All categories"),
        (("dropped-since",), "dropped-since"),
    ],
)
def test_the_title_says_what_is_watched(
    digest: Digest, taxonomy: Taxonomy, categories: tuple[str, ...], title: str
) -> None:
    wished = replace(digest, wants=Wants(frozenset(categories)))
    shown = digest_message(wished, taxonomy, "en").title.removesuffix(" · Sun 22 Nov")
    assert shown == title


def test_a_title_names_three_and_counts_the_rest(digest: Digest) -> None:
    layers = [Layer(f"layer-{n}", f"Layer {n}") for n in range(2)]
    many = [Category(f"c{n}", f"Subject {n}", layers[n % 2]) for n in range(9)]
    taxonomy = Taxonomy.of(layers, many, (), {})
    titles = {
        wanted: digest_message(
            replace(digest, wants=Wants(frozenset(c.slug for c in many[:wanted]))), taxonomy, "en"
        ).title.removesuffix(" · Sun 22 Nov")
        for wanted in (3, 5, 6, 8, 9)
    }
    assert titles == {
        3: "Subject 0, Subject 1, and Subject 2",
        5: "Subject 0, Subject 1, Subject 2 and 2 more",
        6: "All but Subject 6, Subject 7, and Subject 8",
        8: "All but Subject 8",
        9: "All categories",
    }


def test_a_multiple_of_next_to_nothing_is_not_shown(
    digest: Digest, taxonomy: Taxonomy, make: Maker
) -> None:
    item = make.item(
        make.entry("hato/quiet", 700), SignalKind.RISING, gain_7d=40, usual_7d=4.9, multiple=8.2
    )
    message = digest_message(with_items(digest, item), taxonomy, "en")
    assert heads(message) == ["hato/quiet +40 in 7 days (usually 5) · 700"]
    assert message.notification == "hato/quiet rising, +40 in 7 days"


def test_what_is_unknown_is_left_out(digest: Digest, taxonomy: Taxonomy, make: Maker) -> None:
    entry = make.entry("hato/bare", 700)
    items = [
        make.item(entry, SignalKind.RISING, gain_7d=40),
        make.item(entry, SignalKind.RISING),
        make.item(entry, SignalKind.STALLED),
        make.item(entry, SignalKind.STALLED, gain_28d=3),
        make.item(entry, SignalKind.AWAKE),
        make.item(entry, SignalKind.NEW),
        make.item(entry, SignalKind.MILESTONE),
        make.item(entry, SignalKind.RENAMED),
    ]
    told = [heads(digest_message(with_items(digest, i), taxonomy, "en"))[0] for i in items]
    assert told == [
        "hato/bare +40 in 7 days · 700",
        "hato/bare rising · 700",
        "hato/bare stalled",
        "hato/bare stalled: 3 in 28 days",
        "hato/bare woke up · 700",
        "hato/bare listed yesterday · 700 · Agents",
        "hato/bare passed a milestone yesterday · 700",
        "hato/bare renamed yesterday · 700",
    ]


def test_news_of_followed_repos_says_what_changed(
    digest: Digest, taxonomy: Taxonomy, make: Maker
) -> None:
    entry = make.entry("hato/known", 10_240)
    items = [
        make.item(entry, SignalKind.RENAMED, before="hato/old", after="hato/known"),
        make.item(entry, SignalKind.RELICENSED, before="MIT", after=None),
        make.item(entry, SignalKind.GONE),
        make.item(entry, SignalKind.MILESTONE, after="10000"),
    ]
    told = [heads(digest_message(with_items(digest, i), taxonomy, "en"))[0] for i in items]
    assert told == [
        "hato/known renamed yesterday, was hato/old · 10.2k",
        "hato/known licence changed yesterday: MIT to none · 10.2k",
        "hato/known gone from GitHub since yesterday · 10.2k",
        "hato/known passed 10,000 stars yesterday · 10.2k",
    ]


def test_every_kind_of_signal_can_be_told(digest: Digest, taxonomy: Taxonomy, make: Maker) -> None:
    for kind in SignalKind:
        item = make.item(make.entry("hato/any", 700), kind)
        assert digest_message(with_items(digest, item), taxonomy, "en").notification


def test_names_lead_to_github_and_nothing_else_does(digest: Digest, taxonomy: Taxonomy) -> None:
    message = digest_message(digest, taxonomy, "en")
    lines: list[Line] = [
        line
        for section in (*message.sections, *message.overflow)
        for entry in section.entries
        for line in entry.lines
    ]
    links = [part for line in lines for part in line if isinstance(part, Link)]
    assert len(links) == 19
    assert all(link.url == f"https://github.com/{link.text}" for link in links)


def test_curves_stand_in_the_line_and_not_in_the_words(digest: Digest, taxonomy: Taxonomy) -> None:
    message = digest_message(digest, taxonomy, "en")
    rising = message.sections[1].entries[0]
    assert any(isinstance(part, Bars) for part in rising.lines[0])
    assert not set("▁▂▃▄▅▆▇█") & set(spoken(message))


def test_every_repo_can_be_opened_by_its_id(digest: Digest, taxonomy: Taxonomy) -> None:
    message = digest_message(digest, taxonomy, "en")
    select = next(c for c in message.controls if c.action is Action.OPEN_REPO)
    assert [choice.value for choice in select.choices] == [
        str(item.entry.repo.id) for item in digest.items
    ]
    assert [c.label for c in message.controls] == ["Open a repo", "12 more", "Tune"]


def test_a_select_never_has_more_than_25_choices(
    digest: Digest, taxonomy: Taxonomy, make: Maker
) -> None:
    crowd = tuple(
        make.item(make.entry(f"lumo/n{n}", n), SignalKind.RISING, gain_7d=n) for n in range(60)
    )
    message = digest_message(replace(digest, overflow=crowd), taxonomy, "en")
    assert len(message.controls[0].choices) == 25
    assert sum(len(section.entries) for section in message.overflow) == 41
    last = message.overflow[-1].entries[-1]
    assert words_of(last.lines[0]) == "and 20 more: /hype rising, /hype new"


def test_a_tight_digest_gives_up_descriptions_from_below(
    digest: Digest, taxonomy: Taxonomy, make: Maker
) -> None:
    items = tuple(
        make.item(
            make.entry(f"lumo/{'n' * 60}{n}", n, "words " * 40),
            SignalKind.RISING,
            gain_7d=1_000,
            usual_7d=100,
            multiple=10.0,
        )
        for n in range(16)
    )
    message = digest_message(with_items(digest, *items), taxonomy, "en")
    described = [len(entry.lines) == 2 for entry in message.sections[0].entries]
    assert described == sorted(described, reverse=True)
    assert True in described
    assert False in described
    shown = [*message.subtitle, *(line for e in message.sections[0].entries for line in e.lines)]
    assert sum(len(words_of(line)) for line in shown) <= BUDGET


def test_a_quiet_day_says_so_when_it_is_previewed(digest: Digest, taxonomy: Taxonomy) -> None:
    message = digest_message(with_items(digest), taxonomy, "en")
    assert heads(message) == ["Nothing crossed your bar; 2,214 repos checked at 06:12."]
    assert [control.action for control in message.controls] == [Action.TUNE]


def test_a_digest_of_an_unknown_language_is_in_english(digest: Digest, taxonomy: Taxonomy) -> None:
    assert digest_message(digest, taxonomy, "tlh") == digest_message(digest, taxonomy, "en")


def test_only_strong_text_is_the_multiple(digest: Digest, taxonomy: Taxonomy) -> None:
    message = digest_message(digest, taxonomy, "en")
    strong = [
        part.text
        for section in message.sections
        for entry in section.entries
        for part in entry.lines[0]
        if isinstance(part, Text) and part.style == "strong"
    ]
    assert strong == ["8.6x", "4.1x, still accelerating", "8.7x"]


def test_a_chinese_description_takes_no_more_room_than_an_english_one(
    digest: Digest, taxonomy: Taxonomy, make: Maker
) -> None:
    item = make.item(
        make.entry("hato/cn", 700, "大模型推理加速" * 20), SignalKind.RISING, gain_7d=40
    )
    message = digest_message(with_items(digest, item), taxonomy, "en")
    shown = words_of(message.sections[0].entries[0].lines[1])
    assert shown.endswith("…")
    assert 66 <= wcswidth(shown) <= 72
