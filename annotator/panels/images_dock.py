"""The dock of images: a list of any length that asks only for what can be seen, and a filter above it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QMenu

from annotator.icons import Icons
from annotator.panels.dock import Dock
from annotator.panels.images_delegate import IMAGE_ROW_HEIGHT, ImagesDelegate
from annotator.panels.images_filter import ImagesFilter
from annotator.panels.images_model import STATE_WORDS, ImagesModel
from annotator.panels.long_list import LongList
from annotator.panels.rows import runs
from engine.records import ImageRow, ImageState

_MARGIN = 12
"""Rows read beyond each edge of what can be seen, so that slow scrolling finds them there."""
_STILL_MS = 60
"""Pictures cost a decoded file each: they are asked for where scrolling comes to rest."""
_MOST_KEPT = 1000
"""A larger selection is given up when the list changes: scattered, it would hold the window up."""
_ID = Qt.ItemDataRole.UserRole
_STATE_ICONS = {
    ImageState.TODO: "todo",
    ImageState.DOING: "doing",
    ImageState.DONE: "done",
    ImageState.SKIPPED: "skipped",
}


class ImagesDock(Dock):
    """Lists images.

    Signals:
        rows_needed(object), thumbs_needed(object): ``list[int]``, to be answered by ``put_rows`` and ``put_thumb``;
            what is on screen comes first, and pictures are asked for only where the row is known.
        opened(int): an image was clicked, or chosen by Enter.
        filter_changed(object): the ``ImageFilter`` asked for.
        state_asked(object, str): ``list[int]`` should get that ``ImageState``.
        leave(): Esc in the list or the empty field: whoever had the focus before should have it back.
    """

    rows_needed = Signal(object)
    thumbs_needed = Signal(object)
    opened = Signal(int)
    filter_changed = Signal(object)
    state_asked = Signal(object, str)
    leave = Signal()

    def __init__(self, icons: Icons) -> None:
        """Start empty."""
        super().__init__("images_dock", "Images", icons)
        self._model = ImagesModel(self)
        self._total = 0
        self.filter = ImagesFilter(icons)
        self.view = LongList(icons, IMAGE_ROW_HEIGHT)
        self.view.setObjectName("images_list")
        self.view.setAccessibleName("Images")
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setModel(self._model)
        self.view.setItemDelegate(ImagesDelegate(self._model, self.view, icons))
        self._body.addWidget(self.filter)
        self._body.addWidget(self.view, 1)
        self._soon = self._timer(0, self._ask_rows)
        self._still = self._timer(_STILL_MS, self._ask_thumbs)
        self._connect()
        self._say_number()

    @property
    def model(self) -> ImagesModel:
        """The rows."""
        return self._model

    @property
    def ids(self) -> Sequence[int]:
        """What ``set_ids`` got."""
        return self._model.ids

    def set_ids(self, ids: Sequence[int]) -> None:
        """List these; the list stays where it is, and its selection what it is, as far as they can."""
        top, cut = self.view.indexAt(QPoint(1, 1)).data(_ID), self.view.offset % IMAGE_ROW_HEIGHT
        selected, focus = self._selected(_MOST_KEPT), self.view.currentIndex().data(_ID)
        if self._model.set_ids(ids):
            place = self._place(top)
            if not self._select(selected, focus):
                self._select_current(scroll=place is None)
            if place is not None:
                # Last, because a view follows its current row wherever that has gone.
                self.view.scrollTo(self._model.index(place, 0), QAbstractItemView.ScrollHint.PositionAtTop)
                self.view.verticalScrollBar().setValue(self.view.offset + cut)
        self._say_number()
        self._look()

    def start_finding(self) -> None:
        """Come to the front and let the person type part of a name."""
        self.show()
        self.raise_()
        self.filter.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.field.selectAll()

    def set_total(self, total: int) -> None:
        """Know how many images the project has, filter or not."""
        self._total = total
        self._say_number()

    def put_rows(self, rows: Iterable[ImageRow]) -> None:
        """Take rows; the pictures they lack are asked for next."""
        self._model.put_rows(rows)
        self._look()

    def put_thumb(self, image_id: int, image: QImage) -> None:
        """Take a picture."""
        self._model.put_thumb(image_id, QPixmap.fromImage(image))

    def set_current(self, image_id: int | None) -> None:
        """Mark the image being worked on and scroll to it."""
        moved = image_id != self._model.current
        self._model.set_current(image_id)
        if moved:
            self._select_current(scroll=True)
        self._say_number()

    def set_ready(self, ids: Collection[int]) -> None:
        """Mark these, and only these, as encoded already."""
        self._model.set_ready(ids)

    def invalidate(self, ids: Iterable[int] | None) -> None:
        """Read these rows (None: all) again when they are seen."""
        self._model.invalidate(ids)
        self._look()

    def menu_for(self, ids: list[int]) -> QMenu:
        """Return the context menu of images."""
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(ids) == 1:
            menu.addAction(self._icons.get("image"), "Open").triggered.connect(lambda: self.opened.emit(ids[0]))
            menu.addSeparator()
        for state, words in STATE_WORDS.items():
            title = f"Mark as {words.lower()}" if len(ids) == 1 else f"Mark {len(ids)} images as {words.lower()}"
            action = menu.addAction(self._icons.get(_STATE_ICONS[state]), title)
            action.triggered.connect(lambda _=False, state=state: self.state_asked.emit(ids, state.value))
        row = self._model.row_of(ids[0]) if len(ids) == 1 else None
        if row is not None:
            menu.addSeparator()
            file = str(row.image.file)
            copy = menu.addAction(self._icons.get("copy"), "Copy the path")
            copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(file))
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for rows to read when the list changes its size or comes into sight."""
        if watched is self.view.viewport() and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._look()
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.view.viewport().installEventFilter(self)
        self.view.verticalScrollBar().valueChanged.connect(self._look)
        self.view.clicked.connect(self._clicked)
        self.view.chosen.connect(lambda index: self.opened.emit(index.data(_ID)))
        self.view.customContextMenuRequested.connect(self._ask_menu)
        self.filter.changed.connect(self.filter_changed)
        self.filter.changed.connect(self._say_number)
        self.filter.left.connect(self.view.setFocus)
        self.filter.leave.connect(self.leave)
        self.view.leave.connect(self.leave)

    def _timer(self, interval: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(then)
        return timer

    def _look(self) -> None:
        """Look at what can be seen once everything that is happening now has happened."""
        if not self._soon.isActive():
            self._soon.start()
        self._still.start()

    def _ask_rows(self) -> None:
        seen = self.view.rows_in_sight()
        if seen is not None:
            first, last = seen
            wanted = self._model.wanted_rows(first, last)
            wanted += self._model.wanted_rows(first - _MARGIN, last + _MARGIN)
            if wanted:
                self.rows_needed.emit(wanted)

    def _ask_thumbs(self) -> None:
        seen = self.view.rows_in_sight()
        if seen is not None:
            first, last = seen
            wanted = self._model.wanted_thumbs(first, last)
            wanted += self._model.wanted_thumbs(first - _MARGIN // 2, last + _MARGIN // 2)
            if wanted:
                self.thumbs_needed.emit(wanted)

    def _place(self, image_id: int | None) -> int | None:
        return self._model.place(image_id) if image_id is not None else None

    def _selected(self, most: int) -> list[int]:
        """Return what is selected, in the list's order; nothing when that is more than ``most``."""
        ranges = sorted((each.top(), each.bottom()) for each in self.view.selectionModel().selection().toList())
        if sum(last - first + 1 for first, last in ranges) > most:
            return []
        return [image_id for first, last in ranges for image_id in self._model.ids[first : last + 1]]

    def _select(self, ids: Iterable[int], focus: int | None) -> bool:
        """Select those of ``ids`` that are listed, the keyboard being at ``focus``; False when none is."""
        places = sorted(place for place in map(self._model.place, ids) if place is not None)
        wanted = QItemSelection()
        for first, last in runs(places):
            wanted.select(self._model.index(first, 0), self._model.index(last, 0))
        if places:
            at = self._place(focus)
            chosen, flag = self.view.selectionModel(), QItemSelectionModel.SelectionFlag
            chosen.setCurrentIndex(self._model.index(places[0] if at is None else at, 0), flag.NoUpdate)
            chosen.select(wanted, flag.ClearAndSelect)
        return bool(places)

    def _select_current(self, *, scroll: bool) -> None:
        place = self._place(self._model.current)
        if place is None:
            self.view.clearSelection()
            return
        index = self._model.index(place, 0)
        self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if scroll:
            self.view.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def _clicked(self, index: QModelIndex) -> None:
        held = QGuiApplication.keyboardModifiers()
        if not held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self.opened.emit(index.data(_ID))

    def _ask_menu(self, at: QPoint) -> None:
        ids = self._selected(len(self._model.ids))
        if ids and self.view.indexAt(at).isValid():
            self.menu_for(ids).popup(self.view.viewport().mapToGlobal(at))

    def _say_number(self) -> None:
        number = len(self._model.ids)
        place = self._place(self._model.current)
        words = f"{number:,}" if place is None else f"{place + 1:,} / {number:,}"
        if number != self._total and self._total:
            words += f" of {self._total:,}"
        self.set_note(words if self._total or number else "")
        narrowed = bool(self._total) and not number
        self.view.set_hint("No image matches the filter." if narrowed else "Drop images or a folder on the window.")
