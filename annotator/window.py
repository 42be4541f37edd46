"""The main window: arranges top bar, tools, canvas, docks and status line. It knows no project and no backend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.actions.registry import ActionRegistry
from annotator.canvas.view import CanvasView
from annotator.icons import Icons
from annotator.panels.check_dock import CheckDock
from annotator.panels.history_dock import HistoryDock
from annotator.panels.images_dock import ImagesDock
from annotator.panels.instances_dock import InstancesDock
from annotator.panels.labels_dock import LabelsDock
from annotator.panels.messages_dock import MessagesDock
from annotator.widgets.banner import Banner
from annotator.widgets.context_bar import ContextBar
from annotator.widgets.empty_state import EmptyState
from annotator.widgets.mode_switch import ModeSwitch
from annotator.widgets.progress import ProgressStrip
from annotator.widgets.start_page import StartPage
from annotator.widgets.status_line import StatusLine
from annotator.widgets.tool_strip import ToolStrip
from annotator.widgets.top_bar import TopBar

DOCK_WIDTH = 300
WORKING_HEIGHT = 380
FIRST_SIZE = (1366, 768)


class MainWindow(QMainWindow):
    """Holds every widget under a name; controllers fill them.

    Signals:
        dropped(object): ``list[Path]`` let fall on the window.
        closing(): the person closes the window; whoever must still write does it now.
    """

    dropped = Signal(object)
    closing = Signal()

    def __init__(self, registry: ActionRegistry, icons: Icons) -> None:
        """Build and arrange; nothing is read or started."""
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.resize(*FIRST_SIZE)
        self.may_close: Callable[[], bool] = lambda: True
        self._icons = icons

        self.canvas = CanvasView()
        self.empty_state = EmptyState(icons)
        self.stage = QStackedWidget()
        self.stage.addWidget(self.canvas)
        self.stage.addWidget(self.empty_state)
        self.context_bar = ContextBar(icons)
        self.tool_strip = ToolStrip(registry)
        self.start_page = StartPage(icons)
        self.front = QStackedWidget()
        self.front.addWidget(self.stage)
        self.banner = Banner(self.front, icons)
        self.start_banner = Banner(self.start_page, icons)
        self.progress = ProgressStrip(icons)
        self.mode_switch = ModeSwitch()
        self.top_bar = TopBar(icons, self.mode_switch)
        self.status = StatusLine()

        self._strips: dict[str, QWidget] = {}
        self._strip_column = QVBoxLayout()
        self._mode_pages: dict[str, QWidget] = {}
        self._page_banners: dict[str, Banner] = {}
        self._work = QStackedWidget()
        self._work.addWidget(self._work_area())
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(self._work)
        self.setCentralWidget(self._column(self.top_bar, self._pages, self.progress))
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.status, 1)

        self.labels = LabelsDock(icons)
        self.instances = InstancesDock(icons)
        self.images = ImagesDock(icons)
        self.history = HistoryDock(icons)
        self.messages = MessagesDock(icons)
        self.check = CheckDock(icons)
        self.docks = (self.labels, self.instances, self.images, self.history, self.messages, self.check)
        for dock in self.docks:
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self.tabifyDockWidget(self.images, self.history)
        self.tabifyDockWidget(self.history, self.messages)
        self.tabifyDockWidget(self.messages, self.check)
        self.images.raise_()
        self.resizeDocks([self.labels, self.instances, self.images], [200, 220, 330], Qt.Orientation.Vertical)
        self.resizeDocks([self.labels], [DOCK_WIDTH], Qt.Orientation.Horizontal)

        registry.install(self, self.canvas)
        self.top_bar.set_menu(registry.whole_menu(self))
        self.show_start()

    def _work_area(self) -> QWidget:
        area = QWidget()
        row = QHBoxLayout(area)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tool_strip)
        strips = QWidget()
        strips.setLayout(self._strip_column)
        self._strip_column.setContentsMargins(0, 0, 0, 0)
        self._strip_column.setSpacing(0)
        row.addWidget(self._column(self.context_bar, strips, self.front), 1)
        return area

    def add_mode_strip(self, mode: str, strip: QWidget) -> None:
        """Give a mode a strip of controls between the context bar and the picture; it shows with the mode."""
        strip.hide()
        self._strips[mode] = strip
        self._strip_column.addWidget(strip)

    def add_mode_page(self, mode: str, page: QWidget) -> None:
        """Give a mode a page that takes the place of tools, context bar and picture."""
        self._mode_pages[mode] = page
        self._page_banners[mode] = Banner(page, self._icons)
        self._work.addWidget(page)

    def add_strip(self, strip: QWidget) -> None:
        """Give a strip between context bar and picture that shows and hides by itself, whatever the mode."""
        self._strip_column.addWidget(strip)

    def add_cover(self, cover: QWidget) -> None:
        """Give a widget that a mode may show instead of the picture, under its own strips."""
        self.front.addWidget(cover)

    def show_cover(self, cover: QWidget | None) -> None:
        """Show a cover, or the picture again."""
        self.front.setCurrentWidget(self.stage if cover is None else cover)

    @property
    def shown_banner(self) -> Banner:
        """The banner of what is on screen: a message elsewhere would be seen by nobody."""
        if self.at_start:
            return self.start_banner
        shown = self._work.currentWidget()
        return next((self._page_banners[name] for name, page in self._mode_pages.items() if page is shown), self.banner)

    def show_mode(self, mode: str) -> None:
        """Show what was added for ``mode`` and hide what was added for others."""
        for name, strip in self._strips.items():
            strip.setVisible(name == mode)
        page = self._mode_pages.get(mode)
        if page is not None:
            self._work.setCurrentWidget(page)
        else:
            self._work.setCurrentIndex(0)

    def _column(self, *widgets: QWidget) -> QWidget:
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in widgets:
            layout.addWidget(widget, 1 if isinstance(widget, QStackedWidget) else 0)
        return column

    def take_first_size(self) -> None:
        """Fill a small screen, and most of a large one."""
        free = self.screen().availableGeometry()
        if free.width() <= FIRST_SIZE[0] * 1.1 or free.height() <= FIRST_SIZE[1] * 1.1:
            self.setWindowState(Qt.WindowState.WindowMaximized)
            return
        self.resize(round(free.width() * 0.85), round(free.height() * 0.85))
        self.move(free.center() - self.rect().center())

    def give_room(self, dock: QDockWidget) -> None:
        """Make a dock of the right column tall enough to work in; one that is, or floats, stays as it is."""
        if not dock.isFloating() and dock.height() < WORKING_HEIGHT:
            rest = max(self.height() - WORKING_HEIGHT - 2 * DOCK_WIDTH // 3, DOCK_WIDTH // 2) // 2
            self.resizeDocks([self.labels, self.instances, dock], [rest, rest, WORKING_HEIGHT], Qt.Orientation.Vertical)

    @property
    def at_start(self) -> bool:
        """True while no project is open."""
        return self._pages.currentIndex() == 0

    def show_start(self) -> None:
        """Show the start page; docks and status belong to a project."""
        self._pages.setCurrentIndex(0)
        self._show_project_parts(shown=False)
        self.start_page.setFocus()

    def show_work(self) -> None:
        """Show the work area."""
        if self.at_start:
            self._pages.setCurrentIndex(1)
            self._show_project_parts(shown=True)
        self.canvas.setFocus()

    def _show_project_parts(self, *, shown: bool) -> None:
        for dock in self.docks:
            dock.setVisible(shown)
        if shown:
            self.images.raise_()
        self.mode_switch.setVisible(shown)
        self.statusBar().setVisible(shown)

    def show_canvas(self) -> None:
        """Show the image, ready for keys unless somebody is typing."""
        if self.stage.currentWidget() is not self.canvas or self._keys_go_nowhere():
            self.stage.setCurrentWidget(self.canvas)
            self.canvas.setFocus()

    def _keys_go_nowhere(self) -> bool:
        focused = self.focusWidget()
        return focused is None or not focused.isVisible() or isinstance(focused, QAbstractButton)

    def show_empty(self, icon: str, title: str, text: str, button: str = "") -> None:
        """Show, instead of an image, what to do."""
        self.empty_state.show_state(icon, title, text, button)
        self.stage.setCurrentWidget(self.empty_state)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Pass on what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the application end in its order."""
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        event.accept()
