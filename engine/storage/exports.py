"""Streams of plain rows for exporters, in the order of exported ids and without holding them all.

An item that came with a COCO id keeps it; any other gets ``top + row id``, where ``top`` is the highest COCO id of its
table. So ids are stable and never collide, and the order of ids is: those that came with one, then the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from engine.records import Rle, State
from engine.storage.tables import Image, Instance, Label, table_of

_IMAGES = table_of(Image)
_INSTANCES = table_of(Instance)
_LABELS = table_of(Label)
_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Tops:
    """The highest COCO id (at least 0) of each table."""

    images: int
    labels: int
    instances: int


class ExportedImage(NamedTuple):
    """An image as exporters need it; ``coco_id`` None means ``top + id``."""

    id: int
    coco_id: int | None
    root_id: int
    path: str
    width: int
    height: int
    error: str
    extra: dict[str, Any]


class ExportedInstance(NamedTuple):
    """An instance as exporters need it, with the COCO ids of its image and label."""

    id: int
    coco_id: int | None
    image_id: int
    label_id: int | None
    mask: Rle | None
    bbox_x: float | None
    bbox_y: float | None
    bbox_w: float | None
    bbox_h: float | None
    area: float
    keypoints: list[list[float]] | None
    iscrowd: bool
    attributes: dict[str, Any]
    extra: dict[str, Any]
    image_coco_id: int | None
    image_width: int
    image_path: str


class Exports:
    """Reads for exporters over one snapshot."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def tops(self) -> Tops:
        """Return the highest COCO ids."""
        found = [
            self._connection.execute(select(func.max(t.c.coco_id))).scalar() for t in (_IMAGES, _LABELS, _INSTANCES)
        ]
        images, labels, instances = (max(int(top or 0), 0) for top in found)
        return Tops(images, labels, instances)

    def shared_paths(self) -> frozenset[str]:
        """Return the relative paths that more than one root has."""
        query = select(_IMAGES.c.path).group_by(_IMAGES.c.path).having(func.count() > 1)
        return frozenset(self._connection.execute(query).scalars())

    def images(self) -> Iterator[ExportedImage]:
        """Yield every image in the order of exported ids."""
        columns = [_IMAGES.c[name] for name in ExportedImage._fields]
        for row in self._stream(select(*columns), _IMAGES.c.id, _IMAGES.c.coco_id):
            yield ExportedImage(*row)

    def instances(self, states: Collection[State]) -> Iterator[ExportedInstance]:
        """Yield the instances of these states in the order of exported ids."""
        own = [_INSTANCES.c[name] for name in ExportedInstance._fields[:-3]]
        query = (
            select(*own, _IMAGES.c.coco_id.label("image_coco_id"), _IMAGES.c.width, _IMAGES.c.path)
            .join_from(_INSTANCES, _IMAGES, _INSTANCES.c.image_id == _IMAGES.c.id)
            # As an expression, so that SQLite does not choose the state's index and sort the rest for every page.
            .where(_INSTANCES.c.state.concat("").in_(sorted(states)))
        )
        for row in self._stream(query, _INSTANCES.c.id, _INSTANCES.c.coco_id):
            yield ExportedInstance(*row)

    def _stream(
        self, query: Select[Any], row_id: ColumnElement[int], coco_id: ColumnElement[int | None]
    ) -> Iterator[Any]:
        numbered = query.where(coco_id.is_not(None))
        yield from self._pages(numbered, coco_id, 1)
        yield from self._pages(query.where(coco_id.is_(None)), row_id, 0)

    def _pages(self, query: Select[Any], key: ColumnElement[Any], at: int) -> Iterator[Any]:
        """Walk by key rather than by offset, which would read every page before it again."""
        page = self._connection.execute(query.order_by(key).limit(_PAGE)).all()
        while page:
            yield from page
            page = self._connection.execute(query.where(key > page[-1][at]).order_by(key).limit(_PAGE)).all()
