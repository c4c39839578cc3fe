"""What the stand-in Slack answers, and how it reads what it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from standins import slack_rules
from standins.slack_model import SlackWorkspace


def identity(workspace: SlackWorkspace) -> dict[str, Any]:
    """Return the answer of auth.test."""
    return {
        "ok": True,
        "url": "https://acme.slack.com/",
        "team": "Acme",
        "user": "hypecurve",
        "team_id": workspace.team,
        "user_id": workspace.bot_user,
        "bot_id": "B1",
        "is_enterprise_install": False,
    }


def refusal(code: str, *messages: str) -> dict[str, Any]:
    """Return how Slack refuses."""
    return {"ok": False, "error": code, "response_metadata": {"messages": list(messages)}}


def content_refusal(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return Slack's refusal of a message's content; {} where it is fine."""
    blocks = body.get("blocks") or []
    if not blocks and not body.get("text"):
        return refusal("no_text")
    if len(str(body.get("text", ""))) > slack_rules.TEXT_CHARACTERS:
        return refusal("msg_too_long")
    wrong = slack_rules.problems(blocks)
    if wrong:
        return refusal("invalid_blocks", *wrong)
    return refusal("msg_blocks_too_long") if slack_rules.too_long(blocks) else {}


async def body_of(request: web.Request) -> dict[str, Any]:
    """Return what a call holds, as JSON or as a form."""
    if request.content_type == "application/json":
        found = json.loads(await request.text() or "{}")
        return dict(found)
    return {**request.query, **await request.post()}


def cut(request: web.Request) -> web.Response:
    """Cut the connection without an answer."""
    with suppress(AttributeError):
        if request.transport is not None:
            request.transport.abort()
    return web.Response()
