"""What every store does with text that no database takes, and with the address of its GitHub."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hypecurve.adapters.sql.store import SqlStore, World
from hypecurve.domain.catalogue import FactKind
from hypecurve.domain.delivery import DeliveryState, Step, StepKind
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.ports.store import Found
from support.catalogue import CHANNEL, DAY, a_repo, entry_of, keep, untold_facts
from support.databases import NOW, opened

NUL, HALF = "a\0b", "a\ud800b"
MARKED = "a\ufffdb"
BAD = pytest.mark.parametrize("bad", [NUL, HALF])
LATER = NOW + DAY


@BAD
async def test_what_github_says_of_a_repo_is_kept_without_what_no_database_takes(
    store: SqlStore, bad: str
) -> None:
    repo = Repo(
        RepoId(1), bad, RepoName("acme", "kv"), 600, description=bad, language=bad, license=bad
    )
    await keep(store, [repo, a_repo(2, description="\N{ROCKET} fast \u202e")], origin=bad)
    kept = (await entry_of(store, 1)).repo
    assert (kept.description, kept.language, kept.license, kept.node_id) == (MARKED,) * 4
    assert (await entry_of(store, 2)).repo.description == "\N{ROCKET} fast \u202e"
    await keep(store, [Repo(RepoId(1), "R_1", RepoName("acme", "kv"), 600, license="MIT")], LATER)
    assert await untold_facts(store) == [(1, FactKind.RELICENSED, MARKED, "MIT")]


@BAD
async def test_topics_come_back_as_they_were(store: SqlStore, bad: str) -> None:
    await keep(store, [a_repo(1, topics=("agents", bad))])
    assert (await entry_of(store, 1)).repo.topics == ("agents", bad)


@BAD
async def test_a_question_with_such_text_finds_nothing(store: SqlStore, bad: str) -> None:
    await keep(store, [a_repo(1, name="acme/ab")])
    async with store.read() as tx:
        assert await tx.catalogue.entries(Found(text=bad, listed=False)) == []
        assert await tx.catalogue.entries(Found(categories=frozenset({bad}))) == []
        assert await tx.catalogue.find(RepoName("acme", bad)) is None
        assert (await tx.sources.source(bad)).complete_at is None
        assert await tx.submissions.count_by(bad, NOW) == 0
        assert await tx.submissions.blocked([bad]) == frozenset()
        assert await tx.past.missing(1, first=[bad]) != []
        assert await tx.subscriptions.listener(Channel(Tenant("slack", bad), bad)) is None


@BAD
async def test_a_channel_and_who_speaks_in_it_are_kept_and_are_no_others(
    store: SqlStore, bad: str
) -> None:
    await keep(store, [a_repo(1)])
    strange, plain = (Channel(Tenant("slack", "T1"), place) for place in (bad, "ab"))
    async with store.write() as tx:
        await tx.subscriptions.add(Subscription(strange, created_by=bad, locale=bad[:3]))
        await tx.subscriptions.add(Subscription(plain))
        await tx.subscriptions.follow(strange, RepoId(1), on=True)
        state = SubmissionState.WATCHED
        wish = Submission(RepoId(1), RepoName("acme", "kv"), NOW, state, strange, bad, bad)
        await tx.submissions.add(wish)
        await tx.submissions.block(bad, NOW)
    async with store.read() as tx:
        listeners = await tx.subscriptions.listeners()
        (kept,) = await tx.submissions.of(RepoId(1))
        assert await tx.submissions.count_by(bad, NOW - DAY) == 1
        assert len(await tx.submissions.blocked([bad])) == 1
    assert [listener.channel.id for listener in listeners] == [MARKED, "ab"]
    assert (kept.user, kept.category) == (MARKED, MARKED)


@BAD
async def test_what_a_platform_answers_is_kept(store: SqlStore, bad: str) -> None:
    hello = Message(MessageKind.DIGEST, "hello")
    async with store.write() as tx:
        key = await tx.digests.notify(CHANNEL, bad, hello, NOW)
        assert await tx.digests.notify(CHANNEL, bad, hello, NOW) is None
        (item,) = await tx.outbox.claim("slack", NOW, DAY, 9)
        delivery = item.delivery
        await tx.outbox.step(delivery.id, 0, Step(StepKind.POST, DeliveryState.SENT, bad))
        await tx.outbox.settle(delivery.id, DeliveryState.DEAD, at=NOW, reason=bad)
        assert await tx.leases.hold(bad, bad, NOW, DAY)
        await tx.sources.stopped(bad, bad, NOW)
    async with store.read() as tx:
        (kept,) = [found.delivery for found in await tx.outbox.recent()]
    assert (kept.id, kept.reason, kept.steps[0].ref) == (key, MARKED, MARKED)


@settings(
    max_examples=25,
    deadline=None,
    # Every example replaces what the one before left.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=st.text(st.characters()))
async def test_whatever_a_description_holds_can_be_kept(store: SqlStore, text: str) -> None:
    await keep(store, [a_repo(1, description=text)])
    kept = (await entry_of(store, 1)).repo.description
    storable = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)
    assert kept == storable


SITES = {
    "api.github.com": "https://github.com",
    "github.acme.example/api/v3": "https://github.acme.example",
    "github.acme.example:8443/api/v3": "https://github.acme.example:8443",
    "api.acme.ghe.com": "https://acme.ghe.com",
    "127.0.0.1:8123/api/v3": "http://127.0.0.1:8123",
    "[::1]:8123/api/v3": "http://[::1]:8123",
    "localhost:8123/api/v3": "http://localhost:8123",
    # No Enterprise server: these stand in for the public one.
    "127.0.0.1:8123": "https://github.com",
    "proxy.acme.example": "https://github.com",
    "": "https://github.com",
}


@pytest.mark.parametrize(("host", "site"), SITES.items())
def test_a_world_knows_where_people_look_at_its_repos(host: str, site: str) -> None:
    assert World("live", host).site == site


async def test_every_repo_read_leads_to_the_github_of_its_world(empty_database: str) -> None:
    world = World("live", "github.acme.example/api/v3")
    async with opened(empty_database, world) as store:
        await keep(store, [a_repo(1, name="acme/kv")])
        state = SubmissionState.WATCHED
        async with store.write() as tx:
            await tx.submissions.add(Submission(RepoId(1), RepoName("acme", "kv"), NOW, state))
            entries = [
                *await tx.catalogue.entries(Found(listed=False)),
                await tx.catalogue.find(RepoName("acme", "kv")),
                *(entry for entry, _ in await tx.catalogue.candidates(500)),
                *await tx.past.missing(1),
                *(entry for _, entry in await tx.submissions.everything()),
            ]
    urls = [entry and entry.repo.url for entry in entries]
    assert urls == ["https://github.acme.example/acme/kv"] * 5


async def test_the_public_github_is_where_a_repo_is_otherwise(store: SqlStore) -> None:
    await keep(store, [a_repo(1, name="acme/kv")])
    assert (await entry_of(store, 1)).repo.url == "https://github.com/acme/kv"
