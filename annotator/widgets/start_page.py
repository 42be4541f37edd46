"""The first thing a newcomer sees: recent projects, and three ways to begin."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from annotator.icons import Icons
from annotator.widgets.parts import GAP, keep_icon, push_button, set_role, text_label
from annotator.widgets.recent_delegate import RecentDelegate
from annotator.widgets.recent_delegate import RecentView as RecentView

WIDTH = 760


class StartPage(QWidget):
    """Recent projects at the left, the ways to begin at the right; folders and projects can be dropped anywhere."""

    open_folder = Signal()
    open_project = Signal()
    new_project = Signal()
    open_sample = Signal()
    open_recent = Signal(str)
    forget_recent = Signal(str)
    dropped = Signal(object)
    """``list[Path]`` of what was dropped."""

    def __init__(self, icons: Icons) -> None:
        """No recent projects until told."""
        super().__init__()
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sample_button = push_button("Try the sample project", "primary")
        self.folder_button = push_button("Open folder of images…")
        self.project_button = push_button("Open project…")
        self.new_button = push_button("New project…")
        self.recent = QListWidget()
        self.recent.setProperty("role", "framed")
        self.recent.setItemDelegate(RecentDelegate(icons, self.recent))
        self.recent.setUniformItemSizes(True)
        self.recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recent.setAccessibleName("Recent projects")
        self.recent.itemActivated.connect(self._activated)
        self.recent.itemClicked.connect(self._activated)
        self._forget = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.recent)
        self._forget.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._forget.activated.connect(self._forget_current)
        self._none = text_label("Projects you open will be listed here.", "dim", wrap=True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._icons = icons
        self._picture = QLabel()
        icons.changed.connect(self._recolor)
        self._recolor()
        self._wire(icons)
        self._arrange()
        self.set_recent(())

    def set_recent(self, recent: Sequence[RecentView]) -> None:
        """Show the projects opened before, newest first."""
        self.recent.clear()
        for project in recent:
            item = QListWidgetItem(project.name)
            item.setData(Qt.ItemDataRole.UserRole, project)
            item.setToolTip(
                f"{project.place}\nThe file is not there any more. Press Delete to take it off the list."
                if project.missing
                else project.place
            )
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{project.name}, {project.when}, {project.place}")
            self.recent.addItem(item)
        if recent:
            self.recent.setCurrentRow(0)
        self.recent.setVisible(bool(recent))
        self._none.setVisible(not recent)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders of this machine."""
        if _paths(event):
            event.acceptProposedAction()
            set_role(self._drop, "drop")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Look as before."""
        set_role(self._drop, "card")

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped."""
        set_role(self._drop, "card")
        paths = _paths(event)
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def _wire(self, icons: Icons) -> None:
        wired = (
            (self.sample_button, "smart", self.open_sample),
            (self.folder_button, "folder", self.open_folder),
            (self.project_button, "project", self.open_project),
            (self.new_button, "new", self.new_project),
        )
        for button, icon, signal in wired:
            keep_icon(button, icons, icon)
            button.setAutoDefault(True)
            button.setMinimumHeight(34)
            button.setIconSize(QSize(18, 18))
            button.clicked.connect(signal)

    def _arrange(self) -> None:
        title = text_label("Maskwright", "title")
        claim = text_label("Click an object, get its mask, keep its story.", "dim")
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(text_label("RECENT PROJECTS", "group"))
        left.addWidget(self.recent, 1)
        left.addWidget(self._none, 1)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(text_label("BEGIN", "group"))
        for button in (self.sample_button, self.folder_button, self.project_button, self.new_button):
            right.addWidget(button)
        right.addSpacing(GAP)
        self._drop = _drop_card(self._picture)
        right.addWidget(self._drop, 1)
        columns = QHBoxLayout()
        columns.setSpacing(4 * GAP)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        page = QWidget()
        page.setMaximumSize(WIDTH, 460)
        page.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GAP // 2)
        inner.addWidget(title)
        inner.addWidget(claim)
        inner.addSpacing(3 * GAP)
        inner.addLayout(columns, 1)
        outer = QVBoxLayout(self)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(page, 20)
        row.addStretch(1)
        outer.addStretch(2)
        outer.addLayout(row, 20)
        outer.addStretch(3)
        order = (self.sample_button, self.folder_button, self.project_button, self.new_button, self.recent)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _recolor(self) -> None:
        icon = self._icons.get("import", color=self._icons.tokens.text_dim)
        self._picture.setPixmap(icon.pixmap(QSize(28, 28)))

    def _activated(self, item: QListWidgetItem) -> None:
        project: RecentView = item.data(Qt.ItemDataRole.UserRole)
        self.open_recent.emit(project.place)

    def _forget_current(self) -> None:
        item = self.recent.currentItem()
        if item is not None:
            project: RecentView = item.data(Qt.ItemDataRole.UserRole)
            self.forget_recent.emit(project.place)


def _drop_card(picture: QLabel) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
    text = text_label("Drop a folder of images\nor a project here", "dim")
    text.setAlignment(Qt.AlignmentFlag.AlignCenter)
    layout = QVBoxLayout(card)
    layout.addStretch()
    layout.addWidget(picture)
    layout.addWidget(text)
    layout.addStretch()
    return card


def _paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
