"""Which channels somebody sees: those they are in, and the public ones of their workspace.

users.conversations tells of private channels only where the app is a member too, and so does
conversations.info (docs.slack.dev/reference/methods/users.conversations; scopes channels:read and
groups:read). What Slack does not tell is not shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from hypecurve.domain.subscription import Channel, Tenant
from hypecurve_slack.kept import Fresh
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.workspace import Workspace

PATIENCE = 5.0
"""Seconds for all that is asked at once."""
_PAGE = 999
_PAGES = 5
_AT_ONCE = 5
_ASKED = 60
"""Channels that are asked about for one look; the rest is asked about at the next."""
_MEMBERS_FRESH = 60.0
_PUBLIC_FRESH = 3600.0
"""Seconds; whoever leaves a channel, or a channel that is made private, is noticed after them,
and what was told is forgotten."""
_KEPT = 10_000
_log = structlog.get_logger(__name__)


class Rooms:
    """Asks Slack, and remembers for a while what it said."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._members: Fresh[tuple[Tenant, str], frozenset[str]] = Fresh(_KEPT)
        self._public: Fresh[Channel, bool] = Fresh(_KEPT)

    async def joined(
        self, workspace: Workspace, user_id: str, team: str = ""
    ) -> frozenset[str] | None:
        """Return the ids of the channels somebody is in; None where Slack does not tell.

        `team`: in which team of an enterprise that installed the app as a whole.
        """
        key = (workspace.tenant, user_id)
        found = self._members.get(key)
        if found is not None:
            return found
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._ask_joined(workspace, user_id, team)
        except NETWORK as error:
            _log.warning("channels of a person not told", code=trouble(error).code)
            return None
        self._members.keep(key, found, _MEMBERS_FRESH)
        return found

    async def may_change(
        self, workspace: Workspace, user_id: str, channel: str, team: str = ""
    ) -> bool:
        """Whether somebody is in a channel, so that what it hears is theirs to change."""
        if channel.startswith("@"):
            return channel == f"@{user_id}"
        joined = await self.joined(workspace, user_id, team)
        return joined is not None and channel in joined

    async def public(self, workspace: Workspace, ids: Iterable[str]) -> frozenset[str]:
        """Return those of the ids that everybody in the workspace may see; never raises."""
        known = {each: self._public.get(Channel(workspace.tenant, each)) for each in ids}
        unknown = [each for each, public in known.items() if public is None][:_ASKED]
        gate = asyncio.Semaphore(_AT_ONCE)
        try:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                for each in unknown:
                    group.create_task(self._ask_public(workspace, each, gate))
        except TimeoutError:
            _log.warning("channels not told in time", asked=len(unknown))
        return frozenset(
            each for each in known if self._public.get(Channel(workspace.tenant, each))
        )

    async def _ask_joined(self, workspace: Workspace, user_id: str, team: str) -> frozenset[str]:
        found: set[str] = set()
        cursor = ""
        for _ in range(_PAGES):
            params = {
                "user": user_id,
                "types": "public_channel,private_channel",
                "exclude_archived": "false",
                "limit": str(_PAGE),
                **({"cursor": cursor} if cursor else {}),
                **({"team_id": team} if team and team != workspace.tenant.id else {}),
            }
            answer = await workspace.client.api_call(
                "users.conversations", http_verb="GET", params=params
            )
            found |= {str(each.get("id")) for each in answer.get("channels") or ()}
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return frozenset(found)

    async def _ask_public(
        self, workspace: Workspace, channel: str, gate: asyncio.Semaphore
    ) -> None:
        async with gate:
            try:
                answer = await workspace.client.api_call(
                    "conversations.info", http_verb="GET", params={"channel": channel}
                )
            except NETWORK as error:
                found = trouble(error)
                _log.info("channel not told", code=found.code)
                if found.code == "channel_not_found":
                    self._keep_public(workspace, channel, public=False)
                return
        told = answer.get("channel") or {}
        is_public = bool(told.get("is_channel")) and not told.get("is_private")
        self._keep_public(workspace, channel, public=is_public)

    def _keep_public(self, workspace: Workspace, channel: str, *, public: bool) -> None:
        self._public.keep(Channel(workspace.tenant, channel), public, _PUBLIC_FRESH)
