"""Forgetting: what a team, a channel, a person or a GitHub account asks not to be kept."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hypecurve.domain.barring import parse_login
from hypecurve.domain.errors import BadInput
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Clock
from hypecurve.ports.store import Forgotten, Store, Transaction

_SLACK = re.compile(r"(?:(?P<team>[TE][A-Z0-9]{1,30})/)?(?P<id>[TEUWCGD][A-Z0-9]{1,30})")
_DISCORD = re.compile(r"(?:(?P<server>[0-9]{1,20})/)?(?P<id>[0-9]{1,20})")


class Sort(StrEnum):
    """Who is to be forgotten."""

    TENANT = "tenant"
    CHANNEL = "channel"
    PERSON = "person"
    ANYBODY = "anybody"
    """Whatever a Discord id is: a server, a channel, a user."""
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who is to be forgotten. `within`: the tenant, where one was named."""

    platform: str
    id: str
    sort: Sort
    within: Tenant | None = None

    def __str__(self) -> str:
        """`slack T123/C456`."""
        return f"{self.platform} {'' if self.within is None else f'{self.within.id}/'}{self.id}"


def parse_who(platform: str, text: str) -> Who:
    """Read who is meant; BadInput says how to write it.

    Slack: `T123` a team, `E123` an enterprise, `T123/C456` a channel, `U123` a person in every
    team, `T123/U456` in one. Discord: a number, within a server or wherever it is. GitHub: a login.
    """
    if platform == "github":
        return Who(platform, parse_login(text), Sort.ACCOUNT)
    return _on_slack(text.strip()) if platform == "slack" else _on_discord(text.strip())


def _on_slack(text: str) -> Who:
    found = _SLACK.fullmatch(text)
    if not found:
        message = (
            f"'{text[:60]}' is no id of Slack's: write T123 for a team, T123/C456 for a channel, "
            "U123 or T123/U456 for a person."
        )
        raise BadInput(message)
    team, its_id = found["team"], found["id"]
    within = None if team is None else Tenant("slack", team)
    if its_id[0] in "TE":
        if within is not None:
            message = f"'{text}' names two teams: write one."
            raise BadInput(message)
        return Who("slack", its_id, Sort.TENANT)
    if its_id[0] in "UW":
        return Who("slack", its_id, Sort.PERSON, within)
    if within is None:
        message = f"{its_id} is a channel: say of which team, like T123/{its_id}."
        raise BadInput(message)
    return Who("slack", its_id, Sort.CHANNEL, within)


def _on_discord(text: str) -> Who:
    found = _DISCORD.fullmatch(text)
    if not found:
        message = (
            f"'{text[:60]}' is no id of Discord's: write the number of a server, a channel or a "
            "user, or SERVER/NUMBER."
        )
        raise BadInput(message)
    server = found["server"]
    within = None if server is None else Tenant("discord", server)
    return Who("discord", found["id"], Sort.ANYBODY, within)


class _NotYet(Exception):
    """Ends a unit of work in which nothing is to be kept."""


async def foresee(store: Store, clock: Clock, who: Who) -> Forgotten:
    """Return what would go; nothing does."""
    found = Forgotten()
    with suppress(_NotYet):
        async with store.write() as tx:
            found = await _forget(tx, who, clock.now())
            raise _NotYet
    return found


async def enterprises(store: Store, who: Who) -> list[str]:
    """Return the ids under which a Slack team, or what is in it, may be kept instead of its own.

    Where an enterprise let the app in as a whole its teams are not told apart.
    """
    team = who.id if who.sort is Sort.TENANT else who.within.id if who.within else ""
    if who.platform != "slack" or not team.startswith("T"):
        return []
    async with store.read() as tx:
        installed = await tx.installations.all(who.platform)
    return [each.tenant.id for each in installed if each.tenant.id.startswith("E")]


async def forget(store: Store, clock: Clock, who: Who) -> Forgotten:
    """Delete all that names somebody, and return what went; one transaction.

    A GitHub account is barred from then on, known or not.
    """
    async with store.write() as tx:
        return await _forget(tx, who, clock.now())


async def readmit(store: Store, who: Who) -> bool:
    """Let a GitHub account be taken in again; False where it was not barred."""
    async with store.write() as tx:
        return await tx.forgetting.readmit(who.id)


async def _forget(tx: Transaction, who: Who, at: datetime) -> Forgotten:
    forgetting = tx.forgetting
    if who.sort is Sort.ACCOUNT:
        return await forgetting.owner(who.id, at)
    if who.sort is Sort.TENANT:
        return await forgetting.tenant(Tenant(who.platform, who.id), at)
    if who.sort is Sort.PERSON:
        return await forgetting.person(who.platform, who.id, at, who.within)
    if who.within is not None and who.sort is Sort.CHANNEL:
        return await forgetting.channel(Channel(who.within, who.id), at)
    places = await forgetting.places(who.platform, who.id)
    done = [
        await forgetting.channel(place, at)
        for place in places
        if who.within in {None, place.tenant}
    ]
    if who.within is None:
        done.append(await forgetting.tenant(Tenant(who.platform, who.id), at))
    done.append(await forgetting.person(who.platform, who.id, at, who.within))
    return Forgotten.together(done)
