"""What people submitted, and what the operator blocked, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zlib import crc32

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.places import channel_id_of
from hypecurve.adapters.sql.statements import POSTGRES, upsert
from hypecurve.adapters.sql.tables import block, channel, repo, submission
from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.repo import RepoId
from hypecurve.domain.submission import Submission, SubmissionState, person_of

_USERS = 0x48595355
"""First half of the keys of the advisory locks by user."""
_IS_MISPLACED = submission.c.state == SubmissionState.MISPLACED.value
_COLUMNS = (
    *(column.label(f"submission_{column.name}") for column in submission.c),
    channel.c.platform,
    channel.c.tenant,
    channel.c.place,
)


class SqlSubmissions:
    """`ports.store.Submissions`."""

    def __init__(self, connection: AsyncConnection, site: str) -> None:
        """Work inside the connection's transaction; `site`: where people look at the repos."""
        self._connection = connection
        self._site = site

    async def add(self, item: Submission) -> Submission:
        """Keep a submission and return it with its id."""
        place = item.channel
        values = {
            **rows.submission_values(item),
            "channel_id": None if place is None else await channel_id_of(self._connection, place),
        }
        result = await self._connection.execute(
            submission.insert().values(**values).returning(submission.c.id)
        )
        return rows.with_id(item, result.scalar_one())

    async def of(self, repo_id: RepoId) -> list[Submission]:
        """Return the submissions of one repo, oldest first."""
        return await self._of(repo_id, ~_IS_MISPLACED)

    async def misplaced(self, repo_id: RepoId) -> list[Submission]:
        """Return the words that a repo belongs in another category, not decided yet."""
        return await self._of(repo_id, _IS_MISPLACED)

    async def _of(self, repo_id: RepoId, which: ColumnElement[bool]) -> list[Submission]:
        statement = _joined().where(submission.c.repo_id == repo_id, which)
        found = await self._read(statement.order_by(submission.c.id))
        return [each for each, _ in found]

    async def everything(
        self, states: Collection[SubmissionState] = (), limit: int | None = None
    ) -> list[tuple[Submission, CatalogueEntry]]:
        """Return submissions with their repos, newest first; no `states` asks for all."""
        statement = _joined().order_by(submission.c.id.desc()).limit(limit)
        if states:
            statement = statement.where(
                submission.c.state.in_(sorted(state.value for state in states))
            )
        return await self._read(statement)

    async def hold(self, user: str) -> None:
        """Let what a user submits come one after the other; SQLite has one writer anyway."""
        if self._connection.dialect.name == POSTGRES:
            number = crc32(person_of(user).encode()) - 2**31
            await self._connection.execute(select(func.pg_advisory_xact_lock(_USERS, number)))

    async def count_by(self, user: str, since: datetime) -> int:
        """Return how many a user made after an instant, wherever they are the same person."""
        made = submission.c.user
        theirs = made == user
        platform, wherever, account = person_of(user).partition(":@")
        if wherever:
            begins, ends = f"{platform}:", f"/{account.partition('/')[2]}"
            theirs = made.startswith(begins, autoescape=True) & made.endswith(ends, autoescape=True)
        statement = select(func.count()).select_from(submission)
        statement = statement.where(theirs, submission.c.at > since)
        return int(await self._connection.scalar(statement) or 0)

    async def decide(
        self, repo_id: RepoId, state: SubmissionState, *, misplaced: bool = False
    ) -> int:
        """Put all submissions of a repo into a state; return how many there are."""
        which = _IS_MISPLACED if misplaced else ~_IS_MISPLACED
        changed = await self._connection.execute(
            update(submission)
            .where(submission.c.repo_id == repo_id, which)
            .values(state=state.value)
        )
        return changed.rowcount

    async def suggested(self) -> dict[RepoId, str]:
        """Return the category last proposed for each repo, without those that were refused."""
        found = await self._connection.execute(
            select(submission.c.repo_id, submission.c.category)
            .where(submission.c.category.is_not(None))
            .where(submission.c.state != SubmissionState.REFUSED.value, ~_IS_MISPLACED)
            .order_by(submission.c.id)
        )
        return {RepoId(row.repo_id): row.category for row in found}

    async def untold(self) -> list[tuple[Submission, CatalogueEntry]]:
        """Return submissions of repos that are listed by now, whose channel has not been told."""
        return await self._read(
            _joined()
            .where(submission.c.told_at.is_(None), submission.c.channel_id.is_not(None))
            .where(submission.c.state != SubmissionState.REFUSED.value)
            # Not by when it was listed: that is the sweep's time, and a wish may come while the
            # sweep is being judged.
            .where(repo.c.listed_at.is_not(None), repo.c.gone_at.is_(None))
            .where(repo.c.category != NOT_AI)
            .order_by(submission.c.id)
        )

    async def told(self, ids: Sequence[int], at: datetime) -> None:
        """Note that the channels of these submissions were told."""
        await self._connection.execute(
            update(submission).where(submission.c.id.in_(ids)).values(told_at=at)
        )

    async def by_channel(self, channel_id: int) -> frozenset[RepoId]:
        """Return the repos that were submitted from a channel."""
        mine = submission.c.channel_id == channel_id
        found = await self._connection.scalars(select(submission.c.repo_id).where(mine))
        return frozenset(RepoId(key) for key in found)

    async def by_channels(self, channel_ids: Sequence[int]) -> Mapping[int, frozenset[RepoId]]:
        """Return the same of several channels; those that submitted nothing are not in it."""
        theirs = submission.c.channel_id.in_(channel_ids)
        statement = select(submission.c.channel_id, submission.c.repo_id).where(theirs)
        found: dict[int, set[RepoId]] = {}
        for row in await self._connection.execute(statement):
            found.setdefault(row.channel_id, set()).add(RepoId(row.repo_id))
        return {key: frozenset(ids) for key, ids in found.items()}

    async def block(self, key: str, at: datetime, *, on: bool = True) -> None:
        """Block a repo or a user, or no longer."""
        if on:
            await upsert(self._connection, block, [{"key": key, "at": at}], update=())
        else:
            await self._connection.execute(delete(block).where(block.c.key == key))

    async def blocked(self, keys: Collection[str]) -> frozenset[str]:
        """Return which of the keys are blocked."""
        found = await self._connection.scalars(
            select(block.c.key).where(block.c.key.in_(sorted(keys)))
        )
        return frozenset(found)

    async def _read(
        self, statement: Select[tuple[object, ...]]
    ) -> list[tuple[Submission, CatalogueEntry]]:
        result = await self._connection.execute(statement)
        return [(rows.submission(row), rows.entry(row, self._site)) for row in result.mappings()]


def _joined() -> Select[tuple[object, ...]]:
    return (
        select(repo, *_COLUMNS)
        .join(submission, submission.c.repo_id == repo.c.id)
        .outerjoin(channel, channel.c.id == submission.c.channel_id)
    )
