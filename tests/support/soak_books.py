"""All that the database says at the end of a soak, read past every service and every port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    delivery_step,
    digest,
    digest_member,
    notice,
    signal,
)
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant

_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery as it ended; `due_at` None: a notice, called `key`."""

    id: int
    channel: Channel
    state: DeliveryState
    reason: str
    message: Message
    due_at: datetime | None
    key: str
    made_at: datetime
    steps: Mapping[StepKind, DeliveryState]

    @property
    def nonce(self) -> str:
        """What its post is called to a platform that drops repeats."""
        return f"{self.key}.0" if self.due_at is not None else f"n{self.id}.0"

    def __str__(self) -> str:
        """For whoever reads that it went wrong."""
        what = f"digest due {self.due_at:%d %b %H:%M}" if self.due_at else f"notice '{self.key}'"
        return f"{self.channel}: {what}, delivery {self.id}, {self.state} {self.reason!r}"


@dataclass(frozen=True, slots=True)
class Row:
    """A digest's row; `sent` None: it was quiet, or skipped, and nothing went out."""

    id: int
    channel: Channel
    due_at: datetime
    composed_at: datetime
    outcome: str
    sent: Sent | None


@dataclass(frozen=True, slots=True)
class Member:
    """A signal that was told, or was to be, by a digest or by a notice."""

    row: Row | None
    sent: Sent | None


@dataclass(frozen=True, slots=True)
class Books:
    """Everything, by channel."""

    rows: Mapping[Channel, Sequence[Row]]
    sent: Sequence[Sent]
    members: Mapping[tuple[Channel, int], Member]
    signals: Mapping[tuple[int, str, int, int], int]
    """Ids by (repo, kind, episode, step)."""
    paused: frozenset[Channel]


async def books(store: SqlStore) -> Books:
    """Read them."""
    async with store.engine.connect() as connection:

        async def table(*columns: Any) -> list[Any]:  # noqa: ANN401 - rows of any table
            return list((await connection.execute(select(*columns))).all())

        channels = {
            found.id: (Channel(Tenant(found.platform, found.tenant), found.place), found.paused_at)
            for found in await table(channel)
        }
        digests = {found.id: found for found in await table(digest)}
        notices = {found.id: found for found in await table(notice)}
        steps: dict[int, dict[StepKind, DeliveryState]] = defaultdict(dict)
        for found in await table(delivery_step):
            steps[found.delivery_id][StepKind(found.kind)] = DeliveryState(found.state)
        deliveries = await table(delivery)
        members = await table(digest_member)
        signals = {
            (found.repo_id, found.kind, found.episode, found.step): found.id
            for found in await table(signal)
        }
    by_digest, by_notice, sent = dict[int, Sent](), dict[int, Sent](), list[Sent]()
    for found in deliveries:
        made = notices[found.notice_id] if found.digest_id is None else digests[found.digest_id]
        is_digest = found.digest_id is not None
        one = Sent(
            found.id,
            channels[found.channel_id][0],
            DeliveryState(found.state),
            found.reason,
            _MESSAGE.validate_python(made.message),
            made.due_at if is_digest else None,
            str(made.id) if is_digest else made.key,
            made.composed_at if is_digest else made.at,
            dict(steps[found.id]),
        )
        sent.append(one)
        (by_digest if is_digest else by_notice)[made.id] = one
    rows: dict[Channel, list[Row]] = defaultdict(list)
    by_id = {}
    for found in sorted(digests.values(), key=lambda each: each.due_at):
        place = channels[found.channel_id][0]
        row = Row(
            found.id,
            place,
            found.due_at,
            found.composed_at,
            found.outcome,
            by_digest.get(found.id),
        )
        rows[place].append(row)
        by_id[found.id] = row
    held = {
        (channels[found.channel_id][0], found.signal_id): Member(
            by_id.get(found.digest_id),
            by_notice[found.notice_id]
            if found.notice_id is not None
            else by_digest.get(found.digest_id),
        )
        for found in members
    }
    paused = frozenset(place for place, since in channels.values() if since is not None)
    return Books(rows, sent, held, signals, paused)
