"""The list of images: a hundred thousand ids, and rows and pictures only of those looked at lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QPixmap

from annotator.panels.rows import Index
from engine.records import ImageRow, ImageState

KEPT_ROWS = 4000
KEPT_THUMBS = 600
"""Pictures kept: about 30 MB at 112 pixels, a hundred times what is on screen."""
STATE_WORDS = {
    ImageState.TODO: "To do",
    ImageState.DOING: "In progress",
    ImageState.DONE: "Done",
    ImageState.SKIPPED: "Skipped",
}
ValueT = TypeVar("ValueT")


class Recent(Generic[ValueT]):
    """A dictionary that forgets what was put or looked at longest ago."""

    def __init__(self, capacity: int) -> None:
        """Keep ``capacity`` values at most."""
        self._capacity = capacity
        self._values: OrderedDict[int, ValueT] = OrderedDict()

    def __contains__(self, key: int) -> bool:
        """Tell whether a value is kept; that is no look at it."""
        return key in self._values

    def __len__(self) -> int:
        """Count what is kept."""
        return len(self._values)

    def __iter__(self) -> Iterator[int]:
        """Go through the keys, oldest first."""
        return iter(self._values)

    def get(self, key: int) -> ValueT | None:
        """Look at a value."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: int, value: ValueT) -> None:
        """Keep a value."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._capacity:
            self._values.popitem(last=False)

    def drop(self, key: int) -> None:
        """Forget a value, if it is kept."""
        self._values.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()


class ImagesModel(QAbstractListModel):
    """Ids in the order given; ``UserRole`` is the id. It asks for nothing: ``wanted_*`` tell what a range lacks."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._ids: tuple[int, ...] = ()
        self._places: dict[int, int] = {}
        self._rows: Recent[ImageRow] = Recent(KEPT_ROWS)
        self._thumbs: Recent[QPixmap] = Recent(KEPT_THUMBS)
        self._asked_rows: set[int] = set()
        self._asked_thumbs: set[int] = set()
        self._stale: set[int] = set()
        self._ready: frozenset[int] = frozenset()
        self._current: int | None = None

    @property
    def ids(self) -> Sequence[int]:
        """The ids listed, in order."""
        return self._ids

    @property
    def current(self) -> int | None:
        """The image being worked on."""
        return self._current

    def set_ids(self, ids: Sequence[int]) -> bool:
        """List these; False when they were listed already. None at all forgets every row and picture."""
        wanted = tuple(ids)
        if not wanted:
            # The next ids may be another project's.
            self._rows.clear()
            self._thumbs.clear()
        self._asked_rows.clear()
        self._asked_thumbs.clear()
        if wanted == self._ids:
            return False
        self.beginResetModel()
        self._ids = wanted
        self._places = {image_id: place for place, image_id in enumerate(wanted)}
        self.endResetModel()
        return True

    def put_rows(self, rows: Iterable[ImageRow]) -> None:
        """Take rows that were read; a file that has changed loses its picture."""
        for row in rows:
            image_id = row.image.id
            old = self._rows.get(image_id)
            if old is not None and _file_changed(old, row):
                self._thumbs.drop(image_id)
                self._asked_thumbs.discard(image_id)
            self._rows.put(image_id, row)
            self._asked_rows.discard(image_id)
            self._stale.discard(image_id)
            self._touch(image_id)

    def put_thumb(self, image_id: int, pixmap: QPixmap) -> None:
        """Take a picture that was made."""
        self._asked_thumbs.discard(image_id)
        self._thumbs.put(image_id, pixmap)
        self._touch(image_id)

    def invalidate(self, ids: Iterable[int] | None) -> None:
        """Read these rows again (None: all) when they are next seen; until then the old ones stand."""
        gone = set(self._rows) if ids is None else set(ids)
        self._stale |= gone & set(self._rows)
        self._asked_rows -= gone
        self._asked_thumbs -= gone

    def set_current(self, image_id: int | None) -> None:
        """Mark the image being worked on."""
        before, self._current = self._current, image_id
        for each in {before, image_id} - {None}:
            self._touch(each)

    def set_ready(self, ids: Collection[int]) -> None:
        """Mark these, and only these, as encoded already."""
        before, self._ready = self._ready, frozenset(ids)
        for each in before ^ self._ready:
            self._touch(each)

    def wanted_rows(self, first: int, last: int) -> list[int]:
        """Return the ids of that range whose rows must be read, and take them as asked for."""
        return self._wanted(first, last, self._asked_rows, lambda each: each not in self._rows or each in self._stale)

    def wanted_thumbs(self, first: int, last: int) -> list[int]:
        """Return the ids of that range whose row is there but whose picture is not, and take them as asked for."""
        return self._wanted(
            first, last, self._asked_thumbs, lambda each: each not in self._thumbs and self._is_readable(each)
        )

    def place(self, image_id: int) -> int | None:
        """Return the row number of an image, None when it is not listed."""
        return self._places.get(image_id)

    def row_of(self, image_id: int) -> ImageRow | None:
        """Return the row of an image if it is known."""
        return self._rows.get(image_id)

    def thumb_of(self, image_id: int) -> QPixmap | None:
        """Return the picture of an image if there is one."""
        return self._thumbs.get(image_id)

    def is_ready(self, image_id: int) -> bool:
        """Tell whether an image is encoded already."""
        return image_id in self._ready

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default, never changed
        """Count the images; they have no children."""
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return path, tooltip or id."""
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        image_id = self._ids[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return image_id
        row = self._rows.get(image_id)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.image.path
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.image.path}, {STATE_WORDS[row.image.state]}"
        return self._tip(row) if role == Qt.ItemDataRole.ToolTipRole else None

    def _tip(self, row: ImageRow) -> str:
        image = row.image
        lines = [image.path]
        if image.error:
            lines.append(image.error)
        elif image.width:
            lines.append(f"{image.width} x {image.height}")
        lines.append(f"{STATE_WORDS[image.state]}: {row.accepted} accepted, {row.proposed} to review")
        if image.tags:
            lines.append("Tags: " + ", ".join(image.tags))
        if image.id in self._ready:
            lines.append("Encoded: the first click is answered at once")
        return "\n".join(lines)

    def _is_readable(self, image_id: int) -> bool:
        return image_id in self._rows and not self._row_error(image_id)

    def _row_error(self, image_id: int) -> str:
        row = self._rows.get(image_id)
        return row.image.error if row is not None else ""

    def _wanted(self, first: int, last: int, asked: set[int], lacks: Callable[[int], bool]) -> list[int]:
        found = [each for each in self._ids[max(first, 0) : last + 1] if each not in asked and lacks(each)]
        asked.update(found)
        return found

    def _touch(self, image_id: int | None) -> None:
        place = self._places.get(image_id) if image_id is not None else None
        if place is not None:
            index = self.index(place, 0)
            self.dataChanged.emit(index, index)


def _file_changed(old: ImageRow, new: ImageRow) -> bool:
    """Tell whether the picture of an image is out of date; the first hash of a file is no change of it."""
    hashes = old.image.content_hash, new.image.content_hash
    return (all(hashes) and hashes[0] != hashes[1]) or old.image.error != new.image.error
