"""Opening and changing views: modals on top of what somebody sees, and the app's Home.

A trigger opens one view within 3 s, so that a view is opened before anything is read for it
(docs.slack.dev/surfaces/modals); what is shown in it comes with an update. None of these raises:
a view that was closed meanwhile is nobody's trouble.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.message import Message
from hypecurve.wording.lines import sorry
from hypecurve.wording.notices import error_message
from hypecurve.wording.texts import texts
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.rendering.blocks import in_view
from hypecurve_slack.rendering.controls import PREFIX
from hypecurve_slack.rendering.markup import Json
from hypecurve_slack.screens.elements import modal, said, words
from hypecurve_slack.workspace import Workspace

_KEPT = frozenset(("type", "title", "submit", "close", "blocks", "private_metadata", "callback_id"))
"""What of a view that came from Slack may be sent back."""
_SAID = "said"
_MALFORMED = frozenset({"invalid_blocks", "invalid_arguments"})
_GONE = frozenset({"not_found", "view_not_found", "hash_conflict"})
_log = structlog.get_logger(__name__)


async def open_view(workspace: Workspace, trigger_id: str, view: Json, *, on_top: bool) -> str:
    """Open a modal, `on_top` of the one that is open; return its id, "" where it cannot be."""
    method = "views.push" if on_top else "views.open"
    if not trigger_id:
        return ""
    opened = await _call(workspace, method, trigger_id=trigger_id, view=view)
    return str((opened.get("view") or {}).get("id") or "")


async def update_view(workspace: Workspace, view_id: str, view: Json) -> None:
    """Show something else in a modal; where Slack refuses it, the same without its picture."""
    told = await _call(workspace, "views.update", view_id=view_id, view=view)
    blocks = [block for block in view["blocks"] if block["type"] != "image"]
    if told.get("error") in _MALFORMED and len(blocks) < len(view["blocks"]):
        await _call(workspace, "views.update", view_id=view_id, view={**view, "blocks": blocks})


async def publish_home(workspace: Workspace, user_id: str, view: Json, view_hash: str = "") -> bool:
    """Show somebody their Home; False where another one was shown since `view_hash`."""
    args = {"hash": view_hash} if view_hash else {}
    told = await _call(workspace, "views.publish", user_id=user_id, view=view, **args)
    return told.get("error") != "hash_conflict"


async def _call(workspace: Workspace, method: str, **args: object) -> Mapping[str, Any]:
    try:
        answer = await workspace.client.api_call(method, json=args)
    except NETWORK as error:
        found = trouble(error)
        tell = _log.info if found.code in _GONE else _log.warning
        tell("view not shown", method=method, code=found.code, reason=_why(error))
        return {"error": found.code}
    return answer.data if isinstance(answer.data, dict) else {}


def _why(error: BaseException) -> object:
    """Return what Slack says is wrong with a view: property names and limits, no content."""
    data = getattr(getattr(error, "response", None), "data", None)
    told = (data.get("response_metadata") or {}) if isinstance(data, dict) else {}
    return told.get("messages") or ""


def message_view(message: Message, title: str = "", picture: str = "") -> Json:
    """Return a modal that shows a message and asks nothing."""
    words_of = texts(message.locale)
    shown = title or words_of.say("Your digest")
    close = words(words_of.say("Close"), 24)
    return modal(f"{PREFIX}shown", shown, in_view(message, picture), close=close)


def error_view(error: Exception, locale: str) -> Json:
    """Return a modal that says what went wrong."""
    if isinstance(error, HypecurveError):
        return message_view(error_message(error, locale))
    return message_view(sorry(locale))


def busy_view(locale: str) -> Json:
    """Return what stands there while what was sent in is carried out: nothing to press again."""
    words_of = texts(locale)
    shown = said(words_of.say("Still working on it…"))
    close = words(words_of.say("Close"), 24)
    return modal(f"{PREFIX}busy", words_of.say("Your digest"), [shown], close=close)


def with_line(view: Mapping[str, Any], text: str) -> Json:
    """Return a view that somebody filled in as it is, a line on top of it.

    Slack keeps what is filled in where the ids of the blocks stay as they are.
    """
    kept = {name: value for name, value in view.items() if name in _KEPT and value is not None}
    blocks = [block for block in view.get("blocks", ()) if block.get("block_id") != _SAID]
    return {**kept, "blocks": [said(text, _SAID), *blocks][:100]}
