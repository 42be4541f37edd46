"""The semi-automatic stage: what was filled in on an image, and whether a person has confirmed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.storage.types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "prefills",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("image_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("backend", sa.Text(), nullable=False),
        sa.Column("weights_hash", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", engine.storage.types.UtcType(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", engine.storage.types.UtcType(), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("image_id"),
        sqlite_autoincrement=True,
    )
