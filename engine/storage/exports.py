"""Streams of plain rows for exporters, in the order of exported ids and without holding them all.

An item that came with a COCO id keeps it; any other gets ``top + row id``, where ``top`` is the highest COCO id of its
table. So ids are stable and never collide, and the order of ids is: those that came with one, then the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from engine.records import Rle, State
from engine.storage.tables import Image, Instance, Label, Prompt, table_of

_IMAGES = table_of(Image)
_INSTANCES = table_of(Instance)
_LABELS = table_of(Label)
_PROMPTS = table_of(Prompt)
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
    """An instance as exporters need it, with its scores, the window it was found in, and its image."""

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
    parent_id: int | None
    score: float | None
    stability: float | None
    crop_x: float | None
    crop_y: float | None
    crop_w: float | None
    crop_h: float | None
    image_coco_id: int | None
    image_width: int
    image_path: str


class Asked(NamedTuple):
    """How a mask was asked for: its include points (x, y in image pixels), and how many other prompts it had."""

    points: tuple[tuple[float, float], ...] = ()
    others: int = 0


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
        # As an expression, so that SQLite does not choose the state's index and sort the rest for every page.
        query = _instances().where(_INSTANCES.c.state.concat("").in_(sorted(states)))
        for row in self._stream(query, _INSTANCES.c.id, _INSTANCES.c.coco_id):
            yield ExportedInstance(*row)

    def instances_of(self, image_id: int, states: Collection[State]) -> list[ExportedInstance]:
        """Return one image's instances of these states in the order of exported ids."""
        chosen = (_INSTANCES.c.image_id == image_id) & _INSTANCES.c.state.in_(sorted(states))
        rows = self._connection.execute(_instances().where(chosen)).all()
        found = [ExportedInstance(*row) for row in rows]
        return sorted(found, key=lambda each: (each.coco_id is None, each.coco_id or 0, each.id))

    def asked(self, instances: Sequence[ExportedInstance]) -> dict[int, Asked]:
        """Return the prompts of these instances by instance id; those without prompts are left out."""
        found: dict[int, Asked] = {}
        columns = [_PROMPTS.c[name] for name in ("instance_id", "kind", "x0", "y0", "positive")]
        ids = [each.id for each in instances]
        for start in range(0, len(ids), _PAGE):
            query = select(*columns).where(_PROMPTS.c.instance_id.in_(ids[start : start + _PAGE]))
            for owner, kind, x, y, positive in self._connection.execute(
                query.order_by(_PROMPTS.c.instance_id, _PROMPTS.c.seq)
            ):
                points, others = found.get(owner, Asked())
                is_point = kind == "point" and positive
                found[owner] = Asked((*points, (x, y)), others) if is_point else Asked(points, others + 1)
        return found

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


def _instances() -> Select[Any]:
    own = [_INSTANCES.c[name] for name in ExportedInstance._fields[:-3]]
    image = (_IMAGES.c.coco_id.label("image_coco_id"), _IMAGES.c.width, _IMAGES.c.path)
    return select(*own, *image).join_from(_INSTANCES, _IMAGES, _INSTANCES.c.image_id == _IMAGES.c.id)
