"""Reads what a check of the database needs, as raw as it is stored, so that damage is found and not stumbled over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, LargeBinary, select, type_coerce

from engine.storage.tables import Candidate, Image, Instance, Prompt, table_of

_IMAGES = table_of(Image)
_INSTANCES = table_of(Instance)
_PAGE = 2000
_MOST = 100


class StoredGeometry(NamedTuple):
    """An instance's geometry as stored: the mask still packed, the image's size beside it."""

    id: int
    mask: bytes | None
    bbox_x: float | None
    bbox_y: float | None
    bbox_w: float | None
    bbox_h: float | None
    area: float
    image_path: str | None
    image_width: int | None
    image_height: int | None


class Health:
    """Reads for ``engine.check`` over one snapshot."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def integrity(self) -> list[str]:
        """Return SQLite's own complaints about the file; PostgreSQL keeps its files itself."""
        if self._connection.dialect.name != "sqlite":
            return []
        lines = [str(row[0]) for row in self._connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})")]
        return [] if lines == ["ok"] else lines

    def broken_links(self) -> list[str]:
        """Return rows that point to rows that are not there."""
        if self._connection.dialect.name != "sqlite":
            return []
        found = self._connection.exec_driver_sql("PRAGMA foreign_key_check")
        return [f"{table} {row_id} points to a missing row of {target}" for table, row_id, target, _ in found]

    def orphans(self) -> list[str]:
        """Return prompts and candidates whose instance is gone."""
        words = []
        for table in (table_of(Prompt), table_of(Candidate)):
            joined = table.outerjoin(_INSTANCES, table.c.instance_id == _INSTANCES.c.id)
            query = select(table.c.id).select_from(joined).where(_INSTANCES.c.id.is_(None)).order_by(table.c.id)
            words += [f"{table.name} {row_id}" for row_id in self._connection.execute(query).scalars()]
        return words

    def geometries(self) -> Iterator[StoredGeometry]:
        """Yield every instance's stored geometry in the order of ids."""
        query = (
            select(
                _INSTANCES.c.id,
                type_coerce(_INSTANCES.c.mask, LargeBinary),
                _INSTANCES.c.bbox_x,
                _INSTANCES.c.bbox_y,
                _INSTANCES.c.bbox_w,
                _INSTANCES.c.bbox_h,
                _INSTANCES.c.area,
                _IMAGES.c.path,
                _IMAGES.c.width,
                _IMAGES.c.height,
            )
            .select_from(_INSTANCES.outerjoin(_IMAGES, _INSTANCES.c.image_id == _IMAGES.c.id))
            .order_by(_INSTANCES.c.id)
            .limit(_PAGE)
        )
        last = 0
        while page := self._connection.execute(query.where(_INSTANCES.c.id > last)).all():
            for row in page:
                yield StoredGeometry(*row)
            last = page[-1][0]
