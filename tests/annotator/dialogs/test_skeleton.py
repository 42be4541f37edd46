from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from annotator.dialogs.joint_table import COLOR, NAME, SIGMA
from annotator.dialogs.skeleton import SkeletonDialog, SkeletonDraft
from annotator.icons import Icons
from annotator.panels.color_menu import ColorMenu
from annotator.tokens import DARK
from engine.records import SkeletonRecord
from engine.skeletons.colors import LEFT, MIDDLE, RIGHT
from engine.skeletons.migration import SkeletonUse
from engine.skeletons.templates import COCO_17, TEMPLATES

if TYPE_CHECKING:
    from conftest import Person


ODD = SkeletonRecord(3, "odd", ("a", "b", "c"), ((2, 0),), ((0, 1),), (), ())
USE = SkeletonUse(("person",), {0b111: 5, 0b011: 2, 0b100: 1})


@pytest.fixture
def icons(qtbot: QtBot) -> Icons:
    return Icons(DARK)


@pytest.fixture
def dialog(qtbot: QtBot, icons: Icons) -> SkeletonDialog:
    shown = SkeletonDialog(None, icons, None)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def click(dialog: SkeletonDialog, joint: int) -> None:
    place = dialog.drawing.joint_position(joint).toPoint()
    QTest.mouseClick(dialog.drawing, Qt.MouseButton.LeftButton, pos=place)


def texts(dialog: SkeletonDialog, joints: str) -> None:
    dialog.joints.set_rows([])
    dialog.joints.add(joints.splitlines())


def editor(dialog: SkeletonDialog) -> QLineEdit:
    return next(edit for edit in dialog.joints.findChildren(QLineEdit) if edit.isVisible())


def enter(dialog: SkeletonDialog) -> None:
    """Press Enter in the cell being edited; Qt commits once the key is done."""
    QTest.keyClick(editor(dialog), Qt.Key.Key_Return)
    QApplication.processEvents()


def typed(dialog: SkeletonDialog, row: int, column: int, text: str) -> None:
    dialog.joints.setCurrentCell(row, column)
    dialog.joints.editItem(dialog.joints.item(row, column))
    editor(dialog).setText(text)
    enter(dialog)


def test_typed_and_clicked(person: Person, icons: Icons) -> None:
    def act(dialog: SkeletonDialog) -> None:
        assert not dialog.accept_button.isEnabled()
        QTest.keyClicks(dialog.name, "face")
        dialog.joints.setCurrentCell(0, NAME)
        QTest.keyClicks(dialog.joints, "n")
        for rest in ("ose", "left_eye", "right_eye"):
            QTest.keyClicks(editor(dialog), rest)
            enter(dialog)
        QTest.keyClicks(dialog.edges, "nose-left_eye")
        click(dialog, 2)
        assert "right_eye" in dialog.hint.text()
        click(dialog, 0)
        QTest.keyClick(dialog.edges, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    draft = person.answers(SkeletonDialog, act, lambda: SkeletonDialog.ask(None, icons, None))
    assert draft == SkeletonDraft(
        "face", ("nose", "left_eye", "right_eye"), ((0, 1), (2, 0)), ((1, 2),), (), (), (None,) * 3
    )


@pytest.mark.parametrize("number", range(3))
def test_a_template_is_whole(person: Person, icons: Icons, number: int) -> None:
    def act(dialog: SkeletonDialog) -> None:
        QTest.mouseClick(dialog.templates[number], Qt.MouseButton.LeftButton)
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    template = TEMPLATES[number]
    draft = person.answers(SkeletonDialog, act, lambda: SkeletonDialog.ask(None, icons, None))
    assert draft == SkeletonDraft(
        template.name,
        template.joints,
        template.edges,
        template.flip_pairs,
        template.sigmas,
        template.colors,
        (None,) * len(template.joints),
    )


def test_a_name_of_ones_own_survives_a_template(dialog: SkeletonDialog) -> None:
    dialog.use_template(TEMPLATES[1])
    dialog.use_template(COCO_17)
    assert dialog.name.text() == COCO_17.name
    dialog.name.setText("people")
    dialog.use_template(TEMPLATES[1])
    assert dialog.answer().name == "people"


def test_what_is_there_is_given_back(person: Person, icons: Icons) -> None:
    draft = person.answers(
        SkeletonDialog,
        lambda dialog: QTest.keyClick(dialog.name, Qt.Key.Key_Return),
        lambda: SkeletonDialog.ask(None, icons, ODD),
    )
    assert draft == SkeletonDraft("odd", ("a", "b", "c"), ((2, 0),), ((0, 1),), (), (), (0, 1, 2))


def test_esc_answers_nothing(person: Person, icons: Icons) -> None:
    def act(dialog: SkeletonDialog) -> None:
        dialog.use_template(COCO_17)
        QTest.keyClick(dialog.joints, Qt.Key.Key_Escape)

    assert person.answers(SkeletonDialog, act, lambda: SkeletonDialog.ask(None, icons, None)) is None


@pytest.mark.parametrize(
    ("joints", "edges", "flips", "words"),
    [
        ("", "", "", "at least one joint"),
        ("nose\nnose", "", "", "Two joints are called 'nose'"),
        ("a\nb", "a-c", "", "'a-c' does not name two joints. Write it like a-b."),
        ("a\nb", "", "a-a", "The flip pair 'a-a'"),
        ("a\nb\nc", "", "a-b\na-c", "'a' is in two flip pairs"),
        ("a\x07\nb", "", "", "control character"),
    ],
)
def test_what_is_wrong_is_said(dialog: SkeletonDialog, joints: str, edges: str, flips: str, words: str) -> None:
    dialog.name.setText("thing")
    texts(dialog, joints)
    dialog.edges.setPlainText(edges)
    dialog.flips.setPlainText(flips)
    assert not dialog.accept_button.isEnabled()
    problem = dialog.problem()
    assert problem is not None
    assert words in problem.text


def test_clicking_two_joined_joints_parts_them(dialog: SkeletonDialog) -> None:
    dialog.use_template(COCO_17)
    click(dialog, 0)
    click(dialog, 1)
    assert set(dialog.answer().edges) == set(COCO_17.edges) - {(0, 1)}


def test_a_click_beside_or_on_the_same_joint_joins_nothing(dialog: SkeletonDialog) -> None:
    dialog.use_template(COCO_17)
    click(dialog, 0)
    QTest.mouseClick(dialog.drawing, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    click(dialog, 9)
    click(dialog, 9)
    assert dialog.answer().edges == COCO_17.edges


def test_a_renamed_joint_keeps_its_edges(dialog: SkeletonDialog) -> None:
    dialog.use_template(COCO_17)
    before = dialog.drawing.joint_position(0)
    typed(dialog, 0, NAME, "snout")
    draft = dialog.answer()
    assert draft.joints[0] == "snout"
    assert draft.edges == COCO_17.edges
    assert draft.flip_pairs == COCO_17.flip_pairs
    assert dialog.drawing.joint_position(0) == before
    assert dialog.accept_button.isEnabled()


def test_flip_pairs_are_proposed_until_typed(dialog: SkeletonDialog) -> None:
    texts(dialog, "left_a\nright_a")
    assert dialog.answer().flip_pairs == ((0, 1),)
    dialog.joints.add(["x", "y"])
    dialog.flips.setPlainText("x-y")
    dialog.joints.add(["left_b", "right_b"])
    assert dialog.answer().flip_pairs == ((2, 3),)
    QTest.mouseClick(dialog.propose, Qt.MouseButton.LeftButton)
    assert dialog.answer().flip_pairs == ((0, 1), (4, 5))


def test_a_joint_can_be_dragged(dialog: SkeletonDialog) -> None:
    dialog.use_template(COCO_17)
    start, end = dialog.drawing.joint_position(0).toPoint(), QPoint(40, 300)
    QTest.mousePress(dialog.drawing, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(dialog.drawing, end)
    QTest.mouseRelease(dialog.drawing, Qt.MouseButton.LeftButton, pos=end)
    assert (dialog.drawing.joint_position(0).toPoint() - end).manhattanLength() <= 2
    click(dialog, 1)
    assert dialog.hint.text().endswith("left_eye with.")


def test_tab_leaves_the_texts(dialog: SkeletonDialog) -> None:
    dialog.activateWindow()
    dialog.joints.setFocus()
    QTest.keyClick(dialog.joints, Qt.Key.Key_Tab)
    assert not dialog.joints.hasFocus()
    assert not dialog.joints.rows


@pytest.fixture
def stored(qtbot: QtBot, icons: Icons) -> SkeletonDialog:
    """A skeleton that eight poses were placed with."""
    shown = SkeletonDialog(None, icons, ODD, use=USE, taken=("taken",))
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_a_removed_joint_is_previewed_and_takes_its_edges_along(stored: SkeletonDialog) -> None:
    assert stored.notice().startswith("8 poses keep all joints.")
    stored.joints.choose(2)
    QTest.keyClick(stored.joints, Qt.Key.Key_Delete)
    assert stored.sentence.text().startswith(
        "6 of 8 poses lose c. 1 pose is left without a joint. 2 poses keep all joints."
    )
    assert stored.sentence.property("role") == "warning"
    assert stored.accept_button.text() == "&Save and drop these joints"
    draft = stored.answer()
    assert (draft.joints, draft.sources, draft.edges, draft.flip_pairs) == (("a", "b"), (0, 1), (), ((0, 1),))
    stored.joints.add(["c"])
    assert stored.answer().sources == (0, 1, None)


def test_renamed_and_reordered_joints_keep_who_they_are(stored: SkeletonDialog) -> None:
    typed(stored, 0, NAME, "alpha")
    stored.joints.choose(0)
    QTest.mouseClick(stored.down, Qt.MouseButton.LeftButton)
    QTest.keyClick(stored.joints, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    draft = stored.answer()
    assert (draft.joints, draft.sources) == (("b", "c", "alpha"), (1, 2, 0))
    assert (draft.edges, draft.flip_pairs) == (((1, 2),), ((2, 0),))
    assert not stored.preview().loses
    assert "Renamed: a to alpha. Joints change their order." in stored.notice()
    assert stored.accept_button.text() == "&Save"


def test_a_template_matches_stored_joints_by_name(qtbot: QtBot, icons: Icons) -> None:
    lsp = TEMPLATES[1]
    record = SkeletonRecord(1, "people", lsp.joints, lsp.edges, lsp.flip_pairs, lsp.sigmas, lsp.colors)
    dialog = SkeletonDialog(None, icons, record, use=SkeletonUse(("person",), {2**14 - 1: 3}))
    qtbot.addWidget(dialog)
    dialog.use_template(COCO_17)
    draft = dialog.answer()
    kept = [lsp.joints[source] for source in draft.sources if source is not None]
    assert len(kept) == 12
    assert [draft.joints[place] for place, source in enumerate(draft.sources) if source is not None] == kept
    assert dict(dialog.preview().lost) == {"neck": 3, "head_top": 3}
    assert draft.name == "people"


def test_sigmas_are_given_to_all_or_none(dialog: SkeletonDialog) -> None:
    dialog.name.setText("duo")
    texts(dialog, "a\nb")
    typed(dialog, 0, SIGMA, "0,05")
    assert "'b' has no sigma" in dialog.sentence.text()
    typed(dialog, 1, SIGMA, "two")
    assert "'two' of 'b' is not a number" in dialog.sentence.text()
    typed(dialog, 1, SIGMA, "0.1")
    assert dialog.answer().sigmas == (0.05, 0.1)


def test_colours_by_side_and_one_by_one(dialog: SkeletonDialog) -> None:
    texts(dialog, "nose\nleft_eye\nright_eye")
    QTest.mouseClick(dialog.color_sides, Qt.MouseButton.LeftButton)
    assert dialog.answer().colors == (MIDDLE, LEFT, RIGHT)
    QTest.mouseClick(
        dialog.joints.viewport(),
        Qt.MouseButton.LeftButton,
        pos=dialog.joints.visualItemRect(dialog.joints.item(1, COLOR)).center(),
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, ColorMenu)
    QTest.mouseClick(menu.buttons[1], Qt.MouseButton.LeftButton)
    assert dialog.answer().colors == (MIDDLE, menu.buttons[1].toolTip(), RIGHT)


def test_names_are_pasted(dialog: SkeletonDialog) -> None:
    QApplication.clipboard().setText("a\n\n b \nc")
    dialog.joints.setFocus()
    QTest.keyClick(dialog.joints, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dialog.answer().joints == ("a", "b", "c")


def test_a_taken_name_is_refused(stored: SkeletonDialog) -> None:
    stored.name.setText("taken")
    assert "already" in stored.sentence.text()
    assert not stored.accept_button.isEnabled()
