"""The window's title: there is no Save, and the title says why."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

_BETWEEN = " \u2014 "
_LEAST_NAME = 8
"""A name cut to fewer letters names nothing."""


def window_title(place: str, *, saving: bool = False) -> str:
    """Return the name and whether all is saved for a project's file or URL, or the program's name without one."""
    if not place:
        return "Maskwright"
    return project_name(place) + _BETWEEN + ("saving\u2026" if saving else "all changes saved")


def elided_title(title: str, metrics: QFontMetrics, width: int) -> str:
    """Shorten the name in a title to fit ``width`` pixels, and leave the rest whole or, at the very last, out."""
    name, between, state = title.rpartition(_BETWEEN)
    middle = Qt.TextElideMode.ElideMiddle
    if not between or metrics.horizontalAdvance(title) <= width:
        return metrics.elidedText(title, middle, width)
    room = width - metrics.horizontalAdvance(between + state)
    if room < _LEAST_NAME * metrics.averageCharWidth():
        return metrics.elidedText(name, middle, width)
    return metrics.elidedText(name, middle, room) + between + state


def project_name(place: str) -> str:
    """Return the name of a project's file, or of its database on a server."""
    if "://" in place:
        return place.rstrip("/").rsplit("/", 1)[-1].split("?", 1)[0]
    return PurePath(place).name
