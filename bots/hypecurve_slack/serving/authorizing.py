"""Whose a request is, found out before it is acknowledged: so from memory where that is possible.

bolt's own `AsyncInstallationStoreAuthorize` asks Slack (auth.test) and the store for each request,
within the 3 s that Slack waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from hypecurve.domain.errors import SendError, TenantRefused
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Kit
from hypecurve_slack.installing.access import Access
from hypecurve_slack.posting.tokens import ELSEWHERE, Grant, Grants
from hypecurve_slack.serving.joining import Joining
from hypecurve_slack.workspace import tenant_of

PATIENCE = 1.0
"""Seconds that the store has; Slack wants its acknowledgement within 3."""
_log = structlog.get_logger(__name__)


class Authorizer(AsyncAuthorize):
    """Lets in who installed the app; a store that is late or away shuts nobody out.

    Then what was known last is taken, or a request goes on without a token: it is Slack's, its
    signature says so, and the answer can say what is wrong.
    """

    def __init__(self, grants: Grants, joining: Joining | None = None) -> None:
        """Take where tokens come from; `joining`: what is done about teams of enterprises."""
        self._grants = grants
        self._joining = joining

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
        tenant = _asking(context, enterprise_id, team_id)
        if self._joining is not None and team_id and tenant.id == enterprise_id:
            await self._joining.look(team_id, enterprise_id)
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


def authorizer(allowed: Access, kit: Kit) -> Authorizer:
    """Return what lets requests in as tokens are found."""
    joining = Joining(kit.installations, allowed.installed) if allowed.installed else None
    return Authorizer(allowed.grants, joining)


class OneAuthorizer(AsyncAuthorize):
    """Lets in the one workspace whose token we have, as `who`; asks nobody.

    An app that is distributed is sent the requests of every workspace that has it, whoever's token
    we know: ids of channels say nothing of whose they are.
    """

    def __init__(self, who: AuthorizeResult) -> None:
        """Take who we are; see `one_of`."""
        self._who = who

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        **_: Any,  # noqa: ANN401  # bolt's user and actor ids
    ) -> AuthorizeResult | None:
        """Return who we are; None where another workspace asks."""
        tenant = _asking(context, enterprise_id, team_id)
        if tenant == tenant_of(self._who):
            return self._who
        _log.warning("a request of nobody's", tenant=str(tenant), code=ELSEWHERE)
        return None


def one_of(answer: AsyncSlackResponse | Mapping[str, Any], token: str) -> AuthorizeResult:
    """Return whom a token lets us act as, by auth.test's answer.

    Where an enterprise let us in as a whole it stands in the team's place too.
    """
    everywhere = answer.get("is_enterprise_install") and answer.get("enterprise_id")
    who = AuthorizeResult.from_auth_test_response(auth_test_response=answer, bot_token=token)
    if everywhere:
        who["team_id"] = who.team_id = str(everywhere)
    return who


def keep_out(app: AsyncApp, ours: Tenant | None = None, grants: Grants | None = None) -> None:
    """Let no request of another workspace through; none of `ours` where `grants` know whose it is.

    Those that end an installation bolt asks no authorizer about: whoever tells of it may have no
    token any more. They are let through where nobody can say whose the token is.
    """

    @app.middleware
    async def _of_another(
        context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        tenant = _asking(context, context.enterprise_id, context.team_id)
        if await _is_elsewhere(tenant, ours, grants):
            _log.warning("an event of nobody's", tenant=str(tenant), code=ELSEWHERE)
            return BoltResponse(status=200)  # or Slack would repeat it
        await next_()
        return None


async def _is_elsewhere(tenant: Tenant, ours: Tenant | None, grants: Grants | None) -> bool:
    if ours is not None or grants is None:
        return tenant != ours
    try:
        async with asyncio.timeout(PATIENCE):
            await grants.grant(tenant)
    except TenantRefused as error:
        return error.code == ELSEWHERE
    except (SendError, TimeoutError):
        pass
    return False


def _asking(context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None) -> Tenant:
    everywhere = context.is_enterprise_install and enterprise_id
    return Tenant("slack", everywhere or team_id or "")
