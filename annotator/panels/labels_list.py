"""The list inside the labels dock: a label is dropped between two others."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from annotator.icons import Icons
from annotator.panels.labels_model import MIME, LabelsModel
from annotator.panels.list_view import ListView


class LabelsList(ListView):
    """Reorders by dragging; nothing moves before the data has.

    Signals:
        dropped(int, int): label id and the row before which it was let fall (the number of rows: at the end).
    """

    dropped = Signal(int, int)

    def __init__(self, labels: LabelsModel, icons: Icons, parent: QWidget | None = None) -> None:
        """``labels`` tells its own labels from those of another window."""
        super().__init__(icons, parent)
        self._labels = labels
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell where a label was let fall."""
        label_id = self._labels.dragged(event.mimeData()) if event.mimeData().hasFormat(MIME) else None
        # Told as ignored, or Qt would take the dragged row away.
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)
        self.viewport().update()
        if label_id is not None:
            self.dropped.emit(label_id, self._row_before(event.position().toPoint()))

    def stopAutoScroll(self) -> None:
        """End the scrolling that a drag near the edge began."""
        self.setAutoScroll(False)
        self.setAutoScroll(True)

    def _row_before(self, at: QPoint) -> int:
        index = self.indexAt(at)
        if not index.isValid():
            return self.model().rowCount()
        return index.row() + (at.y() > self.visualRect(index).center().y())
