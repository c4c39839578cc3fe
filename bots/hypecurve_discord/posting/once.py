"""One message to one channel or thread, once: repeated under its nonce while it is young."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog

from hypecurve.domain.errors import SendError, SendFailed, SendLimited, SendUnclear
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel
from hypecurve_discord.library import discord
from hypecurve_discord.posting.channels import nonsense
from hypecurve_discord.posting.forms import Send
from hypecurve_discord.posting.patience import Patience
from hypecurve_discord.posting.pictures import File
from hypecurve_discord.posting.rest import Rest
from hypecurve_discord.posting.wire import Wire

_NONCE = 25
"""Characters; Discord refuses longer ones, and discord.py does not look."""
_log = structlog.get_logger(__name__)


class Once:
    """Sends messages, each under a nonce by which Discord drops repeats."""

    def __init__(self, rest: Rest, patience: Patience) -> None:
        """Prepare; nothing is sent."""
        self._rest = rest
        self._patience = patience

    def to(self, channel: Channel, number: int, key: str) -> Send:
        """Return what posts the forms of a message to a channel or thread, under one nonce.

        `channel`: for the log; `number`: Discord's, of where it goes.
        """
        wire: Wire | None = None

        async def sent(payload: Mapping[str, Any], file: File | None) -> str:
            nonlocal wire
            # All forms of it together, from the first on: its picture may still be drawn before.
            wire = wire or Wire(self._patience.young, self._patience.wall)
            signed = {**payload, "nonce": nonce(key), "enforce_nonce": True}
            return await self._tried(channel, number, signed, file, wire)

        return sent

    async def _tried(
        self,
        channel: Channel,
        number: int,
        payload: Mapping[str, Any],
        file: File | None,
        wire: Wire,
    ) -> str:
        """Send until there is an answer, the patience ends, or trying again makes no sense."""
        doubt = False
        for pause in (*self._patience.pauses, None):
            try:
                return await self._call(number, payload, file, wire)
            except SendError as error:
                doubt |= isinstance(error, SendUnclear)
                if not doubt:
                    raise
                again = _worth_a_try(error)
                wait = max(pause or 0.0, error.retry_after or 0.0)
                if pause is None or not again or not wire.is_young(wait):
                    # An earlier try may have arrived, whatever this one was told.
                    raise _unclear(error) from error
                _log.info("discord post repeated", channel=str(channel), why=str(error))
                await self._patience.sleep(wait)
        raise AssertionError  # the last pause is None, which raises above

    async def _call(
        self, number: int, payload: Mapping[str, Any], file: File | None, wire: Wire
    ) -> str:
        path = "/channels/{channel_id}/messages"
        answer = await self._rest.call(
            "POST", path, payload, wire=wire, file=file, channel_id=number
        )
        try:
            return str(int(answer["id"]))
        except (TypeError, KeyError, ValueError) as error:
            raise nonsense(SendUnclear) from error


def nonce(key: str) -> str:
    """Return what names a sending to Discord: the key, or what stands for one that is too long."""
    if len(key) <= _NONCE:
        return key
    return hashlib.sha256(key.encode()).hexdigest()[:_NONCE]


def _worth_a_try(error: SendError) -> bool:
    """Whether the same send may end the doubt: nothing was answered, or only to wait."""
    limited = isinstance(error, SendLimited) or error.retry_after is not None
    return limited or (isinstance(error, (SendUnclear, SendFailed)) and not answered(error))


def answered(error: SendError) -> bool:
    """Whether Discord said no, rather than nothing or that it is broken."""
    cause = error.__cause__
    return (
        isinstance(cause, discord.HTTPException) and cause.status < HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _unclear(error: SendError) -> SendUnclear:
    if isinstance(error, SendUnclear):
        return error
    return SendUnclear(
        to_say("It may have been posted; then: {error}"), code=error.code, error=error
    )
