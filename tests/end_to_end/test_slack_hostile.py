"""The Slack bot and what is not as it should be: strangers, made-up requests, telling mistakes."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.sql.installations import SqlPicks
from hypecurve.adapters.sql.store import SqlStore
from support.catalogue import a_repo
from support.slack_running import bot_over


async def test_a_command_that_fails_names_nobody_in_the_log(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(SqlPicks, "add")
    async with bot_over(store) as it, it.serving():
        await it.subscribed()
        with capture_logs() as logs:
            (reply,) = await it.slack.command(f"/hype pick {a_repo(1).name} OUR SECRET PLAN")
    assert "went wrong on our side" in reply.shown
    (failed,) = [log for log in logs if log["event"] == "command failed"]
    assert "U1" not in str(failed)
    assert "SECRET" not in str(failed)
