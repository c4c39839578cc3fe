"""The tables, the same on SQLite and PostgreSQL. What they are for is told in ARCHITECTURE.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISION = "202611221000"
"""The newest migration; a test holds it equal to the head of `hypecurve_migrations`."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which knows no zones, keeps it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; hand SQLite its naive form."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a zone cannot be kept"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only for a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


def _repo(**kwargs: Any) -> Column[int]:  # noqa: ANN401 - passed on to Column
    return Column("repo_id", BigInteger, ForeignKey("repo.id"), **kwargs)


world = Table(
    "world",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("host", String(255), nullable=False),
    Column("created_at", Instant, nullable=False),
)

repo = Table(
    "repo",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", Integer, nullable=False, unique=True),
    Column("node_id", String(255), nullable=False),
    Column("owner", String(100), nullable=False),
    Column("name", String(100), nullable=False),
    Column("name_key", String(201), nullable=False, index=True),
    Column("stars", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("language", String(100)),
    Column("license", String(100)),
    Column("forks", Integer),
    Column("open_issues", Integer),
    Column("owner_is_organisation", Boolean),
    Column("created_at", Instant),
    Column("pushed_at", Instant),
    Column("updated_at", Instant),
    Column("archived", Boolean, nullable=False),
    Column("is_fork", Boolean, nullable=False),
    Column("origin", String(255), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("gone_why", String(100)),
    Column("category", String(64), nullable=False),
    Column("category_reason", Text, nullable=False),
    Column("category_by_operator", Boolean, nullable=False),
    Column("listed_at", Instant),
    Column("listed_reason", String(16)),
    Column("state", String(32), nullable=False),
    Column("gain_day", Integer),
    Column("gain_week", Integer),
    Column("gain_month", Integer),
    Column("usual_week", Float),
    Column("past_asked_at", Instant),
    Column("looked_before_at", Instant),
    Column("past_tried_at", Instant),
    Column("met_at", Instant),
    Index("ix_repo_listed_stars", "listed_at", "stars"),
)

repo_alias = Table(
    "repo_alias",
    metadata,
    Column("name_key", String(201), primary_key=True),
    _repo(primary_key=True),
    Column("name", String(201), nullable=False),
    Column("until", Instant, nullable=False),
)

repo_fact = Table(
    "repo_fact",
    metadata,
    Column("id", BigId, primary_key=True),
    _repo(nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("cycle", Integer, index=True),
)

source = Table(
    "source",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("first_complete_at", Instant),
    Column("complete_at", Instant),
    Column("previous_at", Instant),
    Column("rest", Text),
    Column("rest_at", Instant),
    Column("lately_at", Instant),
)

sweep = Table(
    "sweep",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, unique=True),
    Column("expected", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("health", String(16), nullable=False, server_default="good"),
)

star_snapshot = Table(
    "star_snapshot",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sweep", Integer, primary_key=True, autoincrement=False),
    Column("stars", Integer, nullable=False),
    sqlite_with_rowid=False,
)

sweep_miss = Table(
    "sweep_miss",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sweep", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

watch_span = Table(
    "watch_span",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("from_sweep", Integer, primary_key=True, autoincrement=False),
    Column("to_sweep", Integer, index=True),
    sqlite_with_rowid=False,
)

star_column = Table(
    "star_column",
    metadata,
    Column("sweep", Integer, primary_key=True, autoincrement=False),
    Column("counts", LargeBinary, nullable=False),
)

star_past = Table(
    "star_past",
    metadata,
    _repo(primary_key=True, autoincrement=False),
    Column("first_day", Date, nullable=False),
    Column("days", LargeBinary, nullable=False),
    Column("fetched_at", Instant, nullable=False),
)

cycle = Table(
    "cycle",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant),
)

signal = Table(
    "signal",
    metadata,
    Column("id", BigId, primary_key=True),
    _repo(nullable=False),
    Column("kind", String(16), nullable=False),
    Column("episode", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("cycle", Integer, nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("lane", String(16)),
    Column("rule", String(64), nullable=False),
    Column("evidence", JSON, nullable=False),
    UniqueConstraint("repo_id", "kind", "episode", "step"),
)

detection_state = Table(
    "detection_state",
    metadata,
    Column("field", String(32), primary_key=True),
    Column("numbers", LargeBinary, nullable=False),
)

channel = Table(
    "channel",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("place", String(64), nullable=False),
    UniqueConstraint("platform", "tenant", "place"),
)


def _channel(**kwargs: Any) -> Column[int]:  # noqa: ANN401 - passed on to Column
    return Column("channel_id", BigId, ForeignKey("channel.id"), **kwargs)


subscription = Table(
    "subscription",
    metadata,
    Column("id", BigId, primary_key=True),
    _channel(nullable=False, index=True),
    Column("categories", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("at", String(5), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("weekdays", JSON, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("next_due", Instant, index=True),
    Column("paused_until", Instant),
    Column("heard_cycle", Integer, nullable=False),
    Column("heard_at", Instant),
)

follow = Table(
    "follow",
    metadata,
    _channel(primary_key=True),
    _repo(primary_key=True),
)

digest = Table(
    "digest",
    metadata,
    Column("id", BigId, primary_key=True),
    _channel(nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("after_cycle", Integer, nullable=False),
    Column("upto_cycle", Integer, nullable=False),
    Column("message", JSON),
    UniqueConstraint("channel_id", "due_at"),
)

digest_member = Table(
    "digest_member",
    metadata,
    _channel(primary_key=True),
    Column("signal_id", BigId, ForeignKey("signal.id"), primary_key=True),
    Column("digest_id", BigId, ForeignKey("digest.id"), nullable=False, index=True),
)

notice = Table(
    "notice",
    metadata,
    Column("id", BigId, primary_key=True),
    _channel(nullable=False),
    Column("key", String(255), nullable=False),
    Column("at", Instant, nullable=False),
    Column("message", JSON, nullable=False),
    UniqueConstraint("channel_id", "key"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("digest_id", BigId, ForeignKey("digest.id"), unique=True),
    Column("notice_id", BigId, ForeignKey("notice.id"), unique=True),
    _channel(nullable=False),
    Column("platform", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("reason", Text, nullable=False),
    Column("settled_at", Instant),
    Index("ix_delivery_state_next_try_at", "state", "next_try_at"),
)

delivery_step = Table(
    "delivery_step",
    metadata,
    Column("delivery_id", BigId, ForeignKey("delivery.id"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("ref", String(255), nullable=False),
    Column("intent_at", Instant),
    Column("done_at", Instant),
)

submission = Table(
    "submission",
    metadata,
    Column("id", BigId, primary_key=True),
    _repo(nullable=False, index=True),
    Column("channel_id", BigId, ForeignKey("channel.id"), index=True),
    Column("user", String(200), nullable=False),
    Column("name", String(201), nullable=False),
    Column("category", String(64)),
    Column("at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("told_at", Instant),
    Index("ix_submission_user_at", "user", "at"),
)

block = Table(
    "block",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("at", Instant, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("until", Instant, nullable=False),
)
