"""The Slack bot as it runs: slack_bolt, by socket and over HTTP, against a stand-in on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.errors import BadSetting
from hypecurve.domain.message import (
    Action,
    Choice,
    Control,
    Entry,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Host
from hypecurve_slack import bot
from hypecurve_slack.serving.sockets import PACE, Pace
from standins.slack import Fault, SlackStandIn
from support.bots import HearsNothing, SuggestsNothing
from support.bots import host as hosting
from support.slack_running import BY_EITHER_LINE, Way
from support.slack_running import running as serving


def message(text: str, *, overflow: str = "", controls: tuple[Control, ...] = ()) -> Message:
    """Return a message of one entry, with a second part where there is overflow."""

    def sections(words: str) -> tuple[Section, ...]:
        entry = Entry(((Text(words),),), RepoId(7), "acme/flashkv", words)
        return (Section(SectionKind.PLAIN, "", (entry,)),) if words else ()

    return Message(
        MessageKind.CARD,
        notification=text,
        title="",
        sections=sections(text),
        overflow=sections(overflow),
        controls=controls,
    )


CONTROLS = (
    Control(Action.OPEN_REPO, "Open a repo", choices=(Choice("acme/flashkv", "7"),)),
    Control(Action.WHY, "Why", "why acme/flashkv"),
    Control(Action.MORE, "GitHub", url="https://github.com/acme/flashkv"),
)


NOT_FOUND = "Slack finds no such channel, or it is private and Hypecurve not in it."


@dataclass
class SmallDesk(SuggestsNothing):
    """A desk that says what it was asked, and can be made slow or broken."""

    asked: list[tuple[Asker, str]] = field(default_factory=list)
    waits: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody has asked to wait."""
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, asker: Asker, text: str) -> Answer:
        self.asked.append((asker, text))
        match text.split():
            case ["share", *_]:
                return Answer(message("for everybody", controls=CONTROLS), public=True)
            case ["announce"]:
                announced = message(f"{asker.name} changed the digest")
                return Answer(message("done"), announcement=announced)
            case ["wait"]:
                self.waits.set()
                await self.hold.wait()
                return Answer(message("at last"))
            case ["break"]:
                error = "the database is on fire: password hunter2"
                raise RuntimeError(error)
            case ["long"]:
                return Answer(message("the first part", overflow="the second part"))
            case _:
                return Answer(message(f"you asked: {text}", controls=CONTROLS))


@dataclass
class Heard(HearsNothing):
    """Events that are written down, each a line."""

    lines: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def channel_open(self, channel: Channel) -> None:
        await self._add(f"open {channel}")

    async def channel_joined(self, channel: Channel, locale: str) -> None:
        await self._add(f"joined {channel} {locale}")

    async def channel_closed(self, channel: Channel, code: str, reason: str) -> None:
        await self._add(f"closed {channel} {code}: {reason}")

    async def channel_moved(self, old: Channel, new: Channel) -> None:
        await self._add(f"moved {old} {new}")

    async def tenant_changed(self, tenant: Tenant) -> None:
        await self._add(f"changed {tenant}")

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        await self._add(f"gone {tenant} {reason}")

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        await self._add(f"refused {tenant} {reason}")

    async def tenant_here(self, tenant: Tenant) -> None:
        await self._add(f"here {tenant}")

    async def until(self, total: int) -> list[str]:
        """Wait for so many lines and return them."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.lines) >= total)
        return self.lines

    async def _add(self, line: str) -> None:
        self.lines.append(line)
        async with self._changed:
            self._changed.notify_all()


def host(desk: SmallDesk, heard: Heard | None = None) -> Host:
    return hosting(desk, heard or Heard())


@dataclass
class Running:
    slack: SlackStandIn
    desk: SmallDesk
    heard: Heard
    stop: asyncio.Event
    task: asyncio.Task[None]


@asynccontextmanager
async def running(
    slack: SlackStandIn, pace: Pace = PACE, line: Way = "socket"
) -> AsyncIterator[Running]:
    """Run the bot until the end of the block, and let no error of its pass unseen."""
    desk, heard = SmallDesk(), Heard()
    async with serving(slack, host(desk, heard), pace, line=line) as found:
        yield Running(slack, desk, heard, found.stop, found.task)


@pytest.fixture
def line() -> Way:
    return "socket"


@pytest.fixture
async def run(line: Way) -> AsyncIterator[Running]:
    async with SlackStandIn() as slack, running(slack, line=line) as run:
        yield run


@BY_EITHER_LINE
async def test_a_command_is_answered_to_the_asker_alone(run: Running) -> None:
    (reply,) = await run.slack.command("/hype repo acme/flashkv", channel="C456", user="U1")
    assert reply.private
    assert reply.shown.startswith("you asked: repo acme/flashkv")
    asker, text = run.desk.asked[0]
    assert text == "repo acme/flashkv"
    assert str(asker.channel) == "slack:T123/C456"
    assert (asker.user_id, asker.channel_name) == ("U1", "general")
    assert (asker.locale, asker.zone) == ("en", "Europe/Paris")
    assert (asker.name, asker.is_admin, asker.is_stranger) == ("ada", False, False)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"profile": {"display_name": "Ada L."}, "team_id": "T123"}, ("Ada L.", False, False)),
        ({"real_name": "Ada Lovelace", "is_admin": True}, ("Ada Lovelace", True, False)),
        ({"is_owner": True, "team_id": "T123"}, ("ada", True, False)),
        ({"is_primary_owner": True}, ("ada", True, False)),
        ({"team_id": "T777"}, ("ada", False, True)),
        ({"team_id": "T777", "enterprise_user": {"teams": ["T123"]}}, ("ada", False, False)),
    ],
)
async def test_the_desk_is_told_who_asks(
    run: Running, told: dict[str, object], expected: tuple[str, bool, bool]
) -> None:
    run.slack.users["U1"].update(told)
    await run.slack.command("/hype top")
    asker, _ = run.desk.asked[0]
    assert (asker.name, asker.is_admin, asker.is_stranger) == expected


@BY_EITHER_LINE
async def test_who_changed_what_is_announced_to_the_channel(run: Running) -> None:
    (reply, announced) = await run.slack.command("/hype announce", replies=2)
    assert (reply.private, reply.shown) == (True, "done")
    assert (announced.private, announced.shown) == (False, "ada changed the digest")


@BY_EITHER_LINE
async def test_a_public_answer_is_seen_by_the_channel(run: Running) -> None:
    (reply,) = await run.slack.command("/hype share")
    assert not reply.private
    assert [m.shown for m in run.slack.channels["C456"].messages] == [reply.shown]


@BY_EITHER_LINE
async def test_a_command_is_acknowledged_before_the_desk_answers(run: Running) -> None:
    asked = asyncio.create_task(run.slack.command("/hype wait"))
    await run.desk.waits.wait()
    await run.slack.acknowledged()
    assert not asked.done()
    run.desk.hold.set()
    (reply,) = await asked
    assert reply.shown == "at last"
    assert run.slack.acks[0].seconds < 3


@BY_EITHER_LINE
async def test_two_people_are_answered_at_the_same_time(run: Running) -> None:
    waiting = asyncio.create_task(run.slack.command("/hype wait"))
    (reply,) = await run.slack.command("/hype top", user="U2")
    assert reply.shown.startswith("you asked: top")
    run.desk.hold.set()
    await waiting
    asker = next(asker for asker, text in run.desk.asked if text == "top")
    assert (asker.locale, asker.zone) == ("zh_CN", "Asia/Shanghai")


@BY_EITHER_LINE
async def test_what_slack_escapes_in_a_command_comes_back_as_typed(run: Running) -> None:
    await run.slack.command("/hype search R&D <b> &lt;")
    assert run.desk.asked[0][1] == "search R&D <b> &lt;"


@BY_EITHER_LINE
async def test_an_answer_that_overflows_comes_in_two_parts(run: Running) -> None:
    replies = await run.slack.command("/hype long", replies=2)
    assert [reply.shown for reply in replies] == ["the first part 1 more below", "the second part"]
    assert all(reply.private for reply in replies)


@BY_EITHER_LINE
async def test_the_select_opens_a_card_for_the_asker_alone(run: Running) -> None:
    await run.slack.command("/hype share")
    (card,) = await run.slack.choose("acme/flashkv", user="U2")
    assert card.private
    assert card.user == "U2"
    assert run.desk.asked[-1][1] == "repo acme/flashkv"
    assert run.desk.asked[-1][0].user_id == "U2"
    assert len(run.slack.channels["C456"].messages) == 1


@BY_EITHER_LINE
async def test_a_button_asks_what_it_stands_for(run: Running) -> None:
    await run.slack.command("/hype share")
    (reply,) = await run.slack.press("Why")
    assert reply.private
    assert run.desk.asked[-1][1] == "why acme/flashkv"


@BY_EITHER_LINE
async def test_a_button_with_an_address_is_only_acknowledged(run: Running) -> None:
    await run.slack.command("/hype share")
    await run.slack.press("GitHub", replies=0)
    assert len(run.slack.acks) == 2
    assert len(run.desk.asked) == 1


@BY_EITHER_LINE
async def test_a_mistake_of_ours_is_one_kind_line_that_tells_nothing(run: Running) -> None:
    with capture_logs() as logs:
        (reply,) = await run.slack.command("/hype break")
    assert "went wrong on our side" in reply.shown
    assert "hunter2" not in reply.shown
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["command failed"]
    (reply,) = await run.slack.command("/hype top")
    assert reply.shown.startswith("you asked")


async def test_a_reply_slack_refuses_is_sent_plain(run: Running) -> None:
    run.slack.fail(Fault(status=400, code="invalid_blocks"), method="respond")
    (reply,) = await run.slack.command("/hype top")
    assert not reply.blocks
    assert "you asked: top" in reply.shown


async def test_a_reply_whose_connection_drops_is_not_sent_twice(run: Running) -> None:
    run.slack.fail(Fault.DROPPED_AFTER, method="respond")
    await run.slack.command("/hype top")
    await run.slack.command("/hype rising")
    shown = [m.shown.split(" Open")[0] for m in run.slack.channels["C456"].private]
    assert [text.split("you asked: ")[1].split()[0] for text in shown] == ["top", "rising"]


async def test_without_the_scope_for_people_everybody_reads_english(run: Running) -> None:
    run.slack.fail(Fault.refused("missing_scope"), method="users.info", times=None)
    await run.slack.command("/hype top", user="U2")
    await run.slack.command("/hype top", user="U1")
    assert {(asker.locale, asker.zone) for asker, _ in run.desk.asked} == {("en", None)}
    assert [method for method, _ in run.slack.calls].count("users.info") == 1


async def test_after_slack_asks_to_reconnect_commands_are_answered_again(run: Running) -> None:
    await run.slack.refresh_sockets()
    await run.slack.connected(total=2)
    (reply,) = await run.slack.command("/hype top")
    assert reply.shown.startswith("you asked: top")


@BY_EITHER_LINE
async def test_a_bot_told_to_stop_finishes_what_it_began(run: Running) -> None:
    asked = asyncio.create_task(run.slack.command("/hype wait"))
    await run.desk.waits.wait()
    await run.slack.acknowledged()
    run.stop.set()
    run.desk.hold.set()
    (reply,) = await asked
    assert reply.shown == "at last"
    async with asyncio.timeout(5):
        await run.task


async def test_a_desk_that_never_answers_does_not_keep_the_bot_from_stopping() -> None:
    async with SlackStandIn() as slack, running(slack, Pace(drain=0.1)) as run:
        asked = asyncio.create_task(slack.command("/hype wait"))
        await run.desk.waits.wait()
        run.stop.set()
        async with asyncio.timeout(5):
            await run.task
        asked.cancel()


async def test_a_socket_that_cannot_come_back_is_replaced(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with SlackStandIn() as slack, running(slack, Pace(check=0.05, deaf=0.2)):
        slack.sockets.refuse_next()
        await slack.refresh_sockets()
        await slack.connected(total=2)
        (reply,) = await slack.command("/hype top")
        assert reply.shown.startswith("you asked: top")
    assert "Failed to connect" in caplog.text
    assert "ticket-" not in caplog.text


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_token_slack_does_not_take_is_named(name: str) -> None:
    async with SlackStandIn() as slack:
        env = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        env[name] = env[name][:5] + "wrong"
        with pytest.raises(BadSetting, match=name):
            await bot.serve(env, host(SmallDesk()), asyncio.Event())


async def test_a_slack_out_of_reach_is_waited_for() -> None:
    async with SlackStandIn() as slack:
        slack.fail(Fault.BROKEN, method="auth.test", times=2)
        async with running(slack, Pace(first_wait=0.01)):
            (reply,) = await slack.command("/hype top")
    assert reply.shown.startswith("you asked: top")


async def test_without_an_app_token_it_waits_for_the_end_in_peace() -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(bot.serve({"SLACK_BOT_TOKEN": "xoxb-1"}, host(SmallDesk()), stop))
    await asyncio.sleep(0)
    assert not task.done()
    stop.set()
    await task


async def test_slacks_own_settings_for_other_apps_do_not_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.setenv(name, "something-else")
    async with SlackStandIn() as slack, running(slack):
        (reply,) = await slack.command("/hype top")
    assert reply.shown.startswith("you asked: top")


async def test_a_connection_tells_that_the_app_is_installed(run: Running) -> None:
    assert await run.heard.until(1) == ["here slack:T123"]


@BY_EITHER_LINE
async def test_what_happens_to_a_channel_is_told(run: Running) -> None:
    """How each is understood is tried in the tests of `events`."""
    run.slack.channels["C999"].member = True
    run.slack.channels["C456"].member = False
    for event in (
        {"type": "member_joined_channel", "user": "UBOT", "channel": "C999", "inviter": "U2"},
        {"type": "channel_archive", "user": "U1", "channel": "C789"},
        {"type": "channel_unarchive", "user": "U1", "channel": "C456"},
        {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"},
        {"type": "channel_deleted", "user": "U1", "channel": "C7"},
        {"type": "group_left", "channel": "G8"},
    ):
        await run.slack.event(event)
    assert sorted(await run.heard.until(7)) == [
        "closed slack:T123/C7 deleted: This channel was deleted.",
        "closed slack:T123/C789 is_archived: This channel is archived.",
        f"closed slack:T123/G8 channel_not_found: {NOT_FOUND}",
        "here slack:T123",
        "joined slack:T123/C999 zh_CN",
        "moved slack:T123/C1 slack:T123/C2",
        "open slack:T123/C456",
    ]


@BY_EITHER_LINE
async def test_an_app_that_is_removed_is_gone(run: Running) -> None:
    await run.heard.until(1)
    run.slack.workspace("T123").gone = "account_inactive"
    await run.slack.event({"type": "app_uninstalled"})
    assert (await run.heard.until(2))[1:] == [
        "gone slack:T123 Hypecurve was removed from the workspace (app_uninstalled)."
    ]


@BY_EITHER_LINE
async def test_a_revoked_token_of_the_bots_own_is_the_end(run: Running) -> None:
    await run.heard.until(1)
    run.slack.workspace("T123").gone = "token_revoked"
    tokens = {"oauth": [], "bot": ["UBOT"]}
    await run.slack.event({"type": "tokens_revoked", "tokens": tokens})
    assert (await run.heard.until(2))[1:] == [
        "gone slack:T123 Hypecurve's token for the workspace was revoked (tokens_revoked)."
    ]


@BY_EITHER_LINE
async def test_what_happens_to_others_is_acknowledged_and_means_nothing(run: Running) -> None:
    await run.heard.until(1)
    others: list[dict[str, object]] = [
        {"type": "member_joined_channel", "user": "U1", "channel": "C456"},
        {"type": "tokens_revoked", "tokens": {"oauth": ["UBOT"], "bot": ["UOTHER"]}},
        {"type": "tokens_revoked", "tokens": {}},
        {"type": "channel_rename", "channel": {"id": "C456", "name": "renamed"}},
        {"type": "channel_unarchive"},
    ]
    for event in others:
        await run.slack.event(event)
    await run.slack.command("/hype top")
    assert len(run.slack.acks) == 6
    assert run.heard.lines == ["here slack:T123"]


async def test_a_renewed_connection_tells_again_that_the_app_is_there(run: Running) -> None:
    await run.heard.until(1)
    await run.slack.refresh_sockets()
    assert await run.heard.until(2) == ["here slack:T123"] * 2


async def test_an_installation_that_ended_unheard_is_found_at_the_next_connection(
    run: Running,
) -> None:
    await run.heard.until(1)
    run.slack.workspace("T123").gone = "account_inactive"
    await run.slack.refresh_sockets()
    assert (await run.heard.until(2))[1:] == [
        "refused slack:T123 Slack does not take this workspace's token any more (account_inactive)."
    ]


async def test_a_renewed_connection_without_an_answer_says_nothing(run: Running) -> None:
    await run.heard.until(1)
    run.slack.fail(Fault.BROKEN, method="auth.test")
    await run.slack.refresh_sockets()
    await run.slack.connected(total=2)
    await run.slack.command("/hype top")
    await run.slack.refresh_sockets()
    assert await run.heard.until(2) == ["here slack:T123"] * 2
