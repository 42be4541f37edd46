"""The dock of the image's instances; its selection is the canvas's, told by ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView

from annotator.icons import Icons
from annotator.panels.dock import Dock
from annotator.panels.instances_delegate import InstancesDelegate
from annotator.panels.instances_model import InstancesModel
from annotator.panels.list_view import ListView
from engine.records import InstanceRecord, LabelRecord

_ID = Qt.ItemDataRole.UserRole


class InstancesDock(Dock):
    """Lists instances.

    Signals:
        selected(object): ``frozenset[int]`` the person selected here; not what ``set_selection`` set.
        hovered(object): id under the pointer, or None.
        hide_toggled(int), lock_toggled(int): the eye or the lock of a row was pressed.
        opened(int): double click or Enter.
        menu_asked(object, QPoint): the selected ids and where on the screen.
    """

    selected = Signal(object)
    hovered = Signal(object)
    hide_toggled = Signal(int)
    lock_toggled = Signal(int)
    opened = Signal(int)
    menu_asked = Signal(object, QPoint)

    def __init__(self, icons: Icons) -> None:
        """Start empty."""
        super().__init__("instances_dock", "Instances", icons)
        self._model = InstancesModel(self)
        self._selection: frozenset[int] = frozenset()
        self._syncing = False
        self.view = ListView(icons)
        self.view.setObjectName("instances_list")
        self.view.setAccessibleName("Instances")
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.set_hint("Click an object on the picture; what you store is listed here.")
        self.view.setModel(self._model)
        delegate = InstancesDelegate(self._model, self.view, icons)
        self.view.setItemDelegate(delegate)
        self.view.use_zones(delegate.zones)
        self._body.addWidget(self.view)
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
        self.view.zone_pressed.connect(self._zone_pressed)
        self.view.pointed.connect(self._pointed)
        self.view.chosen.connect(lambda index: self.opened.emit(index.data(_ID)))
        self.view.customContextMenuRequested.connect(self._ask_menu)

    @property
    def model(self) -> InstancesModel:
        """The rows."""
        return self._model

    @property
    def selection(self) -> frozenset[int]:
        """The ids selected here."""
        return frozenset(index.data(_ID) for index in self.view.selectionModel().selectedIndexes())

    def set_instances(
        self, instances: Sequence[InstanceRecord], labels: Mapping[int, LabelRecord], colors: Mapping[int, str]
    ) -> None:
        """List these in this order; what was listed before keeps its selection and place on the screen."""
        scrolled = self.view.verticalScrollBar().value()
        self._syncing = True
        self._model.show(instances, labels, colors)
        self._syncing = False
        self._after_change(scrolled)

    def patch(self, changed: Sequence[InstanceRecord], removed: Collection[int]) -> None:
        """Refresh or append ``changed``, drop ``removed``, touch nothing else."""
        scrolled = self.view.verticalScrollBar().value()
        self._syncing = True
        self._model.patch(changed, removed)
        self._syncing = False
        self._after_change(scrolled)

    def set_selection(self, ids: frozenset[int]) -> None:
        """Select these, and only these, without telling anyone; the lowest of them is scrolled into view."""
        self._selection = frozenset(ids)
        shown = self._show_selection()
        if shown:
            self.view.scrollTo(shown[-1], QAbstractItemView.ScrollHint.EnsureVisible)

    def set_hidden(self, ids: frozenset[int]) -> None:
        """Mark these, and only these, as hidden."""
        self._model.set_hidden(frozenset(ids))

    def _after_change(self, scrolled: int) -> None:
        self._show_selection()
        self.view.verticalScrollBar().setValue(scrolled)
        number, waiting = self._model.rowCount(), self._model.waiting
        self.set_note("" if not number else f"{number}, {waiting} to review" if waiting else str(number))

    def _show_selection(self) -> list[QModelIndex]:
        places = [self._model.index_of(each) for each in self._selection]
        indexes = sorted((index for index in places if index.isValid()), key=QModelIndex.row)
        if self.selection == {index.data(_ID) for index in indexes}:
            return indexes
        wanted = QItemSelection()
        for index in indexes:
            wanted.select(index, index)
        model = self.view.selectionModel()
        self._syncing = True
        model.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if indexes and model.currentIndex() not in indexes:
            model.setCurrentIndex(indexes[-1], QItemSelectionModel.SelectionFlag.NoUpdate)
        self._syncing = False
        return indexes

    def _selection_changed(self) -> None:
        if not self._syncing:
            self._selection = self.selection
            self.selected.emit(self._selection)

    def _zone_pressed(self, index: QModelIndex, zone: str) -> None:
        toggled = self.hide_toggled if zone == "hide" else self.lock_toggled
        toggled.emit(index.data(_ID))

    def _pointed(self, index: QModelIndex | None) -> None:
        self.hovered.emit(None if index is None else index.data(_ID))

    def _ask_menu(self, at: QPoint) -> None:
        if self.selection:
            self.menu_asked.emit(self.selection, self.view.viewport().mapToGlobal(at))
