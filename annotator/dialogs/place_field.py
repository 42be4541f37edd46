"""A field for a file or folder: type it, drop it, or browse for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from annotator.widgets.parts import GAP, push_button


class PlaceField(QWidget):
    """A line edit with a button; ``kind`` says whether a file is opened or saved, or a folder chosen."""

    changed = Signal()

    def __init__(self, kind: Literal["open", "save", "folder"], title: str, *, names: str = "") -> None:
        """``title`` heads the browser, ``names`` filters it in Qt's way: ``COCO files (*.json)``."""
        super().__init__()
        self._kind = kind
        self._title = title
        self._names = names
        self.edit = _PathEdit()
        self.edit.setAccessibleName(title)
        self.button = push_button("Browse...")
        self.button.setAccessibleName(f"Browse: {title}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.button)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(self.changed)
        self.button.clicked.connect(self.browse)

    @property
    def place(self) -> Path | None:
        """What is written there, the home folder's ``~`` written out; None while empty."""
        text = self.edit.text().strip().strip('"')
        if not text:
            return None
        path = Path(text)
        return Path.home().joinpath(*path.parts[1:]) if path.parts and path.parts[0] == "~" else path

    def set_place(self, place: Path | None) -> None:
        """Show another place."""
        self.edit.setText("" if place is None else str(place))

    def browse(self) -> None:
        """Let the person look for it; leaving the browser changes nothing."""
        start = "" if self.place is None else str(self.place)
        chosen = ""
        if self._kind == "folder":
            chosen = QFileDialog.getExistingDirectory(self, self._title, start)
        elif self._kind == "open":
            chosen, _ = QFileDialog.getOpenFileName(self, self._title, start, self._names)
        else:
            # The form itself says when a file is there already.
            option = QFileDialog.Option.DontConfirmOverwrite
            chosen, _ = QFileDialog.getSaveFileName(self, self._title, start, self._names, options=option)
        if chosen:
            self.set_place(Path(chosen))
            # Chosen by the person, so no proposal may replace it.
            self.edit.setModified(True)


class _PathEdit(QLineEdit):
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event.mimeData())
        if paths:
            self.setText(str(paths[0]))
            self.setModified(True)
            event.acceptProposedAction()
        else:
            super().dropEvent(event)


def dropped_paths(data: QMimeData) -> list[Path]:
    """Return the files and folders of this machine among what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
