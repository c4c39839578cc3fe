"""What Slack tells by itself, and what it means: pauses end, installations end.

https://docs.slack.dev/reference/events; the app must have subscribed to each, and for the first
two needs the scopes channels:read and groups:read.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any

from hypecurve.domain.subscription import Channel
from hypecurve.ports import Events
from hypecurve_slack.workspace import Workspace

_UNARCHIVED = frozenset({"channel_unarchive", "group_unarchive"})


def heard(
    body: Mapping[str, Any], workspace: Workspace, events: Events
) -> Coroutine[Any, Any, None] | None:
    """Return what is to be told of an event; None for one that means nothing here.

    Of all who join channels and lose tokens only we ourselves count.
    """
    event = body.get("event") or {}
    kind = str(event.get("type") or "")
    tenant, us = workspace.tenant, workspace.us
    if kind in _UNARCHIVED or (kind == "member_joined_channel" and event.get("user") == us):
        channel_id = str(event.get("channel") or "")
        return events.channel_open(Channel(tenant, channel_id)) if channel_id else None
    if kind == "app_uninstalled":
        return events.tenant_gone(tenant, kind)
    if kind == "tokens_revoked" and us in ((event.get("tokens") or {}).get("bot") or ()):
        return events.tenant_gone(tenant, kind)
    return None
