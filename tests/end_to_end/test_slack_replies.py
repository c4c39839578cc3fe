"""Replies in Slack: how an answer gets there when things go wrong on the way, and every command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.chart import Picture, Risers
from hypecurve.domain.message import Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.domain.repo import RepoName
from hypecurve.domain.subscription import Tenant
from hypecurve.wording.commands import COMMANDS
from hypecurve_slack.answering.asked import Asked
from hypecurve_slack.answering.commands import Commands
from hypecurve_slack.answering.people import People
from hypecurve_slack.answering.replying import Place, Replies
from hypecurve_slack.posting.uploading import Uploads
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.web import web_client, web_session
from hypecurve_slack.workspace import Workspace
from standins.slack import SlackChannel, SlackMessage, SlackStandIn
from support.bots import Drawn, SuggestsNothing
from support.catalogue import a_repo, listed
from support.databases import NOW
from support.slack_running import BY_EITHER_LINE, Way, bot_over


def message(text: str, *, picture: bool = False, more: str = "") -> Message:
    """Return a message of a line, with a picture and an overflow where asked for."""

    def sections(words: str) -> tuple[Section, ...]:
        entry = Entry(((Text(words),),), spoken=words)
        return (Section(SectionKind.PLAIN, "", (entry,)),) if words else ()

    return Message(
        MessageKind.NOTICE,
        text,
        sections=sections(text),
        overflow=sections(more),
        picture=Picture(Risers(NOW.date(), ()), "bars that fall") if picture else None,
    )


@dataclass
class Replying:
    """A Slack, how answers get there, and a place where somebody asked."""

    slack: SlackStandIn
    session: aiohttp.ClientSession
    replies: Replies
    workspace: Workspace

    def place(self, channel: str = "C456") -> Place:
        """Return where a question of U1's is answered."""
        url = self.slack.response_url(channel)
        return Place(self.workspace, channel, "U1", url)

    def whispered(self, channel: str = "C456") -> list[str]:
        """What U1 alone was told there."""
        return [each.shown for each in self.slack.whispered(channel)]

    def said(self, channel: str = "C456") -> list[SlackMessage]:
        """What everybody was told there."""
        return self.slack.channels[channel].messages


@pytest.fixture
async def it() -> AsyncIterator[Replying]:
    async with SlackStandIn() as slack, web_session() as session:
        workspace = Workspace(
            Tenant("slack", "T123"), web_client(slack.api_url, slack.token, session), "UBOT"
        )
        replies = Replies(session, Uploads(Drawn(), (0.0, 0.0)))
        yield Replying(slack, session, replies, workspace)


async def test_what_takes_long_says_so_before_it_answers(it: Replying) -> None:
    told, go_on = asyncio.Event(), asyncio.Event()

    class SlowDesk(SuggestsNothing):
        async def answer(self, asker: Asker, text: str) -> Answer:
            del asker
            told.set()
            await go_on.wait()
            return Answer(message(f"answered {text}"))

    under_way = UnderWay()
    commands = Commands(SlowDesk(), it.replies, People(), under_way, patience=0.01)
    commands.ask(Asked(it.place()), "top")
    await told.wait()
    await it.slack.until(lambda: len(it.whispered()) == 1)
    go_on.set()
    await under_way.drain(5)
    assert it.whispered() == ["Still working on it…", "answered top"]


@pytest.mark.parametrize("spent", [True, False])
async def test_a_response_url_that_serves_no_more_is_not_the_end(
    it: Replying, *, spent: bool
) -> None:
    place = it.place()
    if spent:
        it.slack.spend_urls()
    else:
        place = replace(place, response_url="https://evil.example/respond")
    answer = Answer(message("for you", more="and more"), announcement=message("for all"))
    await it.replies.say(place, answer)
    assert it.whispered() == ["for you 1 more below", "and more"]
    assert [each.shown for each in it.said()] == ["for all"]


async def test_where_the_app_is_no_member_who_asks_is_written_to_alone(it: Replying) -> None:
    place = replace(it.place("C999"), response_url="")
    with capture_logs() as logs:
        await it.replies.say(place, Answer(message("for you"), announcement=message("for all")))
    assert [each.shown for each in it.said("DU1")] == ["for you"]
    assert [log["code"] for log in logs if log["event"] == "reply not taken"] == ["not_in_channel"]


async def test_an_answer_goes_into_the_thread_and_its_announcement_does_not(it: Replying) -> None:
    place = replace(it.place(), thread_ts="1.2")
    await it.replies.say(place, Answer(message("here"), public=True, announcement=message("news")))
    assert [(each.shown, each.thread_ts) for each in it.said()] == [("here", "1.2"), ("news", "")]


async def test_a_picture_stands_in_the_answer_as_a_file(it: Replying) -> None:
    shown = message("look", picture=True, more="more")
    it.slack.files.processing = 1  # Slack takes its time: the first try is refused
    first = await it.replies.picture(it.workspace, shown)
    await it.replies.say(it.place(), Answer(shown, public=True), first)
    post, rest = it.said()
    (image,) = [block for block in post.blocks if block["type"] == "image"]
    assert image == {"type": "image", "slack_file": {"id": first}, "alt_text": "bars that fall"}
    assert rest.shown == "more"


async def test_a_picture_that_slack_does_not_show_costs_nobody_the_text(it: Replying) -> None:
    shown = message("look", picture=True)
    first = await it.replies.picture(it.workspace, shown)
    it.slack.files.processing = 100
    it.slack.files.delete()
    await it.replies.say(it.place(), Answer(shown), first)
    assert it.whispered() == ["look"]


async def test_a_message_that_cannot_be_laid_out_is_an_apology(it: Replying) -> None:
    broken = replace(message("x"), footer=(None,))  # type: ignore[arg-type]  # as a bug would
    with capture_logs() as logs:
        await it.replies.say(it.place(), Answer(broken))
    assert "went wrong on our side" in it.whispered()[0]
    assert [log["event"] for log in logs] == ["answer not laid out"]


@BY_EITHER_LINE
@pytest.mark.parametrize("backend", ["sqlite"])
async def test_every_command_is_acknowledged_at_once_and_answered(
    store: SqlStore, line: Way
) -> None:
    async with bot_over(store, line) as over, over.serving():
        over.slack.channels["C1"] = SlackChannel("C1", "one")
        for spec in COMMANDS:
            typed = spec.example.replace("acme/flashkv", "acme/repo-1")
            (first, *_) = await over.slack.command(f"/hype {typed}", channel="C1")
            assert first.text, spec.name
            assert "went wrong" not in first.shown, spec.name
            assert "did not understand" not in first.shown, spec.name
    assert max(ack.seconds for ack in over.slack.acks) < 1


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_page_takes_the_place_of_the_one_before_where_only_one_person_sees_it(
    store: SqlStore,
) -> None:
    named = [replace(a_repo(n, 700), name=RepoName("acme", f"tool-{n}")) for n in range(10, 33)]
    await listed(store, named)
    async with bot_over(store, "socket") as over, over.serving():
        place = over.slack.channels["C1"] = SlackChannel("C1", "one")
        await over.slack.command("/hype search tool", channel="C1")
        for label, line in (("Next", "11-20"), ("Next", "21-23"), ("Previous", "11-20")):
            await over.slack.press(label, channel="C1")
            (only,) = place.private
            assert f"{line} of 23" in only.shown
        # What all see is turned by each for themselves.
        await over.slack.press("Share", channel="C1")
        (before,) = place.private
        await over.slack.press("Next", channel="C1")
        (shared,) = place.messages
        assert "11-20 of 23" in shared.shown
        assert place.private[0] is before
        assert "21-23 of 23" in place.private[1].shown
