"""The data engine: crop windows, edits, the review queue's index, audits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.storage.types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("instances", schema=None) as batch:
        batch.add_column(sa.Column("edits", sa.Integer(), nullable=False, server_default="0"))
        for side in "xywh":
            batch.add_column(sa.Column(f"crop_{side}", sa.Double(), nullable=True))
        batch.create_index(
            "ix_instances_review",
            ["state", "score", "image_id", "label_id", "area", "stability", "stage", "job_id"],
            unique=False,
        )
    op.create_table(
        "audits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", engine.storage.types.UtcType(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("image_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("mask", engine.storage.types.RleType(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_at", engine.storage.types.UtcType(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audits.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_items", schema=None) as batch:
        batch.create_index("ix_audit_items_audit", ["audit_id", "image_id"], unique=False)
