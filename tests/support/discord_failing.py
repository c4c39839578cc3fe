"""How the stand-in Discord fails a messenger, and a messenger that waits for nothing."""

from __future__ import annotations

from hypecurve_discord.posting.patience import Patience
from standins.discord_platform import DiscordStandIn, Trouble, drop, fault, limited
from support.messenger_contract import RETRY_AFTER, Failure

_ALWAYS: dict[Failure, Trouble] = {
    Failure.LIMITED: limited(RETRY_AFTER),
    Failure.CHANNEL_CLOSED: fault(403, 50013, "Missing Permissions"),
    Failure.REVOKED: fault(401, 0, "401: Unauthorized"),
    Failure.OUTAGE: fault(500),
}
_ONCE: dict[Failure, Trouble] = {
    Failure.MESSAGE_REFUSED: fault(400, 50035, "Invalid Form Body"),
    Failure.DROPPED_AFTER: drop(accepted=True),
}


async def at_once(_: float) -> None:
    """Wait for nothing."""


QUICK = Patience(a_try=0.3, sleep=at_once)
"""discord.py sleeps for seconds after a 500: the try ends before it is done."""


async def fail(discord: DiscordStandIn, how: Failure) -> None:
    """Let Discord go wrong from now on, or once, or be gone."""
    discord.always = _ALWAYS.get(how)
    if how in _ONCE:
        discord.trouble.append(_ONCE[how])
    if how is Failure.UNREACHABLE:
        await discord.stop()
