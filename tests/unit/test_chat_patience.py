"""Who waits in a chat hears within seconds that GitHub does not answer."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from hypecurve.adapters.clock import SystemClock
from hypecurve.bootstrap import github_for_chats
from hypecurve.config import Settings
from hypecurve.domain.errors import SourceError, SourceLimited, SourceUnavailable
from hypecurve.domain.repo import RepoName
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World

REPO = RepoName("acme", "flashkv")
SOON = 3.0


def _settings(url: str, token: str = TOKEN) -> Settings:
    return Settings.model_validate({"GITHUB_API_URL": url, "GITHUB_TOKEN": token})


async def _failing(url: str) -> SourceError:
    began = time.monotonic()
    async with github_for_chats(_settings(url), SystemClock()) as github:
        assert github is not None
        with pytest.raises(SourceError) as caught:
            await github.repo(REPO)
    assert time.monotonic() - began < SOON
    return caught.value


def _standin() -> StandIn:
    return StandIn(World.make(7, 60, until=datetime.now(UTC)), now=lambda: datetime.now(UTC))


async def test_a_dead_github_is_said_at_once() -> None:
    async with _standin() as standin:
        nobody = standin.url
    assert isinstance(await _failing(nobody), SourceUnavailable)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(FaultKind.BAD_GATEWAY, times=None), SourceUnavailable),
        (Fault(FaultKind.PRIMARY_LIMIT, times=None, seconds=1_800), SourceLimited),
        (Fault(FaultKind.VAGUE_LIMIT, times=None), SourceLimited),
    ],
    ids=lambda each: each.kind.name.lower() if isinstance(each, Fault) else "",
)
async def test_nobody_in_a_chat_waits_until_github_has_time(
    fault: Fault, error: type[SourceError]
) -> None:
    async with _standin() as standin:
        standin.faults.add(fault)
        assert isinstance(await _failing(standin.url), error)
        assert standin.spent.requests == 1


async def test_without_a_token_there_is_nobody_to_ask() -> None:
    async with github_for_chats(_settings("http://127.0.0.1:9", ""), SystemClock()) as github:
        assert github is None
