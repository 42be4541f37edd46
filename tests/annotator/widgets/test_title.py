"""The title names the project and says that nothing needs saving."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication

from annotator.widgets.title import elided_title, project_name, window_title


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("/data/str\u00e9et.maskwright", "str\u00e9et.maskwright"),
        ("postgresql://anna@host:5432/cells?sslmode=require", "cells"),
        ("", ""),
    ],
)
def test_the_projects_name(place: str, name: str) -> None:
    assert project_name(place) == name


def test_the_title() -> None:
    assert window_title("") == "Maskwright"
    assert window_title("/p/a.maskwright") == "a.maskwright — all changes saved"
    assert window_title("/p/a.maskwright", saving=True) == "a.maskwright — saving…"


def test_the_name_is_shortened_and_the_state_kept(qapp: QApplication) -> None:
    metrics = QFontMetrics(QFont())
    title = window_title("/p/" + "street \u2014 " * 20 + "cars.maskwright")
    whole = metrics.horizontalAdvance(title)
    assert elided_title(title, metrics, whole) == title
    shown = elided_title(title, metrics, whole // 2)
    assert shown.startswith("street")
    assert shown.endswith("wright \u2014 all changes saved")
    assert shown.count("\u2026") == 1
    assert metrics.horizontalAdvance(shown) <= whole // 2


def test_without_room_for_both_the_name_stands_alone(qapp: QApplication) -> None:
    metrics = QFontMetrics(QFont())
    room = metrics.horizontalAdvance(" \u2014 all changes saved")
    assert elided_title(window_title("/p/a.maskwright"), metrics, room) == "a.maskwright"
    assert elided_title(window_title(""), metrics, 1000) == "Maskwright"
