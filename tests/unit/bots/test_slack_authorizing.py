"""Whose requests the one token of SLACK_BOT_TOKEN lets in."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.context.async_context import AsyncBoltContext

from hypecurve_slack.serving.authorizing import OneAuthorizer, one_of
from hypecurve_slack.workspace import tenant_of

_TEAMS: dict[str, Any] = {"team_id": "T1", "enterprise_id": "E1", "user_id": "U1", "bot_id": "B1"}
_ORG: dict[str, Any] = {**_TEAMS, "team_id": "E1", "is_enterprise_install": True}


@pytest.mark.parametrize(
    ("answer", "ours", "theirs"),
    [
        (
            _TEAMS,
            [(False, "E1", "T1"), (False, None, "T1")],
            [(True, "E1", "T1"), (False, "E1", "T2"), (False, None, "T2"), (False, "E1", None)],
        ),
        (
            _ORG,
            [(True, "E1", "T1"), (True, "E1", "T2"), (True, "E1", None)],
            [(True, "E2", "T1"), (False, "E2", "T1"), (False, "E1", "T1"), (False, None, None)],
        ),
    ],
)
async def test_one_token_lets_in_its_own_team_or_enterprise_alone(
    answer: dict[str, Any],
    ours: list[tuple[bool, str | None, str | None]],
    theirs: list[tuple[bool, str | None, str | None]],
) -> None:
    who = one_of(answer, "xoxb-1")
    assert tenant_of(who).id == answer["team_id"]
    authorize = OneAuthorizer(who)
    for asked in ours + theirs:
        everywhere, enterprise, team = asked
        context = AsyncBoltContext({"is_enterprise_install": everywhere})
        found = await authorize(
            context=context, enterprise_id=enterprise, team_id=team, user_id="U7"
        )
        assert (found is who) is (asked in ours), asked
