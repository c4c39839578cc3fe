"""The Slack bot and what is not as it should be: strangers, made-up requests, telling mistakes."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.sql.installations import SqlPicks
from hypecurve.adapters.sql.store import SqlStore
from standins.slack import SlackStandIn
from support.bots import host
from support.catalogue import a_repo
from support.slack_running import BY_EITHER_LINE, Way, bot_over, running
from support.slack_web import Echo, Told


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


@BY_EITHER_LINE
async def test_other_workspaces_are_kept_out_where_there_is_one_token(line: Way) -> None:
    desk, told = Echo(), Told()
    events: list[dict[str, Any]] = [
        {"type": "channel_unarchive", "channel": "C456"},
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}},
    ]
    async with SlackStandIn() as slack, running(slack, host(desk, told), line=line):
        ours, calls = slack.team, len(slack.calls)
        slack.team = "T9EVIL"
        (reply,) = await slack.command("/hype subscriptions", user="U66")
        assert "not installed here" in reply.shown
        for event in events:
            await slack.event(event)
        assert {method for method, _ in slack.calls[calls:]} <= {"auth.test", "respond"}
        slack.team = ours
        await slack.command("/hype top")
        await slack.event(events[0])
        lines = await told.until(2)
    assert [text for _, text in desk.asked] == ["top"]
    assert lines == [f"here slack:{ours}", f"open slack:{ours}/C456"]
