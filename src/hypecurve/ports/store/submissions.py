"""What people submitted, and whom the operator wants to hear no more of, as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.repo import RepoId
from hypecurve.domain.submission import Submission, SubmissionState


class Submissions(Protocol):
    """The wishes of readers; blocks are keyed `repo:ID` and `user:PLATFORM:TENANT/USER`."""

    async def add(self, submission: Submission) -> Submission:
        """Keep a submission and return it with its id."""
        ...

    async def of(self, repo_id: RepoId) -> list[Submission]:
        """Return the submissions of one repo, oldest first; without those of its category alone."""
        ...

    async def misplaced(self, repo_id: RepoId) -> list[Submission]:
        """Return the words that a repo belongs in another category, not decided yet."""
        ...

    async def everything(
        self, states: Collection[SubmissionState] = (), limit: int | None = None
    ) -> list[tuple[Submission, CatalogueEntry]]:
        """Return submissions with their repos, newest first; no `states` asks for all."""
        ...

    async def hold(self, user: str) -> None:
        """Let what a user submits come one after the other, until this transaction ends."""
        ...

    async def count_by(self, user: str, since: datetime) -> int:
        """Return how many a user made after an instant, those of categories alone among them.

        With what they made elsewhere, where that is the same person: `domain.submission.person_of`.
        """
        ...

    async def decide(
        self, repo_id: RepoId, state: SubmissionState, *, misplaced: bool = False
    ) -> int:
        """Put all submissions of a repo into a state; return how many there are.

        `misplaced`: instead of them the words that it belongs in another category.
        """
        ...

    async def suggested(self) -> dict[RepoId, str]:
        """Return the category last proposed for each repo, without those that were refused."""
        ...

    async def untold(self) -> list[tuple[Submission, CatalogueEntry]]:
        """Return submissions of repos that are listed by now, whose channel has not been told."""
        ...

    async def told(self, ids: Sequence[int], at: datetime) -> None:
        """Note that the channels of these submissions were told."""
        ...

    async def by_channel(self, channel_id: int) -> frozenset[RepoId]:
        """Return the repos that were submitted from a channel."""
        ...

    async def by_channels(self, channel_ids: Sequence[int]) -> Mapping[int, frozenset[RepoId]]:
        """Return the same of several channels; those that submitted nothing are not in it."""
        ...

    async def block(self, key: str, at: datetime, *, on: bool = True) -> None:
        """Block a repo or a user, or no longer."""
        ...

    async def blocked(self, keys: Collection[str]) -> frozenset[str]:
        """Return which of the keys are blocked."""
        ...
