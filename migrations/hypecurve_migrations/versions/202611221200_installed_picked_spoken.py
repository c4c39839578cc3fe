"""Who installed the app, what people picked, the language a channel chose, texts that go.

Revision ID: 202611221200
Revises: 202611221100
Create Date: 2026-11-22

Expands only: a process of the version before goes on beside it. New columns have a default, and
a text that is not kept any longer is one that it takes for unreadable.
"""

import sqlalchemy as sa
from alembic import op

revision = "202611221200"
down_revision = "202611221100"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("channel", sa.Column("locale", sa.String(16), nullable=False, server_default=""))
    # Whom the version before suspends, nobody knows to have removed the app: nothing of it goes.
    op.add_column(
        "suspension", sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "installation",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", name="pk_installation"),
    )
    op.create_table(
        "pick",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("channel_id", _BIG_ID, nullable=False),
        sa.Column("repo_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("digest_id", _BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name="fk_pick_channel_id"),
        sa.ForeignKeyConstraint(["repo_id"], ["repo.id"], name="fk_pick_repo_id"),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name="fk_pick_digest_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pick"),
    )
    op.create_index("ix_pick_channel_id_at", "pick", ["channel_id", "at"])
    op.create_index("ix_pick_digest_id", "pick", ["digest_id"])
    # A digest without a message holds SQL's NULL or JSON's, as the driver wrote it: from now on
    # there is one way to have none.
    op.execute("UPDATE digest SET message = NULL WHERE CAST(message AS TEXT) = 'null'")
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("message", existing_type=sa.JSON(), nullable=True)
    op.execute("UPDATE notice SET message = NULL WHERE CAST(message AS TEXT) = 'null'")
    _index_kept("digest", "composed_at")
    _index_kept("notice", "at")


def _index_kept(table: str, made_at: str) -> None:
    """Index what has its text still, by age: the years before are not gone through."""
    is_kept = sa.text("message IS NOT NULL")
    op.create_index(
        f"ix_{table}_kept", table, [made_at], sqlite_where=is_kept, postgresql_where=is_kept
    )


def downgrade() -> None:
    op.drop_index("ix_notice_kept", "notice")
    op.drop_index("ix_digest_kept", "digest")
    # Its key goes on holding; the version before takes the text for unreadable.
    op.execute("UPDATE notice SET message = 'null' WHERE message IS NULL")
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("message", existing_type=sa.JSON(), nullable=False)
    op.drop_table("pick")
    op.drop_table("installation")
    op.drop_column("suspension", "removed")
    op.drop_column("channel", "locale")
