"""The dock of labels: find or add by typing, rename in place, recolour, merge, delete, drag into another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.panels.color_menu import ColorMenu
from annotator.panels.dock import Dock
from annotator.panels.field import Field
from annotator.panels.labels_delegate import LabelsDelegate
from annotator.panels.labels_list import LabelsList
from annotator.panels.labels_model import LabelRow, LabelsModel
from annotator.tokens import UNIT
from engine.records import LabelRecord

_ID = Qt.ItemDataRole.UserRole


class LabelsDock(Dock):
    """Lists labels.

    Signals:
        chosen(int): a label was clicked, or picked by Enter.
        add_asked(str), rename_asked(int, str), recolor_asked(int, str), delete_asked(int), edit_asked(int)
        merge_asked(int, int): the first label's instances should get the second label.
        move_asked(int, int): the label and its place in the list afterwards, 0 the top.
        leave(): Esc in the list or the empty field: whoever had the focus before should have it back.
    """

    chosen = Signal(int)
    add_asked = Signal(str)
    rename_asked = Signal(int, str)
    recolor_asked = Signal(int, str)
    delete_asked = Signal(int)
    merge_asked = Signal(int, int)
    move_asked = Signal(int, int)
    edit_asked = Signal(int)
    leave = Signal()

    def __init__(self, icons: Icons) -> None:
        """Start empty."""
        super().__init__("labels_dock", "Labels", icons)
        self._model = LabelsModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._proxy.setSourceModel(self._model)
        self.field = Field("Find or add a label")
        self.view = LabelsList(self._model, icons)
        self._current: int | None = None
        self._tip = QLabel()
        self._actions = self._row_actions()
        self._build()
        self._connect()
        icons.changed.connect(self._recolor)
        self._recolor()
        self._update_field()

    @property
    def model(self) -> LabelsModel:
        """The rows, unfiltered."""
        return self._model

    def set_labels(self, labels: Sequence[LabelRecord], counts: Mapping[int, int]) -> None:
        """List these; ``counts`` are the project's instances by label id."""
        self._model.show(labels, counts)
        self.set_note(str(len(labels)) if labels else "")
        self._update_field()

    def set_counts(self, counts: Mapping[int, int]) -> None:
        """Show other numbers of instances."""
        self._model.set_counts(counts)

    def set_current(self, label_id: int | None) -> None:
        """Mark the label that new instances get."""
        self._current = label_id
        self._model.set_current(label_id)
        self._select(label_id)

    def _select(self, label_id: int | None) -> None:
        index = self._proxy.mapFromSource(self._model.index_of(label_id)) if label_id is not None else QModelIndex()
        if index.isValid():
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        else:
            self.view.clearSelection()

    def menu_for(self, label_id: int) -> QMenu:
        """Return the context menu of a label."""
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._actions["rename"])
        menu.addMenu(self.color_menu(label_id, menu))
        menu.addAction(self._actions["edit"])
        others = [row for row in self._model.rows if row.id != label_id]
        merge = menu.addMenu(self._icons.get("merge"), "Merge into")
        merge.setEnabled(bool(others))
        for row in others:
            action = merge.addAction(row.name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, into=row.id: self.merge_asked.emit(label_id, into))
        menu.addSeparator()
        menu.addAction(self._actions["delete"])
        return menu

    def color_menu(self, label_id: int, parent: QWidget | None = None) -> ColorMenu:
        """Return the palette of a label."""
        row = self._model.row_at(self._model.index_of(label_id))
        menu = ColorMenu(row.color if row is not None else "", self._icons, parent or self.view)
        menu.picked.connect(lambda color: self.recolor_asked.emit(label_id, color))
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow down and Ctrl+Enter work while the field is typed into."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and self._proxy.rowCount():
                self.view.setFocus()
                self.view.setCurrentIndex(self._proxy.index(0, 0))
                return True
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._ask_add()
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self.field.installEventFilter(self)
        self._tip.setProperty("role", "dim")
        self._tip.setTextFormat(Qt.TextFormat.PlainText)
        self._tip.setWordWrap(True)
        self._tip.hide()
        self.view.setObjectName("labels_list")
        self.view.setAccessibleName("Labels")
        self.view.setModel(self._proxy)
        delegate = LabelsDelegate(self._model, self._proxy, self.view, self._icons)
        self.view.setItemDelegate(delegate)
        self.view.use_zones(delegate.zones)
        top = QVBoxLayout()
        top.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        top.setSpacing(UNIT)
        top.addWidget(self.field)
        top.addWidget(self._tip)
        self._body.addLayout(top)
        self._body.addWidget(self.view, 1)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._choose_or_add)
        self.field.button.triggered.connect(self._ask_add)
        self.field.leave.connect(self.leave)
        self.view.leave.connect(self.leave)
        self._model.renamed.connect(self.rename_asked)
        self.view.chosen.connect(self._choose)
        self.view.clicked.connect(self._choose)
        self.view.dropped.connect(self._dropped)
        self.view.zone_pressed.connect(self._zone_pressed)
        self.view.customContextMenuRequested.connect(self._ask_menu)

    def _row_actions(self) -> dict[str, QAction]:
        made = {}
        for name, title, keys in (
            ("rename", "Rename", "F2"),
            ("edit", "Edit...", ""),
            ("delete", "Delete", "Delete"),
            ("up", "Move up", "Alt+Up"),
            ("down", "Move down", "Alt+Down"),
        ):
            action = QAction(title, self.view)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.view.addAction(action)
            made[name] = action
        made["rename"].triggered.connect(lambda: self.view.edit(self.view.currentIndex()))
        made["edit"].triggered.connect(lambda: self._of_current(self.edit_asked.emit))
        made["delete"].triggered.connect(lambda: self._of_current(self.delete_asked.emit))
        made["up"].triggered.connect(lambda: self._step(-1))
        made["down"].triggered.connect(lambda: self._step(1))
        return made

    def _recolor(self) -> None:
        dim = self._icons.tokens.text_dim
        self.field.glass.setIcon(self._icons.get("search", color=dim))
        self.field.button.setIcon(self._icons.get("add"))
        for name, icon in (("rename", "edit"), ("edit", "settings"), ("delete", "delete")):
            self._actions[name].setIcon(self._icons.get(icon))

    def _of_current(self, ask: Callable[[int], None]) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            ask(index.data(_ID))

    def _filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text.strip())
        self._update_field()
        best = self._best()
        self._select(self._current if not text.strip() else best.id if best is not None else None)

    def _update_field(self) -> None:
        name = self.field.text().strip()
        new = bool(name) and self._model.named(name) is None
        self.field.button.setVisible(new)
        self.field.button.setToolTip(f"Add the label {name}")
        first = self._best()
        if not name:
            tip = ""
        elif first is None:
            tip = f"Enter adds {name}"
        else:
            tip = f"Enter takes {first.name}" + (f", Ctrl+Enter adds {name}" if new else "")
        self._tip.setText(tip)
        self._tip.setVisible(bool(tip))
        listed = self._proxy.rowCount() or not self._model.rows
        self.view.set_hint("Type a name above to add the first label." if listed else "No label has this in its name.")

    def _best(self) -> LabelRow | None:
        """Return the label that Enter takes: the one of that very name, else the first that is listed."""
        name = self.field.text().strip()
        found = self._model.named(name)
        if found is not None or not name:
            return found
        return self._model.row_at(self._proxy.mapToSource(self._proxy.index(0, 0)))

    def _choose_or_add(self) -> None:
        best = self._best()
        if best is None:
            self._ask_add()
        else:
            self.field.clear()
            self.chosen.emit(best.id)

    def _ask_add(self) -> None:
        name = self.field.text().strip()
        if name and self._model.named(name) is None:
            self.field.clear()
            self.add_asked.emit(name)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(_ID))

    def _dropped(self, label_id: int, before: int) -> None:
        """Turn a row of the filtered list into a place of the whole list without the dragged label."""
        keys = self._model.keys
        if before < self._proxy.rowCount():
            target = keys.index(self._proxy.index(before, 0).data(_ID))
        elif self._proxy.rowCount():
            target = keys.index(self._proxy.index(before - 1, 0).data(_ID)) + 1
        else:
            return
        self._ask_move(label_id, target - (keys.index(label_id) < target))

    def _step(self, by: int) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            label_id = index.data(_ID)
            self._ask_move(label_id, self._model.keys.index(label_id) + by)

    def _ask_move(self, label_id: int, place: int) -> None:
        if 0 <= place < len(self._model.keys) and place != self._model.keys.index(label_id):
            self.move_asked.emit(label_id, place)

    def _zone_pressed(self, index: QModelIndex, _zone: str) -> None:
        menu = self.color_menu(index.data(_ID))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.view.viewport().mapToGlobal(self.view.visualRect(index).bottomLeft()))

    def _ask_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if index.isValid():
            self.menu_for(index.data(_ID)).popup(self.view.viewport().mapToGlobal(at))
