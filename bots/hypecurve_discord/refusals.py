"""What each answer of Discord's means for a delivery.

Rests on https://discord.com/developers/docs/topics/opcodes-and-status-codes and on what
discord.py 2.7 does by itself: it repeats 500, 502, 504 and 524 after 1, 3, 5, 7 and 9 seconds,
not 503; it raises at once on a 429 without `Via`, which is Cloudflare's ban of our address.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.saying import to_say
from hypecurve_discord.library import discord

BANNED_FOR = 600.0
"""Seconds to stay away where Discord does not say: its window for counting bad requests."""

_CHANNEL: Mapping[int, str] = {
    10003: to_say("The channel does not exist any more."),
    50001: to_say("Hypecurve cannot see the channel: give it View Channel there."),
    50007: to_say("The person does not take direct messages from Hypecurve."),
    50008: to_say("Messages cannot be sent in this kind of channel."),
    50013: to_say(
        "Hypecurve may not write in the channel: give it Send Messages there "
        "(in threads Send Messages in Threads)."
    ),
    50083: to_say("The thread is archived."),
    160005: to_say("The thread is locked."),
}
_BLOCKED = 40333


def refusal(error: discord.HTTPException) -> SendError:  # noqa: PLR0911 - one for each row
    """Return what an error answer below 500 means; it was surely not posted by this request."""
    code = str(error.code or error.status)
    match error.status, error.code:
        case 429, _:
            wait = error.response.headers.get("Retry-After")
            if error.response.headers.get("Via"):
                # discord.py waited it out some times, and is told to wait still.
                limit = seconds(wait, 1.0)
                form = to_say("Discord asks to wait {seconds} s.")
                return SendLimited(form, code=code, retry_after=limit, seconds=f"{limit:.0f}")
            ban = seconds(wait, BANNED_FOR)
            return PlatformRefused(to_say("Discord bars this address."), code=code, retry_after=ban)
        case (_, 40333) | (401, _):
            what = to_say("Discord does not accept the token any more: check DISCORD_TOKEN.")
            if error.code == _BLOCKED:
                what = to_say("Discord blocks this address for now.")
            return PlatformRefused(what, code=code, retry_after=BANNED_FOR)
        case _, known if known in _CHANNEL:
            return ChannelRefused(_CHANNEL[known], code=code)
        case _, 10004:
            form = to_say("The server does not exist any more.")
            return TenantRefused(form, code=code, removed=True)
        case 403, 0:
            # Discord's own refusals have a code; a page without one is Cloudflare's.
            return PlatformRefused(
                to_say("Discord blocks this address."), code=code, retry_after=BANNED_FOR
            )
        case 403, _:
            return ChannelRefused(
                to_say("Discord refuses the channel (code {word})."), code=code, word=code
            )
        case 404, _:
            # The nonce belongs to a message that was posted and has been deleted since.
            return SendUnclear(to_say("It was posted before and is gone again."), code=code)
        case _:
            return MessageRefused(
                to_say("Discord refuses the message (code {word})."), code=code, word=code
            )


def seconds(header: str | None, usual: float) -> float:
    """Return what a Retry-After header asks for, at least 1 s; `usual` where it says nothing."""
    try:
        told = float(header or usual)
    except ValueError:
        return usual
    return max(1.0, told) if isfinite(told) else usual
