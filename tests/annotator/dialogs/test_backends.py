"""The dialog of the backends: what each lacks is said before anything is fetched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from annotator.controllers.backend_files import Said, Transfer
from annotator.dialogs.backends import BackendsDialog, BackendsView
from annotator.icons import Icons
from engine.inference.cards import BackendCard

CLASSIC = BackendCard("classic", "Classic", "mask", "No training.", "ready", "", "Apache-2.0")
SAM = BackendCard(
    "sam", "SAM", "mask", "Large.", "weights", "needs its weights", "Apache-2.0", takes_weights=True,
    file="sam.pth", size=375_000_000, source="https://example.org/sam.pth", free=9_000_000_000,
)  # fmt: skip
POSE = BackendCard("pose", "Pose", "pose", "", "package", "needs the package torch: pip install torch", "MIT")
CARDS = (CLASSIC, SAM, POSE)


@pytest.fixture
def dialog(qtbot: QtBot, icons: Icons) -> BackendsDialog:
    made = BackendsDialog(None, icons)
    qtbot.addWidget(made)
    made.show_view(BackendsView(CARDS, "classic", "Classic on CPU: ready"))
    with qtbot.waitExposed(made):
        made.show()
    return made


def press(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def texts(dialog: BackendsDialog) -> str:
    QApplication.processEvents()  # rows that were just made are shown in the next turn
    return "\n".join(each.text().replace("\u200b", "") for each in dialog.page.findChildren(QLabel) if each.isVisible())


def test_everything_is_said_before_it_is_fetched(qtbot: QtBot, dialog: BackendsDialog) -> None:
    assert dialog.list.current == "classic" and "In use" in texts(dialog)
    assert not dialog.page.use_button.isEnabled()
    dialog.list.choose("sam")
    for words in ("Needs its weights", "Apache-2.0", "375 MB", "9.0 GB free", "https://example.org/sam.pth"):
        assert words in texts(dialog)
    assert dialog.page.get_button.text() == "&Get 375 MB" and not dialog.page.use_button.isEnabled()
    with qtbot.waitSignal(dialog.page.get_asked) as asked:
        press(dialog.page.get_button)
    assert asked.args == ["sam"]
    dialog.list.choose("pose")
    assert "Needs the package torch: pip install torch" in texts(dialog)
    assert not dialog.page.get_button.isVisible() and not dialog.page.use_button.isVisible()


def test_a_licence_is_accepted_before_anything_is_fetched(dialog: BackendsDialog) -> None:
    dialog.show_view(BackendsView((CLASSIC, replace(SAM, accept="https://example.org/licence")), "classic"))
    dialog.list.choose("sam")
    assert not dialog.page.get_button.isEnabled() and "https://example.org/licence" in texts(dialog)
    dialog.page.accepted.setChecked(True)
    assert dialog.page.get_button.isEnabled()
    dialog.list.choose("classic")
    dialog.list.choose("sam")
    assert not dialog.page.accepted.isChecked()


def test_while_something_comes_it_can_be_stopped_and_nothing_else_begins(qtbot: QtBot, dialog: BackendsDialog) -> None:
    transfer = Transfer("sam", "SAM", "get", 75_000_000, 375_000_000, 10e6, 30.0)
    dialog.show_view(BackendsView(CARDS, "classic", transfer=transfer))
    dialog.list.choose("sam")
    assert "75 MB of 375 MB, 10 MB/s, 30 s left" in texts(dialog)
    assert not dialog.page.get_button.isVisible() and not dialog.page.file_button.isEnabled()
    assert dialog.page.bar.value() == 200
    with qtbot.waitSignal(dialog.page.stop_asked):
        press(dialog.page.stop_button)
    # More bytes than fit Qt's own counters.
    dialog.show_view(
        BackendsView(CARDS, "classic", transfer=replace(transfer, done=2 << 32, total=3 << 32, stopping=True))
    )
    assert not dialog.page.stop_button.isEnabled() and dialog.list.current == "sam"
    dialog.show_view(BackendsView(CARDS, "classic", said={"sam": Said("sam", "error", "No network.")}))
    assert "No network." in texts(dialog) and not dialog.page.bar.isVisible()


def test_added_used_and_removed(
    qtbot: QtBot, dialog: BackendsDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog.list.choose("sam")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "own.pth"), ""))
    with qtbot.waitSignal(dialog.page.add_asked) as added:
        press(dialog.page.file_button)
    assert added.args == ["sam", tmp_path / "own.pth"]
    there = replace(SAM, state="ready", kept="/cache/sam.pth", kept_size=375_000_000, ours=True)
    dialog.show_view(BackendsView((CLASSIC, there, POSE), "classic"))
    with qtbot.waitSignal(dialog.page.use_asked) as used:
        press(dialog.page.use_button)
    assert used.args == ["sam"]
    with qtbot.assertNotEmitted(dialog.page.remove_asked):
        press(dialog.page.remove_button)
    assert "375 MB for good" in dialog.page.remove_button.text()
    with qtbot.waitSignal(dialog.page.remove_asked) as removed:
        press(dialog.page.remove_button)
    assert removed.args == ["sam"]
    dialog.show_view(BackendsView((CLASSIC, there, POSE), "sam"))
    assert not dialog.page.remove_button.isEnabled()
