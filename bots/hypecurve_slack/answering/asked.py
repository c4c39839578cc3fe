"""Who asks, and where: read from what Slack sends, the tenant always from who installed the app.

Nothing a payload carries names the tenant: bolt has looked up by the request itself whose it is
(`workspace_of`), and a channel's id only counts within that tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypecurve.domain.asking import Asker
from hypecurve.domain.message import Action
from hypecurve.domain.subscription import Channel
from hypecurve_slack.answering.people import People
from hypecurve_slack.answering.replying import Place
from hypecurve_slack.rendering.controls import action_of
from hypecurve_slack.workspace import Workspace

_DIRECT = "D"
"""How the ids of conversations of two begin."""
_NO_NAMES = frozenset({"directmessage", "privategroup", "mpdm"})
"""What Slack writes for the name of a channel whose name it does not tell."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of somebody's. `trigger_id` opens one view, within 3 s of it."""

    place: Place
    channel_name: str = ""
    user_name: str = ""
    trigger_id: str = ""
    teams: frozenset[str] = frozenset()
    """Where the request says that the user belongs."""

    @property
    def workspace(self) -> Workspace:
        """Whose request it is."""
        return self.place.workspace

    @property
    def user_id(self) -> str:
        """Who asks."""
        return self.place.user_id

    @property
    def team(self) -> str:
        """The team in which it was asked, "" where the request does not say."""
        return next((each for each in sorted(self.teams) if each.startswith("T")), "")

    def at(self, channel_id: str, channel_name: str = "", response_url: str = "") -> Asked:
        """Return the same request, about another channel."""
        place = replace(self.place, channel_id=channel_id, response_url=response_url, thread_ts="")
        return replace(self, place=place, channel_name=channel_name)


def of_command(body: Mapping[str, Any], workspace: Workspace) -> Asked:
    """Return the request that a slash command is."""
    place = Place(
        workspace,
        str(body.get("channel_id") or ""),
        str(body.get("user_id") or ""),
        str(body.get("response_url") or ""),
    )
    return Asked(
        place,
        _name(body.get("channel_name")),
        str(body.get("user_name") or ""),
        str(body.get("trigger_id") or ""),
        _teams(body.get("team_id"), body.get("enterprise_id")),
    )


def of_interaction(body: Mapping[str, Any], workspace: Workspace) -> Asked:
    """Return the request that a button, a select or a sent-in view is."""
    channel = body.get("channel") or {}
    container = body.get("container") or {}
    user = body.get("user") or {}
    place = Place(
        workspace,
        str(channel.get("id") or container.get("channel_id") or ""),
        str(user.get("id") or ""),
        str(body.get("response_url") or ""),
        str(container.get("thread_ts") or ""),
        turns=bool(container.get("is_ephemeral")) and _turns_a_page(body),
    )
    return Asked(
        place,
        _name(channel.get("name")),
        str(user.get("name") or user.get("username") or ""),
        str(body.get("trigger_id") or ""),
        _teams(user.get("team_id"), (body.get("enterprise") or {}).get("id")),
    )


def _turns_a_page(body: Mapping[str, Any]) -> bool:
    pressed = (body.get("actions") or [{}])[0]
    return action_of(str(pressed.get("action_id") or "")) is Action.MORE


def of_event(body: Mapping[str, Any], workspace: Workspace) -> Asked:
    """Return the request that an event of somebody's is."""
    event = body.get("event") or {}
    place = Place(workspace, str(event.get("channel") or ""), str(event.get("user") or ""))
    return Asked(place, teams=_teams(body.get("team_id")))


async def asker_of(asked: Asked, people: People) -> Asker:
    """Return who asks, as the desk knows them; never raises, never takes long."""
    workspace = asked.workspace
    person = await people.find(workspace, asked.user_id)
    channel = channel_of(asked)
    return Asker(
        channel=channel,
        user_id=asked.user_id,
        locale=person.locale,
        zone=person.zone,
        channel_name=asked.channel_name,
        name=person.name or asked.user_name,
        is_admin=person.is_admin,
        is_stranger=person.is_stranger(workspace.tenant, asked.teams),
        is_alone=bool(channel.person),
    )


def channel_of(asked: Asked) -> Channel:
    """Return which channel's it is what somebody asks for.

    What is asked in a direct message, with us or with another person, is who asks it alone: Slack
    lets us post in none but our own with them (`messenger`), and it is theirs by their own id.
    """
    tenant, place = asked.workspace.tenant, asked.place
    if place.channel_id.startswith(_DIRECT) and place.user_id:
        return Channel.of_person(tenant, place.user_id)
    return Channel(tenant, place.channel_id)


def _name(name: object) -> str:
    return "" if name is None or str(name) in _NO_NAMES else str(name)


def _teams(*ids: object) -> frozenset[str]:
    return frozenset(str(each) for each in ids if each)
