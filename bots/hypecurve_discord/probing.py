"""Who Discord takes us for, and whether it knows our commands as they are; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping

from hypecurve.domain.errors import Unready
from hypecurve.domain.outside import clean
from hypecurve_discord.entering import entered
from hypecurve_discord.offering.sync import differing

_LONGEST = 60
_SHOWN = 3
"""Commands that are named."""


async def probe(env: Mapping[str, str]) -> str:
    """Return as whom the token is known; Unready says which commands are to be registered.

    BadSetting where Discord does not take the token or the address is not Discord's, SendError
    where it refuses or does not answer.
    """
    async with entered(env) as client:
        names = await differing(client.http, client.application_id)
        name = clean(client.user.name if client.user else "?", _LONGEST)
        who = f"as {name} (application {client.application_id})"
    if not names:
        return f"{who}, commands in step"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = f"{', '.join(names[:_SHOWN])}{more}"
    message = f"{who}; commands to be registered by `hypecurve discord sync`: {listed}"
    raise Unready(message)
