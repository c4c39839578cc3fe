"""Messages to look at, and hostile ones for hypothesis, for the tests of the Slack bot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

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

NINE = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def repo(number: int, name: str, *rest: Inline, detail: str = "", spoken: str = "") -> Entry:
    """Return an entry of a digest: a linked name, what follows it, and a line of detail."""
    head: tuple[Inline, ...] = (Link(name, f"https://github.com/{name}"), Text(" "), *rest)
    lines = (head, (Text(detail),)) if detail else (head,)
    return Entry(lines, RepoId(number), name, spoken or f"{name} in words")


def rise(number: int, name: str, bars: str, times: str, rest: str, detail: str = "") -> Entry:
    """Return a fast-rising repo's entry."""
    strong = Text(times, Style.STRONG)
    return repo(number, name, Bars(bars), Text(" "), strong, Text(f" {rest}"), detail=detail)


_YOURS = repo(1, "acme/ragkit", Text("archived by its owner yesterday · 12.1k"))
_RISING = (
    rise(
        2,
        "acme/flashkv",
        "▁▁▂▁▁▂▁█",
        "8.6x",
        "+1,940 in 7 days (usually 226) · 38.2k",
        "KV-cache compression for serving · v0.9 released Tue",
    ),
    rise(
        3,
        "nori/voicebox",
        "▂▁▂▂▁▂▅█",
        "4.1x, still accelerating",
        "+820 in 7 days (usually 200) · 9.7k",
    ),
    rise(4, "hato/tinyquant", "▁▁▁▁▁▁▁█", "8.7x", "+96 in 7 days (usually 11) · 731"),
)
_NEW = repo(5, "kite/toolproxy", Text("passed 500 yesterday, 19 days old · 546 · MCP"))
_QUIET = repo(6, "mira/autoagent", Bars("█▃▂▁▁▁▁▁"), Text(" stalled: 6 in 28 days, best was 2,310"))
_OVERFLOW = tuple(
    repo(10 + n, f"owner{n}/overflow{n}", Text(f"passed 500 · {500 + n}")) for n in range(12)
)
_ALL = (_YOURS, *_RISING, _NEW, _QUIET, *_OVERFLOW)

DIGEST = Message(
    kind=MessageKind.DIGEST,
    notification="acme/flashkv at 8.6x its pace, +1,940 in 7 days - 18 in today's digest",
    title="Agents and Inference · Sun 22 Nov",
    subtitle=(
        (
            Text("since yesterday "),
            Moment(NINE - timedelta(days=1), "09:00", "time"),
            Text(" · counts as of "),
            Moment(NINE - timedelta(hours=2, minutes=48), "06:12", "time"),
        ),
    ),
    sections=(
        Section(SectionKind.YOURS, "Yours", (_YOURS,)),
        Section(SectionKind.RISING, "Rising", _RISING),
        Section(SectionKind.NEW, "New", (_NEW,)),
        Section(SectionKind.QUIET, "Quiet and back", (_QUIET,)),
    ),
    overflow=(Section(SectionKind.NEW, "New", _OVERFLOW),),
    controls=(
        Control(
            Action.OPEN_REPO,
            "Open a repo",
            choices=tuple(
                Choice(entry.repo_name, str(entry.repo_id), "546 stars") for entry in _ALL
            ),
        ),
        Control(Action.MORE, "12 more"),
        Control(Action.TUNE, "Tune", "subscriptions"),
        Control(Action.MUTE, "Mute"),
    ),
)

CARD = Message(
    kind=MessageKind.CARD,
    notification="acme/flashkv · Rising 8.6x",
    title="acme/flashkv · Rising 8.6x",
    subtitle=((Text("KV-cache compression_for_ *serving* with R&D"),),),
    sections=(
        Section(
            SectionKind.PLAIN,
            "",
            (
                Entry(
                    (
                        (Text("Inference optimization (topics: kv-cache) · Python · Apache-2.0"),),
                        (Text("38.2k stars", Style.STRONG), Text(" · 1,204 forks")),
                        (Text("24 h +702 · 7 d +1,940 · 30 d +4,410 "), Bars("▁▁▂▁▁▂▁█")),
                    ),
                    RepoId(2),
                    "acme/flashkv",
                    "38.2k stars",
                ),
            ),
        ),
    ),
    footer=(
        (
            Text("counts as of "),
            Moment(NINE, "Sun 22 Nov 09:00"),
            Text(" · "),
            Link("on GitHub", "https://github.com/acme/flashkv"),
        ),
    ),
    controls=(Control(Action.TUNE, "Open on GitHub", url="https://github.com/acme/flashkv"),),
)

_EVIL = st.sampled_from(
    [
        "<!channel>",
        "<!here|x>",
        "<@U1>",
        "<#C1|x>",
        "<https://evil.example|github.com/acme>",
        "*bold* _it_ ~no~ `code` ```pre```",
        "> quoted",
        "&lt;!channel&gt;",
        "@here #general https://evil.example",
        "\u202egnitalf\u202c",
        "👩‍👩‍👧‍👦" * 40,
        "e\u0301" * 900,
        "\x00\x07\ud800",
        "\n\n\n",
        " ",
        "",
        "<" * 5_000,
        "a|b^c",
        "x" * 10_000,
    ]
)
hostile = st.one_of(
    _EVIL,
    st.text(st.characters(), max_size=60),
    st.lists(_EVIL, min_size=2, max_size=3).map("".join),
)
_urls = st.one_of(
    st.just("https://github.com/acme/flashkv"),
    st.sampled_from(["javascript:alert(1)", "https://a/b|c>", "", "https://x/" + "y" * 4_000]),
)
_styles = st.sampled_from(Style)
_inlines: st.SearchStrategy[Inline] = st.one_of(
    st.builds(Text, hostile, _styles),
    st.builds(Link, hostile, _urls, _styles),
    st.builds(Bars, hostile),
    st.builds(Moment, st.just(NINE), hostile, st.sampled_from(["time", "date", "datetime"])),
)
_lines = st.lists(_inlines, max_size=3).map(tuple)
_entries = st.builds(
    Entry,
    st.lists(_lines, max_size=3).map(tuple),
    st.one_of(st.none(), st.integers(-5, 5).map(RepoId)),
    st.one_of(hostile, st.just("acme/flashkv")),
    hostile,
)


def _sections(most: int) -> st.SearchStrategy[tuple[Section, ...]]:
    # A few different entries, many times over: long messages without long draws.
    entries = st.lists(_entries, max_size=3).flatmap(
        lambda few: st.sampled_from([1, 1, 30]).map(lambda times: tuple(few * times))
    )
    built = st.builds(Section, st.sampled_from(SectionKind), hostile, entries)
    return st.lists(built, max_size=most).flatmap(
        lambda few: st.sampled_from([1, 1, 20]).map(lambda times: tuple(few * times))
    )


_choices = st.one_of(
    st.just(()),
    st.lists(st.builds(Choice, hostile, hostile, hostile), max_size=3).map(tuple),
    st.just(tuple(Choice(f"{'o' * 39}/{n:0100}", str(n), "d" * 75) for n in range(150))),
)
_controls = st.builds(
    Control, st.sampled_from(Action), hostile, st.one_of(hostile, st.just("top")), _choices, _urls
)
messages = st.builds(
    Message,
    st.sampled_from(MessageKind),
    hostile,
    hostile,
    st.lists(_lines, max_size=12).map(tuple),
    _sections(4),
    _sections(2),
    st.lists(_lines, max_size=3).map(tuple),
    st.lists(_controls, max_size=30).map(tuple),
)
"""Any message at all, as badly made as it can be."""
