from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDockWidget, QMainWindow

from annotator.icons import Icons
from annotator.tokens import DARK
from engine.records import (
    ImageRecord,
    ImageRow,
    ImageState,
    InstanceRecord,
    LabelRecord,
    Level,
    Provenance,
    State,
)

NOW = datetime(2026, 11, 23, 14, 3, tzinfo=UTC)


@pytest.fixture
def icons(qapp: Any) -> Icons:
    return Icons(DARK)


@pytest.fixture
def watch(qapp: Any) -> Iterator[Callable[[QAbstractItemModel], None]]:
    """Let Qt's own checker watch a model; what it finds is logged as a warning, which fails the test."""
    testers = []

    def start(model: QAbstractItemModel) -> None:
        testers.append(QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning))

    yield start
    testers.clear()


@pytest.fixture
def shown(qtbot: Any) -> Callable[..., QMainWindow]:
    def show(dock: QDockWidget, *, width: int = 300, height: int = 400) -> QMainWindow:
        window = QMainWindow()
        qtbot.addWidget(window)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
        window.resize(width, height)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return window

    return show


@pytest.fixture
def label() -> Callable[..., LabelRecord]:
    def make(label_id: int, name: str, **changed: Any) -> LabelRecord:
        made = LabelRecord(label_id, name, "#ff8700", None, True, label_id, "", None, None, {})
        return replace(made, **changed)

    return make


@pytest.fixture
def instance() -> Callable[..., InstanceRecord]:
    def make(
        instance_id: int, label_id: int | None = None, *, score: float | None = 0.9, **changed: Any
    ) -> InstanceRecord:
        made = InstanceRecord(
            id=instance_id,
            image_id=1,
            label_id=label_id,
            state=State.ACCEPTED,
            level=Level.NONE,
            parent_id=None,
            z=instance_id,
            mask=None,
            bbox=(0.0, 0.0, 10.0, 10.0),
            area=1234.0,
            keypoints=None,
            iscrowd=False,
            locked=False,
            attributes={},
            provenance=Provenance(score=score, backend="classic"),
            author="Ada",
            job_id=None,
            created_at=NOW,
            updated_at=NOW,
            reviewed_by="",
            reviewed_at=None,
            review_ms=0,
            edits=0,
            coco_id=None,
            extra={},
        )
        return replace(made, **changed)

    return make


@pytest.fixture
def image_row() -> Callable[..., ImageRow]:
    def make(image_id: int, *, accepted: int = 0, proposed: int = 0, **changed: Any) -> ImageRow:
        path = f"street/{image_id:06d}.jpg"
        made = ImageRecord(
            id=image_id,
            root_id=1,
            path=path,
            file=Path(path),
            content_hash=f"hash{image_id}",
            width=640,
            height=480,
            orientation=1,
            state=ImageState.TODO,
            tags=(),
            split="",
            error="",
            coco_id=None,
            extra={},
        )
        return ImageRow(replace(made, **changed), accepted, proposed)

    return make
