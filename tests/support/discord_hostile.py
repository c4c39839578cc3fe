"""Text from outside at its worst, for Discord: what people would put into a description."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from hypecurve.domain.chart import Curve, Picture, Risers
from hypecurve.domain.chart import Line as Stars
from hypecurve.domain.message import (
    Action,
    Bars,
    Choice,
    Control,
    Entry,
    Inline,
    Link,
    Message,
    MessageKind,
    Moment,
    Section,
    SectionKind,
    Style,
    Text,
)
from hypecurve.domain.repo import RepoId

EVIL = (
    "@everyone",
    "@here",
    "<@1>",
    "<@!1>",
    "<@&1>",
    "<#1>",
    "</hype repo:1>",
    "<t:1:R>",
    "<:kappa:1>",
    "<a:kappa:1>",
    "<id:customize>",
    "[x](https://evil.example)",
    "[x](<https://evil.example>)",
    "[https://github.com](https://evil.example 'x')",
    "](https://evil.example)",
    "<https://evil.example>",
    "https://evil.example/a_b_c",
    "discord://-/channels/1",
    "**bold**",
    "__under__",
    "_slanted_",
    "~~gone~~",
    "||spoiler||",
    "`code`",
    "```py\nprint()\n```",
    "# heading",
    "-# small",
    "- item",
    "* item",
    "+ item",
    "1. item",
    "23) item",
    "> quote",
    ">>> quote",
    "\\",
    "\\*",
    "\\\\@everyone",
    "a\nb\r\nc\u2028d",
    "\u202egnp.exe",
    "\u200b\u200c\u200d\u2060",
    "\ud83d",
    "👩‍👩‍👧‍👦" * 20,
    "z̸̢̛͎̹̪͓͔̲" * 9,
    "漢字" * 200,
    "x" * 1_000,
    "\0\x1b[31m",
    " ",
    "",
)
hostile = st.one_of(
    st.sampled_from(EVIL),
    st.lists(st.sampled_from(EVIL), min_size=2, max_size=4).map("".join),
    st.text(st.sampled_from("\\*_~`|<>[]()@#:-+.!/ \n1a"), max_size=40),
    st.text(max_size=40),
)
URLS = (
    "https://github.com/acme/flashkv",
    "https://github.com/acme/flash_kv_(fork)?a=*b*",
    "javascript:alert(1)",
    "",
    "https://x.example/" + "y" * 4_000,
)
_styles = st.sampled_from(Style)
_at = st.just(datetime(2026, 11, 22, 8, tzinfo=UTC))
inlines: st.SearchStrategy[Inline] = st.one_of(
    st.builds(Text, hostile, _styles),
    st.builds(Link, hostile, st.sampled_from(URLS), _styles),
    st.builds(Bars, hostile),
    st.builds(Moment, _at, hostile, st.sampled_from(["time", "date", "datetime"])),
)
lines = st.lists(inlines, max_size=5).map(tuple)
_entries = st.builds(
    Entry,
    st.lists(lines, max_size=4).map(tuple),
    st.none() | st.integers(1, 9).map(RepoId),
    hostile | st.sampled_from(["acme/flashkv", "nori/voicebox"]),
    hostile,
)


_section = st.builds(
    Section, st.sampled_from(SectionKind), hostile, st.lists(_entries, max_size=3).map(tuple)
)
_choices = st.lists(st.builds(Choice, hostile, hostile, hostile), max_size=4).map(tuple)
COMMANDS = (
    "top",
    "repo acme/flashkv",
    "compare acme/flashkv",
    "place acme/flashkv",
    "rising agents 7d page 2",
    "share search " + "a long word and " * 9,
    "subscriptions",
    "subscriptions",
)
_values = hostile | st.sampled_from(COMMANDS)
_controls = st.builds(
    Control, st.sampled_from(Action), hostile, _values, _choices, st.sampled_from(URLS)
)
_names = st.sampled_from(["acme/flashkv", "nori/voicebox"])
_charts = _names.map(lambda name: Curve(Stars(name, ((date(2026, 11, 22), 38_200),)))) | st.just(
    Risers(date(2026, 11, 22), ())
)
_pictures = st.none() | st.builds(Picture, _charts, hostile, hostile)
CALLED = "1100220033004400550"
_calls = st.sampled_from(["", CALLED]) | hostile
messages = st.builds(
    Message,
    st.sampled_from(MessageKind),
    hostile,
    hostile,
    st.lists(lines, max_size=6).map(tuple),
    st.lists(_section, max_size=3).map(tuple),
    st.lists(_section, max_size=2).map(tuple),
    st.lists(lines, max_size=6).map(tuple),
    st.lists(_controls, max_size=8).map(tuple),
    picture=_pictures,
    calls=_calls,
)
"""Any message at all, as badly made as it can be."""


def grown(message: Message, entries: int, sections: int) -> Message:
    """Return the message with every entry and every section so many times, and 90 choices more."""
    more = tuple(Choice(f"{'o' * 39}/{n:0100}", str(n), "d" * 75) for n in range(90))
    return replace(
        message,
        sections=tuple(replace(s, entries=s.entries * entries) for s in message.sections)
        * sections,
        overflow=tuple(replace(s, entries=s.entries * entries) for s in message.overflow),
        controls=tuple(replace(c, choices=c.choices + more[:entries]) for c in message.controls),
    )
