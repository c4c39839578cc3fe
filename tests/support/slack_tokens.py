"""The tokens of many Slack workspaces, by their team ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypecurve.domain.errors import TenantRefused
from hypecurve.domain.subscription import Tenant


@dataclass(frozen=True, slots=True)
class KnownTokens:
    """Tokens that somebody wrote down: implements `hypecurve_slack.posting.tokens.Tokens`."""

    by_team: Mapping[str, str]

    async def again(self, tenant: Tenant, refused: str) -> None:
        """There is no other token."""

    async def drop(self, tenant: Tenant, refused: str) -> bool:
        """None of them was installed."""
        del tenant, refused
        return False

    async def of(self, tenant: Tenant) -> str:
        """Return a workspace's token; TenantRefused where there is none."""
        try:
            return self.by_team[tenant.id]
        except KeyError:
            message = f"There is no token for {tenant}."
            raise TenantRefused(message, code="no_token") from None
