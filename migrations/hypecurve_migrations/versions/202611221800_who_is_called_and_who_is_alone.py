"""Whom digests call, a person's own channel at Discord under their name, repos by category.

Revision ID: 202611221800
Revises: 202611221200
Create Date: 2026-11-22

Expands only: a process of the version before goes on beside it, and calls nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "202611221800"
down_revision = "202611221200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_repo_category", "repo", ["category", "gone_at", "listed_at"])
    op.add_column("channel", sa.Column("calls", sa.String(64), nullable=False, server_default=""))
    # A person at Discord had the number of the conversation, which a command from elsewhere does
    # not tell; the tenant is that person, written @42. Who has both keeps both.
    op.execute(
        "UPDATE channel SET place = tenant WHERE platform = 'discord' AND tenant LIKE '@%' "
        "AND place NOT LIKE '@%' AND NOT EXISTS (SELECT 1 FROM channel AS other WHERE "
        "other.platform = channel.platform AND other.tenant = channel.tenant "
        "AND (other.place = channel.tenant OR other.place < channel.place))"
    )


def downgrade() -> None:
    op.drop_index("ix_repo_category", "repo")
    op.drop_column("channel", "calls")
