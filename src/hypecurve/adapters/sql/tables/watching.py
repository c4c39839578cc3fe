"""The tables of the tracker: repos, their counts, and what changed."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from hypecurve.adapters.sql.tables.columns import BigId, Instant, Line, Prose, metadata, of_repo

world = Table(
    "world",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("host", Line(255), nullable=False),
    Column("created_at", Instant, nullable=False),
)

repo = Table(
    "repo",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", Integer, nullable=False, unique=True),
    Column("node_id", Line(255), nullable=False),
    Column("owner", Line(100), nullable=False),
    Column("name", Line(100), nullable=False),
    Column("name_key", Line(201), nullable=False, index=True),
    Column("stars", Integer, nullable=False),
    Column("description", Prose, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("language", Line(100)),
    Column("license", Line(100)),
    Column("forks", Integer),
    Column("open_issues", Integer),
    Column("owner_is_organisation", Boolean),
    Column("created_at", Instant),
    Column("pushed_at", Instant),
    Column("updated_at", Instant),
    Column("archived", Boolean, nullable=False),
    Column("is_fork", Boolean, nullable=False),
    Column("origin", Line(255), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("gone_why", Line(100)),
    Column("category", Line(64), nullable=False),
    Column("category_reason", Prose, nullable=False),
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
    # For counting the listed ones. Not a partial index: SQLite then counts by the one above.
    Index("ix_repo_category", "category", "gone_at", "listed_at"),
)

repo_alias = Table(
    "repo_alias",
    metadata,
    Column("name_key", Line(201), primary_key=True),
    of_repo(primary_key=True),
    Column("name", Line(201), nullable=False),
    Column("until", Instant, nullable=False),
)

repo_fact = Table(
    "repo_fact",
    metadata,
    Column("id", BigId, primary_key=True),
    of_repo(nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", Prose, nullable=False),
    Column("after", Prose, nullable=False),
    Column("cycle", Integer, index=True),
    Index("ix_repo_fact_kind_at", "kind", "at"),
)

source = Table(
    "source",
    metadata,
    Column("key", Line(255), primary_key=True),
    Column("first_complete_at", Instant),
    Column("complete_at", Instant),
    Column("previous_at", Instant),
    Column("rest", Prose),
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
    of_repo(primary_key=True, autoincrement=False),
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
    of_repo(nullable=False),
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
