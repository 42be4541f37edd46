"""A skeleton: joints one a line, edges clicked or typed, flip pairs proposed from left and right in the names."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from annotator.dialogs.form import FormDialog, Problem
from annotator.dialogs.label_edit import has_control_characters
from annotator.dialogs.skeleton_drawing import SkeletonDrawing
from annotator.dialogs.skeleton_templates import TEMPLATES, SkeletonTemplate
from annotator.dialogs.skeleton_text import Pair, joint_names, propose_flips, read_pairs, renamed, write_pairs
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, MARGIN, push_button, text_label
from engine.records import SkeletonRecord

_SIZE = (1000, 600)
_HINT = "Click two joints to join or part them. Drag a joint to see better."


@dataclass(frozen=True, slots=True)
class SkeletonDraft:
    """A skeleton as the person wants it; ``edges`` and ``flip_pairs`` index ``joints``."""

    name: str
    joints: tuple[str, ...]
    edges: tuple[Pair, ...]
    flip_pairs: tuple[Pair, ...]


class SkeletonDialog(FormDialog[SkeletonDraft]):
    """Asks for a skeleton; the texts are what counts, the drawing writes into them."""

    def __init__(self, parent: QWidget | None, current: SkeletonRecord | None) -> None:
        """``current`` is the skeleton to start from, None for an empty one."""
        super().__init__(
            parent, "Edit skeleton" if current else "New skeleton", "&Save" if current else "&Add skeleton"
        )
        self.name = QLineEdit()
        self.name.setMaxLength(200)
        self.joints = _lines("Joints, one a line", "nose\nleft_eye\nright_eye")
        self.edges = _lines("Edges, one a line", "nose-left_eye")
        self.flips = _lines("Flip pairs, one a line", "left_eye-right_eye")
        self.drawing = SkeletonDrawing()
        self.hint = text_label(_HINT, "dim", wrap=True)
        self.hint.setMinimumHeight(2 * self.hint.fontMetrics().lineSpacing())
        self.templates = tuple(self._template_button(template) for template in TEMPLATES)
        self.propose = push_button("Pr&opose from names", "link")
        self.propose.setToolTip("Pairs of joints whose names differ only in left and right")
        self._before: tuple[str, ...] = ()
        self._flips_typed = False
        self._writing = False
        self._lay_out()
        self.name.textChanged.connect(self.check)
        self.joints.textChanged.connect(self._joints_changed)
        self.edges.textChanged.connect(self._redraw)
        self.flips.textChanged.connect(self._flips_changed)
        self.propose.clicked.connect(self._propose)
        self.drawing.edge_toggled.connect(self._toggle_edge)
        self.drawing.picked_changed.connect(self._picked_changed)
        if current is not None:
            self._fill(current.name, current.joints, current.edges, current.flip_pairs)
            self._flips_typed = True
        self._redraw()
        self.name.setFocus()
        self.name.selectAll()

    @classmethod
    def ask(cls, parent: QWidget | None, current: SkeletonRecord | None) -> SkeletonDraft | None:
        """Ask for a skeleton; None when the person thought better of it."""
        return cls(parent, current).run()

    def problem(self) -> Problem | None:
        """A skeleton needs a name, joints with different names, and pairs of joints that are there."""
        names = self._names()
        if not self.name.text().strip():
            return Problem("Give the skeleton a name.", missing=True)
        if not names:
            return Problem("Write at least one joint, or start from a template.", missing=True)
        twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
        if twice is not None:
            return Problem(f"Two joints are called '{twice}'. Give each a name of its own.")
        if has_control_characters("".join((self.name.text(), *names))):
            return Problem("A name has a control character in it, such as a tab. Type it again.")
        for what, edit in (("edge", self.edges), ("flip pair", self.flips)):
            bad = read_pairs(edit.toPlainText(), names)[1]
            if bad:
                return Problem(f"The {what} '{bad}' does not name two joints. Write it like {_example(names)}.")
        return None

    def answer(self) -> SkeletonDraft:
        """Return what was filled in."""
        names = self._names()
        edges, _ = read_pairs(self.edges.toPlainText(), names)
        flips, _ = read_pairs(self.flips.toPlainText(), names)
        return SkeletonDraft(self.name.text().strip(), names, edges, flips)

    def use_template(self, template: SkeletonTemplate) -> None:
        """Start from a known skeleton; the name stays if the person gave one."""
        known = {"", *(each.name for each in TEMPLATES)}
        name = template.name if self.name.text().strip() in known else self.name.text()
        self.drawing.place_joints(template.places)
        self._fill(name, template.joints, template.edges, template.flip_pairs)
        self._flips_typed = False
        self._redraw()

    def _names(self) -> tuple[str, ...]:
        return joint_names(self.joints.toPlainText())

    def _fill(self, name: str, joints: tuple[str, ...], edges: tuple[Pair, ...], flips: tuple[Pair, ...]) -> None:
        self._writing = True
        self.name.setText(name)
        self.joints.setPlainText("\n".join(joints))
        self.edges.setPlainText(write_pairs(edges, joints))
        self.flips.setPlainText(write_pairs(flips, joints))
        self._writing = False
        self._before = joints

    def _joints_changed(self) -> None:
        if self._writing:
            return
        names = self._names()
        change = renamed(self._before, names)
        self._writing = True
        if change is not None:
            self.drawing.rename(*change)
            for edit in (self.edges, self.flips):
                pairs, bad = read_pairs(edit.toPlainText(), self._before)
                if not bad and edit.toPlainText().strip():
                    edit.setPlainText(write_pairs(pairs, names))
        if not self._flips_typed:
            self.flips.setPlainText(write_pairs(propose_flips(names), names))
        self._writing = False
        self._before = names
        self._redraw()

    def _flips_changed(self) -> None:
        if not self._writing:
            # From now on the pairs are the person's; emptying the field gives them back to the proposal.
            self._flips_typed = bool(self.flips.toPlainText().strip())
            self.check()

    def _propose(self) -> None:
        names = self._names()
        self.flips.setPlainText(write_pairs(propose_flips(names), names))
        self._flips_typed = False

    def _toggle_edge(self, first: int, second: int) -> None:
        names = self._names()
        pairs = list(read_pairs(self.edges.toPlainText(), names)[0])
        known = [pair for pair in pairs if set(pair) == {first, second}]
        kept = [pair for pair in pairs if pair not in known] if known else [*pairs, (first, second)]
        self.edges.setPlainText(write_pairs(kept, names))

    def _picked_changed(self, joint: int | None) -> None:
        text = _HINT if joint is None else f"Now click the joint to join {self._names()[joint]} with."
        self.hint.setText(text)

    def _redraw(self) -> None:
        if self._writing:
            return
        names = self._names()
        if len(set(names)) == len(names):
            self.drawing.set_skeleton(names, read_pairs(self.edges.toPlainText(), names)[0])
        self.check()

    def _template_button(self, template: SkeletonTemplate) -> QPushButton:
        button = push_button(template.title)
        button.clicked.connect(lambda: self.use_template(template))
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GAP)
        caption = text_label("&Name")
        caption.setBuddy(self.name)
        top.addWidget(caption)
        top.addWidget(self.name, 1)
        top.addSpacing(MARGIN)
        top.addWidget(text_label("Start from", "dim"))
        for button in self.templates:
            top.addWidget(button)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.drawing, 1)
        left.addWidget(self.hint)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * UNIT)
        grid.setVerticalSpacing(UNIT)
        columns = (("&Joints", self.joints), ("&Edges", self.edges), ("&Flip pairs", self.flips))
        for column, (title, edit) in enumerate(columns):
            heading = text_label(title)
            heading.setBuddy(edit)
            grid.addWidget(heading, 0, column)
            grid.addWidget(edit, 1, column)
            grid.setColumnStretch(column, 7 if column else 4)
        grid.addWidget(self.propose, 2, 2, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(MARGIN)
        row.addLayout(left, 5)
        row.addLayout(grid, 11)
        self.body.addLayout(top)
        self.body.addLayout(row, 1)
        self.resize(*_SIZE)


def _lines(name: str, example: str) -> QPlainTextEdit:
    edit = QPlainTextEdit()
    edit.setAccessibleName(name)
    edit.setPlaceholderText(example)
    edit.setTabChangesFocus(True)
    edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    return edit


def _example(names: tuple[str, ...]) -> str:
    return f"{names[0]}-{names[1]}" if len(names) > 1 else "nose-left_eye"
