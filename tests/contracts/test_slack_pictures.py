"""Pictures in Slack: uploaded once, shown in the post, and never at the cost of the text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.chart import Chart, Comparison, Picture, Risers
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    MessageRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve_slack.posting import uploading
from hypecurve_slack.posting.messenger import SlackMessenger, connect
from hypecurve_slack.posting.pacing import Pacer
from hypecurve_slack.posting.uploading import Uploads
from hypecurve_slack.web import web_client, web_session
from standins.slack import Fault, SlackStandIn
from support.bots import PIXEL, Drawn, kit
from support.databases import NOW
from support.messenger_contract import BRIEF
from support.outgoing import put
from support.slack_tokens import KnownTokens

PICTURE = Picture(Comparison(()), "Two repos, of which nothing is known.", "acme/flashkv")
PICTURED = replace(BRIEF, picture=PICTURE)
CHANNEL = Channel.parse("slack:T123/C456")
AT_ONCE = (0.0, 0.0, 0.0)
TEAM = SlackStandIn.team
ASKED = "files.getUploadURLExternal"
DONE = "files.completeUploadExternal"


@dataclass
class Rig:
    slack: SlackStandIn
    messenger: SlackMessenger
    drawn: Drawn = field(default_factory=Drawn)

    async def upload(self, message: Message = PICTURED, team: str = TEAM) -> str:
        return await self.messenger.post(
            Channel(Tenant("slack", team), "C456"), message, StepKind.UPLOAD, key="d", ref=""
        )

    async def post(self, ref: str, message: Message = PICTURED, channel: str = "C456") -> None:
        place = Channel(Tenant("slack", TEAM), channel)
        await self.messenger.post(place, message, StepKind.POST, key="d", ref=ref)

    def shown(self, channel: str = "C456") -> list[str]:
        """The picture of each post in a channel; "" where it has none."""
        return [shown_in(message.body) for message in self.slack.channels[channel].messages]

    def called(self, method: str) -> int:
        return sum(name == method for name, _ in self.slack.calls)


def shown_in(body: Any) -> str:  # noqa: ANN401 - JSON
    found = [block["slack_file"]["id"] for block in body["blocks"] if block["type"] == "image"]
    return "".join(found)


@asynccontextmanager
async def connected(
    *teams: str, waits: Sequence[float] = AT_ONCE, drawn: Drawn | None = None
) -> AsyncIterator[Rig]:
    drawn = drawn or Drawn()
    async with SlackStandIn() as slack:
        tokens = KnownTokens(
            {TEAM: slack.token} | {team: slack.workspace(team).token for team in teams}
        )
        env = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url}
        lent = replace(kit(), charts=drawn)
        async with connect(env, lent, tokens=tokens, pacer=Pacer(0), waits=waits) as messenger:
            yield Rig(slack, messenger, drawn)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with connected("T2") as rig:
        yield rig


async def test_a_picture_is_uploaded_once_for_a_workspace_and_shown_in_all_its_channels(
    rig: Rig,
) -> None:
    refs = await asyncio.gather(*(rig.upload() for _ in range(5)))
    assert len(set(refs)) == len(rig.slack.files.kept) == len(rig.drawn.charts) == 1
    file = rig.slack.files.kept[refs[0]]
    assert (file.content, file.title) == (PIXEL, "acme/flashkv")
    other = await rig.upload(team="T2")
    assert rig.slack.files.kept[other].team == "T2", "what another workspace uploaded nobody sees"
    assert await rig.upload(replace(PICTURED, locale="ru")) not in {refs[0], other}
    await rig.post(refs[0])
    assert rig.shown() == [refs[0]]
    (image,) = (
        block for block in rig.slack.channels["C456"].messages[0].blocks if block["type"] == "image"
    )
    assert image["alt_text"] == PICTURE.alt


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_what_is_delivered_shows_its_picture_unless_files_fail_twice(
    store: SqlStore, rig: Rig, lost: int
) -> None:
    clock = SetClock(NOW)
    await put(store, CHANNEL, PICTURED)
    if lost:
        rig.slack.fail(Fault.BROKEN, method="upload", times=lost)
    for _ in range(2):
        await deliver_pending(store, clock, "slack", rig.messenger)
        clock.at += timedelta(hours=1)
    assert rig.shown() == ["" if lost == 2 else next(iter(rig.slack.files.kept))]


async def test_a_picture_is_uploaded_anew_after_a_day(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await rig.upload()
    monkeypatch.setattr(uploading, "_FRESH", 0.0)
    assert await rig.upload() != first


@pytest.mark.parametrize("processing", [1, 2])
async def test_a_file_that_takes_its_time_is_shown_in_the_end(rig: Rig, processing: int) -> None:
    rig.slack.files.processing = processing
    ref = await rig.upload()
    await rig.post(ref)
    assert rig.shown() == [ref]
    assert rig.called("chat.postMessage") == processing + 1


async def test_a_file_that_somebody_deleted_is_uploaded_anew_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "_YOUNG", -1.0)
    ref = await rig.upload()
    rig.slack.files.delete(ref)
    await rig.post(ref)
    (shown,) = rig.shown()
    assert shown not in {"", ref}
    assert rig.called(DONE) == 2


async def test_one_that_is_deleted_again_and_again_costs_the_picture_and_not_the_post(
    rig: Rig,
) -> None:
    rig.slack.files.processing = 99
    ref = await rig.upload()
    await rig.post(ref)
    assert rig.shown() == [""]
    assert "is watched" in rig.slack.channels["C456"].messages[0].shown
    assert rig.called("chat.postMessage") == 4
    # The next ones do not wait for it any more.
    with pytest.raises(MessageRefused):
        await rig.upload(replace(PICTURED, locale="ru"))
    assert rig.called(ASKED) == 1


async def test_blocks_refused_for_another_reason_go_out_plain_at_once(rig: Rig) -> None:
    ref = await rig.upload()
    rig.slack.fail(Fault.refused("msg_blocks_too_long"))
    with capture_logs() as logs:
        await rig.post(ref)
    (message,) = rig.slack.channels["C456"].messages
    assert not message.blocks
    assert [each["event"] for each in logs if each["log_level"] == "error"] == [
        "slack refused blocks"
    ]


async def test_a_post_that_may_have_arrived_is_not_made_again_for_its_picture(rig: Rig) -> None:
    ref = await rig.upload()
    rig.slack.fail(Fault.DROPPED_AFTER)
    with pytest.raises(SendUnclear):
        await rig.post(ref)
    assert rig.shown() == [ref]


_CALLS = [
    (Fault.BROKEN, SendFailed),
    (Fault.DROPPED_AFTER, SendFailed),
    (Fault.limited(7), SendLimited),
    (Fault.refused("missing_scope"), MessageRefused),
    (Fault.refused("storage_limit_reached"), MessageRefused),
    (Fault.refused("token_revoked"), TenantRefused),
]
_BYTES = [(fault, SendFailed) for fault in (Fault.BROKEN, Fault.DROPPED_AFTER, Fault(status=403))]


@pytest.mark.parametrize(
    ("method", "fault", "error"),
    [
        *((method, fault, error) for method in (ASKED, DONE) for fault, error in _CALLS),
        *(("upload", fault, error) for fault, error in _BYTES),
    ],
)
async def test_an_upload_that_fails_says_whether_to_try_again_and_tells_no_secret(
    rig: Rig, method: str, fault: Fault, error: type[SendError]
) -> None:
    rig.slack.fail(fault, method=method)
    with pytest.raises(error) as caught:
        await rig.upload()
    assert "upload/F" not in str(caught.value), "whoever knows the address may upload there"
    assert rig.slack.token not in str(caught.value)


async def test_a_workspace_that_takes_no_files_is_left_alone_for_a_while(rig: Rig) -> None:
    rig.slack.fail(Fault.refused("missing_scope"), method=ASKED, times=None)
    for _ in range(3):
        with pytest.raises(MessageRefused):
            await rig.upload()
    assert rig.called(ASKED) == 1
    rig.slack.heal()
    assert await rig.upload(team="T2")


class Fails(Drawn):
    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        raise ZeroDivisionError((chart, locale))


async def test_what_cannot_be_drawn_is_left_out() -> None:
    async with connected(drawn=Fails()) as rig:
        with pytest.raises(MessageRefused), capture_logs():
            await rig.upload()
        assert not rig.slack.calls


class Hangs(Drawn):
    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        await asyncio.Event().wait()
        return await super().draw(chart, locale)


async def test_what_is_never_drawn_keeps_no_text_back() -> None:
    async with SlackStandIn() as slack, web_session() as session:
        client = web_client(slack.api_url, slack.token, session)
        uploads = Uploads(Hangs(), AT_ONCE, longest=0.01)
        tenant = Tenant("slack", TEAM)
        with capture_logs() as logs:
            tried = [each async for each in uploads.tries(client, tenant, PICTURE, "en")]
            with pytest.raises(MessageRefused):
                await uploads.file(client, tenant, PICTURE, "en")
        assert (tried, slack.calls) == ([""], [])
        assert {log["event"] for log in logs} == {
            "a picture takes too long",
            "a picture is left out",
        }


async def test_an_answer_shows_its_picture_or_goes_without_and_never_fails() -> None:
    """As the commands use it: what Slack refuses is tried anew by them."""
    async with SlackStandIn() as slack, web_session() as session:
        client = web_client(slack.api_url, slack.token, session)
        tenant = Tenant("slack", TEAM)
        uploads = Uploads(Drawn(), AT_ONCE)
        file_id = await uploads.image(client, tenant, PICTURE, "en")
        assert list(slack.files.kept) == [file_id]
        tried = [each async for each in uploads.tries(client, tenant, PICTURE, "en")]
        assert tried == [file_id] * 3 + [""]
        other = replace(PICTURE, chart=Risers(date(2026, 11, 22), ()))
        tried = [each async for each in uploads.tries(client, tenant, other, "en")]
        assert tried == [""], "it was no use just now"
    for wrong in (TEAM, "T2"):
        away = web_client("http://127.0.0.1:9/api/", "xoxb-1", None)
        assert await Uploads(Drawn()).image(away, Tenant("slack", wrong), PICTURE, "en") is None
