"""All skeletons of the project: make a new one, or choose one to edit or delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, MARGIN, push_button, text_label
from engine.records import SkeletonRecord

_SIZE = QSize(560, 360)
_ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class SkeletonRow:
    """A skeleton with the names of its labels and how many poses are stored with it."""

    skeleton: SkeletonRecord
    labels: tuple[str, ...] = ()
    poses: int = 0

    @property
    def text(self) -> str:
        """One line that tells all of it."""
        joints, used = len(self.skeleton.joints), ", ".join(self.labels) or "no label"
        poses = f"{self.poses:,} pose{'' if self.poses == 1 else 's'}"
        return f"{self.skeleton.name}  \N{MIDDLE DOT}  {joints} joints  \N{MIDDLE DOT}  {used}  \N{MIDDLE DOT}  {poses}"


@dataclass(frozen=True, slots=True)
class SkeletonWish:
    """What the person wants done; ``skeleton_id`` is None for a new one."""

    what: Literal["new", "edit", "delete"]
    skeleton_id: int | None = None


class SkeletonsDialog(QDialog):
    """A list and four buttons."""

    def __init__(self, parent: QWidget | None, rows: Sequence[SkeletonRow]) -> None:
        """``rows`` in the order of the list."""
        super().__init__(parent)
        self.setWindowTitle("Skeletons")
        self._poses = {row.skeleton.id: row.poses for row in rows}
        self.wish: SkeletonWish | None = None
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setAccessibleName("Skeletons")
        for row in rows:
            item = QListWidgetItem(row.text)
            item.setData(_ID, row.skeleton.id)
            item.setToolTip(", ".join(row.skeleton.joints))
            self.list.addItem(item)
        self.empty = text_label("No skeleton yet. A new one starts from COCO-17, LSP-14, Hand-21 or nothing.", "dim")
        self.empty.setVisible(not rows)
        self.note = text_label("", "dim", wrap=True)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.new_button = push_button("&New...", "" if rows else "primary")
        self.edit_button = push_button("&Edit...", "primary" if rows else "")
        self.delete_button = push_button("&Delete")
        self.close_button = push_button("Close")
        self._lay_out()
        self.new_button.clicked.connect(lambda: self._want(SkeletonWish("new")))
        self.edit_button.clicked.connect(lambda: self._choose("edit"))
        self.delete_button.clicked.connect(lambda: self._choose("delete"))
        self.close_button.clicked.connect(self.reject)
        self.list.itemActivated.connect(lambda _: self._choose("edit"))
        self.list.currentItemChanged.connect(self._refresh)
        if rows:
            self.list.setCurrentRow(0)
        self._refresh()
        self.resize(_SIZE)

    @classmethod
    def ask(cls, parent: QWidget | None, rows: Sequence[SkeletonRow]) -> SkeletonWish | None:
        """Ask what to do; None when the person closed the list."""
        dialog = cls(parent, rows)
        dialog.exec()
        dialog.deleteLater()
        return dialog.wish

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        buttons.setSpacing(GAP)
        for button in (self.new_button, self.edit_button, self.delete_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        shown = QVBoxLayout()
        shown.setSpacing(GAP)
        shown.addWidget(self.empty)
        shown.addWidget(self.list, 1)
        shown.addWidget(self.note)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(5 * UNIT, MARGIN, 5 * UNIT, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addLayout(shown, 1)
        layout.addLayout(buttons)

    def _refresh(self) -> None:
        item = self.list.currentItem()
        self.edit_button.setEnabled(item is not None)
        self.delete_button.setEnabled(item is not None)
        poses = self._poses[item.data(_ID)] if item is not None else 0
        bare = f"Deleting it leaves {poses:,} pose{'' if poses == 1 else 's'} as points without bones."
        give = "A label gets its skeleton in its own dialog: right-click the label, Edit."
        self.note.setText(f"{bare} {give}" if poses else give)

    def _choose(self, what: Literal["edit", "delete"]) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._want(SkeletonWish(what, item.data(_ID)))

    def _want(self, wish: SkeletonWish) -> None:
        self.wish = wish
        self.accept()
