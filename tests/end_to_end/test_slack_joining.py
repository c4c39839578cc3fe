"""A team that let the app in, and then its enterprise did as a whole."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sealing import FernetSealer
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.installing import SealedInstallations
from hypecurve_slack import bot
from standins.slack_oauth import Browser, InstallableSlack
from support.bots import KEY
from support.databases import NOW
from support.processes import until
from support.slack_web import Reached, many_env, reached
from support.telling import freeze

T2, T9, E1 = (Tenant("slack", each) for each in ("T2", "T9", "E1"))


async def install(slack: InstallableSlack, at: Reached, *teams: str) -> None:
    for team in teams:
        browser = Browser()
        page = await browser.get(f"{at.url}/slack/install")
        await browser.get(slack.let_in(await browser.follow(page), team))


async def ask(at: Reached, team: str, enterprise: str) -> Channel:
    """Ask as somebody of a team whose request counts for an enterprise; return where it was."""
    form = {
        "command": "/hype",
        "text": "top",
        "team_id": team,
        "user_id": "U1",
        "enterprise_id": enterprise,
        "is_enterprise_install": "true",
        "channel_id": "C1",
    }
    before = len(at.desk.asked)
    assert (await at.requests.post(urlencode(form).encode())).status == 200
    await until(lambda: len(at.desk.asked) > before)
    return at.desk.asked[-1][0].channel


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_team_goes_on_as_a_part_of_its_enterprise_and_nothing_is_told_twice(
    store: SqlStore,
) -> None:
    clock = SetClock(NOW)
    kept = SealedInstallations(store, clock, FernetSealer([KEY], clock))

    async def hearing() -> set[Channel]:
        async with store.read() as tx:
            return {each.channel for each in await tx.subscriptions.listeners()}

    async with InstallableSlack() as slack, reached(slack, many_env(slack), None, kept) as at:
        slack.orgs["T2"] = "E1"
        await install(slack, at, "T2", "T9", "E1")
        async with store.write() as tx:
            for team in (T2, T9):
                await tx.subscriptions.add(Subscription(Channel(team, "C1"), created_by="U1"))
        await freeze(store, NOW, channel=Channel(T2, "C1"))
        # Until Slack counts its requests for the enterprise, the team is what it was.
        assert await hearing() == {Channel(T2, "C1"), Channel(T9, "C1")}

        # A request that names a team of somebody else's takes nothing from there.
        assert await ask(at, "T9", "E1") == Channel(E1, "C1")
        assert await hearing() == {Channel(T2, "C1"), Channel(T9, "C1")}
        for _ in range(2):
            assert await ask(at, "T2", "E1") == Channel(E1, "C1")
            assert await hearing() == {Channel(E1, "C1"), Channel(T9, "C1")}
        assert await kept.find(T2) is None
        assert await kept.find(E1) is not None

        async with bot.connect(many_env(slack), replace(at.kit, installations=kept)) as messenger:
            await deliver_pending(store, clock, "slack", messenger)
        assert len(slack.workspace("E1").channels["C1"].messages) == 1
        assert not slack.workspace("T2").channels["C1"].messages
