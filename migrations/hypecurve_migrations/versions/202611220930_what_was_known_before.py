"""When the source of a repo was read before it met the repo; when its past was asked in vain.

Revision ID: 202611220930
Revises: 202611220900
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "202611220930"
down_revision = "202611220900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("repo", sa.Column("looked_before_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("repo", sa.Column("past_tried_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("repo", "past_tried_at")
    op.drop_column("repo", "looked_before_at")
