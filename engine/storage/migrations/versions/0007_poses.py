"""Proposed poses: how sure the backend was of each joint, and which instance a pose was proposed for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("instances", schema=None) as batch:
        batch.add_column(sa.Column("joint_scores", sa.JSON(none_as_null=True), nullable=True))
        batch.add_column(sa.Column("least_joint", sa.Double(), nullable=True))
        batch.add_column(sa.Column("pose_of", sa.BigInteger(), nullable=True))
        batch.create_index("ix_instances_pose_of", ["pose_of"], unique=False)
        batch.drop_index("ix_instances_review")
        batch.create_index(
            "ix_instances_review",
            ["state", "score", "image_id", "label_id", "area", "stability", "stage", "job_id", "least_joint"],
            unique=False,
        )
