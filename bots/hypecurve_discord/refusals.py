"""What each answer of Discord's means for a delivery.

Rests on https://discord.com/developers/docs/topics/opcodes-and-status-codes and on what
discord.py 2.7 does by itself: it repeats 500, 502, 504 and 524 after 1, 3, 5, 7 and 9 seconds,
not 503; it raises at once on a 429 without `Via`, which is Cloudflare's ban of our address.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from math import isfinite

from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.saying import to_say
from hypecurve_discord.library import discord

BANNED_FOR = 600.0
"""Seconds to stay away where Discord does not say: its window for counting bad requests."""
SHUT = frozenset({"10003", "30033", "50083", "160005"})
"""Codes by which one thread of several takes nothing any more: the next one may."""
UNTAGGED = frozenset({"10087", "40066", "40067"})
"""Codes by which a forum's tags are others than those that were sent."""

_CHANNEL: Mapping[int, str] = {
    10003: to_say("The channel does not exist any more."),
    10013: to_say("Discord does not know this person any more."),
    30033: to_say("The thread has as many members as Discord allows."),
    40058: to_say("The channel is a forum now: Hypecurve opens a post there next time."),
    40066: to_say("Posts in this forum carry a tag, and all its tags are for moderators."),
    40067: to_say(
        "Posts in this forum carry a tag: give it one that is not for moderators alone, "
        "named hype, digest or news."
    ),
    50001: to_say("Hypecurve cannot see the channel: give it View Channel there."),
    50007: to_say("The person does not take direct messages from Hypecurve."),
    50008: to_say("Messages cannot be sent in this kind of channel."),
    50013: to_say(
        "Hypecurve may not write in the channel: give it Send Messages there "
        "(in threads Send Messages in Threads)."
    ),
    50033: to_say("Discord lets nobody write to this person through Hypecurve."),
    50083: to_say("The thread is archived."),
    50278: to_say(
        "The person shares no server with Hypecurve: "
        "add it to your account, or to a server that you are in."
    ),
    160005: to_say("The thread is locked."),
    160006: to_say("The server has as many open threads as Discord allows: close some of them."),
    160007: to_say("The server has as many open threads as Discord allows: close some of them."),
}
_TOKEN = to_say("Discord does not accept the token any more: check DISCORD_TOKEN.")
_PLATFORM: Mapping[int, str] = {
    40001: _TOKEN,
    40002: to_say("Discord wants the application's account verified: see its developer portal."),
    40333: to_say("Discord blocks this address for now."),
    50014: _TOKEN,
}
_REFUSED = to_say("Discord refuses the message (code {word}).")
_FILTERED = to_say("A filter of the server or of Discord's blocks the message (code {word}).")
_MESSAGE: Mapping[int, str] = {
    10087: _REFUSED,
    20009: _FILTERED,
    40005: _REFUSED,
    50006: _REFUSED,
    50035: _REFUSED,
    50045: _REFUSED,
    200000: _FILTERED,
    200001: _FILTERED,
    240000: _FILTERED,
}
"""Unknown tag, too large, empty, malformed; explicit pictures, AutoMod, harmful links: whatever
status they come with."""
_NO_SERVER = 10004
_PACED = frozenset({20016, 20022, 20028, 20029, 40003, 40062})
"""Slowmode, and other limits of writing: most come as a 429, which discord.py tells apart."""
_PACE = 60.0
"""Seconds to wait for these where Discord does not say."""
_LATER = frozenset({40004, 40006, 110001, 130000})
"""Sending is switched off for a while, or Discord is overloaded: it was not posted."""


def refusal(error: discord.HTTPException) -> SendError:
    """Return what an error answer below 500 means; it was surely not posted by this request."""
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _too_many(error)
    return _by_code(error) or _by_status(error)


def _too_many(error: discord.HTTPException) -> SendError:
    code, wait = str(error.code or error.status), error.response.headers.get("Retry-After")
    if error.response.headers.get("Via"):
        # discord.py waited it out some times, and is told to wait still.
        return _told_to_wait(code, seconds(wait, 1.0))
    ban = seconds(wait, BANNED_FOR)
    return PlatformRefused(to_say("Discord bars this address."), code=code, retry_after=ban)


def _by_code(error: discord.HTTPException) -> SendError | None:  # noqa: PLR0911 - one for each row
    """Return what Discord's own code means; None where it says no more than the status."""
    code = str(error.code)
    if error.code in _CHANNEL:
        return ChannelRefused(_CHANNEL[error.code], code=code)
    if error.code in _PLATFORM:
        return PlatformRefused(_PLATFORM[error.code], code=code, retry_after=BANNED_FOR)
    if error.code in _PACED:
        wait = error.response.headers.get("Retry-After")
        return _told_to_wait(code, seconds(wait, _PACE))
    if error.code in _LATER:
        return SendFailed(
            to_say("Discord takes no messages for now (code {word})."), code=code, word=code
        )
    if error.code in _MESSAGE:
        return MessageRefused(_MESSAGE[error.code], code=code, word=code)
    if error.code == _NO_SERVER:
        form = to_say("The server does not exist any more.")
        return TenantRefused(form, code=code, removed=True)
    return None


def _by_status(error: discord.HTTPException) -> SendError:
    code = str(error.code or error.status)
    match error.status, error.code:
        case 401, _:
            return PlatformRefused(_TOKEN, code=code, retry_after=BANNED_FOR)
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
            return MessageRefused(_REFUSED, code=code, word=code)


def seconds(header: str | None, usual: float) -> float:
    """Return what a Retry-After header asks for, at least 1 s; `usual` where it says nothing."""
    try:
        told = float(header or usual)
    except ValueError:
        return usual
    return max(1.0, told) if isfinite(told) else usual


def _told_to_wait(code: str, wait: float) -> SendLimited:
    form = to_say("Discord asks to wait {seconds} s.")
    return SendLimited(form, code=code, retry_after=wait, seconds=f"{wait:.0f}")
