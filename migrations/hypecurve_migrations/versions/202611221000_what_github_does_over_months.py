"""What a sweep is worth, searches that were cut off, submissions, and notices beside the digests.

Revision ID: 202611221000
Revises: 202611220930
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "202611221000"
down_revision = "202611220930"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)
_RELABELLED = {"not found": "deleted", "refused": "blocked"}


def upgrade() -> None:
    op.add_column("repo", sa.Column("met_at", _INSTANT, nullable=True))
    op.add_column("source", sa.Column("rest", sa.Text(), nullable=True))
    op.add_column("source", sa.Column("rest_at", _INSTANT, nullable=True))
    op.add_column("source", sa.Column("lately_at", _INSTANT, nullable=True))
    op.add_column(
        "sweep", sa.Column("health", sa.String(16), nullable=False, server_default="good")
    )
    op.create_table(
        "notice",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("channel_id", _BIG_ID, nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name="fk_notice_channel_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("channel_id", "key", name="uq_notice_channel_id_key"),
    )
    with op.batch_alter_table("delivery") as delivery:
        delivery.alter_column("digest_id", existing_type=_BIG_ID, nullable=True)
        delivery.add_column(sa.Column("notice_id", _BIG_ID, nullable=True))
        delivery.create_unique_constraint("uq_delivery_notice_id", ["notice_id"])
        delivery.create_foreign_key("fk_delivery_notice_id", "notice", ["notice_id"], ["id"])
    op.create_table(
        "submission",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("repo_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", _BIG_ID, nullable=True),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("name", sa.String(201), nullable=False),
        sa.Column("category", sa.String(64), nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("told_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name="fk_submission_channel_id"),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name="fk_submission_repo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
    )
    op.create_index("ix_submission_channel_id", "submission", ["channel_id"])
    op.create_index("ix_submission_repo_id", "submission", ["repo_id"])
    op.create_index("ix_submission_user_at", "submission", ["user", "at"])
    op.create_table(
        "block",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_block"),
    )
    op.create_index("ix_repo_fact_repo_id", "repo_fact", ["repo_id"])
    op.create_index("ix_repo_fact_kind_at", "repo_fact", ["kind", "at"])
    for old, new in _RELABELLED.items():
        for update in (
            "UPDATE repo SET gone_why = :new WHERE gone_why = :old",
            "UPDATE repo_fact SET after = :new WHERE kind = 'gone' AND after = :old",
        ):
            op.execute(sa.text(update).bindparams(old=old, new=new))


def downgrade() -> None:
    op.drop_index("ix_repo_fact_kind_at", "repo_fact")
    op.drop_index("ix_repo_fact_repo_id", "repo_fact")
    op.drop_table("block")
    op.drop_table("submission")
    op.execute(
        "DELETE FROM delivery_step WHERE delivery_id IN "
        "(SELECT id FROM delivery WHERE notice_id IS NOT NULL)"
    )
    op.execute("DELETE FROM delivery WHERE notice_id IS NOT NULL")
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_constraint("fk_delivery_notice_id", type_="foreignkey")
        delivery.drop_constraint("uq_delivery_notice_id", type_="unique")
        delivery.drop_column("notice_id")
        delivery.alter_column("digest_id", existing_type=_BIG_ID, nullable=False)
    op.drop_table("notice")
    op.drop_column("sweep", "health")
    op.drop_column("source", "lately_at")
    op.drop_column("source", "rest_at")
    op.drop_column("source", "rest")
    op.drop_column("repo", "met_at")
