"""Messages as the core makes them, with invented repos, for the tests of Discord's rendering."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypecurve.domain.chart import Curve, Picture
from hypecurve.domain.chart import Line as Stars
from hypecurve.domain.message import (
    Action,
    Bars,
    Choice,
    Control,
    Entry,
    Line,
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

COUNTED = Moment(datetime(2026, 11, 22, 6, 12, tzinfo=UTC), "06:12", "time")
_STRONG = Style.STRONG


def repo(number: int, name: str, *lines: Line, prefix: str = "") -> Entry:
    """Return an entry that begins with the repo's linked name."""
    link = Link(name, f"https://github.com/{name}", _STRONG)
    head = ((Text(prefix), link) if prefix else (link,)) + (lines[0] if lines else ())
    return Entry((head, *lines[1:]), RepoId(number), name, name)


SECTIONS = (
    Section(
        SectionKind.YOURS,
        "Yours",
        (repo(1, "acme/ragkit", (Text("  archived by its owner yesterday · 12.1k"),)),),
    ),
    Section(
        SectionKind.RISING,
        "Rising",
        (
            repo(
                2,
                "acme/flashkv",
                (
                    Text("  "),
                    Bars("▁▁▂▁▁▂▁█"),
                    Text("  "),
                    Text("8.6x", _STRONG),
                    Text("  +1,940 in 7 days (usually 226) · 38.2k"),
                ),
                (Text("KV-cache compression for serving · v0.9 released Tue"),),
            ),
            repo(
                3,
                "nori/voicebox",
                (
                    Text("  "),
                    Bars("▂▁▂▂▁▂▅█"),
                    Text("  "),
                    Text("4.1x, still accelerating", _STRONG),
                    Text("  +820 in 7 days (usually 200) · 9.7k"),
                ),
                (Text("Talking to a model with one file_of_code"),),
            ),
            repo(
                4,
                "hato/tinyquant",
                (Text("  "), Text("8.7x", _STRONG), Text(" +96 in 7 days (usually 11) · 731")),
                prefix="small: ",
            ),
        ),
    ),
    Section(
        SectionKind.NEW,
        "New",
        (
            repo(
                5,
                "kite/toolproxy",
                (Text("  passed 500 yesterday, 19 days old · 546 · MCP · submitted here"),),
            ),
        ),
    ),
    Section(
        SectionKind.QUIET,
        "Quiet and back",
        (
            repo(
                6,
                "mira/autoagent",
                (
                    Text("  "),
                    Bars("█▃▂▁▁▁▁▁"),
                    Text("  stalled: 6 in 28 days, best was 2,310 · last push 5 months ago"),
                ),
            ),
        ),
    ),
)
OVERFLOW = (
    Section(
        SectionKind.RISING,
        "Rising",
        (repo(7, "lumo/agentloop", (Text("  1.4x +44 in 7 days (usually 31) · 2.2k"),)),),
    ),
    Section(
        SectionKind.NEW,
        "New",
        (repo(8, "hato/evalbench", (Text("  passed 500 today, 4 months old · 503"),)),),
    ),
)
CHOICES = tuple(
    Choice(entry.repo_name, str(entry.repo_id), f"What {entry.repo_name} is")
    for section in (*SECTIONS, *OVERFLOW)
    for entry in section.entries
)
DIGEST = Message(
    kind=MessageKind.DIGEST,
    notification="acme/flashkv at 8.6x its pace, +1,940 in 7 days - 8 in today's digest",
    title="Agents and Inference · Sun 22 Nov",
    subtitle=((Text("since yesterday 09:00 · counts as of "), COUNTED),),
    sections=SECTIONS,
    overflow=OVERFLOW,
    controls=(
        Control(Action.OPEN_REPO, "Open a repo", choices=CHOICES),
        Control(Action.MORE, "2 more"),
        Control(Action.TUNE, "Tune", value="subscriptions"),
    ),
)
PICTURE = Picture(
    Curve(Stars("acme/flashkv", ((date(2025, 11, 22), 9_100), (date(2026, 11, 22), 38_200)))),
    "Stars of acme/flashkv. From 9,100 on 22 Nov 2025 to 38,200 stars on 22 Nov 2026, +29,100.",
    "Stars of acme/flashkv",
)
CARD = Message(
    kind=MessageKind.CARD,
    notification="acme/flashkv: rising 8.6x, 38.2k stars",
    title="acme/flashkv · Rising 8.6x",
    sections=(
        Section(
            SectionKind.PLAIN,
            "",
            (
                Entry(
                    (
                        (Text("KV-cache compression for serving"),),
                        (Text("Inference optimization (topics: kv-cache) · Python · Apache-2.0"),),
                        (Text("38.2k stars · 1,204 forks · organisation"),),
                        (Text("24 h +702 · 7 d +1,940 · 30 d +4,410    usually 226 a week"),),
                    ),
                    RepoId(2),
                    "acme/flashkv",
                ),
            ),
        ),
    ),
    footer=((Text("created Mar 2024 · counts as of "), COUNTED),),
    controls=(
        Control(Action.CURVE, "Curve", value="curve acme/flashkv"),
        Control(Action.WHY, "Why", value="why acme/flashkv"),
        Control(Action.FOLLOW, "Follow", value="follow acme/flashkv"),
        Control(Action.MUTE, "Mute here", value="mute acme/flashkv"),
        Control(Action.COMPARE, "Compare…", value="compare acme/flashkv"),
        Control(Action.SHARE, "Share", value="share repo acme/flashkv"),
        Control(Action.MISPLACED, "Wrong category?", value="place acme/flashkv"),
        Control(Action.OPEN_REPO, "Open on GitHub", url="https://github.com/acme/flashkv"),
    ),
)
NOTICE = Message(
    kind=MessageKind.ERROR,
    notification="There is no category 'agnets'. Did you mean agents?",
    sections=(
        Section(
            SectionKind.PLAIN,
            "",
            (
                Entry(
                    (
                        (
                            Text("There is no category 'agnets'. Did you mean "),
                            Text("agents", Style.CODE),
                            Text("?"),
                        ),
                    )
                ),
            ),
        ),
    ),
)
