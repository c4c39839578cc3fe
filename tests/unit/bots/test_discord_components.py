"""A message as Discord's components: what people see, and every limit kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

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
from standins.discord_rules import BUTTON, SELECT, TEXT, Json, problems, shown, units, walk
from support.discord_hostile import grown, messages
from support.discord_samples import CARD, CHOICES, DIGEST, NOTICE, repo


def parts(post: Json, kind: int) -> list[Json]:
    return [component for component in walk(post["components"]) if component["type"] == kind]


ALERT = Message(
    kind=MessageKind.ALERT,
    notification="acme/flashkv at 8.6x its pace",
    sections=(Section(SectionKind.RISING, "Rising now", (DIGEST.sections[1].entries[0],)),),
    controls=(
        replace(DIGEST.controls[0], choices=CHOICES[1:2]),
        Control(Action.WHY, "Why", value="why acme/flashkv"),
    ),
)


@pytest.mark.parametrize(
    "message", [DIGEST, CARD, NOTICE, ALERT], ids=["digest", "card", "error", "alert"]
)
def test_what_people_see(message: Message, snapshot: SnapshotAssertion) -> None:
    assert (
        "\n".join(bot.layout(message)).replace("\x1b[1m", "*").replace("\x1b[0m", "*") == snapshot
    )
    assert bot.render(message) == snapshot


@settings(deadline=None)  # the longest messages take a while on a busy machine
@given(messages, st.sampled_from([1, 1, 3, 60]), st.sampled_from([1, 1, 20]))
def test_discord_would_take_any_message_at_all(small: Message, entries: int, times: int) -> None:
    message = grown(small, entries, times)
    posts = [body(message), plain_body(message)]
    assert [problems(post) for post in posts] == [[], []]
    assert [post["allowed_mentions"] for post in posts] == [{"parse": []}] * 2
    assert "@everyone" not in shown(posts[0]) + shown(posts[1])
    assert list(bot.layout(message))


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
    assert len(list(walk(body(DIGEST)["components"]))) <= 15


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
    (more,) = parts(post, BUTTON)
    assert 0 < shown < 40
    assert more["label"] == f"{40 - shown} more"
    assert problems(post) == []


def test_without_a_select_what_is_left_out_is_counted_in_a_line() -> None:
    message = replace(DIGEST, controls=())
    texts = [text["content"] for text in parts(body(message), TEXT)]
    assert texts[-1] == "-# 2 more"


def test_the_more_button_names_exactly_what_was_left_out() -> None:
    post = body(DIGEST)
    mask = int(parts(post, BUTTON)[0]["custom_id"].split(":")[2], 16)
    options = parts(post, SELECT)[0]["options"]
    left_out = [o["label"] for i, o in enumerate(options) if mask >> i & 1]
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


def test_a_control_that_does_nothing_is_left_out() -> None:
    controls = (
        Control(Action.CURVE, "Curve", value="2"),
        Control(Action.MUTE, "Mute", value="acme/flashkv"),
        Control(Action.TUNE, "Tune"),
        Control(Action.PREVIEW, "Preview", value="preview"),
        Control(Action.TUNE, "Tune again"),
    )
    buttons = parts(body(replace(DIGEST, overflow=(), controls=controls)), BUTTON)
    assert [(b["label"], b["custom_id"]) for b in buttons] == [
        ("Tune", "hype:do:subscriptions"),
        ("Preview", "hype:do:preview"),
    ]


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
