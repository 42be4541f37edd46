"""Backends chosen in the window: clicks survive a change, and what does not start changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from annotator.dialogs.backends import BackendsDialog
from engine.project import add_images
from engine.workspace import Workspace
from models.fake import faulty
from tests.serving import empty_cache, published


def in_dialog(driver: Any, act: Callable[[BackendsDialog], None]) -> None:
    """Open the dialog as a person does, act while it is open, and close it."""
    failures: list[BaseException] = []

    def step() -> None:
        dialog = next(each for each in driver.app.window.findChildren(BackendsDialog) if each.isVisible())
        try:
            driver.wait(dialog.list.count)
            act(dialog)
        except (AssertionError, driver.qtbot.TimeoutError) as error:
            failures.append(error)
        finally:
            dialog.reject()

    QTimer.singleShot(0, step)
    driver.do("file.backends")
    if failures:
        raise failures[0]


def test_another_backend_in_mid_draft_answers_the_same_clicks(open_window: Any) -> None:
    driver = open_window()
    driver.click(160, 120)
    driver.answered()
    driver.click(140, 100)
    driver.answered()
    clicks = driver.desk.prompting.state.draft.prompts
    assert driver.desk.prompting.state.answer.backend.name == "fake"

    def use_classic(dialog: BackendsDialog) -> None:
        dialog.list.choose("classic")
        QTest.mouseClick(dialog.page.use_button, Qt.MouseButton.LeftButton)
        driver.wait(lambda: "in use" in dialog.list.words(dialog.list.cards["classic"]))

    in_dialog(driver, use_classic)
    driver.wait(lambda: getattr(driver.desk.prompting.state.answer, "backend", None).name == "classic")
    assert driver.desk.prompting.state.draft.prompts == clicks
    driver.do("instance.commit")
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    assert driver.stored()[0].provenance.backend == "classic"


def test_what_does_not_start_leaves_the_old_one_and_the_draft(open_window: Any) -> None:
    driver = open_window(backend="classic", device="mps")  # which means nothing to it
    driver.click(160, 120)
    driver.answered()
    draft = driver.desk.prompting.state.draft
    driver.desk.settings.set("backend.name", "fake-faulty")
    driver.wait(lambda: any("did not start" in text and "not there" in text for text in driver.messages))
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    assert driver.desk.settings.text("backend.name") == "classic"
    assert driver.desk.prompting.state.draft.prompts == draft.prompts
    driver.click(110, 70)
    driver.answered()
    assert driver.desk.prompting.state.answer.backend.name == "classic"
    # One that lacks its weights is not even tried.
    driver.desk.settings.set("backend.name", "sam-vit-h")
    assert any("SAM ViT-H cannot be used: needs its weights" in text for text in driver.messages)
    assert driver.desk.inference.state.name == "classic"
    assert driver.desk.inference.state.condition in ("ready", "busy")


def test_weights_are_fetched_in_the_dialog_and_go_on_without_it(
    open_window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = empty_cache(tmp_path / "weights", monkeypatch)
    content = bytes(1000) * 1000
    with published(content, monkeypatch) as server:
        server.hold_after = 400_000
        driver = open_window()

        def get(dialog: BackendsDialog) -> None:
            dialog.list.choose("sam-vit-b")
            QTest.mouseClick(dialog.page.get_button, Qt.MouseButton.LeftButton)
            driver.wait(lambda: "400 kB of 1 MB" in dialog.page.progress.text())

        in_dialog(driver, get)
        assert driver.window.progress.keys
        server.go_on.set()
        driver.wait(lambda: any("SAM ViT-B: The weights are here" in text for text in driver.messages))
        assert not driver.window.progress.keys
        assert [path.name for path in cache.iterdir()] == ["sam_vit_b_01ec64.pth"]
        assert driver.window.shown_banner.current.action_text == "Use it"


def test_the_first_click_on_a_prepared_image_needs_no_encoding(open_window: Any) -> None:
    driver = open_window()
    second = driver.desk.navigation.ids[1]
    driver.wait(lambda: driver.window.images.model.is_ready(second))
    driver.do("go.next")
    driver.wait(lambda: driver.desk.prompting.image is not None and driver.desk.prompting.image.image_id == second)
    driver.click(160, 120)
    driver.answered()
    assert driver.desk.prompting.state.answer.encoded_ms == 0
    # Another backend prepares the images anew without being asked.
    driver.desk.prompting.cancel()
    driver.desk.settings.set("backend.name", "classic")
    driver.wait(lambda: driver.desk.inference.info is not None and driver.desk.inference.info.name == "classic")
    driver.wait(lambda: driver.window.images.model.is_ready(second))


def test_all_images_are_encoded_ahead_and_the_disk_is_cleared(open_window: Any) -> None:
    driver = open_window()
    driver.do("file.encode_all")
    driver.wait(lambda: any("3 images were encoded" in text for text in driver.messages))
    assert all(driver.window.images.model.is_ready(each) for each in driver.desk.navigation.ids)

    def clear(dialog: BackendsDialog) -> None:
        driver.wait(lambda: "kB of at most" in dialog.disk.text())
        QTest.mouseClick(dialog.clear_button, Qt.MouseButton.LeftButton)
        driver.wait(lambda: "nothing of at most" in dialog.disk.text())

    in_dialog(driver, clear)


def test_a_device_that_is_not_there_changes_nothing(open_window: Any) -> None:
    driver = open_window(backend="fake-faulty")
    driver.desk.settings.set("backend.device", "mps")
    driver.wait(lambda: any("goes on where it was" in text and "choose cpu" in text for text in driver.messages))
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    assert driver.desk.settings.text("backend.device") == "auto"
    assert driver.desk.inference.state.device == "cpu"


def test_a_full_card_is_said_and_can_be_tried_again(open_window: Any, tmp_path: Path) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    for name, first in (("a.png", 200), ("b.png", faulty.CARD_FULL)):
        pixels = np.full((240, 320, 3), 90, dtype=np.uint8)
        pixels[0, 0] = (first, 0, 0)
        Image.fromarray(pixels).save(folder / name)
    file = tmp_path / "card.maskwright"
    with Workspace.create(file, author="ann") as workspace:
        add_images(workspace, [folder])
    driver = open_window(backend="fake-faulty", device="cuda", file=file, ahead=0)
    driver.wait(lambda: "CUDA  1.0/2 GB" in driver.window.status.backend.text)
    driver.do("go.next")
    driver.wait(lambda: any("the processor computes now" in text for text in driver.messages))
    driver.wait(lambda: "the processor computes now" in driver.window.shown_banner.current.text)
    assert driver.desk.inference.state.device == "cpu"
    driver.ready()
    driver.click(160, 120)
    driver.answered()
    assert driver.desk.prompting.state.candidates
    before = driver.inference_process().pid
    driver.window.shown_banner.action_button.click()
    driver.wait(lambda: (process := driver.inference_process()) is not None and process.pid != before)
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    driver.answered()
    assert driver.desk.prompting.state.candidates
