"""Lines as Slack's rich text and mrkdwn."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.message import Bars, Link, Moment, Place, Style, Text
from hypecurve.domain.subscription import Channel
from hypecurve_slack.rendering.markup import escape, literal, mrkdwn, rich, safe_url, tidy, unescape

NINE = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_a_moment_is_shown_in_the_readers_own_zone() -> None:
    at = int(NINE.timestamp())
    moment = Moment(NINE, "Sun 22 Nov 09:00")
    assert mrkdwn((Text("as of "), moment), 100) == (
        f"as of <!date^{at}^{{date_short_pretty}} {{time}}|Sun 22 Nov 09:00>"
    )
    assert rich((Moment(NINE, "09:00", "time"),)) == [
        {"type": "date", "timestamp": at, "format": "{time}", "fallback": "09:00"}
    ]


def test_a_fallback_from_outside_cannot_end_the_date() -> None:
    shown = mrkdwn((Moment(NINE, "x> <!channel> |y", "time"),), 200)
    assert shown.count("<") == shown.count(">") == 1
    assert shown.count("|") == 1


def test_a_channel_is_shown_by_its_name_where_it_is_one_of_slack() -> None:
    line = (Text("in "), Place(Channel.parse("slack:T1/C1")))
    assert rich(line) == [
        {"type": "text", "text": "in "},
        {"type": "channel", "channel_id": "C1"},
    ]
    assert mrkdwn(line, 100) == "in <#C1>"
    for elsewhere in ("discord:1/23", "slack:T1/@U1", "slack:T1/C1-x"):
        place = Place(Channel.parse(elsewhere))
        assert rich((place,)) == [{"type": "text", "text": place.channel.id}]
        assert mrkdwn((place,), 100) == place.channel.id


def test_neighbours_of_one_style_are_joined() -> None:
    leaves = rich((Text("a "), Text("b"), Text("c", Style.STRONG), Bars("▁█")))
    assert leaves == [
        {"type": "text", "text": "a b"},
        {"type": "text", "text": "c", "style": {"bold": True}},
        {"type": "text", "text": "▁█", "style": {"code": True}},
    ]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a/>|x", "https://a/ b", "ftp://a", "", "https:/" * 999]
)
def test_what_is_no_address_stays_a_text(url: str) -> None:
    assert safe_url(url) == ""
    assert rich((Link("x", url),)) == [{"type": "text", "text": "x"}]
    assert mrkdwn((Link("x", url),), 100) == "x"


def test_marks_in_a_text_from_outside_format_nothing() -> None:
    shown = literal("*b* _i_ ~s~ `c` flash_kv")
    assert not set("*~`") & set(shown)
    assert "flash_kv" in shown
    assert " _" not in shown


def test_bold_words_keep_their_spaces_outside_of_the_marks() -> None:
    assert mrkdwn((Text("a"), Text(" b ", Style.STRONG), Text("c")), 100) == "a *b* c"


def test_a_line_is_cut_between_its_parts() -> None:
    link = Link("acme/flashkv", "https://github.com/acme/flashkv")
    assert mrkdwn((Text("one "), link, Text("two")), 30) == "one …"


@given(st.text(max_size=80))
def test_what_is_escaped_comes_back_and_holds_no_control(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not set("<>") & set(escape(text))


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_tidy_text_is_short_and_stays_as_it_is(text: str, limit: int) -> None:
    once = tidy(text, limit)
    assert len(once) <= limit
    assert tidy(once, limit) == once
