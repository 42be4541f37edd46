"""A skeleton: joints as rows, edges clicked or typed, flip pairs proposed; what stored poses lose is said at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from annotator.dialogs.form import FormDialog, Problem
from annotator.dialogs.joint_table import JointRow, JointTable
from annotator.dialogs.label_edit import has_control_characters
from annotator.dialogs.skeleton_drawing import SkeletonDrawing
from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, MARGIN, push_button, set_role, text_label
from engine.records import SkeletonRecord
from engine.skeletons.colors import MIDDLE, side_colors
from engine.skeletons.migration import Migration, SkeletonUse, Sources, by_name, migration, words
from engine.skeletons.names import Pair, propose_flips, read_pairs, write_pairs
from engine.skeletons.templates import TEMPLATES, SkeletonTemplate, places_of

_SIZE = (1160, 680)
_HINT = "Click two joints to join or part them. Drag a joint to see better."
_NO_USE = SkeletonUse()


@dataclass(frozen=True, slots=True)
class SkeletonDraft:
    """A skeleton as the person wants it; pairs index ``joints``, ``sources`` say which stored joint each one was."""

    name: str
    joints: tuple[str, ...]
    edges: tuple[Pair, ...]
    flip_pairs: tuple[Pair, ...]
    sigmas: tuple[float, ...] = ()
    colors: tuple[str, ...] = ()
    sources: Sources = ()


class SkeletonDialog(FormDialog[SkeletonDraft]):
    """Asks for a skeleton; rows and texts are what counts, the drawing writes into them."""

    def __init__(
        self,
        parent: QWidget | None,
        icons: Icons,
        current: SkeletonRecord | None,
        *,
        use: SkeletonUse = _NO_USE,
        taken: Sequence[str] = (),
    ) -> None:
        """``current`` is the skeleton to start from, None for an empty one; ``use`` tells of the poses it has.

        ``taken`` are the names of the other skeletons.
        """
        super().__init__(
            parent, "Edit skeleton" if current else "New skeleton", "&Save" if current else "&Add skeleton"
        )
        self._stored = current
        self._use = use
        self._taken = frozenset(taken)
        self.name = QLineEdit()
        self.name.setMaxLength(200)
        self.joints = JointTable(icons)
        self.edges = _lines("Edges, one a line", "nose-left_eye")
        self.flips = _lines("Flip pairs, one a line", "left_eye-right_eye")
        self.drawing = SkeletonDrawing()
        self.hint = text_label(_HINT, "dim", wrap=True)
        self.hint.setMinimumHeight(2 * self.hint.fontMetrics().lineSpacing())
        self.templates = tuple(self._template_button(template) for template in TEMPLATES)
        self.propose = push_button("Pr&opose from names", "link")
        self.propose.setToolTip("Pairs of joints whose names differ only in left and right")
        self.color_sides = push_button("Co&lour the sides", "link")
        self.color_sides.setToolTip("Left, right and middle joints apart, so that swapped sides are seen at a glance")
        self.up, self.down, self.remove = push_button("&Up"), push_button("Do&wn"), push_button("&Remove")
        for button, tip in (
            (self.up, "Alt+Up. Joints are placed in this order"),
            (self.down, "Alt+Down. Joints are placed in this order"),
            (self.remove, "Delete"),
        ):
            button.setToolTip(tip)
        self._before: tuple[JointRow, ...] = ()
        self._flips_typed = False
        self._writing = False
        self._lay_out()
        self._connect()
        if current is not None:
            self.drawing.place_joints(places_of(current.joints))
            self._fill(current, tuple(range(len(current.joints))))
            self._flips_typed = True
        self._redraw()
        self.name.setFocus()
        self.name.selectAll()

    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        icons: Icons,
        current: SkeletonRecord | None,
        *,
        use: SkeletonUse = _NO_USE,
        taken: Sequence[str] = (),
    ) -> SkeletonDraft | None:
        """Ask for a skeleton; None when the person thought better of it."""
        return cls(parent, icons, current, use=use, taken=taken).run()

    def problem(self) -> Problem | None:
        """A skeleton needs a name, joints with different names, and pairs of joints that are there."""
        names = self._names()
        if not self.name.text().strip():
            return Problem("Give the skeleton a name.", missing=True)
        if self.name.text().strip() in self._taken:
            return Problem(f"There is a skeleton '{self.name.text().strip()}' already. Choose another name.")
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
        flipped = [joint for pair in read_pairs(self.flips.toPlainText(), names)[0] for joint in pair]
        if len(set(flipped)) < len(flipped):
            name = next(names[joint] for joint in flipped if flipped.count(joint) > 1)
            return Problem(f"'{name}' is in two flip pairs. A joint has one mirror image.")
        return self._sigma_problem()

    def _sigma_problem(self) -> Problem | None:
        rows = self.joints.rows
        if not any(row.sigma for row in rows):
            return None
        for row in rows:
            if not row.sigma:
                return Problem(f"'{row.name}' has no sigma. Give every joint one, or none.", missing=True)
            if not 0 < _number(row.sigma) < 1:
                return Problem(f"The sigma '{row.sigma}' of '{row.name}' is not a number between 0 and 1, like 0.079.")
        return None

    def notice(self) -> str:
        """Say what happens to the poses that are stored."""
        if not self._use.poses:
            return ""
        used = ", ".join(self._use.labels[:3]) + (" and more" if len(self._use.labels) > 3 else "")
        return f"{words(self.preview())} (Labels: {used}.)"

    def preview(self) -> Migration:
        """Return what saving would do to the poses that are stored."""
        rows = self.joints.rows
        before = self._stored.joints if self._stored is not None else ()
        return migration(before, [row.name for row in rows], tuple(row.source for row in rows), self._use)

    def check(self) -> None:
        """Look again; where stored joints would go, say so in the colour of warnings and on the button."""
        super().check()
        if self._stored is None:
            return
        loses = self.problem() is None and self.preview().loses
        self.accept_button.setText("&Save and drop these joints" if loses else "&Save")
        if loses:
            set_role(self.sentence, "warning")

    def answer(self) -> SkeletonDraft:
        """Return what was filled in."""
        rows, names = self.joints.rows, self._names()
        edges, _ = read_pairs(self.edges.toPlainText(), names)
        flips, _ = read_pairs(self.flips.toPlainText(), names)
        return SkeletonDraft(
            self.name.text().strip(),
            names,
            edges,
            flips,
            tuple(_number(row.sigma) for row in rows) if any(row.sigma for row in rows) else (),
            tuple(row.color or MIDDLE for row in rows) if any(row.color for row in rows) else (),
            tuple(row.source for row in rows),
        )

    def use_template(self, template: SkeletonTemplate) -> None:
        """Start from a known skeleton; the name stays if the person gave one, stored joints are matched by name."""
        known = {"", *(each.name for each in TEMPLATES)}
        self.drawing.place_joints(template.places)
        sources = by_name(self._stored.joints, template.joints) if self._stored else (None,) * len(template.joints)
        name = template.name if self.name.text().strip() in known else self.name.text()
        self._fill(template, sources)
        self.name.setText(name)
        self._flips_typed = False
        self._redraw()

    def _names(self) -> tuple[str, ...]:
        return tuple(row.name for row in self.joints.rows)

    def _fill(self, skeleton: SkeletonRecord | SkeletonTemplate, sources: Sources) -> None:
        joints = skeleton.joints
        sigmas = [f"{sigma:g}" for sigma in skeleton.sigmas] or [""] * len(joints)
        colors = skeleton.colors or ("",) * len(joints)
        rows = [JointRow(*each) for each in zip(joints, sigmas, colors, sources, strict=True)]
        self._writing = True
        self.name.setText(skeleton.name)
        self.joints.set_rows(rows)
        self.edges.setPlainText(write_pairs(skeleton.edges, joints))
        self.flips.setPlainText(write_pairs(skeleton.flip_pairs, joints))
        self._writing = False
        self._before = self.joints.rows

    def _joints_changed(self) -> None:
        if self._writing:
            return
        before, rows = self._before, self.joints.rows
        self._before = rows
        names = tuple(row.name for row in rows)
        self._writing = True
        # Joints are followed by their keys, so a renamed one keeps its edges and a removed one takes them along.
        places = {row.key: place for place, row in enumerate(rows)}
        follow = [places.get(row.key) for row in before]
        for old, place in zip(before, follow, strict=True):
            if place is not None and rows[place].name != old.name:
                self.drawing.rename(old.name, rows[place].name)
        for edit in (self.edges, self.flips):
            pairs, bad = read_pairs(edit.toPlainText(), [row.name for row in before])
            if not bad and edit.toPlainText().strip():
                moved = [(follow[first], follow[second]) for first, second in pairs]
                kept = [(first, second) for first, second in moved if first is not None and second is not None]
                edit.setPlainText(write_pairs(kept, names))
        if not self._flips_typed:
            self.flips.setPlainText(write_pairs(propose_flips(names), names))
        self._writing = False
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

    def _color_sides(self) -> None:
        rows = self.joints.rows
        colors = side_colors([row.name for row in rows]) or ("",) * len(rows)
        changed = [
            JointRow(row.name, row.sigma, color, row.source, row.key) for row, color in zip(rows, colors, strict=True)
        ]
        self.joints.set_rows(changed)

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
            edges = read_pairs(self.edges.toPlainText(), names)[0]
            self.drawing.set_skeleton(names, edges, [row.color for row in self.joints.rows])
        self.check()

    def _template_button(self, template: SkeletonTemplate) -> QPushButton:
        button = push_button(template.title)
        button.clicked.connect(lambda: self.use_template(template))
        return button

    def _connect(self) -> None:
        self.name.textChanged.connect(self.check)
        self.joints.changed.connect(self._joints_changed)
        self.edges.textChanged.connect(self._redraw)
        self.flips.textChanged.connect(self._flips_changed)
        self.propose.clicked.connect(self._propose)
        self.color_sides.clicked.connect(self._color_sides)
        self.up.clicked.connect(lambda: self.joints.move_chosen(-1))
        self.down.clicked.connect(lambda: self.joints.move_chosen(1))
        self.remove.clicked.connect(self.joints.remove_chosen)
        self.drawing.edge_toggled.connect(self._toggle_edge)
        self.drawing.picked_changed.connect(self._picked_changed)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GAP)
        caption = text_label("&Name")
        caption.setBuddy(self.name)
        top.addWidget(caption)
        top.addWidget(self.name, 1)
        top.addSpacing(MARGIN)
        top.addWidget(text_label("Start from" if self._stored is None else "Change to", "dim"))
        for button in self.templates:
            top.addWidget(button)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.drawing, 1)
        left.addWidget(self.hint)
        below = QHBoxLayout()
        below.setSpacing(GAP)
        for widget in (self.up, self.down, self.remove):
            below.addWidget(widget)
        below.addStretch(1)
        below.addWidget(self.color_sides)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * UNIT)
        grid.setVerticalSpacing(UNIT)
        columns = (("&Joints", self.joints), ("&Edges", self.edges), ("&Flip pairs", self.flips))
        for column, (title, edit) in enumerate(columns):
            heading = text_label(title)
            heading.setBuddy(edit)
            grid.addWidget(heading, 0, column)
            grid.addWidget(edit, 1, column)
            grid.setColumnStretch(column, (9, 6, 7)[column])
        grid.addLayout(below, 2, 0)
        grid.addWidget(self.propose, 2, 2, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(MARGIN)
        row.addLayout(left, 5)
        row.addLayout(grid, 13)
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


def _number(text: str) -> float:
    """Return the number typed, with a point or a comma; nan where it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")
