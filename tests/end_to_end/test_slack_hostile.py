"""The Slack bot and what is not as it should be: strangers, made-up requests, telling mistakes."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.sql.installations import SqlPicks
from hypecurve.adapters.sql.store import SqlStore
from hypecurve_slack.manifest import SCOPES
from hypecurve_slack.serving.seldom import EVERY, Seldom
from standins.slack import SlackStandIn
from standins.slack_oauth import Browser, InstallableSlack
from support.bots import host
from support.catalogue import a_repo
from support.slack_running import BY_EITHER_LINE, Way, bot_over, running
from support.slack_web import Echo, Told, many_env, reached


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


async def raw(url: str, head: str, body: bytes = b"") -> str:
    """Send a request byte by byte as it is written; return the first line of the answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = f"{head}\r\nHost: evil.example\r\nConnection: close\r\n"
    writer.write(lines.encode("latin-1") + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    async with asyncio.timeout(5):
        told = (await reader.read()).decode()
    writer.close()
    assert "evil.example" not in told
    return told.partition("\r\n")[0]


async def test_what_is_no_request_of_slacks_is_refused_in_a_line_and_logged_seldom() -> None:
    stamps = ("9" * 11, "9" * 12, "9" * 400, "9" * 5_000, "", "-1", "1e9", "0x1", " ", "\xb2")
    async with InstallableSlack() as slack, reached(slack, many_env(slack)) as at:
        with capture_logs() as logs:
            for stamp in stamps:
                head = f"POST /slack/events HTTP/1.1\r\nX-Slack-Request-Timestamp: {stamp}"
                for mark in ("v0=00", "v0=\xff", "v0=" + "0" * 60_000, ""):
                    said = await raw(at.url, f"{head}\r\nX-Slack-Signature: {mark}", b"{}")
                    assert said.split()[1] == "401", stamp[:20]
            lies = f"POST /slack/events HTTP/1.1\r\nContent-Length: {'9' * 5_000}"
            assert (await raw(at.url, lies)).split()[1] == "400"
            huge = f"POST /slack/events HTTP/1.1\r\nX-Slack-Signature: {'0' * 100_000}"
            assert (await raw(at.url, huge)).split()[1] in {"400", "401", "431"}
            for reason in ("access_denied", "%0a2026-01-01+error+made+up%1b[31m"):
                asked = f"GET /slack/oauth_redirect?error={reason} HTTP/1.1"
                assert (await raw(at.url, asked)).split()[1] in {"200", "400"}
        assert [(log["event"], log["times"]) for log in logs if log["log_level"] != "info"] == [
            ("a request was not slack's", 1),
            ("an installation was not completed", 1),
        ]
        assert not at.desk.asked


def test_what_happens_often_is_told_once_a_minute_with_how_often() -> None:
    now = [0.0]
    seldom = Seldom("knocked", lambda: now[0])
    with capture_logs() as logs:
        for seconds in (0, 1, 2, EVERY, 1, EVERY):
            now[0] += seconds
            seldom.warn()
    assert [log["times"] for log in logs] == [1, 3, 2]


async def test_nobody_is_sent_on_to_where_a_request_says_that_we_are() -> None:
    async with InstallableSlack() as slack, reached(slack, many_env(slack)) as at:
        for path in ("/slack", "/slack/install/", "/slack/oauth_redirect/", "/health/", "//x/"):
            assert (await raw(at.url, f"GET {path} HTTP/1.1")).split()[1] == "404", path


@pytest.mark.parametrize(
    ("team", "kept"),
    [
        ("T2", ["T2"]),
        ("E0ACME", ["E0ACME"]),
        ("T1&scope=admin,channels:history&redirect_uri=https://evil.example", None),
        ("t2", None),
        ("T2\n", None),
        ("T" * 30, None),
        ("", None),
    ],
)
async def test_of_a_link_to_the_install_page_only_a_teams_id_gets_to_slack(
    team: str, kept: list[str] | None
) -> None:
    async with InstallableSlack() as slack, reached(slack, many_env(slack)) as at:
        more = "scope=admin&user_scope=admin&redirect_uri=https://evil.example&client_id=1"
        page = await Browser().get(f"{at.url}/slack/install?team={quote(team)}&{more}")
        (link,) = re.findall(r'href="([^"]*/oauth/v2/authorize[^"]*)"', page.text)
        parts = urlsplit(unescape(link))
        asked = parse_qs(parts.query, keep_blank_values=True)
        assert asked.pop("state")
        assert asked.pop("team", None) == kept
        assert asked == {
            "client_id": [slack.client_id],
            "scope": [",".join(SCOPES)],
            "user_scope": [""],
            "redirect_uri": [f"{at.url}/slack/oauth_redirect"],
        }
