"""What each of Discord's codes means for a delivery; no code that a post may meet is a surprise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

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
from hypecurve_discord.library import discord
from hypecurve_discord.refusals import refusal

CHANNEL, MESSAGE, PLATFORM = ChannelRefused, MessageRefused, PlatformRefused


def meaning(status: int, code: int, headers: dict[str, str] | None = None) -> SendError:
    """Return what an answer of Discord's means."""
    response: Any = SimpleNamespace(status=status, reason="No", headers=headers or {})
    return refusal(discord.HTTPException(response, {"code": code, "message": "told by Discord"}))


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        *((404, code, CHANNEL) for code in (10003, 10013)),
        *((403, code, CHANNEL) for code in (50001, 50007, 50013, 50083, 50278, 160005)),
        *((400, code, CHANNEL) for code in (30033, 40058, 40066, 40067, 50008, 50033)),
        *((400, code, CHANNEL) for code in (50007, 50083, 160005, 160006, 160007)),
        *((403, code, CHANNEL) for code in (20012, 50009, 50024, 99999)),
        (404, 10004, TenantRefused),
        *((401, code, PLATFORM) for code in (0, 40001, 50014)),
        *((403, code, PLATFORM) for code in (0, 40002, 40333)),
        *((429, code, SendLimited) for code in (0, 20016, 20028, 40062)),
        *((400, code, SendLimited) for code in (20016, 20022, 20028, 20029, 40003)),
        *((400, code, SendFailed) for code in (40004, 40006, 110001, 130000)),
        *((403, code, SendFailed) for code in (40004, 40006)),
        *((400, code, MESSAGE) for code in (0, 50006, 50035, 50045, 99999)),
        *((413, code, MESSAGE) for code in (0, 40005)),
        *((404, code, MESSAGE) for code in (10087,)),
        *((403, code, MESSAGE) for code in (20009, 200000, 200001, 240000)),
        (404, 10008, SendUnclear),
    ],
)
def test_an_answer_means_one_thing(status: int, code: int, expected: type[SendError]) -> None:
    error = meaning(status, code, {"Via": "1.1 google", "Retry-After": "7"})
    assert type(error) is expected
    assert error.code == str(code or status)
    assert str(error)
    assert "{" not in str(error)
    if expected is SendLimited:
        assert error.retry_after == 7.0


def test_who_is_not_told_how_long_to_wait_waits_for_a_while() -> None:
    assert meaning(400, 20016).retry_after == 60.0
    assert meaning(429, 0).retry_after == 600.0, "without Via it is the ban"
    assert meaning(429, 0, {"Via": "1", "Retry-After": "nan"}).retry_after == 1.0


def test_a_server_that_is_gone_has_removed_us() -> None:
    gone = meaning(404, 10004)
    assert isinstance(gone, TenantRefused)
    assert gone.removed
