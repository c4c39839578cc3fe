"""Teams that let us in by themselves, and then their enterprise did as a whole.

An enterprise's installation is in no workspace at first: its admins add it to those that they
choose, and tokens from before go on
(docs.slack.dev/enterprise/migrating-to-organization-wide-deployment; it says so of users' tokens,
and we take it to hold for bots'). So at the installation itself nothing is known of its teams, and
a team's channels go on with the team's own token. From the first request on that Slack counts for
the enterprise (`is_enterprise_install`) a team is served through it: then all that its channels
have goes on there, and the team's own token goes. Only that way nothing is told twice.

That a team is of that enterprise we believe only Slack's own word at the team's installation: in
shared channels a request may name a team of somebody else's. Where the team's token is not kept any
more (Slack said that it was revoked) nothing is moved: its channels are suspended, and told
nothing.
"""

from __future__ import annotations

import asyncio

import structlog

from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Installations
from hypecurve_slack.installing.installed import from_text
from hypecurve_slack.posting.tokens import Installed

PATIENCE = 1.0
"""Seconds; what takes longer is done at the next request."""
_MOST = 10_000
_log = structlog.get_logger(__name__)


class Joining:
    """Lets teams go on as parts of their enterprises."""

    def __init__(self, installations: Installations, tokens: Installed) -> None:
        """Take where installations are kept, and what remembers tokens."""
        self._installations = installations
        self._tokens = tokens
        self._seen = set[tuple[str, str]]()

    async def look(self, team_id: str, enterprise_id: str) -> None:
        """See to a team of which a request counts for an enterprise; once, and never raises."""
        key = (team_id, enterprise_id)
        if key in self._seen or team_id == enterprise_id:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._join(Tenant("slack", team_id), Tenant("slack", enterprise_id))
        except (HypecurveError, TimeoutError) as error:
            _log.warning("a team was not joined to its enterprise", team=team_id, reason=str(error))
            return
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen.add(key)

    async def _join(self, team: Tenant, enterprise: Tenant) -> None:
        kept = await self._installations.find(team)
        if kept is None or from_text(kept.secret).enterprise_id != enterprise.id:
            return
        channels = await self._installations.merge(team, enterprise)
        self._tokens.forget(team)
        _log.info(
            "a team goes on as a part of its enterprise",
            team=str(team),
            enterprise=str(enterprise),
            channels=channels,
        )
