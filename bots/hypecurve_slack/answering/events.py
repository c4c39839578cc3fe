"""What Slack tells by itself, and what it means: pauses begin and end, installations end.

https://docs.slack.dev/reference/events. Slack repeats what it was not acknowledged, for an hour
and more, and keeps to no order. So an event about a channel is only the word to look at it: what
counts is how the channel stands by then (conversations.info, scopes channels:read and groups:read).
Where Slack does not tell, the event's own word is taken.

That a channel was made private is only told as a message in it (message.channel_convert_to_private,
scope channels:history), and messages are not for us. Its id stays: where we are a member nothing
changes, and where we are none the next post is refused and says so. Its name may change as well,
which is nothing to us either: it is known by its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from enum import Enum, auto
from typing import Any

import structlog

from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel
from hypecurve.ports import DELETED, REMOVED, Events
from hypecurve_slack.answering.people import People
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.workspace import Workspace

PATIENCE = 5.0
"""Seconds to wait for how a channel stands."""
LAG = 2.0
"""Seconds after which Slack is asked again where it does not say what its event said."""
_ARCHIVED = frozenset({"channel_archive", "group_archive"})
_UNARCHIVED = frozenset({"channel_unarchive", "group_unarchive"})
_DELETED = frozenset({"channel_deleted", "group_deleted"})
_LEFT = frozenset({"channel_left", "group_left", "member_left_channel"})
_JOINED = frozenset({"member_joined_channel"})
_RENAMED = frozenset({"channel_rename", "group_rename"})
_OF_ALL = frozenset({"member_joined_channel", "member_left_channel"})
"""Told of whoever comes and goes."""
_CHANNEL = _ARCHIVED | _UNARCHIVED | _DELETED | _LEFT | _JOINED
HEARD = _CHANNEL | _RENAMED | {"channel_id_changed", "app_uninstalled", "tokens_revoked"}
"""The types of event that mean something here."""
_REASONS = {
    "is_archived": to_say("This channel is archived."),
    DELETED: to_say("This channel was deleted."),
    REMOVED: to_say("Hypecurve was removed from this channel: invite it with /invite @hypecurve."),
    "channel_not_found": to_say(
        "Slack finds no such channel, or it is private and Hypecurve not in it."
    ),
}
"""Why a channel is closed, by the codes of it: Slack's own and the core's."""
_UNINSTALLED = to_say("Hypecurve was removed from the workspace (app_uninstalled).")
_REVOKED = to_say("Hypecurve's token for the workspace was revoked (tokens_revoked).")
_log = structlog.get_logger(__name__)


class Standing(Enum):
    """How a channel stands, as far as it matters for posting."""

    INSIDE = auto()
    """We are a member."""
    PUBLIC = auto()
    """We are none, and may post all the same (scope chat:write.public)."""
    ARCHIVED = auto()
    MISSING = auto()
    """Deleted, or private and not for us."""
    UNTOLD = auto()


_SAYS: Mapping[str, frozenset[Standing]] = {
    kind: frozenset(standings)
    for kinds, standings in (
        (_ARCHIVED, {Standing.ARCHIVED}),
        (_UNARCHIVED, {Standing.INSIDE, Standing.PUBLIC}),
        (_DELETED, {Standing.MISSING}),
        (_LEFT, {Standing.PUBLIC, Standing.MISSING, Standing.ARCHIVED}),
        (_JOINED, {Standing.INSIDE}),
    )
    for kind in kinds
}
"""How a channel may stand by what an event says."""


def heard(
    body: Mapping[str, Any], workspace: Workspace, events: Events, people: People
) -> Coroutine[Any, Any, None] | None:
    """Return what is to be done about an event; None for one that means nothing here.

    Of all who come and go and lose tokens only we ourselves count.
    """
    event = body.get("event") or {}
    kind = str(event.get("type") or "")
    tenant, us = workspace.tenant, workspace.us
    if kind == "app_uninstalled":
        return events.tenant_gone(tenant, _UNINSTALLED)
    if kind == "tokens_revoked":
        bots = (event.get("tokens") or {}).get("bot") or ()
        # Over HTTP nobody looks up any more who we were there; the event is our own app's.
        gone = us in bots if us else bool(bots)
        return events.tenant_gone(tenant, _REVOKED) if gone else None
    if kind == "channel_id_changed":
        old, new = (str(event.get(f"{age}_channel_id") or "") for age in ("old", "new"))
        if old and new:
            return events.channel_moved(Channel(tenant, old), Channel(tenant, new))
    if kind in _RENAMED:
        _log.debug("a channel has another name", tenant=str(tenant))
    if kind not in _CHANNEL or (kind in _OF_ALL and event.get("user") != us):
        return None
    channel = str(event.get("channel") or "")
    if not channel:
        return None
    inviter = str(event.get("inviter") or "")
    return _look(kind, Channel(tenant, channel), inviter, workspace, events, people)


async def _look(
    kind: str,
    channel: Channel,
    inviter: str,
    workspace: Workspace,
    events: Events,
    people: People,
) -> None:
    """Tell how a channel stands, whatever the event said of it."""
    standing = await _standing(workspace, channel.id)
    if standing not in _SAYS[kind] | {Standing.UNTOLD}:
        # It is an old event, or Slack does not know of it everywhere yet.
        await asyncio.sleep(LAG)
        standing = await _standing(workspace, channel.id)
    code = closed_as(kind, standing)
    if code is None:
        person = await people.find(workspace, inviter)
        await events.channel_joined(channel, person.locale)
    elif code:
        await events.channel_closed(channel, code, _REASONS[code])
    else:
        await events.channel_open(channel)


def closed_as(kind: str, standing: Standing) -> str | None:  # noqa: PLR0911  # a table
    """Return the code with which a channel is closed: "": it is open, None: we came into it."""
    match standing:
        case Standing.ARCHIVED:
            return "is_archived"
        case Standing.MISSING:
            return DELETED if kind in _DELETED else "channel_not_found"
        case Standing.INSIDE:
            return None if kind in _JOINED | _LEFT else ""
        case Standing.PUBLIC:
            # Whoever is shown the door does not talk on through it.
            return REMOVED if kind in _JOINED | _LEFT else ""
    if kind in _JOINED:
        return None
    if kind in _ARCHIVED:
        return "is_archived"
    if kind in _DELETED:
        return DELETED
    return REMOVED if kind in _LEFT else ""


async def _standing(workspace: Workspace, channel: str) -> Standing:
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await workspace.client.api_call(
                "conversations.info", http_verb="GET", params={"channel": channel}
            )
    except NETWORK as error:
        found = trouble(error)
        if found.code == "channel_not_found":
            return Standing.MISSING
        _log.info("how a channel stands was not told", code=found.code)
        return Standing.UNTOLD
    told = answer.get("channel") or {}
    if told.get("is_archived"):
        return Standing.ARCHIVED
    if told.get("is_member"):
        return Standing.INSIDE
    return Standing.UNTOLD if told.get("is_private") else Standing.PUBLIC
