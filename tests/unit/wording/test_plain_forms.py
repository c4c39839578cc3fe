"""Curves and plain forms: readable in a terminal, and aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from hypecurve.domain.message import Bars, Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.wording.bars import bars, merged
from hypecurve.wording.plain import plain, spoken

GAINS = st.lists(st.none() | st.integers(-(10**6), 10**6), max_size=60)


def message_of(*heads: str, notification: str = "news") -> Message:
    entries = tuple(
        Entry(((Text(head), Text(" "), Bars("▁█"), Text(" 3.0x"), Text(" · "), Text("done")),))
        for head in heads
    )
    return Message(
        MessageKind.DIGEST, notification, sections=(Section(SectionKind.NEW, "New", entries),)
    )


@pytest.mark.parametrize(
    ("gains", "curve"),
    [
        ((1, 2, 4, 8), "▂▃▅█"),
        ((0, 0, 0), "▁▁▁"),
        ((-50, 5, 10), "▁▅█"),
        ((None, 0, 7, 7), "·▁██"),
        ((5, 6), ""),
        ((None, None, 5, 6), ""),
        ((), ""),
    ],
)
def test_the_largest_week_is_the_tallest_bar(gains: tuple[int | None, ...], curve: str) -> None:
    assert bars(gains) == curve


@given(GAINS)
def test_a_curve_has_a_bar_for_every_week_or_is_none(gains: list[int | None]) -> None:
    assert len(bars(gains)) in {0, len(gains)}


def test_merged_weeks_add_up_from_the_newest_back() -> None:
    assert merged((1, 2, 3, 4, 5), 3) == (None, 5, 9)
    assert merged((1, None, 3, 4), 2) == (None, 7)
    assert merged((), 4) == ()
    assert merged((1, 2), 4) == (1, 2)


def test_curves_below_each_other_line_up() -> None:
    lines = plain(message_of("acme/flashkv", "中文/库", "a/b")).splitlines()[1:]
    assert len({wcswidth(line.partition("▁")[0]) for line in lines}) == 1


def test_an_overlong_name_does_not_push_the_others_away() -> None:
    short, long = plain(message_of("a/b", "n" * 60)).splitlines()[1:]
    assert short.startswith("• a/b ▁")
    assert long.startswith(f"• {'n' * 60} ▁")


@given(st.integers(20, 90), st.text("ab 中👩é-", max_size=300))
def test_no_line_is_wider_than_the_terminal(width: int, text: str) -> None:
    message = message_of(text or "x", "acme/flashkv (usually 226)")
    for line in plain(message, width=width).splitlines():
        assert wcswidth(line) <= width


def test_a_figure_is_not_torn_from_its_unit() -> None:
    words = "moved by quite some stars, +1,940 in 7 days (usually 226)"
    message = Message(
        MessageKind.LIST, "", sections=(Section(SectionKind.NEW, "", (Entry(((Text(words),),)),)),)
    )
    for width in range(20, 60):
        shown = plain(message, width=width)
        assert "in 7 days" in shown
        assert "(usually 226)" in shown


def test_a_message_without_a_body_is_its_notification() -> None:
    assert plain(Message(MessageKind.NOTICE, "All is well.")) == "All is well."


def test_nothing_is_said_twice_aloud() -> None:
    entry = Entry(((Text("Following a/b."),),), spoken="Following a/b.")
    message = Message(
        MessageKind.NOTICE,
        "Following a/b.",
        sections=(Section(SectionKind.PLAIN, "", (entry,)),),
    )
    assert spoken(message) == "Following a/b."


def test_what_is_read_aloud_has_an_end() -> None:
    assert len(spoken(message_of("word " * 3_000), limit=500)) == 500
