"""The first tables.

Revision ID: 202611220900
Revises:
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "202611220900"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint(
            "platform", "tenant", "place", name=op.f("uq_channel_platform_tenant_place")
        ),
    )
    op.create_table(
        "cycle",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
    )
    op.create_table(
        "detection_state",
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("field", name=op.f("pk_detection_state")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=128), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "repo",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=255), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=201), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=100), nullable=True),
        sa.Column("license", sa.String(length=100), nullable=True),
        sa.Column("forks", sa.Integer(), nullable=True),
        sa.Column("open_issues", sa.Integer(), nullable=True),
        sa.Column("owner_is_organisation", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("is_fork", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_why", sa.String(length=100), nullable=True),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("category_reason", sa.Text(), nullable=False),
        sa.Column("category_by_operator", sa.Boolean(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_reason", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("gain_day", sa.Integer(), nullable=True),
        sa.Column("gain_week", sa.Integer(), nullable=True),
        sa.Column("gain_month", sa.Integer(), nullable=True),
        sa.Column("usual_week", sa.Float(), nullable=True),
        sa.Column("past_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repo")),
        sa.UniqueConstraint("slot", name=op.f("uq_repo_slot")),
    )
    with op.batch_alter_table("repo", schema=None) as batch_op:
        batch_op.create_index("ix_repo_listed_stars", ["listed_at", "stars"], unique=False)
        batch_op.create_index(batch_op.f("ix_repo_name_key"), ["name_key"], unique=False)

    op.create_table(
        "source",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("first_complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previous_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_source")),
    )
    op.create_table(
        "star_column",
        sa.Column("sweep", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sweep", name=op.f("pk_star_column")),
    )
    op.create_table(
        "star_snapshot",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sweep", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("repo_id", "sweep", name=op.f("pk_star_snapshot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sweep",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sweep")),
        sa.UniqueConstraint("at", name=op.f("uq_sweep_at")),
    )
    op.create_table(
        "sweep_miss",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sweep", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("repo_id", "sweep", name=op.f("pk_sweep_miss")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "watch_span",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_sweep", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_sweep", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("repo_id", "from_sweep", name=op.f("pk_watch_span")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("watch_span", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watch_span_to_sweep"), ["to_sweep"], unique=False)

    op.create_table(
        "world",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_world")),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_cycle", sa.Integer(), nullable=False),
        sa.Column("upto_cycle", sa.Integer(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_digest_channel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("channel_id", "due_at", name=op.f("uq_digest_channel_id_due_at")),
    )
    op.create_table(
        "follow",
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("repo_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_follow_channel_id")),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name=op.f("fk_follow_repo_id")),
        sa.PrimaryKeyConstraint("channel_id", "repo_id", name=op.f("pk_follow")),
    )
    op.create_table(
        "repo_alias",
        sa.Column("name_key", sa.String(length=201), nullable=False),
        sa.Column("repo_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=201), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name=op.f("fk_repo_alias_repo_id")),
        sa.PrimaryKeyConstraint("name_key", "repo_id", name=op.f("pk_repo_alias")),
    )
    op.create_table(
        "repo_fact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repo_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name=op.f("fk_repo_fact_repo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repo_fact")),
    )
    with op.batch_alter_table("repo_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repo_fact_cycle"), ["cycle"], unique=False)

    op.create_table(
        "signal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repo_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name=op.f("fk_signal_repo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint(
            "repo_id", "kind", "episode", "step", name=op.f("uq_signal_repo_id_kind_episode_step")
        ),
    )
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_signal_cycle"), ["cycle"], unique=False)

    op.create_table(
        "star_past",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name=op.f("fk_star_past_repo_id")),
        sa.PrimaryKeyConstraint("repo_id", name=op.f("pk_star_past")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_cycle", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_subscription_channel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_subscription_channel_id"), ["channel_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_subscription_next_due"), ["next_due"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "digest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_delivery_channel_id")
        ),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_delivery_digest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("digest_id", name=op.f("uq_delivery_digest_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_state_next_try_at", ["state", "next_try_at"], unique=False
        )

    op.create_table(
        "digest_member",
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "signal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "digest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_digest_member_channel_id")
        ),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digest.id"], name=op.f("fk_digest_member_digest_id")
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_digest_member_signal_id")
        ),
        sa.PrimaryKeyConstraint("channel_id", "signal_id", name=op.f("pk_digest_member")),
    )
    with op.batch_alter_table("digest_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_member_digest_id"), ["digest_id"], unique=False)

    op.create_table(
        "delivery_step",
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_step_delivery_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_delivery_step")),
    )


def downgrade() -> None:
    op.drop_table("delivery_step")
    with op.batch_alter_table("digest_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_member_digest_id"))

    op.drop_table("digest_member")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_state_next_try_at")

    op.drop_table("delivery")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscription_next_due"))
        batch_op.drop_index(batch_op.f("ix_subscription_channel_id"))

    op.drop_table("subscription")
    op.drop_table("star_past")
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signal_cycle"))
        batch_op.drop_index(batch_op.f("ix_signal_at"))

    op.drop_table("signal")
    with op.batch_alter_table("repo_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repo_fact_cycle"))

    op.drop_table("repo_fact")
    op.drop_table("repo_alias")
    op.drop_table("follow")
    op.drop_table("digest")
    op.drop_table("world")
    with op.batch_alter_table("watch_span", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watch_span_to_sweep"))

    op.drop_table("watch_span")
    op.drop_table("sweep_miss")
    op.drop_table("sweep")
    op.drop_table("star_snapshot")
    op.drop_table("star_column")
    op.drop_table("source")
    with op.batch_alter_table("repo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repo_name_key"))
        batch_op.drop_index("ix_repo_listed_stars")

    op.drop_table("repo")
    op.drop_table("lease")
    op.drop_table("detection_state")
    op.drop_table("cycle")
    op.drop_table("channel")
