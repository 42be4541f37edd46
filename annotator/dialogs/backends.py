"""The backends: which there are, which is in use, and how to come by the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from annotator.controllers.backend_files import Said, Transfer
from annotator.dialogs.backend_list import BackendList
from annotator.dialogs.backend_page import BackendPage
from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, MARGIN, push_button, text_label
from engine.inference.cards import BackendCard

_SIZE = (800, 520)
_SMALLEST = (740, 420)
_LIST_WIDTH = 240


@dataclass(frozen=True, slots=True)
class BackendsView:
    """All that is shown: the backends, the one in use and how it runs, what lies on the disk, what is on its way, what
    was said last."""

    cards: Sequence[BackendCard] = ()
    in_use: str = ""
    running: str = ""
    disk: str = ""
    transfer: Transfer | None = None
    said: Mapping[str, Said] = field(default_factory=dict)


class BackendsDialog(QDialog):
    """List at the left, the chosen backend at the right; ``page`` emits what the person asks for."""

    clear_asked = Signal()
    """The encoded images on the disk are to go."""

    def __init__(self, parent: QWidget | None, icons: Icons) -> None:
        """Empty until ``show_view``."""
        super().__init__(parent)
        self.setWindowTitle("Backends")
        self.setMinimumSize(*_SMALLEST)
        self.resize(*_SIZE)
        self._view = BackendsView()
        self.list = BackendList(icons)
        self.list.setFixedWidth(_LIST_WIDTH)
        self.page = BackendPage(icons)
        self.running = text_label("", "dim", wrap=True)
        self.disk = text_label("", "dim", wrap=True)
        self.clear_button = push_button("&Delete them")
        self.clear_button.setToolTip("Delete the encoded images on the disk; they are encoded again when needed")
        self.clear_button.clicked.connect(self.clear_asked)
        self.close_button = push_button("&Close")
        self.close_button.clicked.connect(self.accept)
        self.list.chosen.connect(lambda _name: self._show_page())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.page)
        self.page.setProperty("role", "page")
        columns = QHBoxLayout()
        columns.setSpacing(MARGIN)
        columns.addWidget(self.list)
        columns.addWidget(scroll, 1)
        words = QVBoxLayout()
        words.setSpacing(UNIT)
        words.addWidget(self.running)
        words.addWidget(self.disk)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addLayout(words, 1)
        foot.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignBottom)
        foot.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(GAP + 4)
        layout.addLayout(columns, 1)
        layout.addLayout(foot)
        self.list.setFocus()

    def show_view(self, view: BackendsView) -> None:
        """Show how things are now."""
        self._view = view
        self.list.show_cards(view.cards, view.in_use, view.transfer)
        self.running.setText(view.running)
        self.disk.setText(view.disk)
        self.disk.setVisible(bool(view.disk))
        self.clear_button.setVisible(bool(view.disk))
        self._show_page()

    def _show_page(self) -> None:
        name = self.list.current
        card = next((each for each in self._view.cards if each.name == name), None)
        said = self._view.said.get(name)
        self.page.show_card(card, in_use=name == self._view.in_use, transfer=self._view.transfer, said=said)
