"""A message as Discord's components: what people see, and every limit kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.chart import Curve
from hypecurve.domain.chart import Line as Stars
from hypecurve.domain.message import (
    Action,
    Choice,
    Control,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve_discord import bot
from hypecurve_discord.library import discord
from hypecurve_discord.rendering.components import body, plain_body
from hypecurve_discord.rendering.embeds import embed_body
from hypecurve_discord.rendering.ids import LeftOut, decode
from hypecurve_discord.rendering.layout import lines
from standins.discord_rules import (
    BUTTON,
    GALLERY,
    ROW,
    SECTION,
    SELECT,
    TEXT,
    Json,
    files,
    problems,
    shown,
    units,
    walk,
)
from support.discord_hostile import CALLED, grown, messages
from support.discord_samples import CARD, CHOICES, DIGEST, NOTICE, PICTURE, repo

A_ROLE = re.compile(r"\d{1,20}", re.ASCII)
MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>", re.ASCII)


def parts(post: Json, kind: int) -> list[Json]:
    return [component for component in walk(post["components"]) if component["type"] == kind]


def buttons(message: Message) -> list[tuple[str, str]]:
    """The label and the id of each button in the rows below a post."""
    rows = parts(body(message), ROW)
    found = [each for row in rows for each in row["components"] if each["type"] == BUTTON]
    return [(each["label"], each.get("custom_id") or each["url"]) for each in found]


def inner(post: Json) -> list[Json]:
    found: list[Json] = post["components"][-1]["components"]
    return found


ALERT = Message(
    kind=MessageKind.ALERT,
    notification="acme/flashkv at 8.6x its pace",
    sections=(Section(SectionKind.RISING, "Rising now", (DIGEST.sections[1].entries[0],)),),
    controls=(
        replace(DIGEST.controls[0], choices=CHOICES[1:2]),
        Control(Action.WHY, "Why", value="why acme/flashkv"),
    ),
)


PICTURED = replace(DIGEST, picture=PICTURE, calls=CALLED)
SEEN = {
    "digest": DIGEST,
    "pictured": PICTURED,
    "card": CARD,
    "error": NOTICE,
    "alert": replace(ALERT, picture=PICTURE),
}


def drawn(rows: Iterable[str]) -> str:
    return "\n".join(rows).replace("\x1b[1m", "*").replace("\x1b[0m", "*")


@pytest.mark.parametrize("message", SEEN.values(), ids=SEEN)
def test_what_people_see(message: Message, snapshot: SnapshotAssertion) -> None:
    assert drawn(bot.layout(message)) == snapshot
    assert bot.render(message) == snapshot


@pytest.mark.parametrize("message", [PICTURED, CARD], ids=["digest", "card"])
def test_what_people_see_where_components_are_refused(
    message: Message, snapshot: SnapshotAssertion
) -> None:
    post = embed_body(message, "chart.png")
    assert drawn(lines(post, PICTURE.alt)) == snapshot
    assert post["embeds"] == snapshot


@settings(deadline=None)  # the longest messages take a while on a busy machine
@given(messages, st.sampled_from([1, 1, 3, 60]), st.sampled_from([1, 1, 20]))
def test_discord_would_take_any_message_at_all(small: Message, entries: int, times: int) -> None:
    message = grown(small, entries, times)
    posts = [body(message, "chart.png"), embed_body(message, "chart.png"), plain_body(message)]
    assert [problems(post) for post in posts] == [[], [], []]
    for post in posts:
        assert list(lines(post))
        # Nobody is ever called but the one named role.
        assert post["allowed_mentions"]["parse"] == []
        roles = post["allowed_mentions"].get("roles", [])
        assert roles == ([message.calls] if A_ROLE.fullmatch(message.calls) else [])
        assert MENTION.findall(shown(post)) == [f"<@&{role}>" for role in roles]
        ids = [
            each["custom_id"] for each in walk(post.get("components", [])) if "custom_id" in each
        ]
        assert None not in map(decode, ids)


def test_a_description_of_10000_characters_is_cut() -> None:
    long = replace(DIGEST, title="x" * 10_000, sections=(section("y" * 10_000),), overflow=())
    assert problems(body(long)) == []
    assert "yyy…" in shown(body(long))


def section(text: str) -> Section:
    return Section(SectionKind.NEW, text, (repo(1, "acme/flashkv", (Text(text),), (Text(text),)),))


@pytest.mark.parametrize("message", [DIGEST, CARD, NOTICE], ids=["digest", "card", "error"])
def test_the_library_reads_it_as_components(message: Message) -> None:
    (container,) = body(message)["components"]
    read = discord.components._component_factory(container)
    assert isinstance(read, discord.components.Container)
    assert len(read.children) == len(container["components"])


def test_a_digest_needs_less_than_half_of_the_components() -> None:
    assert len(list(walk(body(PICTURED, "chart.png")["components"]))) <= 20


def test_nothing_is_lost_in_silence() -> None:
    many = tuple(repo(n, f"acme/r{n}", (Text(" " + "long " * 60),)) for n in range(40))
    choices = tuple(Choice(f"acme/r{n}", str(n), "d") for n in range(40))
    message = replace(
        DIGEST,
        sections=(Section(SectionKind.RISING, "Rising", many),),
        overflow=(),
        controls=(Control(Action.OPEN_REPO, "Open a repo", choices=choices),),
    )
    post = body(message)
    shown = sum(text["content"].count("[acme/r") for text in parts(post, TEXT))
    ((label, _),) = buttons(message)
    assert 0 < shown < 40
    assert label == f"{40 - shown} more"
    assert problems(post) == []


def test_without_a_select_what_is_left_out_is_counted_in_a_line() -> None:
    message = replace(DIGEST, controls=())
    texts = [text["content"] for text in parts(body(message), TEXT)]
    assert texts[-1] == "-# 2 more"


def test_the_more_button_names_exactly_what_was_left_out() -> None:
    post = body(DIGEST)
    more = decode(buttons(DIGEST)[0][1])
    assert isinstance(more, LeftOut)
    options = parts(post, SELECT)[0]["options"]
    left_out = [o["label"] for i, o in enumerate(options) if more.mask >> i & 1]
    assert left_out == ["lumo/agentloop", "hato/evalbench"]
    assert options[6]["description"] == "Rising: 1.4x +44 in 7 days (usually 31) · 2.2k"
    assert options[1]["description"] == "What acme/flashkv is"


def test_a_select_has_25_options_of_100_characters() -> None:
    choices = tuple(Choice(f"acme/{n}{'漢😀' * 80}", str(n), "😀" * 90) for n in range(30))
    (select,) = parts(
        body(replace(DIGEST, controls=(Control(Action.OPEN_REPO, "Open", choices=choices),))),
        SELECT,
    )
    assert len(select["options"]) == 25
    assert all(units(o["label"]) <= 100 for o in select["options"])
    assert all(units(o["description"]) <= 100 for o in select["options"])


CONTROLS: tuple[tuple[Control, str], ...] = (
    (Control(Action.CURVE, "x", value="2"), ""),
    (Control(Action.MUTE, "x", value="acme/flashkv"), ""),
    (Control(Action.MORE, "x"), ""),
    (Control(Action.SHARE, "x", value="share search " + "long " * 20), ""),
    (Control(Action.MORE, "x", value="rising agents 7d page 2"), "page:rising agents 7d page 2"),
    (Control(Action.SHARE, "x", value="share top"), "do:share top"),
    (Control(Action.SHOW, "x", value="show 12"), "do:show 12"),
    (Control(Action.MISPLACED, "x", value="place acme/flashkv"), "do:place acme/flashkv"),
    (Control(Action.COMPARE, "x", value="compare acme/flashkv"), "compare:acme/flashkv"),
    (Control(Action.COMPARE, "x", value="compare a/b c/d"), "do:compare a/b c/d"),
    (Control(Action.PAUSE, "x"), "do:pause"),
    (Control(Action.RESUME, "x", value="resume"), "do:resume"),
    (Control(Action.PREVIEW, "x"), "do:preview"),
    (Control(Action.TUNE, "x", value="subscriptions"), "tune"),
    (Control(Action.SUBSCRIBE, "x", value="subscribe"), "tune"),
)


@pytest.mark.parametrize(("control", "custom_id"), CONTROLS)
def test_a_button_says_what_it_does_or_is_left_out(control: Control, custom_id: str) -> None:
    wanted = [("x", f"hype:{custom_id}")] if custom_id else []
    assert buttons(replace(NOTICE, controls=(control,))) == wanted


def test_two_buttons_of_one_meaning_are_one() -> None:
    twice = (Control(Action.TUNE, "Tune"), Control(Action.SUBSCRIBE, "Subscribe"))
    assert buttons(replace(NOTICE, controls=twice)) == [("Tune", "hype:tune")]


def test_a_long_choice_of_commands_takes_several_selects() -> None:
    choices = tuple(Choice(f"Category {n}", f"place acme/flashkv c{n}") for n in range(60))
    message = replace(NOTICE, controls=(Control(Action.MISPLACED, "Category", choices=choices),))
    selects = parts(body(message), SELECT)
    assert [(s["custom_id"], s["placeholder"], len(s["options"])) for s in selects] == [
        ("hype:pick:0", "Category 1/3", 25),
        ("hype:pick:1", "Category 2/3", 25),
        ("hype:pick:2", "Category 3/3", 10),
    ]


def test_the_picture_stands_under_the_entry_it_shows() -> None:
    kinds = [each["type"] for each in inner(body(PICTURED, "chart.png"))]
    at = kinds.index(GALLERY)
    assert kinds[at - 1] == SECTION
    shown = inner(body(PICTURED, "chart.png"))[at - 1]["components"][0]["content"]
    assert shown.startswith("### Rising\n**[acme/flashkv]")
    other = replace(PICTURE, chart=Curve(Stars("mira/gone", ())))
    for message in (replace(PICTURED, picture=other), replace(CARD, picture=PICTURE)):
        assert [each["type"] for each in inner(body(message, "a.png"))][:2] == [TEXT, GALLERY]
    embed = embed_body(PICTURED, "chart.png")["embeds"][2]
    assert embed["description"].startswith("### Rising")
    assert embed["image"] == {"url": "attachment://chart.png"}


def test_a_picture_is_told_in_words_as_well() -> None:
    (gallery,) = parts(body(PICTURED, "chart.png"), GALLERY)
    assert gallery["items"][0]["description"] == PICTURE.alt
    long = replace(PICTURED, picture=replace(PICTURE, alt="😀" * 1_000))
    (gallery,) = parts(body(long, "chart.png"), GALLERY)
    assert units(gallery["items"][0]["description"]) <= 1_024


@pytest.mark.parametrize("message", [PICTURED, CARD, ALERT], ids=["digest", "card", "alert"])
def test_without_a_file_nothing_speaks_of_a_picture(message: Message) -> None:
    pictured = replace(message, picture=PICTURE)
    assert body(pictured) == body(replace(message, picture=None), "chart.png")
    assert embed_body(pictured) == embed_body(replace(message, picture=None), "chart.png")
    assert files(embed_body(pictured, "chart.png")) == ["chart.png"]


def test_an_alerts_picture_is_attached_and_no_link_unfolds() -> None:
    post = body(replace(ALERT, picture=PICTURE), "chart.png")
    assert "embeds" not in post
    assert post["flags"] == 1 << 2


def test_a_role_is_called_above_the_digest_and_in_every_form() -> None:
    call = f"<@&{CALLED}>"
    assert body(PICTURED)["components"][0] == {"type": TEXT, "content": call}
    assert embed_body(PICTURED)["content"] == call
    assert plain_body(PICTURED)["content"].startswith(call)


def test_the_colour_is_that_of_the_first_section() -> None:
    def colour(message: Message) -> object:
        return body(message)["components"][0]["accent_color"]

    assert colour(DIGEST) != colour(replace(DIGEST, sections=DIGEST.sections[1:]))
    assert colour(NOTICE) == 0xED4245
    assert colour(replace(NOTICE, kind=MessageKind.NOTICE)) == 0x5865F2


def test_an_empty_message_shows_its_notification() -> None:
    post = body(Message(MessageKind.NOTICE, "# Nothing yet"))
    assert [text["content"] for text in parts(post, TEXT)] == [r"\# Nothing yet"]


def test_the_plain_form_says_the_same_in_2000_characters() -> None:
    content = plain_body(DIGEST)["content"]
    assert "acme/flashkv" in content
    assert "### Quiet and back" in content
    assert units(content) <= 2000


def test_every_choice_of_a_digest_can_be_opened() -> None:
    (select,) = parts(body(DIGEST), SELECT)
    assert [o["value"] for o in select["options"]] == [choice.value for choice in CHOICES]


def test_an_alert_can_be_read_in_a_phones_notification() -> None:
    post = body(ALERT)
    assert "acme/flashkv" in post["content"]
    assert "+1,940 in 7 days" in post["content"]
    assert not post["flags"] & (1 << 15)
    assert [button["label"] for button in parts(post, BUTTON)] == ["Why"]
    assert len(parts(post, SELECT)) == 1
    assert problems(post) == []
