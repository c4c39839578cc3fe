"""How GitHub sees who asks: limits, rights, clocks; and answers that are late or half."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.limits import GITHUB, UNLIMITED
from hypecurve.standin.world import node_id
from support.asking import ADDRESSES, DAY, HOUR, UNTIL, Asking, asking

EXPIRY = "github-authentication-token-expiration"
WITHIN = 10.0  # seconds that an answer over loopback never takes


async def test_asking_for_the_limits_is_free(github: Asking) -> None:
    for _ in range(3):
        answer = await github.get("/rate_limit")
        core = answer.json()["resources"]["core"]
        assert (core["used"], answer.headers["x-ratelimit-used"]) == (0, "0")
    assert set(answer.json()["resources"]) == {"core", "search", "graphql"}
    assert "rate" not in answer.json()


@pytest.mark.parametrize("prefix", ADDRESSES)
async def test_the_limits_are_told_when_nothing_is_left(prefix: str) -> None:
    async with asking(prefix=prefix, limits=GITHUB | {"core": 1}) as github:
        statuses = [(await github.numbered(3)).status_code for _ in range(2)]
        answer = await github.get("/rate_limit")
    assert (statuses, answer.status_code) == ([200, 403], 200)
    assert answer.json()["resources"]["core"]["remaining"] == 0


@pytest.mark.parametrize("scopes", [None, "", "repo, read:org"])
async def test_the_tokens_rights_are_told_with_every_answer_or_never(
    github: Asking, scopes: str | None
) -> None:
    github.standin.scopes = scopes
    for answer in (await github.get("/rate_limit"), await github.get("/nothing")):
        assert answer.headers.get("x-oauth-scopes") == scopes


async def test_the_tokens_end_is_told_where_it_is_set(github: Asking) -> None:
    assert EXPIRY not in (await github.get("/rate_limit")).headers
    github.standin.expires_at = datetime(2026, 12, 3, 9, tzinfo=UTC)
    answer = await github.get("/rate_limit")
    assert answer.headers[EXPIRY] == "2026-12-03 09:00:00 UTC"


@pytest.mark.parametrize("prefix", ADDRESSES)
async def test_a_wrong_token_is_told_nothing_of_its_rights(prefix: str) -> None:
    async with asking(prefix=prefix, token="another") as github:
        github.standin.scopes, github.standin.expires_at = "repo", UNTIL
        answer = await github.get("/rate_limit")
    assert answer.status_code == 401
    assert not {EXPIRY, "x-oauth-scopes"} & set(answer.headers)


async def test_githubs_clock_may_be_ahead_in_all_that_it_tells(github: Asking) -> None:
    github.standin.skew = timedelta(minutes=7)
    answer = await github.get("/rate_limit")
    assert answer.headers["date"] == "Sun, 22 Nov 2026 06:19:00 GMT"
    resets = int((UNTIL + timedelta(minutes=7) + HOUR).timestamp())
    assert int(answer.headers["x-ratelimit-reset"]) == resets
    assert answer.json()["resources"]["core"]["reset"] == resets
    data = (await github.sweep(node_id(3)))["data"]
    assert data["rateLimit"]["resetAt"] == "2026-11-22T07:19:00Z"
    # What it tells is that of the world's own instant.
    assert data["nodes"][0]["stargazerCount"] == github.world.stars(3, UNTIL)


@pytest.mark.parametrize("prefix", ADDRESSES)
async def test_a_server_that_limits_nobody_says_so_and_tells_no_limits(prefix: str) -> None:
    async with asking(prefix=prefix, limits=UNLIMITED) as github:
        answers = [await github.get("/rate_limit"), await github.numbered(3)]
        data = (await github.sweep(node_id(3)))["data"]
        assert await github.search("stars:>=500")
    assert [answer.status_code for answer in answers] == [404, 200]
    assert answers[0].json()["message"] == "Rate limiting is not enabled."
    headers = {header for answer in answers for header in answer.headers}
    assert not [header for header in headers if header.startswith("x-ratelimit")]
    assert data["rateLimit"] is None
    assert data["nodes"][0]["id"] == node_id(3)


async def test_a_share_of_the_nodes_stays_unanswered_however_often_they_are_asked_for(
    github: Asking,
) -> None:
    ids = [node_id(index) for index in range(80)]
    github.standin.faults.add(Fault(FaultKind.PARTIAL, on="graphql", times=None, share=0.4))

    async def missing(ids: list[str]) -> list[str]:
        answer = await github.sweep(*ids)
        assert [set(each) for each in answer["errors"]] == [{"message"}]
        return [
            each for each, node in zip(ids, answer["data"]["nodes"], strict=True) if node is None
        ]

    first = await missing(ids)
    assert 31 <= len(first) <= 33
    assert await missing(first) == first
    halves = [await missing(ids[:40]), await missing(ids[40:])]
    assert [15 <= len(half) <= 17 for half in halves] == [True, True]
    assert halves[0] + halves[1] == first
    github.clock.at = UNTIL + DAY / 4
    assert await missing(ids) != first


async def test_an_answer_is_held_back_until_it_is_let_go(github: Asking) -> None:
    github.standin.hold(on="core", after=1)
    assert (await github.numbered(3)).status_code == 200
    late = asyncio.create_task(github.numbered(3))
    await asyncio.wait_for(github.standin.held(), WITHIN)
    # Another budget's requests are not held back.
    assert await github.node(3)
    assert not late.done()
    github.clock.at = UNTIL + HOUR
    github.standin.release()
    answer = await asyncio.wait_for(late, WITHIN)
    assert answer.headers["date"] == "Sun, 22 Nov 2026 07:12:00 GMT"
    assert answer.json()["stargazers_count"] == github.world.stars(3, UNTIL + HOUR)
    assert (await github.numbered(3)).status_code == 200


async def test_who_goes_away_while_held_uses_up_nothing(github: Asking) -> None:
    github.world.misread(3, 0, UNTIL)
    for _ in range(2):
        github.standin.hold(on="graphql")
        gone = asyncio.create_task(github.node(3))
        await asyncio.wait_for(github.standin.held(), WITHIN)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        await github.http.aclose()
        github.http = httpx.AsyncClient(
            base_url=github.standin.url, headers=github.http.headers, trust_env=False
        )
        assert (await github.get("/rate_limit")).status_code == 200
        github.standin.release()
    node = await github.node(3)
    assert node
    assert node["stargazerCount"] == 0
    await github.http.aclose()


async def test_holding_comes_before_whatever_else_goes_wrong(github: Asking) -> None:
    github.standin.faults.add(Fault(FaultKind.BAD_GATEWAY, on="core", times=None))
    github.standin.hold(on="core")
    late = asyncio.create_task(github.numbered(3))
    await asyncio.wait_for(github.standin.held(), WITHIN)
    github.standin.release()
    assert (await asyncio.wait_for(late, WITHIN)).status_code == 200
    assert (await github.numbered(3)).status_code == 502


async def test_what_is_still_held_when_the_stand_in_ends_is_answered() -> None:
    async with asking() as github:
        github.standin.hold()
        late = asyncio.create_task(github.numbered(3))
        await asyncio.wait_for(github.standin.held(), WITHIN)
        await github.standin.__aexit__(None, None, None)
        assert (await asyncio.wait_for(late, WITHIN)).status_code == 200
