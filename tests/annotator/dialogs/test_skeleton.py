from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.skeleton import SkeletonDialog, SkeletonDraft
from annotator.dialogs.skeleton_templates import COCO_17, TEMPLATES
from engine.records import SkeletonRecord

if TYPE_CHECKING:
    from conftest import Person


@pytest.fixture
def dialog(qtbot: QtBot) -> SkeletonDialog:
    shown = SkeletonDialog(None, None)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def click(dialog: SkeletonDialog, joint: int) -> None:
    place = dialog.drawing.joint_position(joint).toPoint()
    QTest.mouseClick(dialog.drawing, Qt.MouseButton.LeftButton, pos=place)


def test_typed_and_clicked(person: Person) -> None:
    def act(dialog: SkeletonDialog) -> None:
        assert not dialog.accept_button.isEnabled()
        QTest.keyClicks(dialog.name, "face")
        QTest.keyClicks(dialog.joints, "nose\rleft_eye\rright_eye")
        QTest.keyClicks(dialog.edges, "nose-left_eye")
        click(dialog, 2)
        assert "right_eye" in dialog.hint.text()
        click(dialog, 0)
        QTest.keyClick(dialog.edges, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    draft = person.answers(SkeletonDialog, act, lambda: SkeletonDialog.ask(None, None))
    assert draft == SkeletonDraft("face", ("nose", "left_eye", "right_eye"), ((0, 1), (2, 0)), ((1, 2),))


@pytest.mark.parametrize("number", range(3))
def test_a_template_is_whole(person: Person, number: int) -> None:
    def act(dialog: SkeletonDialog) -> None:
        QTest.mouseClick(dialog.templates[number], Qt.MouseButton.LeftButton)
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    template = TEMPLATES[number]
    draft = person.answers(SkeletonDialog, act, lambda: SkeletonDialog.ask(None, None))
    assert draft == SkeletonDraft(template.name, template.joints, template.edges, template.flip_pairs)


def test_a_name_of_ones_own_survives_a_template(dialog: SkeletonDialog) -> None:
    dialog.use_template(TEMPLATES[1])
    dialog.use_template(COCO_17)
    assert dialog.name.text() == COCO_17.name
    dialog.name.setText("people")
    dialog.use_template(TEMPLATES[1])
    assert dialog.answer().name == "people"


def test_what_is_there_is_given_back(person: Person) -> None:
    stored = SkeletonRecord(3, "odd", ("a", "b", "c"), ((2, 0),), ((0, 1),), ())
    draft = person.answers(
        SkeletonDialog,
        lambda dialog: QTest.keyClick(dialog.name, Qt.Key.Key_Return),
        lambda: SkeletonDialog.ask(None, stored),
    )
    assert draft == SkeletonDraft("odd", ("a", "b", "c"), ((2, 0),), ((0, 1),))


def test_esc_answers_nothing(person: Person) -> None:
    def act(dialog: SkeletonDialog) -> None:
        dialog.use_template(COCO_17)
        QTest.keyClick(dialog.joints, Qt.Key.Key_Escape)

    assert person.answers(SkeletonDialog, act, lambda: SkeletonDialog.ask(None, None)) is None


@pytest.mark.parametrize(
    ("joints", "edges", "flips", "words"),
    [
        ("", "", "", "at least one joint"),
        ("nose\nnose", "", "", "Two joints are called 'nose'"),
        ("a\nb", "a-c", "", "'a-c' does not name two joints. Write it like a-b."),
        ("a\nb", "", "a-a", "The flip pair 'a-a'"),
        ("a\x07\nb", "", "", "control character"),
    ],
)
def test_what_is_wrong_is_said(dialog: SkeletonDialog, joints: str, edges: str, flips: str, words: str) -> None:
    dialog.name.setText("thing")
    dialog.joints.setPlainText(joints)
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
    dialog.joints.setPlainText(dialog.joints.toPlainText().replace("nose", "snout"))
    draft = dialog.answer()
    assert draft.joints[0] == "snout"
    assert draft.edges == COCO_17.edges
    assert draft.flip_pairs == COCO_17.flip_pairs
    assert dialog.drawing.joint_position(0) == before
    assert dialog.accept_button.isEnabled()


def test_flip_pairs_are_proposed_until_typed(dialog: SkeletonDialog) -> None:
    dialog.joints.setPlainText("left_a\nright_a")
    assert dialog.answer().flip_pairs == ((0, 1),)
    dialog.joints.setPlainText("left_a\nright_a\nx\ny")
    dialog.flips.setPlainText("x-y")
    dialog.joints.appendPlainText("left_b\nright_b")
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
    assert dialog.edges.hasFocus()
    assert dialog.joints.toPlainText() == ""
