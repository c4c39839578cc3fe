"""What Slack tells of a person: name, language, time zone, what they may do, where they belong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from hypecurve.domain.subscription import Tenant
from hypecurve_slack.kept import Fresh
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.workspace import Workspace

PATIENCE = 1.5
"""Seconds to wait for Slack; an answer in English is better than a late one."""
_KEPT = 1_000
_FRESH = 3600.0
"""Seconds; people travel, and are made admins. Then what was told is forgotten."""
_AGAIN = 60.0
"""Seconds after which somebody is asked for again whom Slack did not tell of."""
_ADMINS = ("is_admin", "is_owner", "is_primary_owner")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """A language as Babel names it, an IANA zone or None, and what else is known of somebody."""

    locale: str = "en"
    zone: str | None = None
    name: str = ""
    is_admin: bool = False
    tenants: frozenset[str] = frozenset()
    """The ids of the teams and the enterprise they belong to; none: Slack did not say."""

    def is_stranger(self, tenant: Tenant, told: frozenset[str] = frozenset()) -> bool:
        """Whether they come from another tenant, through a channel that both share.

        `told`: what the request itself says of where they belong, for whom nothing else is known.
        """
        tenants = self.tenants or told
        return bool(tenants) and tenant.id not in tenants


class People:
    """Asks users.info now and then, and not at all without the scope users:read."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: Fresh[tuple[Tenant, str], Person] = Fresh(_KEPT)
        self._forbidden: Fresh[Tenant, bool] = Fresh(_KEPT)

    def known(self, workspace: Workspace, user_id: str) -> Person:
        """Return what was told of a person in the last hour; asks nobody."""
        return self._known.get((workspace.tenant, user_id)) or Person()

    async def find(self, workspace: Workspace, user_id: str) -> Person:
        """Return what is known of a person; never raises, never takes long."""
        key = (workspace.tenant, user_id)
        known = self._known.get(key)
        if known is not None:
            return known
        person, fresh = Person(), _FRESH
        if self._forbidden.get(workspace.tenant) or not user_id:
            return person
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await workspace.client.api_call(
                    "users.info",
                    http_verb="GET",
                    params={"user": user_id, "include_locale": "true"},
                )
            person = _person(answer.get("user") or {})
        except NETWORK as error:
            code = trouble(error).code
            if code in {"missing_scope", "not_allowed_token_type"}:
                self._forbidden.keep(workspace.tenant, True, _FRESH)  # noqa: FBT003 - the value
            fresh = _AGAIN
            _log.info("person not told", code=code)
        self._known.keep(key, person, fresh)
        return person


def _person(user: Mapping[str, Any]) -> Person:
    profile = user.get("profile") or {}
    enterprise = user.get("enterprise_user") or {}
    tenants = (
        user.get("team_id"),
        enterprise.get("enterprise_id"),
        *(enterprise.get("teams") or ()),
    )
    names = (profile.get("display_name"), user.get("real_name"), user.get("name"))
    return Person(
        language_of(str(user.get("locale") or "")),
        user.get("tz") or None,
        next((str(name) for name in names if name), ""),
        any(user.get(right) is True for right in _ADMINS),
        frozenset(str(tenant) for tenant in tenants if tenant),
    )


def language_of(tag: str) -> str:
    """Return `en` for en-US and the like, `zh_CN` for zh-CN, where the land changes the script."""
    language, _, land = tag.partition("-")
    if not language.isalpha():
        return "en"
    return f"{language}_{land}" if land and language in {"zh", "pt", "sr"} else language
