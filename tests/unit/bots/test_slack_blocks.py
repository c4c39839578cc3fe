"""Messages as Slack's blocks: what people see, and that no text from outside can do harm."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.chart import Picture, Risers
from hypecurve.domain.message import (
    Action,
    Choice,
    Control,
    Entry,
    Link,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve_slack import bot
from hypecurve_slack.rendering.blocks import MESSAGE_CHARACTERS, fallback, render, reply
from hypecurve_slack.rendering.controls import size
from standins import slack_rules
from support.slack_messages import CARD, DIGEST, messages, repo


def blocks_of(message: Message, kind: str) -> list[dict[str, object]]:
    return [block for block in render(message)[0]["blocks"] if block["type"] == kind]


def test_a_digest_as_slack_is_sent_it(snapshot: SnapshotAssertion) -> None:
    assert json.dumps(render(DIGEST), ensure_ascii=False, indent=1) == snapshot


@pytest.mark.parametrize("message", [DIGEST, CARD], ids=["digest", "card"])
def test_how_slack_lays_it_out(message: Message, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(bot.layout(message)) == snapshot


@pytest.mark.parametrize("message", [DIGEST, CARD], ids=["digest", "card"])
def test_slacks_own_models_take_the_blocks_as_they_are(message: Message) -> None:
    for body in (*render(message), *reply(message)):
        for block in body["blocks"]:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
            assert parsed.to_dict() == block


def test_the_notification_is_the_first_line_of_the_text() -> None:
    post, thread = render(DIGEST)
    assert post["text"].splitlines()[0] == DIGEST.notification
    assert thread["text"].splitlines()[0] == "12 more"
    assert "▁" not in post["text"]


def test_only_controls_that_do_something_are_shown() -> None:
    (actions,) = blocks_of(DIGEST, "actions")
    labels = [element.get("text", element.get("placeholder")) for element in actions["elements"]]  # type: ignore[attr-defined]  # JSON
    assert [label["text"] for label in labels] == ["Open a repo", "Tune"]


def test_the_select_names_every_repo_by_its_command() -> None:
    (actions,) = blocks_of(DIGEST, "actions")
    options = actions["elements"][0]["options"]  # type: ignore[index]  # JSON
    assert len(options) == 18
    assert options[1]["value"] == "repo acme/flashkv"
    assert options[-1]["value"] == "repo owner11/overflow11"


def test_a_repo_of_the_longest_name_can_be_opened() -> None:
    name = f"{'o' * 39}/{'n' * 100}"
    select = Control(Action.OPEN_REPO, "Open", choices=(Choice(name[:75], "9"),))
    section = Section(SectionKind.NEW, "New", (repo(9, name),))
    message = replace(DIGEST, sections=(section,), overflow=(), controls=(select,))
    (actions,) = blocks_of(message, "actions")
    assert actions["elements"][0]["options"][0]["value"] == f"repo {name}"  # type: ignore[index]  # JSON


def test_a_hundred_entries_are_cut_with_a_word_on_the_rest() -> None:
    entries = tuple(repo(n, f"acme/repo{n}", Text("d" * 300)) for n in range(100))
    message = replace(DIGEST, sections=(Section(SectionKind.NEW, "New", entries),), overflow=())
    shown = slack_rules.shown(render(message)[0])
    there = sum(f"acme/repo{n} " in shown for n in range(100))
    assert there >= 12
    assert f"and {100 - there} more" in shown


def test_a_long_title_is_cut_where_a_letter_ends() -> None:
    (header,) = blocks_of(replace(DIGEST, title="👩‍👩‍👧‍👦" * 100), "header")
    title = header["text"]["text"]  # type: ignore[index]  # JSON
    assert title == "👩‍👩‍👧‍👦" * 21 + "…"
    assert len(title) <= 150


def test_what_is_typed_in_a_description_is_shown_as_typed() -> None:
    evil = "<!channel> *b* _i_ ~s~ `c` <https://evil.example|x> &amp; a_b @here"
    message = Message(
        MessageKind.LIST,
        notification="n",
        sections=(Section(SectionKind.PLAIN, "", (Entry(((Text(evil),),)),)),),
        subtitle=((Text(evil),),),
        footer=((Text(evil), Link("ok", "https://github.com/a/b")),),
    )
    (body,) = render(message)
    assert slack_rules.pings(body) == []
    assert slack_rules.links(body) == ["https://github.com/a/b"]
    subtitle, text, footer = body["blocks"]
    assert subtitle["elements"][0] == {"type": "plain_text", "text": evil, "emoji": False}
    assert text["elements"][0]["elements"] == [{"type": "text", "text": evil}]
    assert footer["elements"][0]["text"] == (
        "&lt;!channel&gt; ∗b∗ ˍiˍ ∼s∼ ˋcˋ &lt;https://evil.example|x&gt; "  # noqa: RUF001  # alike
        "&amp;amp; a_b @here<https://github.com/a/b|ok>"
    )
    assert footer["elements"][0]["verbatim"] is True


def test_a_picture_stands_below_the_text_and_keeps_to_the_limits() -> None:
    evil = "<!channel> " + "x" * 3_000
    shown = replace(DIGEST, picture=Picture(Risers(date(2026, 11, 22), ()), evil, evil))
    post, thread = render(shown, "F0000000123")
    kinds = [block["type"] for block in post["blocks"]]
    assert kinds.index("image") > max(n for n, kind in enumerate(kinds) if kind == "rich_text")
    assert "image" not in [block["type"] for block in thread["blocks"]]
    image = post["blocks"][kinds.index("image")]
    assert image["slack_file"] == {"id": "F0000000123"}
    for body in (post, thread):
        assert slack_rules.problems(body["blocks"]) == []
        assert not slack_rules.too_long(body["blocks"])
    assert render(shown) == render(DIGEST)


def test_the_plain_form_has_no_blocks_and_as_many_posts() -> None:
    assert [set(body) & {"blocks"} for body in fallback(DIGEST)] == [set(), set()]
    assert "acme/flashkv" in fallback(DIGEST)[0]["text"]
    assert "overflow0" in fallback(DIGEST)[1]["text"]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@example(DIGEST)
@given(messages)
def test_slack_takes_whatever_comes_and_nobody_is_pinged(message: Message) -> None:
    for bodies in (render(message), reply(message), fallback(message)):
        assert 1 <= len(bodies) <= 2
        for body in bodies:
            blocks = body.get("blocks", [])
            assert slack_rules.problems(blocks) == []
            assert size(blocks) <= MESSAGE_CHARACTERS
            assert 1 <= len(body["text"]) <= 4_000
            assert slack_rules.pings(body) == []
            links = slack_rules.links(body)
            assert all(link.startswith("https://github.com/") for link in links)
            json.dumps(body, ensure_ascii=False).encode()
    assert len(bot.render(message)) == len(fallback(message))
    assert list(bot.layout(message))
