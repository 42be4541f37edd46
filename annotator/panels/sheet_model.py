"""What the contact sheet lists: entries of the queue, their pictures as they come, and what is said below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QPixmap

from annotator.panels.images_model import Recent
from annotator.panels.rows import Index
from engine.review import ReviewEntry

KEPT_PICTURES = 400
"""About 40 MB."""


class SheetModel(QAbstractListModel):
    """``UserRole`` is the instance's id."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.entries: tuple[ReviewEntry, ...] = ()
        self._places: dict[int, int] = {}
        self._pictures: Recent[QPixmap] = Recent(KEPT_PICTURES)
        self._masks: dict[int, object] = {}
        self._broken: set[int] = set()
        self._names: Mapping[int, str] = {}

    def set_entries(self, entries: Sequence[ReviewEntry]) -> None:
        """List these; pictures of masks that have changed are forgotten."""
        for each in entries:
            if self._masks.get(each.instance.id, each.instance.mask) != each.instance.mask:
                self._pictures.drop(each.instance.id)
        self.beginResetModel()
        self.entries = tuple(entries)
        self._masks = {each.instance.id: each.instance.mask for each in entries}
        self._places = {each.instance.id: place for place, each in enumerate(entries)}
        self._broken &= set(self._places)
        self.endResetModel()

    def set_names(self, names: Mapping[int, str]) -> None:
        """Know the labels' names by id."""
        self._names = names
        if self.entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.entries) - 1, 0))

    def put_picture(self, instance_id: int, picture: QPixmap) -> None:
        """Take a picture that was made."""
        self._pictures.put(instance_id, picture)
        self._touch(instance_id)

    def put_broken(self, ids: Sequence[int]) -> None:
        """Note that the image of these cannot be read."""
        self._broken.update(ids)
        for each in ids:
            self._touch(each)

    def lacks_picture(self, entry: ReviewEntry) -> bool:
        """Tell whether an entry's picture must be made."""
        return entry.instance.id not in self._pictures and entry.instance.id not in self._broken

    def entry(self, row: int) -> ReviewEntry | None:
        """Return what a row shows."""
        return self.entries[row] if 0 <= row < len(self.entries) else None

    def place(self, instance_id: int) -> int | None:
        """Return the row of an instance."""
        return self._places.get(instance_id)

    def picture_of(self, instance_id: int) -> QPixmap | None:
        """Return an instance's picture if there is one."""
        return self._pictures.get(instance_id)

    def is_broken(self, instance_id: int) -> bool:
        """Tell whether there will never be a picture."""
        return instance_id in self._broken

    def name_of(self, entry: ReviewEntry) -> str:
        """Return the name of an entry's label."""
        label_id = entry.instance.label_id
        return "no label" if label_id is None else self._names.get(label_id, f"label {label_id}")

    def forget(self) -> None:
        """Drop everything: another project may use the same ids."""
        self._pictures.clear()
        self._broken.clear()
        self.set_entries(())

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default, never changed
        """Count the entries; they have no children."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return label, tooltip or id."""
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        told = entry.instance.provenance
        score = "" if told.score is None else f", score {told.score:.2f}"
        if role == Qt.ItemDataRole.UserRole:
            return entry.instance.id
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.name_of(entry)}{score}"
        return f"{entry.image.path}\n{self.name_of(entry)}{score}" if role == Qt.ItemDataRole.ToolTipRole else None

    def _touch(self, instance_id: int) -> None:
        place = self._places.get(instance_id)
        if place is not None:
            index = self.index(place, 0)
            self.dataChanged.emit(index, index)
