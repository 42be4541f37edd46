"""The shape of every dialog that asks: fields, one sentence on what is missing or wrong, and two buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, MARGIN, push_button, set_role, text_label

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form cannot be accepted yet; ``missing`` is something still to fill in, not something wrong."""

    text: str
    missing: bool = False


class FormDialog(QDialog, Generic[AnswerT]):
    """Fields above, a sentence and the buttons below; accepting is possible only while there is no problem.

    Subclasses fill ``body``, connect their fields to ``check``, and say in ``problem`` and ``answer`` what it means.
    """

    def __init__(self, parent: QWidget | None, title: str, accept_text: str) -> None:
        """``accept_text`` names what accepting does, with a mnemonic."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.body = QVBoxLayout()
        self.body.setSpacing(3 * UNIT)
        self.sentence = text_label("", "dim", wrap=True)
        self.sentence.setObjectName("sentence")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing())
        self.accept_button = push_button(accept_text, "primary")
        self.cancel_button = push_button("Cancel")
        self._buttons = QDialogButtonBox()
        self._buttons.addButton(self.accept_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self.accept_if_fine)
        self._buttons.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(MARGIN)
        foot.addWidget(self.sentence, 1)
        foot.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignBottom)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(5 * UNIT, MARGIN, 5 * UNIT, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addLayout(self.body, 1)
        layout.addLayout(foot)
        self.accept_button.setDefault(True)
        # Fields of several lines keep Enter for themselves.
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.accept_if_fine)

    def problem(self) -> Problem | None:
        """Return what keeps the form from being accepted."""
        return None

    def notice(self) -> str:
        """Return what is good to know while nothing is wrong."""
        return ""

    def answer(self) -> AnswerT:
        """Return what was filled in; asked for only while there is no problem."""
        raise NotImplementedError

    @Slot()
    def check(self) -> None:
        """Look again whether the form can be accepted, and say why not."""
        problem = self.problem()
        self.accept_button.setEnabled(problem is None)
        self.sentence.setText(breakable(self.notice() if problem is None else problem.text))
        set_role(self.sentence, "dim" if problem is None or problem.missing else "error")
        self._make_room()

    def _make_room(self) -> None:
        self._layout.activate()
        needed = self._layout.totalHeightForWidth(self.width())
        if self.isVisible() and needed > self.height():
            self.resize(self.width(), needed)

    @Slot()
    def accept_if_fine(self) -> None:
        """Accept unless something is missing or wrong."""
        self.check()
        if self.accept_button.isEnabled():
            self.accept()

    def run(self) -> AnswerT | None:
        """Show the dialog, wait for the person, return the answer or None; the dialog is gone afterwards."""
        self.check()
        accepted = self.exec() == QDialog.DialogCode.Accepted
        answer = self.answer() if accepted else None
        self.deleteLater()
        return answer


def breakable(text: str) -> str:
    """Return the text with unseen places where a long path may be broken into lines."""
    return "".join(f"{each}\N{ZERO WIDTH SPACE}" if each in "/\\_" else each for each in text)


def form_layout() -> QFormLayout:
    """Return rows of label and field, aligned left, fields as wide as there is room."""
    form = QFormLayout()
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setHorizontalSpacing(MARGIN)
    form.setVerticalSpacing(GAP + UNIT // 2)
    return form
