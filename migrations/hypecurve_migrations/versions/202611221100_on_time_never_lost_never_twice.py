"""Wishes, alerts, mutes; what a due time came to; channels that refuse, tenants gone, breakers.

Revision ID: 202611221100
Revises: 202611221000
Create Date: 2026-11-22

Expands only: a process of the version before goes on beside it. New columns have defaults.
"""

import sqlalchemy as sa
from alembic import op

revision = "202611221100"
down_revision = "202611221000"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    return sa.Text() if length is None else sa.String(length)


def upgrade() -> None:
    for column in (
        sa.Column("paused_at", _INSTANT, nullable=True),
        sa.Column("pause_code", _text(64), nullable=False, server_default=""),
        sa.Column("pause_reason", _text(), nullable=False, server_default=""),
        sa.Column("probe_at", _INSTANT, nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("channel", column)
    op.create_index("ix_channel_probe_at", "channel", ["probe_at"])
    for wish in (
        sa.Column("least_stars", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("without_languages", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("without_owners", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("speaks_when_quiet", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("alerts_a_day", sa.Integer(), nullable=True),
        sa.Column("quiet_from", _text(5), nullable=True),
        sa.Column("quiet_until", _text(5), nullable=True),
        sa.Column("alerted_cycle", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("subscription", wish)
    op.create_table(
        "mute",
        sa.Column("channel_id", _BIG_ID, nullable=False),
        sa.Column("repo_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name="fk_mute_channel_id"),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name="fk_mute_repo_id"),
        sa.PrimaryKeyConstraint("channel_id", "repo_id", name="pk_mute"),
    )
    op.create_table(
        "suspension",
        sa.Column("platform", _text(16), nullable=False),
        sa.Column("tenant", _text(64), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("reason", _text(), nullable=False),
        sa.Column("probe_at", _INSTANT, nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", name="pk_suspension"),
    )
    op.create_table(
        "breaker",
        sa.Column("key", _text(128), nullable=False),
        sa.Column("platform", _text(16), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("open_until", _INSTANT, nullable=True),
        sa.Column("reason", _text(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("invalid_since", _INSTANT, nullable=True),
        sa.Column("opened_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_breaker"),
    )
    op.add_column("digest", sa.Column("outcome", _text(16), nullable=False, server_default="told"))
    # A digest without a message holds SQL's NULL or JSON's, as the driver wrote it.
    op.execute(
        "UPDATE digest SET outcome = 'quiet' "
        "WHERE message IS NULL OR CAST(message AS TEXT) = 'null'"
    )
    with op.batch_alter_table("digest_member") as member:
        member.alter_column("digest_id", existing_type=_BIG_ID, nullable=True)
        member.add_column(sa.Column("notice_id", _BIG_ID, nullable=True))
        member.create_foreign_key("fk_digest_member_notice_id", "notice", ["notice_id"], ["id"])
        member.create_index("ix_digest_member_notice_id", ["notice_id"])
    op.create_index("ix_delivery_channel_id_state", "delivery", ["channel_id", "state"])
    op.create_index("ix_delivery_channel_id_id", "delivery", ["channel_id", "id"])
    op.create_index("ix_notice_channel_id_at", "notice", ["channel_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_notice_channel_id_at", "notice")
    op.drop_index("ix_delivery_channel_id_id", "delivery")
    op.drop_index("ix_delivery_channel_id_state", "delivery")
    op.execute("DELETE FROM digest_member WHERE digest_id IS NULL")
    with op.batch_alter_table("digest_member") as member:
        member.drop_index("ix_digest_member_notice_id")
        member.drop_constraint("fk_digest_member_notice_id", type_="foreignkey")
        member.drop_column("notice_id")
        member.alter_column("digest_id", existing_type=_BIG_ID, nullable=False)
    op.drop_column("digest", "outcome")
    op.drop_table("breaker")
    op.drop_table("suspension")
    op.drop_table("mute")
    for name in (
        "alerted_cycle",
        "quiet_until",
        "quiet_from",
        "alerts_a_day",
        "speaks_when_quiet",
        "without_owners",
        "without_languages",
        "least_stars",
    ):
        op.drop_column("subscription", name)
    op.drop_index("ix_channel_probe_at", "channel")
    for name in ("refusals", "probe_at", "pause_reason", "pause_code", "paused_at"):
        op.drop_column("channel", name)
