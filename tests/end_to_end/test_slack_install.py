"""The service as it is run over HTTP: a workspace installs the app, uses it, and removes it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypecurve.adapters.sql.store import open_store
from hypecurve.domain.subscription import Channel, Tenant
from standins.slack_http import SIGNING_SECRET, HttpRequests
from standins.slack_oauth import Browser, InstallableSlack
from support.bots import KEY
from support.processes import started

T2 = Tenant("slack", "T2")
C1 = Channel(T2, "C1")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_a_workspace_installs_it_subscribes_is_posted_to_and_leaves(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/hypecurve.db"
    async with InstallableSlack() as slack:
        where = f"127.0.0.1:{free_port()}"
        settings = {
            "DATABASE_URL": database,
            "HYPECURVE_WEB": where,
            "HYPECURVE_PUBLIC_URL": f"http://{where}",
            "HYPECURVE_SECRET_KEYS": KEY,
            "HYPECURVE_LOG_FORMAT": "json",
            "SLACK_API_URL": slack.api_url,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_CLIENT_ID": slack.client_id,
            "SLACK_CLIENT_SECRET": slack.client_secret,
        }
        slack.line = HttpRequests(f"http://{where}/slack/events")
        slack.team = "T2"
        async with started(
            "run", "slack", "deliver", folder=tmp_path, settings=settings
        ) as service:
            await service.says("http is answered")
            browser = Browser()
            page = await browser.get(f"http://{where}/slack/install")
            back = slack.let_in(await browser.follow(page), "T2")
            assert "Hypecurve is in Team" in (await browser.get(back)).text

            (welcome,) = await slack.command("/hype subscribe all at 09:00", channel="C1")
            assert "First digest" in welcome.shown
            assert (await browser.get(f"http://{where}/health")).text == "ok\n"

            slack.remove("T2")
            await slack.event({"type": "app_uninstalled"}, team="T2")
            await service.says("the app was removed")
            hours = timedelta(hours=6)
            async with (
                open_store(database, None, now=datetime.now(UTC), interval=hours) as store,
                store.read() as tx,
            ):
                assert await tx.installations.find(T2) is None
                assert [each.tenant for each in await tx.reach.suspended(["slack"])] == [T2]
                heard = await tx.subscriptions.listener(C1)
            assert heard is not None
            assert heard.subscriptions

            assert await service.stop() == 0
            for secret in (KEY, SIGNING_SECRET, slack.client_secret, "xoxb-T2", "code-1", "Fernet"):
                assert secret not in service.log
            assert "Traceback" not in service.log
