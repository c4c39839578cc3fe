"""How a call to Discord ended where nothing was answered, or something had been asked before."""

from __future__ import annotations

import aiohttp

from hypecurve.domain.errors import SendError, SendFailed, SendLimited, SendUnclear
from hypecurve.domain.saying import to_say
from hypecurve_discord.library import discord
from hypecurve_discord.posting.wire import Wire


def limited(retry_after: float) -> SendLimited:
    """Return the error for a wait that Discord asks for, in seconds."""
    form = to_say("Discord asks to wait {seconds} s.")
    return SendLimited(form, code="429", retry_after=retry_after, seconds=f"{retry_after:.0f}")


def certain(error: SendError, wire: Wire) -> SendError:
    """Return what an answer means, where an earlier request of the call may have been taken."""
    if not wire.doubt:
        return error
    form = to_say("It may have been posted; then: {error}")
    return SendUnclear(form, code=error.code, retry_after=error.retry_after, error=error)


def broken(error: Exception, wire: Wire) -> SendError:
    """Return what a failure without an answer means: only what reached the wire may be done."""
    match error:
        case discord.HTTPException():
            code, form = str(error.status), to_say("Discord answered {status}.")
        case aiohttp.ClientConnectorError():
            code, form = "unreachable", to_say("Discord cannot be reached.")
        case TimeoutError():
            code, form = "slow", to_say("Discord did not answer in time.")
        case TypeError() | KeyError():
            code, form = "nonsense", to_say("Discord answered nonsense; is there a proxy?")
        case _:
            code, form = "dropped", to_say("The connection to Discord broke.")
    return (SendUnclear if wire.doubt else SendFailed)(form, code=code, status=code)
