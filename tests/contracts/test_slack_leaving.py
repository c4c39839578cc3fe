"""Who removes the app takes its tokens: nobody else does, whatever is told late or twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from slack_sdk.oauth.installation_store import Installation as SlackInstallation

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import StoreUnavailable, TenantRefused
from hypecurve.domain.installation import Installation
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve_slack.installing.access import access
from hypecurve_slack.installing.installed import to_text
from hypecurve_slack.installing.leaving import Leaving
from hypecurve_slack.posting.messenger import SlackMessenger
from hypecurve_slack.posting.uploading import Uploads
from hypecurve_slack.settings import read
from hypecurve_slack.web import web_client
from standins.slack import Fault
from standins.slack_oauth import InstallableSlack
from support.bots import Drawn, RememberedInstallations, host, kit
from support.slack_web import Echo, Told, many_env, one_env

T2 = Tenant("slack", "T2")
C1 = Channel(T2, "C1")
HELLO = Message(MessageKind.NOTICE, "Hello")
WHY = "app_uninstalled"


@dataclass
class Locked(RememberedInstallations):
    """Installations that cannot be written so many times."""

    times: int = 0

    async def remove(self, tenant: Tenant, secret: str | None = None) -> bool:
        if self.times:
            self.times -= 1
            raise StoreUnavailable
        return await super().remove(tenant, secret)


@dataclass
class Heard(Told):
    """Events, and what is done while they are told."""

    kept: RememberedInstallations = field(default_factory=RememberedInstallations)
    comes_back: Installation | None = None

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        await super().tenant_gone(tenant, reason)
        if self.comes_back is not None:
            await self.kept.keep(self.comes_back)

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        del reason
        await self._add(f"refused {tenant}")


@dataclass
class Setting:
    """A workspace that installed the app, and one service."""

    slack: InstallableSlack
    leaving: Leaving
    messenger: SlackMessenger
    kept: Locked
    heard: Heard

    async def install(self) -> Installation:
        """Let the app in and keep its token."""
        told = self.slack._granted("T2", "U1")
        values = {"user_id": "U1", "team_id": "T2", "bot_token": told["access_token"]}
        item = Installation(T2, to_text(SlackInstallation(**values)))
        await self.kept.keep(item)
        return item


@pytest.fixture
async def slack() -> AsyncIterator[InstallableSlack]:
    async with InstallableSlack() as found:
        found.rotates = True
        yield found


@asynccontextmanager
async def _set(slack: InstallableSlack, env: Mapping[str, str]) -> AsyncIterator[Setting]:
    kept = Locked()
    heard = Heard(kept=kept)
    lent = replace(kit(public_url="https://hype.example.com"), installations=kept)
    settings = read(env)
    async with aiohttp.ClientSession() as session:
        client = web_client(settings.api_url, None, session)
        async with access(settings, lent, client) as allowed:
            events = allowed.hearing(host(Echo(), heard, lent)).events
            assert isinstance(events, Leaving)
            leaving = replace(events, waits=(0.0, 0.0, 0.0))
            messenger = SlackMessenger(client, allowed.grants, Uploads(Drawn()))
            yield Setting(slack, leaving, messenger, kept, heard)


@pytest.fixture
async def many(slack: InstallableSlack) -> AsyncIterator[Setting]:
    async with _set(slack, many_env(slack)) as found:
        await found.install()
        yield found


@pytest.fixture
async def one(slack: InstallableSlack) -> AsyncIterator[Setting]:
    async with _set(slack, one_env(slack)) as found:
        yield found


UNTOLD = [Fault.refused("internal_error"), Fault.BROKEN, Fault.limited(5), Fault.refused("odd")]


@pytest.mark.parametrize("fault", UNTOLD)
@pytest.mark.parametrize("times", [1, 2, None])
async def test_a_late_event_takes_nothing_where_slack_does_not_say_no(
    many: Setting, fault: Fault, times: int | None
) -> None:
    many.slack.fail(fault, method="auth.test", times=times)
    await many.leaving.tenant_gone(T2, WHY)
    assert T2 in many.kept.kept
    assert many.heard.lines == []


async def test_a_removal_that_slack_tells_of_late_itself_is_found_by_a_later_look(
    many: Setting,
) -> None:
    many.slack.remove("T2")
    many.slack.fail(Fault.limited(5), method="auth.test", times=2)
    await many.leaving.tenant_gone(T2, WHY)
    assert many.kept.kept == {}
    assert many.heard.lines == [f"gone {T2} {WHY}"]


async def test_a_removal_that_met_a_locked_database_is_tried_again(many: Setting) -> None:
    many.slack.remove("T2")
    many.kept.times = 2
    await many.leaving.tenant_gone(T2, WHY)
    assert many.kept.kept == {}
    assert set(many.heard.lines) == {f"gone {T2} {WHY}"}


async def test_who_comes_back_while_it_is_looked_at_stays(many: Setting) -> None:
    many.slack.remove("T2")
    before = dict(many.kept.kept)
    back = many.heard.comes_back = await many.install()
    many.kept.kept = before
    await many.leaving.tenant_gone(T2, WHY)
    assert many.kept.kept[T2].secret == back.secret
    assert many.heard.lines == [f"gone {T2} {WHY}", f"here {T2}"]


async def test_two_events_of_one_removal_are_one_look(many: Setting) -> None:
    many.slack.remove("T2")
    await asyncio.gather(*(many.leaving.tenant_gone(T2, WHY) for _ in range(2)))
    assert many.heard.lines == [f"gone {T2} {WHY}"]


async def test_the_one_workspace_is_asked_for_too_before_it_is_suspended(one: Setting) -> None:
    team = one.slack.team
    mine = Tenant("slack", team)
    for code, lines in (
        ("", []),
        ("internal_error", []),
        ("invalid_auth", [f"refused {mine}"]),
        ("account_inactive", [f"gone {mine} {WHY}"]),
    ):
        one.heard.lines.clear()
        one.slack.workspace(team).gone = code
        await one.leaving.tenant_gone(mine, WHY)
        assert one.heard.lines == lines, code
    one.slack.workspace(team).gone = ""
    await one.leaving.tenant_gone(T2, WHY)
    assert one.heard.lines == [f"gone {mine} {WHY}"], "nothing is known of others"


async def _post(it: Setting) -> TenantRefused:
    with pytest.raises(TenantRefused) as refused:
        await it.messenger.post(C1, HELLO, StepKind.POST, key="k", ref="")
    return refused.value


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked"])
async def test_a_sending_that_finds_the_app_removed_deletes_the_token(
    many: Setting, code: str
) -> None:
    many.slack.remove("T2")
    for workspace in many.slack._workspaces.values():
        workspace.gone = workspace.gone and code
    many.kept.times = 1
    assert (await _post(many)).removed
    assert T2 in many.kept.kept, "the database was locked"
    with pytest.raises(TenantRefused) as refused:
        await many.messenger.probe(T2)
    assert refused.value.removed
    assert many.kept.kept == {}
    assert not (await _post(many)).removed, "nobody says why there is none"


async def test_a_token_that_is_refused_for_another_reason_stays(many: Setting) -> None:
    for code in ("invalid_auth", "not_authed", "token_expired"):
        for workspace in many.slack._workspaces.values():
            workspace.gone = code
        assert not (await _post(many)).removed
        assert T2 in many.kept.kept


async def test_a_token_that_came_with_a_new_installation_is_not_deleted_for_the_old_one(
    many: Setting,
) -> None:
    old = await many.messenger._tokens.of(T2)
    many.slack.remove("T2")
    new = await many.install()
    assert not await many.messenger._tokens.drop(T2, old)
    assert many.kept.kept[T2].secret == new.secret


async def test_the_token_of_the_one_workspace_may_merely_be_wrong(one: Setting) -> None:
    mine = Tenant("slack", one.slack.team)
    await one.messenger.probe(mine)
    one.slack.workspace(mine.id).gone = "account_inactive"
    with pytest.raises(TenantRefused) as refused:
        await one.messenger.probe(mine)
    assert not refused.value.removed
