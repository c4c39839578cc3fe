"""Which channels somebody sees: those they are in, and the public ones of their workspace.

users.conversations tells of private channels only where the app is a member too, and so does
conversations.info (docs.slack.dev/reference/methods/users.conversations; scopes channels:read and
groups:read). What Slack does not tell is not shown.

A few channels are asked about one by one; of many, the workspace's list of public ones is read, a
few pages a look (20 a minute are allowed: docs.slack.dev/reference/methods/conversations.list).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from hypecurve.domain.subscription import Tenant
from hypecurve_slack.kept import Fresh
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.workspace import Workspace

PATIENCE = 5.0
"""Seconds for all that is asked at once."""
_PAGE = 999
_PAGES = 5
_ONE_BY_ONE = 4
"""Channels that are asked about one by one for one look."""
_LIST_PAGES = 3
"""Of the public channels, for one look; the next one goes on from there."""
_MEMBERS_FRESH = 60.0
_PUBLIC_FRESH = 600.0
"""Seconds; whoever leaves a channel, or a channel that is made private, is noticed after them,
and what was told is forgotten."""
_REFUSED, _REFUSED_MOST = 60.0, 600.0
"""Seconds for which a method that Slack refused is not asked again, where it does not say itself
how long, and at most."""
_AGAIN = 5.0
"""Seconds within which somebody's channels are not asked for once more."""
_WHOLE = "whole"
"""Instead of a cursor: the list was read to its end."""
_KEPT = 10_000
_log = structlog.get_logger(__name__)


class Rooms:
    """Asks Slack, and remembers for a while what it said."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._members: Fresh[tuple[Tenant, str], frozenset[str]] = Fresh(_KEPT)
        self._again: Fresh[tuple[Tenant, str], bool] = Fresh(_KEPT)
        self._public: Fresh[tuple[Tenant, str, str], bool] = Fresh(_KEPT)
        self._listed: Fresh[tuple[Tenant, str], str] = Fresh(_KEPT)
        self._refused: Fresh[tuple[Tenant, str], bool] = Fresh(_KEPT)

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
        except _NotTold:
            return None
        except TimeoutError:
            _log.warning("channels of a person not told in time")
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
        key = (workspace.tenant, user_id)
        if joined is not None and channel not in joined and not self._again.get(key):
            # They may have joined it since: asked for anew before they are refused.
            self._again.keep(key, True, _AGAIN)  # noqa: FBT003  # the value
            self._members.drop(key)
            joined = await self.joined(workspace, user_id, team)
        return joined is not None and channel in joined

    async def public(
        self, workspace: Workspace, ids: Collection[str], team: str = ""
    ) -> tuple[frozenset[str], bool]:
        """Return those of the ids that everybody may see, and whether Slack told of all of them.

        Never raises; `team` as for `joined`.
        """
        team = team if team != workspace.tenant.id else ""
        keys = {each: (workspace.tenant, team, each) for each in ids}
        try:
            async with asyncio.timeout(PATIENCE):
                if len(self._unknown(keys)) > _ONE_BY_ONE:
                    await self._read_list(workspace, keys, team)
                for each in self._unknown(keys)[:_ONE_BY_ONE]:
                    public = await self._ask_public(workspace, each)
                    self._public.keep(keys[each], public, _PUBLIC_FRESH)
        except _NotTold:
            pass
        except TimeoutError:
            _log.warning("channels not told in time", asked=len(keys))
        seen = frozenset(each for each, key in keys.items() if self._public.get(key))
        return seen, not self._unknown(keys)

    def _unknown(self, keys: Mapping[str, tuple[Tenant, str, str]]) -> list[str]:
        return [each for each, key in keys.items() if self._public.get(key) is None]

    async def _read_list(
        self, workspace: Workspace, keys: Mapping[str, tuple[Tenant, str, str]], team: str
    ) -> None:
        """Read on in the list of public channels; at its end those that were not in it are none."""
        listing = (workspace.tenant, team)
        cursor = self._listed.get(listing) or ""
        for _ in range(_LIST_PAGES):
            if cursor == _WHOLE:
                break
            params = {
                "types": "public_channel",
                "exclude_archived": "true",
                "limit": str(_PAGE),
                **({"cursor": cursor} if cursor else {}),
                **({"team_id": team} if team else {}),
            }
            answer = await self._ask(workspace, "conversations.list", params)
            for each in _ids(answer) & keys.keys():
                self._public.keep(keys[each], True, _PUBLIC_FRESH)  # noqa: FBT003  # the value
            cursor = _next(answer) or _WHOLE
            if cursor == _WHOLE:
                for each in self._unknown(keys):
                    self._public.keep(keys[each], False, _PUBLIC_FRESH)  # noqa: FBT003  # as above
            self._listed.keep(listing, cursor, _PUBLIC_FRESH)

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
            answer = await self._ask(workspace, "users.conversations", params)
            found |= _ids(answer)
            cursor = _next(answer)
            if not cursor:
                break
        return frozenset(found)

    async def _ask_public(self, workspace: Workspace, channel: str) -> bool:
        try:
            answer = await self._ask(workspace, "conversations.info", {"channel": channel})
        except _NotTold as error:
            if error.code == "channel_not_found":
                return False
            raise
        told = answer.get("channel") or {}
        return bool(told.get("is_channel")) and not told.get("is_private")

    async def _ask(
        self, workspace: Workspace, method: str, params: Mapping[str, str]
    ) -> AsyncSlackResponse:
        """Ask Slack; a method that it refused lately is not asked again before its time."""
        key = (workspace.tenant, method)
        if self._refused.get(key):
            raise _NotTold
        try:
            answer = await workspace.client.api_call(method, http_verb="GET", params=dict(params))
        except TimeoutError:
            raise
        except NETWORK as error:
            found = trouble(error)
            _log.info("channels not told", method=method, code=found.code)
            if found.code != "channel_not_found":
                seconds = getattr(found, "retry_after", None) or _REFUSED
                self._refused.keep(key, True, min(seconds, _REFUSED_MOST))  # noqa: FBT003  # the value
            raise _NotTold(found.code) from None
        return answer


class _NotTold(Exception):
    """Slack does not say."""

    def __init__(self, code: str = "refused lately") -> None:
        self.code = code
        super().__init__(code)


def _ids(answer: AsyncSlackResponse) -> set[str]:
    return {str(each.get("id")) for each in answer.get("channels") or ()}


def _next(answer: AsyncSlackResponse) -> str:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")
