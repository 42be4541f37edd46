"""A list of folders: added by browsing or dropping, removed by button or key."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from annotator.dialogs.place_field import dropped_paths
from annotator.widgets.parts import GAP, push_button

_HEIGHT = 96


class FolderList(QWidget):
    """Folders in the order they were added, each once."""

    changed = Signal()

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        """Starts with these."""
        super().__init__()
        self.list = _DropList()
        self.list.setAccessibleName("Folders of images")
        self.add_button = push_button("&Add folder...")
        self.remove_button = push_button("&Remove")
        buttons = QVBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self.setFocusProxy(self.list)
        self.add_button.clicked.connect(self.browse)
        self.remove_button.clicked.connect(self.remove_selected)
        self.list.remove_asked.connect(self.remove_selected)
        self.list.dropped.connect(self.add)
        self.list.itemSelectionChanged.connect(self._refresh)
        self.add(folders)
        self._refresh()

    @property
    def folders(self) -> tuple[Path, ...]:
        """What is listed."""
        return tuple(Path(self.list.item(row).text()) for row in range(self.list.count()))

    def add(self, folders: Iterable[Path]) -> None:
        """Add folders that are not listed yet."""
        before = self.folders
        for folder in folders:
            if folder not in self.folders:
                item = QListWidgetItem(str(folder))
                item.setToolTip(str(folder))
                self.list.addItem(item)
        if self.folders != before:
            self.changed.emit()

    def browse(self) -> None:
        """Let the person look for one; it starts beside the last one."""
        start = str(self.folders[-1].parent) if self.folders else ""
        chosen = QFileDialog.getExistingDirectory(self, "Add a folder of images", start)
        if chosen:
            self.add([Path(chosen)])

    def remove_selected(self) -> None:
        """Take the selected folders off the list; nothing on disk is touched."""
        rows = sorted((self.list.row(item) for item in self.list.selectedItems()), reverse=True)
        for row in rows:
            self.list.takeItem(row)
        if rows:
            self.changed.emit()
        self._refresh()

    def _refresh(self) -> None:
        self.remove_button.setEnabled(bool(self.list.selectedItems()))


class _DropList(QListWidget):
    dropped = Signal(object)
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "framed")
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(True)
        self.setFixedHeight(_HEIGHT)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folders(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if dropped_folders(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folders = dropped_folders(event.mimeData())
        if folders:
            event.acceptProposedAction()
            self.dropped.emit(folders)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self.remove_asked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, "Drop folders of images here")
            painter.end()


def dropped_folders(data: QMimeData) -> list[Path]:
    """Return the folders that are dragged, and for files the folder they lie in."""
    return list(dict.fromkeys(path if path.is_dir() else path.parent for path in dropped_paths(data)))
