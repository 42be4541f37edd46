"""Reads quality audits: what was drawn, what is checked, and the frozen masks beside those of today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, Select, and_, func, select

from engine.errors import NotFound
from engine.records import AuditImage, AuditRecord, Rle, State
from engine.storage.tables import Audit, AuditItem, Image, Instance, table_of

_AUDITS = table_of(Audit)
_ITEMS = table_of(AuditItem)
_INSTANCES = table_of(Instance)
_IMAGES = table_of(Image)


class FrozenPair(NamedTuple):
    """A mask as it was drawn, and what is there now under its id: None where it was deleted or rejected."""

    image_id: int
    instance_id: int
    drawn: Rle
    now: Rle | None


class Audits:
    """Audits as records."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def all(self) -> list[AuditRecord]:
        """Return every audit, newest first."""
        query = select(_AUDITS).order_by(_AUDITS.c.id.desc())
        return [self._record(row) for row in self._connection.execute(query).mappings()]

    def get(self, audit_id: int) -> AuditRecord:
        """Return one audit; raises NotFound."""
        row = self._connection.execute(select(_AUDITS).where(_AUDITS.c.id == audit_id)).mappings().first()
        if row is None:
            raise NotFound(f"There is no audit {audit_id}.")
        return self._record(row)

    def newest(self) -> AuditRecord | None:
        """Return the audit started last, None without one."""
        query = select(_AUDITS).order_by(_AUDITS.c.id.desc()).limit(1)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else self._record(row)

    def images(self, audit_id: int) -> list[AuditImage]:
        """Return the images drawn, in the order of their paths."""
        query = (
            select(
                _IMAGES.c.id,
                _IMAGES.c.path,
                func.count(),
                func.max(_ITEMS.c.checked_by),
                func.max(_ITEMS.c.checked_at, type_=_ITEMS.c.checked_at.type),
            )
            .join(_ITEMS, _ITEMS.c.image_id == _IMAGES.c.id)
            .where(_ITEMS.c.audit_id == audit_id)
            .group_by(_IMAGES.c.id, _IMAGES.c.path)
            .order_by(_IMAGES.c.path, _IMAGES.c.id)
        )
        return [AuditImage(*row) for row in self._connection.execute(query)]

    def pairs(self, audit_id: int) -> Iterator[FrozenPair]:
        """Yield the masks of the checked images, image by image."""
        now = and_(_INSTANCES.c.id == _ITEMS.c.instance_id, _INSTANCES.c.state != State.REJECTED)
        query = (
            select(_ITEMS.c.image_id, _ITEMS.c.instance_id, _ITEMS.c.mask, _INSTANCES.c.mask.label("now"))
            .select_from(_ITEMS.outerjoin(_INSTANCES, now))
            .where(_ITEMS.c.audit_id == audit_id, _ITEMS.c.checked_at.is_not(None))
            .order_by(_ITEMS.c.image_id, _ITEMS.c.instance_id)
        )
        for row in self._connection.execute(query):
            yield FrozenPair(*row)

    def added(self, audit: AuditRecord) -> int:
        """Count the accepted masks on checked images that came after the audit was started."""
        drawn = select(_ITEMS.c.instance_id).where(_ITEMS.c.audit_id == audit.id)
        query = (
            select(func.count())
            .select_from(_INSTANCES)
            .where(
                _INSTANCES.c.image_id.in_(self._checked(audit.id)),
                _INSTANCES.c.state == State.ACCEPTED,
                _INSTANCES.c.mask.is_not(None),
                _INSTANCES.c.created_at >= audit.created_at,
                _INSTANCES.c.id.not_in(drawn),
            )
        )
        return int(self._connection.execute(query).scalar_one())

    def changed_since_check(self, audit_id: int) -> int:
        """Count the checked images on which an instance was changed or added after the check."""
        checked = (
            select(_ITEMS.c.image_id, func.max(_ITEMS.c.checked_at).label("at"))
            .where(_ITEMS.c.audit_id == audit_id, _ITEMS.c.checked_at.is_not(None))
            .group_by(_ITEMS.c.image_id)
            .subquery()
        )
        query = (
            select(func.count(checked.c.image_id.distinct()))
            .join(_INSTANCES, _INSTANCES.c.image_id == checked.c.image_id)
            .where(_INSTANCES.c.updated_at > checked.c.at)
        )
        return int(self._connection.execute(query).scalar_one())

    def _checked(self, audit_id: int) -> Select[tuple[int]]:
        return (
            select(_ITEMS.c.image_id).where(_ITEMS.c.audit_id == audit_id, _ITEMS.c.checked_at.is_not(None)).distinct()
        )

    def _record(self, row: RowMapping) -> AuditRecord:
        return AuditRecord(row["id"], row["author"], row["created_at"], row["params"])
