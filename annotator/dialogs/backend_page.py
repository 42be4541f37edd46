"""One backend: what it is, what it lacks, under which licence, and the buttons that use, get, add or remove it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from annotator.controllers.backend_files import Said, Transfer
from annotator.dialogs.backend_words import facts, long, mark, progress
from annotator.dialogs.form import breakable
from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, MARGIN, push_button, set_role, text_label
from engine.inference.cards import BackendCard
from engine.measure.words import size

_STEPS = 1000


class BackendPage(QWidget):
    """Shows a card; every button emits, nothing is done here."""

    use_asked = Signal(str)
    get_asked = Signal(str)
    add_asked = Signal(str, object)
    """(name, ``Path`` of a file or folder)."""
    remove_asked = Signal(str)
    stop_asked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Shows nothing until told."""
        super().__init__()
        self._icons = icons
        self._card: BackendCard | None = None
        self._transfer: Transfer | None = None
        self._in_use = False
        self.title = text_label("", "heading", wrap=True)
        self.description = text_label("", "dim", wrap=True)
        self._mark = QLabel()
        self.state = _selectable()
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(MARGIN)
        self._facts.setVerticalSpacing(UNIT)
        self._facts.setColumnStretch(1, 1)
        self.accepted = QCheckBox("I have read this licence and accept it:")
        self.accepted.toggled.connect(self._show_buttons)
        self.accept_link = _selectable()
        self.said = _selectable()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.progress = text_label("", "dim")
        self.stop_button = push_button("Cancel")
        self.use_button = push_button("&Use", "primary")
        self.get_button = push_button("&Get", "primary")
        self.file_button = push_button("Add &file...")
        self.folder_button = push_button("Add f&older...")
        self.remove_button = push_button("&Remove")
        self._moving = QWidget()
        self._arrange()
        self.use_button.clicked.connect(lambda: self.use_asked.emit(self._name))
        self.get_button.clicked.connect(lambda: self.get_asked.emit(self._name))
        self.file_button.clicked.connect(self.browse_file)
        self.folder_button.clicked.connect(self.browse_folder)
        self.remove_button.clicked.connect(self._remove)
        self.stop_button.clicked.connect(self.stop_asked)
        icons.changed.connect(self._show_mark)

    def show_card(
        self, card: BackendCard | None, *, in_use: bool, transfer: Transfer | None, said: Said | None
    ) -> None:
        """Show a backend; ``transfer`` is the one under way, whichever backend it is for."""
        if card is None:
            self.hide()
            return
        self.show()
        if self._card is None or card.name != self._card.name:
            self.accepted.setChecked(False)
        if card != self._card:
            self._fill(card)
        self._card, self._in_use, self._transfer = card, in_use, transfer
        self.state.setText(long(card, in_use=in_use))
        self._show_mark()
        self._show_said(said)
        self._show_transfer()
        self._show_buttons()

    def browse_file(self) -> None:
        """Let the person choose a file of weights."""
        words = "Weights (*.safetensors *.pth *.pt *.bin *.onnx);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self, f"Weights for {self.title.text()}", "", words)
        if chosen:
            self.add_asked.emit(self._name, Path(chosen))

    def browse_folder(self) -> None:
        """Let the person choose a folder as Hugging Face publishes them."""
        chosen = QFileDialog.getExistingDirectory(self, f"Folder of weights for {self.title.text()}")
        if chosen:
            self.add_asked.emit(self._name, Path(chosen))

    @property
    def _name(self) -> str:
        return "" if self._card is None else self._card.name

    def _arrange(self) -> None:
        state = QHBoxLayout()
        state.setSpacing(GAP)
        state.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self.state, 1)
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        inside.setSpacing(2 * UNIT)
        inside.addLayout(state)
        inside.addLayout(self._facts)
        moving = QHBoxLayout(self._moving)
        moving.setContentsMargins(0, 0, 0, 0)
        moving.setSpacing(GAP)
        words = QVBoxLayout()
        words.setSpacing(UNIT)
        words.addWidget(self.progress)
        words.addWidget(self.bar)
        moving.addLayout(words, 1)
        moving.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignBottom)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        for button in (self.use_button, self.get_button, self.file_button, self.folder_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.remove_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(self.title)
        layout.addWidget(self.description)
        layout.addWidget(card)
        layout.addWidget(self.accepted)
        layout.addWidget(self.accept_link)
        layout.addWidget(self.said)
        layout.addStretch(1)
        layout.addWidget(self._moving)
        layout.addLayout(buttons)

    def _fill(self, card: BackendCard) -> None:
        self.title.setText(card.title)
        self.description.setText(card.description)
        while (item := self._facts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, (name, value) in enumerate(facts(card)):
            self._facts.addWidget(text_label(name, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            shown = _selectable()
            shown.setText(breakable(value))
            self._facts.addWidget(shown, row, 1)
        self.remove_button.setText("&Remove")

    def _show_mark(self) -> None:
        if self._card is not None:
            icon, color = mark(self._card, self._icons.tokens, in_use=self._in_use)
            self._mark.setPixmap(self._icons.get(icon, color=color).pixmap(QSize(18, 18)))

    def _show_said(self, said: Said | None) -> None:
        self.said.setText("" if said is None else breakable(said.text))
        self.said.setVisible(said is not None)
        set_role(self.said, "error" if said is not None and said.kind == "error" else "dim")

    def _show_transfer(self) -> None:
        transfer = self._transfer
        ours = transfer is not None and transfer.name == self._name
        self._moving.setVisible(ours)
        if transfer is None or not ours:
            return
        self.progress.setText(progress(transfer))
        known = transfer.kind == "get" and bool(transfer.total)
        self.bar.setRange(0, _STEPS if known else 0)
        self.bar.setValue(round(_STEPS * transfer.done / transfer.total) if transfer.total else 0)
        self.stop_button.setEnabled(not transfer.stopping)

    def _show_buttons(self) -> None:
        card = self._card
        if card is None:
            return
        idle = self._transfer is None
        asks = bool(card.accept) and not card.kept
        self.accepted.setVisible(asks)
        self.accept_link.setVisible(asks)
        self.accept_link.setText(card.accept)
        self.use_button.setVisible(card.task == "mask")
        self.use_button.setEnabled(card.state == "ready" and not self._in_use)
        self.get_button.setVisible(bool(card.source) and not card.kept and not self._moving.isVisibleTo(self))
        self.get_button.setEnabled(idle and (not asks or self.accepted.isChecked()))
        self.get_button.setText("&Go on" if card.begun else f"&Get {size(card.size)}" if card.size else "&Get")
        for button in (self.file_button, self.folder_button):
            button.setVisible(card.takes_weights)
            button.setEnabled(idle)
        self.remove_button.setVisible(card.ours or bool(card.begun))
        self.remove_button.setEnabled(idle and not self._in_use)
        self.remove_button.setToolTip("Use another backend first." if self._in_use else "")

    def _remove(self) -> None:
        """Delete at the second press: the first one says how much would have to be fetched again."""
        card = self._card
        if card is None:
            return
        sure = f"&Remove {size(card.kept_size or card.begun)} for good"
        if self.remove_button.text() == sure:
            self.remove_button.setText("&Remove")
            self.remove_asked.emit(card.name)
        else:
            self.remove_button.setText(sure)


def _selectable() -> QLabel:
    label = text_label("", wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return label
