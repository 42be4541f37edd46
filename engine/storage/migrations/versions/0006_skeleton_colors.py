"""Skeletons: a colour for each joint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("skeletons", schema=None) as batch:
        batch.add_column(sa.Column("colors", sa.JSON(), nullable=False, server_default="[]"))
