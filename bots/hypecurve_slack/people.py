"""What Slack tells of a person: language and time zone, where the app may ask for them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

import structlog

from hypecurve.domain.subscription import Tenant
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.workspace import Workspace

PATIENCE = 1.5
"""Seconds to wait for Slack; an answer in English is better than a late one."""
_KEPT = 1_000
_FRESH = 24 * 3600.0
"""Seconds; people travel."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """A language as Babel names it, and an IANA zone or None."""

    locale: str = "en"
    zone: str | None = None


class People:
    """Asks users.info once a day for each person, and not at all without the scope users:read."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: OrderedDict[tuple[Tenant, str], tuple[float, Person]] = OrderedDict()
        self._forbidden: set[Tenant] = set()

    async def find(self, workspace: Workspace, user_id: str) -> Person:
        """Return what is known of a person; never raises, never takes long."""
        now = asyncio.get_running_loop().time()
        key = (workspace.tenant, user_id)
        at, person = self._known.get(key, (-_FRESH, Person()))
        if now - at < _FRESH or workspace.tenant in self._forbidden or not user_id:
            return person
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await workspace.client.api_call(
                    "users.info",
                    http_verb="GET",
                    params={"user": user_id, "include_locale": "true"},
                )
            user = answer.get("user") or {}
            person = Person(_locale(str(user.get("locale") or "")), user.get("tz") or None)
        except NETWORK as error:
            code = trouble(error).code
            if code in {"missing_scope", "not_allowed_token_type"}:
                self._forbidden.add(workspace.tenant)
            _log.info("person not told", code=code)
        self._known[key] = (now, person)
        self._known.move_to_end(key)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return person


def _locale(tag: str) -> str:
    """Return `en` for en-US and the like, `zh_CN` for zh-CN, where the land changes the script."""
    language, _, land = tag.partition("-")
    if not language.isalpha():
        return "en"
    return f"{language}_{land}" if land and language in {"zh", "pt", "sr"} else language
