"""Vet: an operator's word stands, is said in full, and takes nothing out of sight unasked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Place
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.errors import BadInput, NotFound, UnknownCategory
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.services.answers.vet import block, decide, repo_key, user_key
from hypecurve.services.tracker.discover import sort_in
from support.catalogue import CHANNEL, a_repo, entry_of, keep, listed
from support.databases import BACKENDS, NOW
from support.tracking import BAR, an_ai_repo, taxonomy

S = SubmissionState
NAME = RepoName.parse("acme/repo-1")
NO_AI = "A partition editor for hard disks with a window"
DAY = timedelta(days=1)


@pytest.fixture
def backend() -> str:
    """The store's contracts hold the databases together; what rests on SQL is tried on both."""
    return "sqlite"


async def wish(
    store: SqlStore, category: str | None = None, state: SubmissionState = S.WAITING
) -> None:
    """Somebody submits repo 1."""
    async with store.write() as tx:
        await tx.submissions.add(
            Submission(RepoId(1), NAME, NOW, state, CHANNEL, "slack:T123/U1", category)
        )


async def states(store: SqlStore) -> list[SubmissionState]:
    async with store.read() as tx:
        return [each.state for each in await tx.submissions.of(RepoId(1))]


async def candidates(store: SqlStore) -> list[int]:
    async with store.read() as tx:
        return [entry.repo.id for entry, _ in await tx.catalogue.candidates(BAR)]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_an_approved_fork_passes_the_gate(store: SqlStore) -> None:
    await keep(store, [an_ai_repo(1, 900, is_fork=True)])
    await wish(store)
    await wish(store)
    assert await candidates(store) == []
    decided = await decide(store, taxonomy(), NAME, approve=True)
    assert decided.place == Place("agents", "approved by the operator", by_operator=True)
    assert await states(store) == [S.APPROVED, S.APPROVED]
    assert await candidates(store) == [1]
    await sort_in(store, taxonomy())
    assert (await entry_of(store, 1)).place == decided.place


@pytest.mark.parametrize(
    ("named", "suggested", "expected"),
    [
        ("Evaluation and interpretability", "coding", "evaluation"),
        (None, "coding", "coding"),
        ("evalu", None, "evaluation"),
    ],
)
async def test_the_operators_category_goes_before_the_submitters(
    store: SqlStore, named: str | None, suggested: str | None, expected: str
) -> None:
    await keep(store, [a_repo(1, 900, description=NO_AI)])
    await wish(store, suggested)
    decided = await decide(store, taxonomy(), NAME, approve=True, category=named)
    assert decided.place.category == expected
    assert await candidates(store) == [1]


async def test_where_nothing_tells_the_category_the_operator_is_asked_for_it(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(1, 900, description=NO_AI)])
    await wish(store)
    with pytest.raises(BadInput, match="hypecurve submissions approve acme/repo-1 CATEGORY"):
        await decide(store, taxonomy(), NAME, approve=True)
    with pytest.raises(UnknownCategory, match="Did you mean agents"):
        await decide(store, taxonomy(), NAME, approve=True, category="agnts")
    assert await states(store) == [S.WAITING]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_refused_repo_is_kept_out_and_may_be_let_in_later(store: SqlStore) -> None:
    await keep(store, [an_ai_repo(1, 900)])
    await wish(store, "coding", S.WATCHED)
    await decide(store, taxonomy(), NAME, approve=False)
    entry = await entry_of(store, 1)
    assert entry.place == Place(NOT_AI, "refused by the operator", by_operator=True)
    assert await states(store) == [S.REFUSED]
    assert await candidates(store) == []
    await sort_in(store, taxonomy())
    assert (await entry_of(store, 1)).place == entry.place
    decided = await decide(store, taxonomy(), NAME, approve=True)
    assert decided.place.category == "coding"
    assert await candidates(store) == [1]


async def test_a_listed_repo_is_not_taken_out_by_refusing_its_submission(store: SqlStore) -> None:
    await listed(store, [an_ai_repo(1, 900)])
    await wish(store, state=S.WATCHED)
    with pytest.raises(
        BadInput, match=r"has been listed since 2026-11-22.*classify acme/repo-1 --as not"
    ):
        await decide(store, taxonomy(), NAME, approve=False)
    assert await states(store) == [S.WATCHED]
    assert (await entry_of(store, 1)).place.category == "agents"


@pytest.mark.parametrize("approve", [True, False])
async def test_only_what_was_submitted_is_decided(store: SqlStore, *, approve: bool) -> None:
    with pytest.raises(NotFound, match="Nobody submitted acme/repo-1"):
        await decide(store, taxonomy(), NAME, approve=approve)
    await keep(store, [an_ai_repo(1, 900)])
    with pytest.raises(NotFound, match="Nobody submitted acme/repo-1"):
        await decide(store, taxonomy(), NAME, approve=approve)


@pytest.mark.parametrize("backend", BACKENDS)
async def test_an_older_name_will_do(store: SqlStore) -> None:
    await keep(store, [an_ai_repo(1, 900, is_fork=True)])
    await wish(store)
    await keep(store, [an_ai_repo(1, 900, is_fork=True, name="acme/renamed")], NOW + DAY)
    decided = await decide(store, taxonomy(), NAME, approve=True)
    assert str(decided.repo.name) == "acme/renamed"


@pytest.mark.parametrize("what", ["acme/repo-1", "https://github.com/acme/repo-1", "slack:T1/U1"])
@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_block_holds_until_it_is_taken_off(store: SqlStore, what: str) -> None:
    await keep(store, [an_ai_repo(1, 900)])
    clock = SetClock(NOW)
    keys = [repo_key(RepoId(1)), user_key("slack:T1/U1")]
    for on in (True, False):
        assert (await block(store, clock, what, on=on)).changed
        async with store.read() as tx:
            assert len(await tx.submissions.blocked(keys)) == on
        again = await block(store, clock, what, on=on)
        assert not again.changed
        assert again.what in {"acme/repo-1", "slack:T1/U1"}


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        ("acme/nobody-knows", NotFound, "only what was submitted or found can be blocked"),
        ("everybody", BadInput, r"'everybody' is neither .* like slack:T123/U456\."),
        ("slack:T1", BadInput, "is neither a repository nor a user"),
        ("", BadInput, "is neither a repository nor a user"),
    ],
)
async def test_a_slip_in_what_is_to_be_blocked_is_one_line(
    store: SqlStore, what: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        await block(store, SetClock(NOW), what, on=True)
