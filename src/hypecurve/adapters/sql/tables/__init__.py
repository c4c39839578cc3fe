"""The tables, the same on SQLite and PostgreSQL. What they are for is told in ARCHITECTURE.md."""

from hypecurve.adapters.sql.tables.columns import Instant, Line, Prose, is_plain, metadata
from hypecurve.adapters.sql.tables.telling import (
    block,
    channel,
    delivery,
    delivery_step,
    digest,
    digest_member,
    follow,
    lease,
    notice,
    submission,
    subscription,
)
from hypecurve.adapters.sql.tables.watching import (
    cycle,
    detection_state,
    repo,
    repo_alias,
    repo_fact,
    signal,
    source,
    star_column,
    star_past,
    star_snapshot,
    sweep,
    sweep_miss,
    watch_span,
    world,
)

REVISION = "202611221000"
"""The newest migration; a test holds it equal to the head of `hypecurve_migrations`."""

__all__ = [
    "REVISION",
    "Instant",
    "Line",
    "Prose",
    "block",
    "channel",
    "cycle",
    "delivery",
    "delivery_step",
    "detection_state",
    "digest",
    "digest_member",
    "follow",
    "is_plain",
    "lease",
    "metadata",
    "notice",
    "repo",
    "repo_alias",
    "repo_fact",
    "signal",
    "source",
    "star_column",
    "star_past",
    "star_snapshot",
    "submission",
    "subscription",
    "sweep",
    "sweep_miss",
    "watch_span",
    "world",
]
