from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap

from annotator.panels.images_model import KEPT_ROWS, ImagesModel, Recent
from engine.records import ImageState


def picture() -> QPixmap:
    pixmap = QPixmap(QSize(8, 6))
    pixmap.fill(Qt.GlobalColor.red)
    return pixmap


def test_model_is_sound(qapp: Any, qtmodeltester: Any, image_row: Callable[..., Any]) -> None:
    model = ImagesModel()
    model.set_ids([3, 1, 2])
    model.put_rows([image_row(1)])
    qtmodeltester.check(model)


def test_every_change_is_told_soundly(qapp: Any, watch: Callable[..., None], image_row: Callable[..., Any]) -> None:
    model = ImagesModel()
    watch(model)
    assert model.set_ids([3, 1, 2])
    assert not model.set_ids([3, 1, 2])
    model.put_rows([image_row(1), image_row(99)])
    model.put_thumb(1, picture())
    model.set_current(2)
    model.set_current(None)
    model.set_ready({1, 98})
    model.invalidate(None)
    assert model.set_ids([])
    assert model.rowCount() == 0


def test_what_was_asked_for_is_not_asked_again_until_it_is_out_of_date(
    qapp: Any, image_row: Callable[..., Any]
) -> None:
    model = ImagesModel()
    model.set_ids(range(1, 11))
    assert model.wanted_rows(-5, 2) == [1, 2, 3]
    assert model.wanted_rows(0, 4) == [4, 5]
    model.put_rows([image_row(each) for each in (1, 2, 3)])
    assert model.wanted_rows(0, 4) == []
    model.invalidate([2, 5])
    assert model.wanted_rows(0, 4) == [2, 5]
    assert model.row_of(2) is not None


def test_pictures_are_wanted_where_the_row_is_known_and_readable(qapp: Any, image_row: Callable[..., Any]) -> None:
    model = ImagesModel()
    model.set_ids([1, 2, 3])
    assert model.wanted_thumbs(0, 2) == []
    model.put_rows([image_row(1), image_row(2, error="cut off")])
    assert model.wanted_thumbs(0, 2) == [1]
    assert model.wanted_thumbs(0, 2) == []
    model.put_rows([image_row(2)])
    assert model.wanted_thumbs(0, 2) == [2]


def test_a_changed_file_loses_its_picture_but_a_first_hash_is_no_change(
    qapp: Any, image_row: Callable[..., Any]
) -> None:
    model = ImagesModel()
    model.set_ids([1])
    model.put_rows([image_row(1, content_hash="")])
    model.put_thumb(1, picture())
    model.put_rows([image_row(1, content_hash="a")])
    assert model.thumb_of(1) is not None
    model.put_rows([image_row(1, content_hash="b")])
    assert model.thumb_of(1) is None
    assert model.wanted_thumbs(0, 0) == [1]


def test_another_project_starts_without_the_rows_of_the_last(qapp: Any, image_row: Callable[..., Any]) -> None:
    model = ImagesModel()
    model.set_ids([1])
    model.put_rows([image_row(1)])
    model.set_ids([])
    model.set_ids([1])
    assert model.row_of(1) is None
    assert model.wanted_rows(0, 0) == [1]


def test_forgotten_rows_are_wanted_again(qapp: Any, image_row: Callable[..., Any]) -> None:
    model = ImagesModel()
    model.set_ids(range(KEPT_ROWS + 50))
    row = image_row(0)
    model.put_rows(replace(row, image=replace(row.image, id=each)) for each in range(KEPT_ROWS + 50))
    assert model.wanted_rows(0, 49) == list(range(50))


def test_words(qapp: Any, image_row: Callable[..., Any]) -> None:
    model = ImagesModel()
    model.set_ids([1, 2])
    model.put_rows([image_row(1, accepted=3, proposed=2, state=ImageState.DOING, tags=("night",))])
    model.set_ready({1})
    index = model.index(0, 0)
    assert index.data() == "street/000001.jpg"
    assert index.data(Qt.ItemDataRole.UserRole) == 1
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    for words in ("640 x 480", "In progress: 3 accepted, 2 to review", "night", "Encoded"):
        assert words in tip
    assert model.index(1, 0).data() is None


def test_recent_forgets_the_one_not_looked_at() -> None:
    kept: Recent[str] = Recent(2)
    kept.put(1, "a")
    kept.put(2, "b")
    assert kept.get(1) == "a"
    kept.put(3, "c")
    assert list(kept) == [1, 3]
    kept.drop(1)
    kept.drop(9)
    assert len(kept) == 1
