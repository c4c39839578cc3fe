"""Whose a request is, found out before it is acknowledged: so from memory where that is possible.

bolt's own `AsyncInstallationStoreAuthorize` asks Slack (auth.test) and the store for each request,
within the 3 s that Slack waits.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from hypecurve.domain.errors import SendError, TenantRefused
from hypecurve.domain.subscription import Tenant
from hypecurve_slack.posting.tokens import Grant, Grants

PATIENCE = 1.0
"""Seconds that the store has; Slack wants its acknowledgement within 3."""
_log = structlog.get_logger(__name__)


class Authorizer(AsyncAuthorize):
    """Lets in who installed the app; a store that is late or away shuts nobody out.

    Then what was known last is taken, or a request goes on without a token: it is Slack's, its
    signature says so, and the answer can say what is wrong.
    """

    def __init__(self, grants: Grants) -> None:
        """Take where tokens come from."""
        self._grants = grants

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: Any,  # noqa: ANN401  # bolt's actor ids
    ) -> AuthorizeResult | None:
        """Return as whom we act there; None where nobody installed the app."""
        everywhere = context.is_enterprise_install and enterprise_id
        tenant = Tenant("slack", everywhere or team_id or "")
        try:
            async with asyncio.timeout(PATIENCE):
                grant = await self._grants.grant(tenant)
        except TenantRefused as error:
            _log.warning("a request of nobody's", tenant=str(tenant), code=error.code)
            return None
        except (SendError, TimeoutError):
            grant = self._grants.last(tenant) or Grant("")
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_user_id=grant.us or None,
            bot_id=grant.bot or None,
            bot_token=grant.token or None,
        )
