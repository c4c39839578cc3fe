"""The tables of those who listen: channels, what is on its way to them, what they sent in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
)

from hypecurve.adapters.sql.tables.columns import (
    BigId,
    Instant,
    Line,
    Prose,
    metadata,
    of_channel,
    of_repo,
)


def _index_kept(made_at: Column[Any], text: Column[Any]) -> None:
    """Index what has its text still, by age: the years before are not gone through."""
    is_kept = text.is_not(None)
    name = f"ix_{made_at.table.name}_kept"
    Index(name, made_at, sqlite_where=is_kept, postgresql_where=is_kept)


channel = Table(
    "channel",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("platform", Line(16), nullable=False),
    Column("tenant", Line(64), nullable=False),
    Column("place", Line(64), nullable=False),
    Column("paused_at", Instant),
    Column("pause_code", Line(64), nullable=False, server_default=""),
    Column("pause_reason", Prose, nullable=False, server_default=""),
    Column("probe_at", Instant, index=True),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("locale", Line(16), nullable=False, server_default=""),
    Column("calls", Line(64), nullable=False, server_default=""),
    UniqueConstraint("platform", "tenant", "place"),
)

installation = Table(
    "installation",
    metadata,
    Column("platform", Line(16), primary_key=True),
    Column("tenant", Line(64), primary_key=True),
    Column("sealed", Prose, nullable=False),
    Column("name", Prose, nullable=False),
    Column("by", Line(64), nullable=False),
    Column("locale", Line(16), nullable=False),
    Column("at", Instant, nullable=False),
)

suspension = Table(
    "suspension",
    metadata,
    Column("platform", Line(16), primary_key=True),
    Column("tenant", Line(64), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("probe_at", Instant, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("removed", Boolean, nullable=False, server_default=false()),
)

breaker = Table(
    "breaker",
    metadata,
    Column("key", Line(128), primary_key=True),
    Column("platform", Line(16), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("openings", Integer, nullable=False),
    Column("open_until", Instant),
    Column("reason", Prose, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("invalid_since", Instant),
    Column("opened_at", Instant),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", BigId, primary_key=True),
    of_channel(nullable=False, index=True),
    Column("categories", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("at", String(5), nullable=False),
    Column("zone", Line(64), nullable=False),
    Column("weekdays", JSON, nullable=False),
    Column("locale", Line(16), nullable=False),
    Column("created_by", Line(64), nullable=False),
    Column("next_due", Instant, index=True),
    Column("paused_until", Instant),
    Column("heard_cycle", Integer, nullable=False),
    Column("heard_at", Instant),
    Column("least_stars", Integer, nullable=False, server_default="0"),
    Column("without_languages", JSON, nullable=False, server_default="[]"),
    Column("without_owners", JSON, nullable=False, server_default="[]"),
    Column("speaks_when_quiet", Boolean, nullable=False, server_default=false()),
    Column("alerts_a_day", Integer),
    Column("quiet_from", String(5)),
    Column("quiet_until", String(5)),
    Column("alerted_cycle", Integer, nullable=False, server_default="0"),
)

follow = Table(
    "follow",
    metadata,
    of_channel(primary_key=True),
    of_repo(primary_key=True),
)

mute = Table(
    "mute",
    metadata,
    of_channel(primary_key=True),
    of_repo(primary_key=True),
)

pick = Table(
    "pick",
    metadata,
    Column("id", BigId, primary_key=True),
    of_channel(nullable=False),
    of_repo(nullable=False),
    Column("why", Prose, nullable=False),
    Column("by", Prose, nullable=False),
    Column("user", Line(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest_id", BigId, ForeignKey("digest.id"), index=True),
    Index("ix_pick_channel_id_at", "channel_id", "at"),
)

digest = Table(
    "digest",
    metadata,
    Column("id", BigId, primary_key=True),
    of_channel(nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("after_cycle", Integer, nullable=False),
    Column("upto_cycle", Integer, nullable=False),
    Column("message", JSON),
    Column("outcome", String(16), nullable=False, server_default="told"),
    UniqueConstraint("channel_id", "due_at"),
)
_index_kept(digest.c.composed_at, digest.c.message)

digest_member = Table(
    "digest_member",
    metadata,
    of_channel(primary_key=True),
    Column("signal_id", BigId, ForeignKey("signal.id"), primary_key=True),
    Column("digest_id", BigId, ForeignKey("digest.id"), index=True),
    Column("notice_id", BigId, ForeignKey("notice.id"), index=True),
)

notice = Table(
    "notice",
    metadata,
    Column("id", BigId, primary_key=True),
    of_channel(nullable=False),
    Column("key", Line(255), nullable=False),
    Column("at", Instant, nullable=False),
    Column("message", JSON),
    UniqueConstraint("channel_id", "key"),
    Index("ix_notice_channel_id_at", "channel_id", "at"),
)
_index_kept(notice.c.at, notice.c.message)

delivery = Table(
    "delivery",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("digest_id", BigId, ForeignKey("digest.id"), unique=True),
    Column("notice_id", BigId, ForeignKey("notice.id"), unique=True),
    of_channel(nullable=False),
    Column("platform", Line(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("reason", Prose, nullable=False),
    Column("settled_at", Instant),
    Index("ix_delivery_state_next_try_at", "state", "next_try_at"),
    Index("ix_delivery_channel_id_state", "channel_id", "state"),
    Index("ix_delivery_channel_id_id", "channel_id", "id"),
)

delivery_step = Table(
    "delivery_step",
    metadata,
    Column("delivery_id", BigId, ForeignKey("delivery.id"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("ref", Line(255), nullable=False),
    Column("intent_at", Instant),
    Column("done_at", Instant),
)

submission = Table(
    "submission",
    metadata,
    Column("id", BigId, primary_key=True),
    of_repo(nullable=False, index=True),
    Column("channel_id", BigId, ForeignKey("channel.id"), index=True),
    Column("user", Line(200), nullable=False),
    Column("name", Line(201), nullable=False),
    Column("category", Line(64)),
    Column("at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("told_at", Instant),
    Index("ix_submission_user_at", "user", "at"),
)

block = Table(
    "block",
    metadata,
    Column("key", Line(255), primary_key=True),
    Column("at", Instant, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Line(64), primary_key=True),
    Column("holder", Line(128), nullable=False),
    Column("until", Instant, nullable=False),
)
