"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.storage.types

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Bring the schema one step forward."""
    ${upgrades if upgrades else "pass"}
