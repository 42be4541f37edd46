"""Reads images: by id, by filter, by page; never whole tables into memory unless asked for ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, RowMapping, String, and_, cast, func, not_, select
from sqlalchemy.sql.selectable import Select

from engine.errors import NotFound
from engine.records import ImageFilter, ImageRecord, ImageRow, ImageState, State
from engine.storage.tables import Image, Instance, Root, table_of

_IMAGES = table_of(Image)
_INSTANCES = table_of(Instance)
_ROOTS = table_of(Root)
# SQLite's limit on bound variables is 32,766; small batches also keep plans cached.
BATCH = 500


class Images:
    """Image rows as records; ``base`` is the folder that relative roots start from."""

    def __init__(self, connection: Connection, base: Path) -> None:
        """Read through ``connection``."""
        self._connection = connection
        self._base = base
        self._roots: dict[int, Path] | None = None

    def roots(self) -> dict[int, Path]:
        """Return every root's folder on this machine by id."""
        if self._roots is None:
            found = self._connection.execute(select(_ROOTS.c.id, _ROOTS.c.path))
            self._roots = {int(row_id): self._base / PurePosixPath(path) for row_id, path in found}
        return self._roots

    def root_names(self) -> dict[int, str]:
        """Return every root's display name by id."""
        return {int(key): str(name) for key, name in self._connection.execute(select(_ROOTS.c.id, _ROOTS.c.name))}

    def get(self, image_id: int) -> ImageRecord:
        """Return one image; raises NotFound."""
        row = self._connection.execute(select(_IMAGES).where(_IMAGES.c.id == image_id)).mappings().first()
        if row is None:
            raise NotFound(f"The image {image_id} is not in the project (any more).")
        return self._record(row)

    def find(self, root_id: int, path: str) -> ImageRecord | None:
        """Return the image at ``path`` (POSIX) below a root, or None."""
        query = select(_IMAGES).where(_IMAGES.c.root_id == root_id, _IMAGES.c.path == path)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else self._record(row)

    def count(self, narrowed: ImageFilter | None = None) -> int:
        """Count the images a filter leaves."""
        query = self._narrow(select(func.count()).select_from(_IMAGES), narrowed or ImageFilter())
        return int(self._connection.execute(query).scalar_one())

    def ids(self, narrowed: ImageFilter | None = None) -> list[int]:
        """Return the ids a filter leaves, in the order of paths."""
        query = self._narrow(select(_IMAGES.c.id), narrowed or ImageFilter())
        return list(self._connection.execute(query.order_by(_IMAGES.c.path, _IMAGES.c.id)).scalars())

    def some(self, ids: Sequence[int]) -> list[ImageRecord]:
        """Return those of the images that are there, in the order of ids."""
        found: list[ImageRecord] = []
        for start in range(0, len(ids), BATCH):
            query = select(_IMAGES).where(_IMAGES.c.id.in_(list(ids[start : start + BATCH]))).order_by(_IMAGES.c.id)
            found.extend(self._record(row) for row in self._connection.execute(query).mappings())
        return found

    def rows(self, ids: Sequence[int]) -> list[ImageRow]:
        """Return what the list shows of these images, in the order asked; ids that are gone are left out."""
        records: dict[int, ImageRecord] = {}
        counts: dict[tuple[int, str], int] = {}
        for start in range(0, len(ids), BATCH):
            batch = list(ids[start : start + BATCH])
            for row in self._connection.execute(select(_IMAGES).where(_IMAGES.c.id.in_(batch))).mappings():
                records[row["id"]] = self._record(row)
            counted = (
                select(_INSTANCES.c.image_id, _INSTANCES.c.state, func.count())
                .where(_INSTANCES.c.image_id.in_(batch))
                .group_by(_INSTANCES.c.image_id, _INSTANCES.c.state)
            )
            for image_id, state, number in self._connection.execute(counted):
                counts[image_id, state] = number
        return [
            ImageRow(
                records[image_id],
                accepted=counts.get((image_id, State.ACCEPTED), 0),
                proposed=counts.get((image_id, State.PROPOSED), 0),
            )
            for image_id in ids
            if image_id in records
        ]

    def stream(self) -> Iterator[ImageRecord]:
        """Yield every image in the order of ids without holding them all."""
        last = -1
        while True:
            query = select(_IMAGES).where(_IMAGES.c.id > last).order_by(_IMAGES.c.id).limit(BATCH)
            page = self._connection.execute(query).mappings().all()
            if not page:
                return
            for row in page:
                yield self._record(row)
            last = page[-1]["id"]

    def paths(self) -> dict[tuple[int, str], int]:
        """Return the id of every (root, path): to tell what is there already."""
        found = self._connection.execute(select(_IMAGES.c.root_id, _IMAGES.c.path, _IMAGES.c.id))
        return {(int(root_id), str(path)): int(image_id) for root_id, path, image_id in found}

    def top_coco_id(self) -> int:
        """Return the highest COCO id any image came with, or 0."""
        return int(self._connection.execute(select(func.max(_IMAGES.c.coco_id))).scalar() or 0)

    def by_coco_id(self) -> dict[int, int]:
        """Return image ids by the COCO ids they came with."""
        query = select(_IMAGES.c.coco_id, _IMAGES.c.id).where(_IMAGES.c.coco_id.is_not(None))
        return {int(coco_id): int(image_id) for coco_id, image_id in self._connection.execute(query)}

    def count_by_state(self) -> dict[str, int]:
        """Count images by their state."""
        found = self._connection.execute(select(_IMAGES.c.state, func.count()).group_by(_IMAGES.c.state))
        return {str(state): int(number) for state, number in found}

    def _narrow(self, query: Select[Any], narrowed: ImageFilter) -> Select[Any]:
        conditions: list[ColumnElement[bool]] = []
        if narrowed.text:
            conditions.append(self._contains(narrowed.text))
        if narrowed.states:
            conditions.append(_IMAGES.c.state.in_(sorted(narrowed.states)))
        if narrowed.split:
            conditions.append(_IMAGES.c.split == narrowed.split)
        if narrowed.tag:
            written = orjson.dumps(narrowed.tag).decode()
            conditions.append(cast(_IMAGES.c.tags, String).contains(written, autoescape=True))
        if narrowed.label_id is not None:
            # IN over an index-only subquery is planned once; a correlated EXISTS is asked for every image.
            labelled = select(_INSTANCES.c.image_id).where(_INSTANCES.c.label_id == narrowed.label_id)
            conditions.append(_IMAGES.c.id.in_(labelled))
        if narrowed.has_proposed is not None:
            conditions.append(_has(State.PROPOSED, narrowed.has_proposed))
        if narrowed.has_accepted is not None:
            conditions.append(_has(State.ACCEPTED, narrowed.has_accepted))
        return query.where(and_(*conditions)) if conditions else query

    def _contains(self, text: str) -> ColumnElement[bool]:
        if text.isascii() or self._connection.dialect.name != "sqlite":
            return _IMAGES.c.path.icontains(text, autoescape=True)
        return func.casefold(_IMAGES.c.path, type_=String).contains(text.casefold(), autoescape=True)

    def _record(self, row: RowMapping | Mapping[str, Any]) -> ImageRecord:
        return ImageRecord(
            id=row["id"],
            root_id=row["root_id"],
            path=row["path"],
            file=self.roots()[row["root_id"]] / PurePosixPath(row["path"]),
            content_hash=row["content_hash"],
            width=row["width"],
            height=row["height"],
            orientation=row["orientation"],
            state=ImageState(row["state"]),
            tags=tuple(row["tags"]),
            split=row["split"],
            error=row["error"],
            coco_id=row["coco_id"],
            extra=row["extra"],
        )


def _has(state: State, wanted: bool) -> ColumnElement[bool]:
    # Distinct, because this index gives an image's instances side by side and only the first has to be kept.
    has = _IMAGES.c.id.in_(select(_INSTANCES.c.image_id).where(_INSTANCES.c.state == state).distinct())
    return has if wanted else not_(has)
