"""What a detector was asked in words: the words, the detector and its score, kept with the box it gave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("prompts", schema=None) as batch:
        batch.add_column(sa.Column("text", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("detector", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("score", sa.Double(), nullable=True))
