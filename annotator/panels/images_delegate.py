"""Paints a row of the image list: picture, name, what is on it, how far it is."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from annotator.icons import Icons, mix
from annotator.panels.images_model import ImagesModel
from annotator.panels.long_list import LongList
from annotator.panels.row_painter import GLYPH, PAD, SMALL_PX, RowPainter, between, middle
from annotator.panels.rows import Index
from annotator.tokens import UNIT, Tokens
from engine.records import ImageRow, ImageState

IMAGE_ROW_HEIGHT = 13 * UNIT
THUMB = QSize(14 * UNIT, 10 * UNIT)
_READY = 12


class ImagesDelegate(QStyledItemDelegate):
    """One fixed height; a row that is not read yet shows grey bars."""

    def __init__(self, model: ImagesModel, view: LongList, icons: Icons) -> None:
        """Paint rows of ``model`` inside ``view``."""
        super().__init__(view)
        self._model = model
        self._painter = RowPainter(icons, self)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height that all rows share."""
        return QSize(0, IMAGE_ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        image_id = index.data(Qt.ItemDataRole.UserRole)
        row = self._model.row_of(image_id)
        current = image_id == self._model.current
        self._painter.background(painter, option, marked=current)
        rect = option.rect
        frame = QRect(
            rect.left() + PAD, rect.top() + (rect.height() - THUMB.height()) // 2, THUMB.width(), THUMB.height()
        )
        self._thumb(painter, frame, self._model.thumb_of(image_id), broken=row is not None and bool(row.image.error))
        words = between(rect, frame.right() + 1 + PAD, rect.right() + 1 - PAD)
        if row is None:
            self._unread(painter, words)
            return
        self._words(painter, words, row, bold=current)
        if self._model.is_ready(image_id) and not row.image.error:
            mark = QRect(words.right() + 1 - GLYPH, words.center().y() + 4, GLYPH, _READY)
            self._painter.glyph(painter, mark, "ready", self._painter.tokens.accent)

    def _words(self, painter: QPainter, words: QRect, row: ImageRow, *, bold: bool) -> None:
        draw, tokens = self._painter, self._painter.tokens
        icon, color = _state_mark(row.image.state, tokens)
        half = words.height() // 2
        upper = QRect(words.left(), words.top() + 5, words.width(), half - 5)
        lower = QRect(words.left(), words.top() + half, words.width(), half - 5)
        draw.glyph(painter, middle(upper, words.right() + 1 - GLYPH, GLYPH), icon, color)
        path = PurePosixPath(row.image.path)
        room = upper.adjusted(0, 0, -GLYPH - UNIT, 0)
        draw.text(painter, room, path.name, bold=bold, elide=Qt.TextElideMode.ElideMiddle)
        room = lower.adjusted(0, 0, -GLYPH - UNIT, 0)
        if row.image.error:
            draw.text(painter, room, reason_of(row.image.error, path.name), tokens.error, px=SMALL_PX)
            return
        folder = "" if path.parent == PurePosixPath(".") else path.parent.as_posix()
        count = _counts(row)
        if row.proposed:
            width = draw.width_of(painter, count, px=SMALL_PX)
            draw.text(painter, room, count, tokens.proposed, px=SMALL_PX)
        else:
            width = draw.text(painter, room, count, tokens.text_dim, px=SMALL_PX)
        rest = room.adjusted(width + PAD, 0, 0, 0)
        if folder and rest.width() > 6 * UNIT:
            draw.text(painter, rest, folder, tokens.text_dim, px=SMALL_PX, elide=Qt.TextElideMode.ElideLeft, right=True)

    def _thumb(self, painter: QPainter, frame: QRect, pixmap: QPixmap | None, *, broken: bool) -> None:
        tokens = self._painter.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(frame.toRectF(), UNIT, UNIT)
        painter.fillPath(shape, QColor(mix(tokens.surface, tokens.text, 0.08)))
        if pixmap is not None and not pixmap.isNull():
            painter.setClipPath(shape)
            painter.drawPixmap(frame, pixmap, _filling(pixmap, frame))
        painter.restore()
        if broken:
            self._painter.glyph(painter, frame.adjusted(0, 12, 0, -12), "warning", tokens.error)
        elif pixmap is None:
            self._painter.glyph(
                painter, frame.adjusted(0, 12, 0, -12), "image", mix(tokens.text_dim, tokens.surface, 0.4)
            )

    def _unread(self, painter: QPainter, words: QRect) -> None:
        tokens = self._painter.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mix(tokens.surface, tokens.text, 0.08)))
        for top, share in ((14, 0.6), (30, 0.35)):
            painter.drawRoundedRect(words.left(), words.top() + top, int(words.width() * share), 8, 3, 3)
        painter.restore()


def reason_of(error: str, name: str) -> str:
    """Return why the file ``name`` cannot be read: ``error`` without the path it begins with."""
    # The path may have such colons of its own, so what counts is the last one right behind the file's name.
    ends = [found.end() for found in re.finditer(re.escape(name) + "['\"]?: ", error)]
    reason = error[ends[-1] :] if ends else error
    return reason[:1].upper() + reason[1:]


def _filling(pixmap: QPixmap, frame: QRect) -> QRect:
    """Return the middle part of a picture that has the proportions of ``frame``."""
    shape = QSize(frame.size()).scaled(pixmap.size(), Qt.AspectRatioMode.KeepAspectRatio)
    return QRect(
        (pixmap.width() - shape.width()) // 2, (pixmap.height() - shape.height()) // 2, shape.width(), shape.height()
    )


def _counts(row: ImageRow) -> str:
    number = row.accepted + row.proposed
    words = "no objects" if not number else "1 object" if number == 1 else f"{number} objects"
    return f"{words}, {row.proposed} to review" if row.proposed else words


def _state_mark(state: ImageState, tokens: Tokens) -> tuple[str, str]:
    return {
        ImageState.TODO: ("todo", tokens.text_dim),
        ImageState.DOING: ("doing", tokens.accent),
        ImageState.DONE: ("accepted", tokens.success),
        ImageState.SKIPPED: ("skipped", tokens.text_dim),
    }[state]
