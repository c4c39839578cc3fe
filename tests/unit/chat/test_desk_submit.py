"""A submission in a chat: who asked and where is kept, and the channel sees what it will hear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.message import MessageKind
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.subscription import Channel
from hypecurve.services.answers.vet import block
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.sources import MemoryGitHub
from support.tracking import an_ai_repo, taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
ASKER = Asker(CHANNEL, "U1")


def _desk(store: SqlStore, github: MemoryGitHub | None, per_day: int = 2) -> ServiceDesk:
    return ServiceDesk(store, SetClock(NOW), taxonomy(), github=github, submissions_per_day=per_day)


def _github() -> MemoryGitHub:
    github = MemoryGitHub()
    github.add([*(an_ai_repo(number, 412) for number in (1, 2, 3)), a_repo(4, 900, is_fork=True)])
    return github


async def test_it_is_kept_with_who_asked_and_where(store: SqlStore) -> None:
    answer = await _desk(store, _github()).answer(ASKER, "submit acme/repo-1 coding")
    assert (
        plain(answer.message)
        .strip()
        .startswith(
            "acme/repo-1 has 412 stars: it is watched from now on and listed when it reaches 500; "
            "this channel hears so."
        )
    )
    assert answer.public
    async with store.read() as tx:
        (wish,) = await tx.submissions.of(RepoId(1))
    assert (wish.channel, wish.user, wish.category) == (CHANNEL, "slack:T123/U1", "coding")


@pytest.mark.parametrize(
    "command", ["submit {}", "submit <{}|acme/repo-1> agents", "repo {}", "{}"]
)
async def test_an_address_of_the_github_that_is_watched_is_a_repos(
    store: SqlStore, command: str
) -> None:
    await listed(store, [an_ai_repo(1, 700)])
    site = "https://ghe.acme.example"
    desk = replace(_desk(store, _github()), site=site)
    text = command.format(f"{site}/acme/repo-1")
    assert "acme/repo-1" in plain((await desk.answer(ASKER, text)).message).splitlines()[0]
    elsewhere = await _desk(store, _github()).answer(ASKER, text)
    assert elsewhere.message.kind is MessageKind.ERROR


async def test_what_the_channel_hears_no_more_of_is_told_the_asker_alone(store: SqlStore) -> None:
    desk = _desk(store, _github())
    for name in ("acme/repo-4", "acme/nothing"):
        assert not (await desk.answer(ASKER, f"submit {name}")).public


async def test_each_user_has_a_limit_of_their_own(store: SqlStore) -> None:
    desk = _desk(store, _github(), per_day=1)
    await desk.answer(ASKER, "submit acme/repo-1")
    refused = await desk.answer(ASKER, "submit acme/repo-2")
    assert refused.message.kind is MessageKind.ERROR
    assert "as many as a day allows" in plain(refused.message)
    assert (await desk.answer(Asker(CHANNEL, "U2"), "submit acme/repo-2")).public


SERVER, OTHER, ALONE = (
    Channel.parse(f"discord:{place}") for place in ("123/456", "124/9", "@42/@42")
)


@pytest.mark.parametrize("first", [SERVER, ALONE])
async def test_in_discord_the_limit_is_a_persons_in_all_servers(
    store: SqlStore, first: Channel
) -> None:
    desk = _desk(store, _github(), per_day=1)
    await desk.answer(Asker(first, "42"), "submit acme/repo-1")
    for channel in (SERVER, OTHER, ALONE):
        refused = await desk.answer(Asker(channel, "42"), "submit acme/repo-2")
        assert "as many as a day allows" in plain(refused.message)
    assert (await desk.answer(Asker(OTHER, "142"), "submit acme/repo-2")).public


async def test_whom_the_operator_blocks_is_blocked_in_all_servers(store: SqlStore) -> None:
    desk = _desk(store, _github())
    for on in (True, False):
        await block(store, SetClock(NOW), "discord:123/42", on=on)
        for channel, number in ((OTHER, 1), (ALONE, 2)):
            answer = await desk.answer(Asker(channel, "42"), f"submit acme/repo-{number}")
            assert answer.public is not on


async def test_asking_for_what_is_not_there_comes_to_an_end_as_well(store: SqlStore) -> None:
    desk = _desk(store, _github(), per_day=1)
    for number in range(4):
        answer = await desk.answer(ASKER, f"submit acme/none-{number}")
        assert "There is no" in plain(answer.message)
    refused = await desk.answer(ASKER, "submit acme/repo-1")
    assert refused.message.kind is MessageKind.ERROR
    assert "You asked for 4 repos within 24 hours" in plain(refused.message)


async def test_without_a_token_it_says_what_is_missing(store: SqlStore) -> None:
    answer = await _desk(store, None).answer(ASKER, "submit acme/repo-1")
    assert answer.message.notification == (
        "Nothing can be submitted here: GITHUB_TOKEN is not set."
    )


class _Down(MemoryGitHub):
    async def repo(self, which: RepoName | RepoId) -> Repo:
        message = f"GitHub cannot be reached for {which}."
        raise SourceUnavailable(message)


async def test_a_github_out_of_reach_is_one_line(store: SqlStore) -> None:
    answer = await _desk(store, _Down()).answer(ASKER, "submit acme/repo-1")
    assert answer.message.kind is MessageKind.ERROR
    assert plain(answer.message).strip() == "GitHub cannot be reached for acme/repo-1."
