"""Ops on the project as a whole: what it demands of everybody who works on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from engine.ops.base import Op
from engine.records import DEMANDS_LABEL
from engine.storage.tables import Project, table_of
from engine.transaction import Tx


@dataclass(frozen=True)
class DemandLabel(Op[None]):
    """Say whether every object needs a label before it is stored; people are asked for it then.

    It is a rule for people who draw, not for the data: what is there stays, and imports and machines bring what they
    bring.
    """

    demanded: bool
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name the direction."""
        return "Demand a label" if self.demanded else "Demand no label"

    def apply(self, tx: Tx) -> None:
        """Write the setting."""
        row_id = int(tx.connection.execute(select(table_of(Project).c.id)).scalar_one())
        settings = {**tx.read.project().settings, DEMANDS_LABEL: self.demanded}
        tx.rows.update("project", row_id, {"settings": settings})
