from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt

from annotator.messages import Message
from annotator.panels.messages_model import MOST, MessagesModel

NOW = datetime(2026, 11, 23, 14, 3, tzinfo=UTC)


def test_model_is_sound(qapp: Any, qtmodeltester: Any) -> None:
    model = MessagesModel()
    model.add(Message("info", "one"), NOW)
    qtmodeltester.check(model)


def test_the_newest_is_on_top_and_the_oldest_are_dropped(qapp: Any, watch: Callable[..., None]) -> None:
    model = MessagesModel()
    watch(model)
    for number in range(MOST + 3):
        model.add(Message("warning", str(number)), NOW)
    assert model.rowCount() == MOST
    assert model.index(0, 0).data() == str(MOST + 2)
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole).endswith(f"Warning: {MOST + 2}")
    model.clear()
    assert model.rowCount() == 0
