"""Tokens of workspaces that installed the app: renewed once, never lost, never long out of date."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from structlog.testing import capture_logs

from hypecurve.domain.errors import (
    KeyLost,
    SendError,
    StoreUnavailable,
    TenantRefused,
    TokenSealed,
)
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Tenant
from hypecurve_slack.installing.installed import AHEAD, InstalledTokens, Renewal, from_text, to_text
from hypecurve_slack.settings import Settings
from hypecurve_slack.web import web_client
from standins.slack import Fault
from standins.slack_oauth import CLIENT_ID, CLIENT_SECRET, LIVES, InstallableSlack
from support.bots import RememberedInstallations
from support.processes import until

T2 = Tenant("slack", "T2")
URL = "https://hype.example.com/slack/install"


@dataclass
class Kept(RememberedInstallations):
    """Installations whose store can be away, and whose key can be lost."""

    away: bool = False
    lost: bool = False
    looks: int = 0
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """What comes between an exchange and its being kept."""

    async def find(self, tenant: Tenant) -> Installation | None:
        self.looks += 1
        if self.lost:
            raise KeyLost
        return await super().find(tenant)

    async def replace(self, before: Installation, secret: str) -> bool:
        if self.away:
            raise StoreUnavailable
        if self.meanwhile is not None:
            await self.meanwhile()
        return await super().replace(before, secret)


@dataclass
class Setting:
    """A workspace whose token ends after twelve hours."""

    slack: InstallableSlack
    session: aiohttp.ClientSession
    kept: Kept = field(default_factory=Kept)
    later: float = 0.0

    def tokens(self) -> InstalledTokens:
        """Return what one process knows of them."""
        settings = Settings("", "", self.slack.api_url, "", CLIENT_ID, CLIENT_SECRET)
        client = web_client(self.slack.api_url, None, self.session)
        renewal = Renewal(client, settings, lambda: time.time() + self.later)
        return InstalledTokens(self.kept, renewal, URL)

    async def install(self) -> None:
        """Let the workspace install the app, now."""
        url = f"{self.slack.api_url[:-4]}oauth/v2/authorize?client_id={CLIENT_ID}&state=s"
        back = self.slack.let_in(f"{url}&redirect_uri=https://x.example", "T2")
        code = back.split("code=")[1].split("&")[0]
        told = await self.slack._answer(
            "oauth.v2.access",
            "",
            {
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "code": code,
                "redirect_uri": "https://x.example",
            },
        )
        values = {
            "user_id": "U1",
            "team_id": "T2",
            "bot_token": told["access_token"],
            "bot_user_id": "UBOT",
            "bot_refresh_token": told.get("refresh_token"),
            "bot_token_expires_in": told.get("expires_in"),
        }
        await RememberedInstallations.keep(
            self.kept, Installation(T2, to_text(SlackInstallation(**values)))
        )
        self.slack.exchanges = 0

    @property
    def stored(self) -> str:
        """The token that is kept."""
        return str(from_text(self.kept.kept[T2].secret).bot_token)


@pytest.fixture
async def it() -> AsyncIterator[Setting]:
    async with InstallableSlack() as slack, aiohttp.ClientSession() as session:
        slack.rotates = True
        setting = Setting(slack, session)
        await setting.install()
        yield setting


async def test_a_token_is_looked_up_once_a_minute_and_renewed_two_hours_before_its_end(
    it: Setting,
) -> None:
    tokens, first = it.tokens(), it.stored
    assert [await tokens.of(T2) for _ in range(3)] == [first] * 3
    assert it.kept.looks == 1
    it.later = LIVES - AHEAD + 1
    assert await tokens.of(T2) == first
    tokens.forget(T2)
    second = await tokens.of(T2)
    assert second == it.stored == it.slack.token_of("T2") != first
    assert it.slack.exchanges == 1


async def test_many_who_ask_at_once_exchange_once_though_one_gives_up(it: Setting) -> None:
    it.later = LIVES
    tokens = it.tokens()
    impatient = asyncio.create_task(tokens.of(T2))
    await asyncio.sleep(0)
    impatient.cancel()
    found = await asyncio.gather(*(tokens.of(T2) for _ in range(20)))
    assert {*found} == {it.stored}
    assert it.slack.exchanges == 1


async def test_two_services_at_once_do_not_lose_the_refresh_token(it: Setting) -> None:
    it.later = LIVES
    services = [it.tokens() for _ in range(3)]
    found = await asyncio.gather(*(tokens.of(T2) for tokens in services))
    assert {*found} == {it.stored}
    it.later = 2 * LIVES
    assert await it.tokens().of(T2) == it.stored


async def test_an_exchange_that_cannot_be_kept_is_used_and_kept_later(it: Setting) -> None:
    it.later, it.kept.away = LIVES, True
    tokens, first = it.tokens(), it.stored
    with capture_logs() as logs:
        second = await tokens.of(T2)
    assert second == it.slack.token_of("T2")
    assert it.stored == first
    assert "xox" not in str(logs)
    it.kept.away = False
    tokens.forget(T2)
    assert await tokens.of(T2) == second == it.stored
    assert it.slack.exchanges == 1


@pytest.mark.parametrize("fault", [Fault.DROPPED_AFTER, Fault.BROKEN, Fault.limited(3)])
async def test_where_slack_does_not_renew_it_the_token_serves_to_its_end(
    it: Setting, fault: Fault
) -> None:
    it.slack.fail(fault, method="oauth.v2.access", times=None)
    it.later = LIVES - 10
    first = it.stored
    assert await it.tokens().of(T2) == first
    it.later = LIVES + 10
    with pytest.raises(SendError, match="Slack"):
        await it.tokens().of(T2)


async def test_a_refresh_token_that_is_used_up_names_where_to_install_anew(
    it: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hypecurve_slack.installing.installed._BETWEEN", 0.0)
    it.slack.remove("T2")
    it.later = LIVES + 1
    with pytest.raises(TenantRefused, match=URL) as refused:
        await it.tokens().of(T2)
    assert refused.value.code == "invalid_refresh_token"


async def test_an_app_that_was_installed_anew_is_seen_as_soon_as_the_old_token_is_refused(
    it: Setting,
) -> None:
    tokens = it.tokens()
    first = await tokens.of(T2)
    assert await tokens.again(T2, first) is None
    await it.install()
    second = await tokens.again(T2, first)
    assert second == it.stored != first
    assert await tokens.of(T2) == second


async def test_what_was_removed_or_installed_meanwhile_is_not_overwritten(it: Setting) -> None:
    it.later = LIVES
    it.slack.fail(Fault.slow(0.05), method="oauth.v2.access")
    asking = asyncio.create_task(it.tokens().of(T2))
    await until(lambda: bool(it.slack.calls))
    await it.kept.remove(T2)
    await asking
    assert not it.kept.kept


async def test_a_removal_or_a_new_installation_right_before_a_token_is_kept_stands(
    it: Setting,
) -> None:
    it.later, it.kept.meanwhile = LIVES, it.install
    found = await it.tokens().of(T2)
    assert found == it.stored == it.slack.token_of("T2")
    it.later, it.kept.meanwhile = 2 * LIVES, lambda: it.kept.remove(T2)
    await it.tokens().of(T2)
    assert not it.kept.kept


async def test_a_lost_key_is_no_removal_but_one_line_and_a_link(it: Setting) -> None:
    it.kept.lost = True
    tokens = it.tokens()
    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(TokenSealed, match=URL) as refused:
                await tokens.of(T2)
    assert refused.value.code == "key_lost"
    assert [log["event"] for log in logs] == ["a key is lost"]
    it.kept.lost = False
    assert await tokens.of(T2) == it.stored


async def test_nothing_of_who_installed_it_is_sealed_and_a_renewal_drops_what_was(
    it: Setting,
) -> None:
    # An older version sealed it.
    whole = {**json.loads(it.kept.kept[T2].secret), "user_id": "U0ADA", "user_token": "xoxp-1"}
    assert from_text(json.dumps(whole)).user_id == ""
    it.kept.kept[T2] = replace(it.kept.kept[T2], secret=json.dumps(whole))
    it.later = LIVES
    assert await it.tokens().of(T2) == it.stored
    made = SlackInstallation(user_id="U0ADA", team_id="T2", bot_token="xoxb-2", user_token="xoxp-1")
    for text in (it.kept.kept[T2].secret, to_text(made)):
        assert "U0ADA" not in text
        assert "xoxp-" not in text


async def test_nobodys_workspace_has_no_token(it: Setting) -> None:
    with pytest.raises(TenantRefused, match="installed"):
        await it.tokens().of(replace(T2, id="T9"))
