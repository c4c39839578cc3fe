"""What is not GitHub, or not reached, is said in one line; the token goes nowhere else."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest
from aiohttp import web

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.adapters.github.wire import Patience
from hypecurve.domain.errors import (
    BadSetting,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.domain.repo import RepoName
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.server import TOKEN
from hypecurve.standin.story import FOLLOWED
from hypecurve.standin.world import node_id
from support.github import UNTIL, Setting, connected, found, read_only_world, swept

ALL = [node_id(index) for index in range(250)]


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with connected(read_only_world()) as setting:
        yield setting


@asynccontextmanager
async def served(status: int, body: bytes) -> AsyncIterator[str]:
    """A server that answers everything with the same; its address."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "http://{}:{}".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


async def ask_alone(url: str) -> None:
    """Ask for one repo there."""
    patience = Patience(first_pause=0.0)
    async with open_github(url, TOKEN, clock=SetClock(UNTIL), patience=patience) as github:
        await github.repo(FOLLOWED)


async def test_a_page_for_people_never_makes_a_repo_gone() -> None:
    # What a proxy or a wrong address answers to everything; GitHub's own 404 is JSON.
    async with served(404, b"<!DOCTYPE html><h1>Not Found</h1>") as url:
        with pytest.raises(SourceUnavailable, match="no GitHub API answered 404"):
            await ask_alone(url)


async def test_an_unreachable_host_is_named_in_one_line() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        patience = Patience(first_pause=0.0)
        async with open_github(url, "made-up", clock=SetClock(UNTIL), patience=patience) as github:
            with pytest.raises(SourceUnavailable, match=f"^GitHub cannot be reached at {url}: "):
                await github.repo(RepoName("acme", "ragkit"))
            with pytest.raises(SourceUnavailable, match="cannot be reached"):
                await swept(github, ALL)


@pytest.mark.parametrize(
    "url", ["", "api.github.com", "ftp://x", "https://", "https://user:pw@host", "https://h:x"]
)
async def test_an_address_that_is_none_is_a_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="GITHUB_API_URL"):
        async with open_github(url, "made-up", clock=SetClock(UNTIL)):
            pass


@pytest.mark.parametrize("token", ["two words", "ключ", "line\nbreak"])
async def test_a_token_that_cannot_be_one_is_a_bad_setting_and_not_shown(token: str) -> None:
    with pytest.raises(BadSetting, match="GITHUB_TOKEN") as bad:
        async with open_github("https://api.github.com", token, clock=SetClock(UNTIL)):
            pass
    assert token not in str(bad.value)


async def test_an_address_without_an_api_is_said_to_be_one() -> None:
    async with connected(read_only_world(), prefix="/nowhere") as setting:
        with pytest.raises(SourceRefused, match="check GITHUB_API_URL"):
            await found(setting.github, "gpt")
        with pytest.raises(SourceRefused, match="check GITHUB_API_URL"):
            await swept(setting.github, ALL)


async def test_the_token_never_follows_a_redirect_to_another_host(setting: Setting) -> None:
    async with connected(read_only_world()) as elsewhere:
        there = f"{elsewhere.standin.url}/repos/{FOLLOWED}"
        setting.standin.faults.add(Fault(FaultKind.REDIRECT, location=there))
        with pytest.raises(SourceRefused, match="not followed"):
            await setting.github.repo(FOLLOWED)
        assert elsewhere.standin.spent.requests == 0


async def test_a_redirect_to_no_address_at_all_is_an_outage(setting: Setting) -> None:
    there = "http://127.0.0.1:notaport/"
    setting.standin.faults.add(Fault(FaultKind.REDIRECT, times=None, location=there))
    with pytest.raises(SourceUnavailable, match="RemoteProtocolError"):
        await setting.github.repo(FOLLOWED)


async def test_a_redirect_in_circles_ends(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.REDIRECT, times=None, location=f"/repos/{FOLLOWED}"))
    with pytest.raises(SourceUnavailable, match="round in circles"):
        await setting.github.repo(FOLLOWED)
