"""The Slack bot over HTTP: signed requests, workspaces that install it, tokens that end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sealing import FernetSealer
from hypecurve.bootstrap import half_made
from hypecurve.domain.asking import Asker
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import BadSetting, StoreUnavailable, TenantRefused
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve_slack import bot
from hypecurve_slack.installing.installed import from_text
from hypecurve_slack.posting.messenger import connect
from hypecurve_slack.posting.pacing import Pacer
from standins.slack import SlackStandIn
from standins.slack_oauth import Browser, InstallableSlack
from support.bots import KEY, RememberedInstallations, host, kit
from support.databases import NOW
from support.processes import until
from support.slack_web import Echo, Reached, Told, many_env, one_env, reached

T2 = Tenant("slack", "T2")


@pytest.fixture
async def slack() -> AsyncIterator[InstallableSlack]:
    async with InstallableSlack() as found:
        yield found


@pytest.fixture
async def one(slack: InstallableSlack) -> AsyncIterator[Reached]:
    """One workspace."""
    async with reached(slack, one_env(slack)) as found:
        yield found


@pytest.fixture
async def many(slack: InstallableSlack) -> AsyncIterator[Reached]:
    """Workspaces that install the app."""
    async with reached(slack, many_env(slack)) as found:
        yield found


async def install(slack: InstallableSlack, at: Reached, team: str = "T2") -> str:
    """Install the app as people do; return the last page's text."""
    browser = Browser()
    page = await browser.get(f"{at.url}/slack/install")
    assert page.status == 200
    back = slack.let_in(await browser.follow(page), team)
    return (await browser.get(back)).text


async def test_commands_and_events_come_in_signed(slack: InstallableSlack, one: Reached) -> None:
    (reply,) = await slack.command("/hype top <b> & co")
    assert "slack:T123/C456 asked: top <b> & co" in reply.shown
    await slack.event({"type": "channel_unarchive", "channel": "C456"})
    assert (await one.told.until(1))[-1] == "open slack:T123/C456"
    assert max(ack.seconds for ack in slack.acks) < 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"signed": "v0=" + "0" * 64}, 401),
        ({"signed": ""}, 401),
        ({"signed": "v0=ключ"}, 401),
        ({"ago": 400}, 401),
        ({"ago": -400}, 401),
        ({"ago": 200}, 200),
    ],
)
async def test_what_slack_did_not_sign_lately_is_refused_and_nothing_happens(
    slack: InstallableSlack, one: Reached, wrong: dict[str, object], status: int
) -> None:
    form = {"command": "/hype", "text": "top", "team_id": "T123", "user_id": "U1"}
    if "ago" in wrong:
        wrong = {"at": int(time.time()) - int(str(wrong["ago"]))}
    told = await one.requests.post(urlencode(form).encode(), **wrong)  # type: ignore[arg-type]
    assert told.status == status
    if status == 401:
        assert not one.desk.asked
        assert not slack.calls


async def test_a_request_that_is_no_request_is_refused_in_a_word(one: Reached) -> None:
    for stamp in ("soon", "", "1e9", "²"):
        told = await one.requests.post(b"{}", stamp=stamp)
        assert told.status == 401, stamp
    for body in (b"\xff\xfe", b"{"):
        told = await one.requests.post(body, "application/json")
        assert told.status in {400, 401}, body
    told = await one.requests.post(b"ssl_check=1&command=/hype&text=top", signed="")
    assert (told.status, told.text) == (200, "")
    assert not one.desk.asked


async def test_the_address_is_verified_as_slack_asks(one: Reached) -> None:
    body = b'{"type": "url_verification", "challenge": "3eZbrw1aB10FEMAGAZd4FyFQ"}'
    told = await one.requests.post(body, "application/json")
    assert (told.status, "3eZbrw1aB10FEMAGAZd4FyFQ" in told.text) == (200, True)
    assert (await one.requests.post(body, "application/json", signed="")).status == 401


async def test_a_workspace_installs_the_app_and_is_answered_and_posted_to(
    slack: InstallableSlack, many: Reached
) -> None:
    page = await install(slack, many)
    assert "Hypecurve is in Team &lt;T2&gt;" in page
    assert "/hype subscribe all at 09:00" in page
    assert many.told.lines == ["here slack:T2"]
    kept = await many.kit.installations.find(T2)
    assert kept is not None
    assert (kept.name, kept.by, kept.locale) == ("Team <T2>", "U1", "en")
    assert from_text(kept.secret).bot_token == slack.token_of("T2")
    assert slack.token_of("T2") not in repr(kept)

    slack.team = "T2"
    (reply,) = await slack.command("/hype top")
    assert "slack:T2/C456 asked: top" in reply.shown
    async with bot.connect(many.env, many.kit) as messenger:
        await messenger.probe(T2)
        with pytest.raises(Exception, match="/slack/install"):
            await messenger.probe(Tenant("slack", "T3"))


async def test_who_did_not_install_it_hears_where_it_is_installed(
    slack: InstallableSlack, many: Reached
) -> None:
    slack.team = "T3"
    form = {"command": "/hype", "text": "top", "team_id": "T3", "user_id": "U1"}
    told = await many.requests.post(urlencode(form).encode())
    assert told.status == 200
    assert f"{many.url}/slack/install" in told.text
    assert not many.desk.asked


async def test_an_installation_that_goes_wrong_says_so_and_where_to_begin_anew(
    slack: InstallableSlack, many: Reached
) -> None:
    browser, other = Browser(), Browser(language="ru;q=0.5, zh-CN")
    url = await browser.follow(await browser.get(f"{many.url}/slack/install"))
    back = slack.let_in(url, "T2")
    state = parse_qs(urlsplit(url).query)["state"][0]
    redirect = f"{many.url}/slack/oauth_redirect"
    wrong = [
        (other, back, 400),  # another browser than the one that began
        (browser, slack.let_in(url, "T2", no=True), 200),
        (browser, f"{redirect}?code=made-up&state={state}", 401),
        (browser, f"{redirect}?state={state}", 401),
        (browser, redirect, 400),
    ]
    for visitor, address, status in wrong:
        before = dict(visitor.cookies)
        told = await visitor.get(address)
        assert told.status == status, address
        assert f'href="{many.url}/slack/install"' in told.text
        assert "no-store" in told.headers["Cache-Control"]
        assert told.headers["Referrer-Policy"] == "no-referrer"
        visitor.cookies = before
    assert await many.kit.installations.find(T2) is None
    assert many.told.lines == []


async def test_a_state_is_good_for_ten_minutes(slack: InstallableSlack) -> None:
    clock = SetClock(NOW)
    sealing = replace(kit(public_url="http://127.0.0.1:1"), sealer=FernetSealer([KEY], clock))
    async with reached(slack, many_env(slack), sealing) as at:
        for later, status in ((timedelta(minutes=9), 401), (timedelta(minutes=11), 401)):
            browser = Browser()
            url = await browser.follow(await browser.get(f"{at.url}/slack/install"))
            clock.at += later
            state = parse_qs(urlsplit(url).query)["state"][0]
            told = await browser.get(f"{at.url}/slack/oauth_redirect?code=x&state={state}")
            assert told.status == status
            assert ("ten minutes" in told.text) is (later > timedelta(minutes=10))


async def test_who_removes_the_app_takes_the_tokens_and_who_comes_back_is_there_again(
    slack: InstallableSlack, many: Reached
) -> None:
    await install(slack, many)
    slack.remove("T2")
    for kind in (
        {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}},
        {"type": "app_uninstalled"},
    ):
        await slack.event(kind, team="T2")
    assert (await many.told.until(2))[1] in {
        "gone slack:T2 Hypecurve was removed from the workspace (app_uninstalled).",
        "gone slack:T2 Hypecurve's token for the workspace was revoked (tokens_revoked).",
    }
    assert await many.kit.installations.find(T2) is None
    await install(slack, many)
    assert (await many.told.until(3))[-1] == "here slack:T2"


async def test_a_removal_that_is_told_late_takes_nothing_from_who_came_back(
    slack: InstallableSlack, many: Reached
) -> None:
    await install(slack, many)
    await slack.event({"type": "app_uninstalled"}, team="T2")
    await slack.event({"type": "channel_unarchive", "channel": "C1"}, team="T2")
    assert (await many.told.until(2)) == ["here slack:T2", "open slack:T2/C1"]
    assert await many.kit.installations.find(T2) is not None


async def test_revoked_tokens_are_told_of_though_slack_does_not_say_who_we_were(
    slack: InstallableSlack, many: Reached
) -> None:
    await install(slack, many)
    slack.remove("T2")
    event = {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}}
    body = {"type": "event_callback", "team_id": "T2", "event": event}
    told = await many.requests.post(json.dumps(body).encode(), "application/json")
    assert told.status == 200
    assert (await many.told.until(2))[1] == (
        "gone slack:T2 Hypecurve's token for the workspace was revoked (tokens_revoked)."
    )
    assert await many.kit.installations.find(T2) is None


class Away(RememberedInstallations):
    """A store that is slow, or away."""

    slow = False
    away = False

    async def find(self, tenant: Tenant) -> Installation | None:
        if self.slow:
            await asyncio.Event().wait()
        if self.away:
            raise StoreUnavailable
        return await super().find(tenant)


@pytest.mark.parametrize("how", ["slow", "away"])
async def test_a_store_that_is_slow_or_away_keeps_no_command_from_being_acknowledged(
    slack: InstallableSlack, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("hypecurve_slack.serving.authorizing.PATIENCE", 0.05)
    monkeypatch.setattr("hypecurve_slack.installing.installed._END", 0.05)
    installations = Away()
    async with reached(slack, many_env(slack), installations=installations) as at:
        setattr(installations, how, True)
        form = {"command": "/hype", "text": "top", "team_id": "T9", "user_id": "U1"}
        body = urlencode({**form, "channel_id": "C1", "response_url": f"{at.url}/nowhere"})
        told = await at.requests.post(body.encode())
        assert (told.status, told.text) == (200, "")
        await until(lambda: bool(at.desk.asked))
        assert str(at.desk.asked[0][0].channel) == "slack:T9/C1"


async def test_a_post_with_a_token_from_before_goes_out_with_the_new_one(
    slack: InstallableSlack, many: Reached
) -> None:
    slack.rotates = True
    await install(slack, many)
    channel = Channel(T2, "C1")
    text = (await Echo().answer(Asker(channel, "U1"), "top")).message
    async with connect(many.env, many.kit, pacer=Pacer(0)) as messenger:
        await messenger.post(channel, text, StepKind.POST, key="k1", ref="")
        slack.remove("T2")
        with pytest.raises(TenantRefused):
            await messenger.post(channel, text, StepKind.POST, key="k2", ref="")
        await install(slack, many)
        await messenger.post(channel, text, StepKind.POST, key="k3", ref="")
    assert len(slack.workspace("T2").channels["C1"].messages) == 2


async def test_workspaces_that_installed_it_are_answered_over_a_socket_too(
    slack: InstallableSlack,
) -> None:
    env = many_env(slack) | {"SLACK_APP_TOKEN": slack.app_token}
    del env["SLACK_SIGNING_SECRET"]
    async with reached(slack, env) as at:
        await install(slack, at)
        told = await at.requests.post(b"{}", "application/json")
        assert told.status == 404
        stop, desk = asyncio.Event(), Echo()
        over_http, slack.line = slack.line, slack.sockets
        serving = asyncio.create_task(bot.serve(env, host(desk, at.told, at.kit), stop))
        await slack.connected()
        slack.team = "T2"
        (reply,) = await slack.command("/hype top", channel="C1")
        assert "slack:T2/C1 asked: top" in reply.shown
        slack.remove("T2")
        await slack.event({"type": "app_uninstalled"}, team="T2")
        assert (await at.told.until(2))[-1] == (
            "gone slack:T2 Hypecurve was removed from the workspace (app_uninstalled)."
        )
        stop.set()
        await serving
        slack.line = over_http


async def test_over_http_a_bot_token_that_slack_does_not_take_is_named(
    slack: InstallableSlack,
) -> None:
    told, stop = Told(), asyncio.Event()
    wrong = one_env(slack) | {"SLACK_BOT_TOKEN": "xoxb-wrong"}
    with pytest.raises(BadSetting, match="SLACK_BOT_TOKEN"):
        await bot.serve(wrong, host(Echo(), told), stop)
    serving = asyncio.create_task(bot.serve(one_env(slack), host(Echo(), told), stop))
    assert await told.until(1) == ["here slack:T123"]
    stop.set()
    await serving


def test_half_made_settings_are_a_line_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "c3d4")
    assert half_made({"slack": bot}) == ["slack is not in use: SLACK_CLIENT_ID is missing"]


async def test_an_enterprise_that_installs_it_as_a_whole_is_one_tenant(
    slack: InstallableSlack, many: Reached
) -> None:
    page = await install(slack, many, "E1")
    assert "Hypecurve is in Acme Corp" in page
    form = {
        "command": "/hype",
        "text": "top",
        "team_id": "T7",
        "user_id": "U1",
        "enterprise_id": "E1",
        "is_enterprise_install": "true",
        "channel_id": "C1",
    }
    assert (await many.requests.post(urlencode(form).encode())).status == 200
    async with bot.connect(many.env, many.kit) as messenger:
        await messenger.probe(Tenant("slack", "E1"))


async def test_the_workspace_of_the_bot_token_stands_beside_those_that_installed(
    slack: InstallableSlack,
) -> None:
    async with reached(slack, many_env(slack) | one_env(slack)) as at:
        (reply,) = await slack.command("/hype top")
        assert "slack:T123/C456 asked" in reply.shown
        await install(slack, at)
        async with bot.connect(at.env, at.kit) as messenger:
            await messenger.probe(Tenant("slack", "T123"))
            await messenger.probe(T2)


@pytest.mark.parametrize(
    ("lent", "said"),
    [
        (kit(), "HYPECURVE_PUBLIC_URL"),
        (
            replace(kit(public_url="https://x.example"), sealer=FernetSealer([], SetClock(NOW))),
            "HYPECURVE_SECRET_KEYS",
        ),
    ],
)
async def test_without_an_address_or_a_key_nobody_can_install_it(
    slack: InstallableSlack, lent: object, said: str
) -> None:
    given = host(Echo(), Told(), lent)  # type: ignore[arg-type]
    with pytest.raises(BadSetting, match=said):
        async with bot.web(many_env(slack), given):
            pass


async def test_over_a_socket_alone_nothing_is_answered_over_http() -> None:
    async with SlackStandIn() as slack:
        env = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token}
        async with bot.web(env, host(Echo(), Told())) as app:
            assert app is None
