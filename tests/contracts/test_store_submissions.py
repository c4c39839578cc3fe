"""What every store does with the wishes of readers: `ports.store.Submissions`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import ListedReason, Place
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.domain.subscription import Channel
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL, a_repo, entry_of, keep, listed, lose
from support.databases import NOW

LATER = NOW + DAY
W = SubmissionState
USER = "slack:T123/U1"


def _wish(
    number: int,
    at: datetime = NOW,
    state: SubmissionState = W.WATCHED,
    channel: Channel | None = CHANNEL,
    user: str = USER,
    category: str | None = None,
) -> Submission:
    name = RepoName("Acme", f"Repo-{number}")
    return Submission(RepoId(number), name, at, state, channel, user, category)


async def _add(store: SqlStore, *wishes: Submission) -> list[Submission]:
    async with store.write() as tx:
        return [await tx.submissions.add(wish) for wish in wishes]


async def _list(store: SqlStore, number: int, at: datetime) -> None:
    async with store.write() as tx:
        await tx.catalogue.list_as({RepoId(number): ListedReason.SUBMITTED}, at)


async def _untold(store: SqlStore) -> list[int | None]:
    async with store.read() as tx:
        return [wish.id for wish, _ in await tx.submissions.untold()]


async def test_a_submission_comes_back_as_it_was(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    whole, bare = await _add(
        store,
        replace(_wish(1, category="mcp", state=W.WAITING), told_at=LATER),
        _wish(1, LATER, W.APPROVED, None, ""),
    )
    assert whole.id is not None
    assert replace(whole, id=None) == replace(
        _wish(1, category="mcp", state=W.WAITING), told_at=LATER
    )
    async with store.read() as tx:
        assert await tx.submissions.of(RepoId(1)) == [whole, bare]
        assert await tx.submissions.of(RepoId(2)) == []


async def test_everything_comes_with_its_repo_newest_first_and_by_state(store: SqlStore) -> None:
    await keep(store, [a_repo(number) for number in range(1, 4)])
    first, second, third = await _add(
        store, _wish(1), _wish(2, state=W.WAITING), _wish(3, state=W.REFUSED, channel=None)
    )
    entries = [await entry_of(store, number) for number in range(1, 4)]
    async with store.read() as tx:
        everything = await tx.submissions.everything()
        two = await tx.submissions.everything(limit=2)
        some = await tx.submissions.everything({W.WATCHED, W.REFUSED})
        none = await tx.submissions.everything([W.APPROVED])
    assert everything == [(third, entries[2]), (second, entries[1]), (first, entries[0])]
    assert two == everything[:2]
    assert [wish for wish, _ in some] == [third, first]
    assert none == []


async def test_what_a_user_made_is_counted_after_an_instant(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    await _add(store, _wish(1), _wish(2, LATER), _wish(1, user="slack:T123/U2"))
    async with store.read() as tx:
        counts = [
            await tx.submissions.count_by(user, since)
            for user, since in (
                (USER, NOW - DAY),
                (USER, NOW),
                (USER, LATER),
                ("slack:T123/U2", NOW - DAY),
                ("slack:T123/U", NOW - DAY),
            )
        ]
    assert counts == [2, 1, 0, 1, 0]


async def test_in_discord_a_user_is_counted_wherever_they_asked(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    asked = ("discord:123/42", "discord:124/42", "discord:@42/42", "discord:123/142", "slack:T1/42")
    await _add(store, *(_wish(1, user=user, channel=None) for user in asked))
    async with store.read() as tx:
        counted = [await tx.submissions.count_by(user, NOW - DAY) for user in asked]
    assert counted == [3, 3, 3, 1, 1]


async def test_a_decision_holds_for_all_submissions_of_a_repo(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    await _add(store, _wish(1, state=W.WAITING), _wish(1, channel=OTHER_CHANNEL), _wish(2))
    async with store.write() as tx:
        assert await tx.submissions.decide(RepoId(1), W.APPROVED) == 2
        assert await tx.submissions.decide(RepoId(9), W.REFUSED) == 0
    async with store.read() as tx:
        states = [wish.state for wish, _ in await tx.submissions.everything()]
    assert states == [W.WATCHED, W.APPROVED, W.APPROVED]


async def test_the_last_category_proposed_counts_unless_it_was_refused(store: SqlStore) -> None:
    await keep(store, [a_repo(number) for number in range(1, 4)])
    await _add(
        store,
        _wish(1, category="mcp"),
        _wish(1, category="agents"),
        _wish(1),
        _wish(2, category="mcp", state=W.REFUSED),
        _wish(3),
    )
    async with store.read() as tx:
        assert await tx.submissions.suggested() == {1: "agents"}


@pytest.mark.parametrize("at", [NOW - DAY, NOW, LATER])
async def test_channels_are_told_of_what_is_listed_by_now_once(
    store: SqlStore, at: datetime
) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    mine, theirs, _, _ = await _add(
        store,
        _wish(1),
        _wish(1, channel=OTHER_CHANNEL),
        _wish(1, channel=None, user=""),
        _wish(2),
    )
    assert await _untold(store) == []
    # The sweep's time: it may lie before the wish, which came while the sweep was judged.
    await _list(store, 1, at)
    assert await _untold(store) == [mine.id, theirs.id]
    async with store.write() as tx:
        ((wish, entry), _) = await tx.submissions.untold()
        assert (wish, entry.listed_at) == (mine, at)
        await tx.submissions.told([mine.id or 0], LATER)
    assert await _untold(store) == [theirs.id]
    async with store.read() as tx:
        assert [wish.told_at for wish in await tx.submissions.of(RepoId(1))] == [LATER, None, None]


async def test_nobody_is_told_of_what_is_gone_refused_or_no_longer_listed(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3), a_repo(4)])
    *_, fourth = await _add(
        store, _wish(1), _wish(2, state=W.REFUSED), _wish(3, LATER), _wish(4, LATER)
    )
    await lose(store, [1], LATER)
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(3): Place("not-ai", "a partition tool")})
    assert await _untold(store) == [fourth.id]


async def test_what_a_channel_submitted_is_its_own(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    await _add(store, _wish(1), _wish(2), _wish(2, LATER), _wish(1, channel=OTHER_CHANNEL))
    async with store.write() as tx:
        ours = await tx.subscriptions.hold(CHANNEL)
        theirs = await tx.subscriptions.hold(OTHER_CHANNEL)
        assert await tx.submissions.by_channel(ours.id) == {1, 2}
        assert await tx.submissions.by_channel(theirs.id) == {1}
        assert await tx.submissions.by_channel(9_999) == frozenset()


async def test_a_channel_that_only_submitted_has_no_subscription(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    await _add(store, _wish(1))
    async with store.read() as tx:
        assert await tx.subscriptions.listeners() == []
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    assert listener.subscriptions == ()


async def test_a_block_holds_until_it_is_taken_away(store: SqlStore) -> None:
    keys = ["repo:1", f"user:{USER}", "user:slack:T123/U2"]
    async with store.write() as tx:
        for _ in range(2):
            await tx.submissions.block("repo:1", NOW)
            await tx.submissions.block(f"user:{USER}", NOW)
        assert await tx.submissions.blocked(keys) == set(keys[:2])
        assert await tx.submissions.blocked([]) == frozenset()
        for _ in range(2):
            await tx.submissions.block("repo:1", LATER, on=False)
    async with store.read() as tx:
        assert await tx.submissions.blocked(keys) == {f"user:{USER}"}


async def test_a_word_on_a_category_is_no_submission(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    word, wish = await _add(
        store, _wish(1, state=W.MISPLACED, channel=None, category="mcp"), _wish(1)
    )
    async with store.write() as tx:
        assert await tx.submissions.of(RepoId(1)) == [wish]
        assert await tx.submissions.misplaced(RepoId(1)) == [word]
        assert await tx.submissions.suggested() == {}
        assert await tx.submissions.count_by(USER, NOW - DAY) == 2
        assert await tx.submissions.decide(RepoId(1), W.REFUSED) == 1
        assert await tx.submissions.misplaced(RepoId(1)) == [word]
        assert await tx.submissions.decide(RepoId(1), W.APPROVED, misplaced=True) == 1
        assert await tx.submissions.misplaced(RepoId(1)) == []
        assert await tx.submissions.suggested() == {RepoId(1): "mcp"}
