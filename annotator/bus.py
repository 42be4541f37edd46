"""One bus: what happened, told to every view that wants to know. Nothing is asked over it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Bus(QObject):
    """Signals of the whole window; emitted on the GUI thread only."""

    changed = Signal(object, object)
    """(``Changes`` of one committed op, its initiator or None): whoever caused it may already show it."""
    message = Signal(object)
    """``Message`` for the banner and the messages dock."""
    project_changed = Signal(object)
    """The place (file or URL) of the project now open, or None."""
    image_changed = Signal(object)
    """Id of the image now shown, or None."""
    selection_changed = Signal(object)
    """``frozenset`` of the ids of the selected instances."""
