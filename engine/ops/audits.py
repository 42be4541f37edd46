"""Ops of a quality audit: freeze masks drawn at random, and note which images an expert has corrected."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, insert, select

from engine.errors import InvalidOp, NotFound
from engine.ops.base import Op
from engine.records import AuditRecord, Stage, State
from engine.storage.tables import AuditItem, Instance, table_of
from engine.transaction import Tx

_INSTANCES = table_of(Instance)
_ITEMS = table_of(AuditItem)
_BATCH = 500


@dataclass(frozen=True)
class StartAudit(Op[AuditRecord]):
    """Draw images at random and keep the masks they hold now, to be compared with what an expert leaves.

    Only images with a mask of one of ``states`` (and of ``stages``, unless empty) can be drawn; the same ``seed`` draws
    the same images from the same project. It is no step that Ctrl+Z takes back: nothing that people made is changed.
    """

    images: int
    seed: int
    states: frozenset[State] = frozenset({State.ACCEPTED})
    stages: frozenset[Stage] = frozenset()
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """A constant."""
        return "Start quality audit"

    def apply(self, tx: Tx) -> AuditRecord:
        """Write the audit with its masks; raises InvalidOp where there is nothing to draw from."""
        if self.images < 1:
            raise InvalidOp("An audit needs at least one image.")
        if not self.states:
            raise InvalidOp("Say whether accepted or proposed masks are to be audited.")
        found = select(_INSTANCES.c.image_id).where(self._wanted()).distinct().order_by(_INSTANCES.c.image_id)
        ids = list(tx.connection.execute(found).scalars())
        if not ids:
            raise InvalidOp(f"There is no {self._words()} mask to audit yet. Nothing was drawn.")
        drawn = sorted(random.Random(self.seed).sample(ids, min(self.images, len(ids))))
        params: dict[str, Any] = {
            "images": self.images,
            "drawn": len(drawn),
            "of": len(ids),
            "seed": self.seed,
            "states": sorted(self.states),
            "stages": sorted(self.stages),
        }
        audit_id = tx.rows.insert("audits", {"author": tx.author, "created_at": tx.now, "params": params})
        masks = select(_INSTANCES.c.image_id, _INSTANCES.c.id, _INSTANCES.c.mask).where(self._wanted())
        for start in range(0, len(drawn), _BATCH):
            rows = tx.connection.execute(masks.where(_INSTANCES.c.image_id.in_(drawn[start : start + _BATCH])))
            items = [
                {"audit_id": audit_id, "image_id": image_id, "instance_id": instance_id, "mask": mask}
                for image_id, instance_id, mask in rows
            ]
            # Unrecorded: the history would keep every frozen mask a second time.
            tx.connection.execute(insert(_ITEMS), items)
        return tx.read.audits.get(audit_id)

    def _wanted(self) -> ColumnElement[bool]:
        conditions = [_INSTANCES.c.mask.is_not(None), _INSTANCES.c.state.in_(sorted(self.states))]
        if self.stages:
            conditions.append(_INSTANCES.c.stage.in_(sorted(self.stages)))
        return and_(*conditions)

    def _words(self) -> str:
        return " or ".join(_sorted_words(self.states)) + (
            f" {' or '.join(_sorted_words(self.stages))}" if self.stages else ""
        )


@dataclass(frozen=True)
class CheckImage(Op[None]):
    """Note that an expert has looked at an image of an audit: its masks are now as they should be."""

    audit_id: int
    image_id: int

    @property
    def title(self) -> str:
        """A constant."""
        return "Mark image as checked"

    def apply(self, tx: Tx) -> None:
        """Write who checked it and when; an image that is checked already stays as it is."""
        tx.read.audits.get(self.audit_id)
        query = select(_ITEMS.c.id, _ITEMS.c.checked_at).where(
            _ITEMS.c.audit_id == self.audit_id, _ITEMS.c.image_id == self.image_id
        )
        items = tx.connection.execute(query).all()
        if not items:
            raise NotFound("This image is not one of those drawn for the audit. Nothing was changed.")
        for item_id, checked_at in items:
            if checked_at is None:
                tx.rows.update("audit_items", item_id, {"checked_by": tx.author, "checked_at": tx.now})
                # The step belongs to its image, so that Ctrl+Z elsewhere does not take it back.
                tx.changes.image_contents.add(self.image_id)


def _sorted_words(values: Collection[str]) -> list[str]:
    return sorted(str(value) for value in values)
