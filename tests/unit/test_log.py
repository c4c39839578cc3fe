"""The log stands on standard error, in one form; in a process of its own, for it is a process's."""

from __future__ import annotations

import json
import subprocess
import sys

from support.processes import environment

_SCRIPT = """
import logging
import structlog
from aiohttp import InvalidURL
from slack_sdk.errors import SlackApiError
from hypecurve import log

SECRET = "".join(("s3", "cr3t"))

early = structlog.get_logger("hypecurve.worker")
log.configure({style!r})
early.info("digest delivered", channel="slack:T123/C456", digest=7)
logging.getLogger("alembic.runtime").info("a plugin")
logging.getLogger("httpx").info("GET https://api.github.com")
logging.getLogger("httpx").warning("slow")
structlog.get_logger("stamina").warning("stamina.retry_scheduled")
gone = "https://{{}}/api/v10/webhooks/123/{{}}?wait=true".format("discord.com", SECRET)
away = "https://{{}}/commands/T123/456/{{}}".format("hooks.slack.com", SECRET)
for quoting in (
    InvalidURL(away),
    SlackApiError("The request to Slack failed.", {{"ok": False, "needed": "xoxb-1-" + SECRET}}),
    ValueError(gone),
    ValueError("wss://wss-primary.slack.com/link/?ticket={{}}&app_id=7".format(SECRET)),
    ValueError("https://acme.example/slack/oauth_redirect?code={{}}".format(SECRET)),
    ValueError("xoxe.xoxb-1-{{0}} xapp-1-{{0}} ghp_{{0}} github_pat_{{0}}".format(SECRET)),
):
    try:
        raise quoting
    except Exception:
        early.exception("quoted")
try:
    token = "hunter2"
    raise ValueError("no such thing")
except ValueError:
    early.exception("command failed")
log.configure({style!r})
early.warning("said once", custom_id="hype:do:search what nobody shall read: 7")
"""


def logged(style: str) -> list[str]:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _SCRIPT.format(style=style)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_for_people_it_is_a_short_line_with_keys_and_no_colours() -> None:
    lines = logged("text")
    assert "digest delivered" in lines[0]
    assert "channel=slack:T123/C456" in lines[0]
    assert "digest=7" in lines[0]
    assert "\x1b" not in "".join(lines)
    assert sum("said once" in line for line in lines) == 1


def test_for_machines_every_line_is_an_object() -> None:
    events = [json.loads(line) for line in logged("json")]
    said = [event["event"] for event in events]
    assert said == ["digest delivered", "slow", *["quoted"] * 6, "command failed", "said once"]
    assert events[0]["digest"] == 7
    assert events[-1]["custom_id"] == "hype:do"
    assert events[0]["timestamp"].endswith("Z")
    assert [event["level"] for event in events] == ["info", "warning", *["error"] * 7, "warning"]


def test_libraries_speak_only_where_something_is_wrong() -> None:
    text = "\n".join(logged("text"))
    assert "slow" in text
    for noise in ("a plugin", "GET https", "retry_scheduled"):
        assert noise not in text


def test_a_trace_tells_no_token() -> None:
    for style in ("text", "json"):
        assert "hunter2" not in "\n".join(logged(style))


def test_what_libraries_quote_of_tokens_and_addresses_is_hidden() -> None:
    for style in ("text", "json"):
        text = "\n".join(logged(style))
        assert "s3cr3t" not in text
        for kept in ("https://hooks.slack.com/commands/(hidden)", "discord.com", "acme.example"):
            assert kept in text


def test_an_error_of_ours_keeps_its_trace() -> None:
    assert "no such thing" in "\n".join(logged("text"))
    assert "no such thing" in "\n".join(logged("json"))
