"""Messages that slide in over the canvas's lower edge and leave; errors, and warnings with a button, stay."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from annotator.icons import Icons
from annotator.messages import Message, MessageKind
from annotator.widgets.parts import GAP, icon_button, push_button, text_label

STAY_MS: Mapping[MessageKind, int] = {"info": 4000, "success": 3000, "warning": 9000, "error": 0}
"""How long each kind stays; 0 is until closed."""
BRIEF_MS = 1500
SLIDE_MS = 140
WIDTH = 640
MARGIN = 12
MOST_WAITING = 20


class Banner(QWidget):
    """One message at a time over ``host``; others wait. The pointer over it keeps it from leaving."""

    shown = Signal(object)
    """``Message`` now on screen, or None."""

    def __init__(
        self,
        host: QWidget,
        icons: Icons,
        *,
        stay_ms: Mapping[MessageKind, int] = STAY_MS,
        brief_ms: int = BRIEF_MS,
        slide_ms: int = SLIDE_MS,
    ) -> None:
        """Lies over ``host`` and follows its size."""
        super().__init__(host)
        self._host = host
        self._icons = icons
        self._stay_ms = stay_ms
        self._brief_ms = brief_ms
        self._waiting: deque[Message] = deque(maxlen=MOST_WAITING)
        self._current: Message | None = None
        self._picture = QLabel()
        self._text = text_label("", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.action_button = push_button("", "link")
        self.action_button.clicked.connect(self._act)
        self.close_button = icon_button(icons, "close", "Close", size=24)
        self.close_button.clicked.connect(self.dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._slide = QPropertyAnimation(self, b"pos", self)
        self._slide.setDuration(slide_ms)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP + 6, 6, 6, 6)
        layout.setSpacing(GAP)
        layout.addWidget(self._picture)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.action_button)
        layout.addWidget(self.close_button)
        icons.changed.connect(self._recolor)
        host.installEventFilter(self)
        self.hide()

    @property
    def current(self) -> Message | None:
        """The message on screen."""
        return self._current

    @property
    def waiting(self) -> int:
        """How many messages wait behind it."""
        return len(self._waiting)

    def show_message(self, message: Message) -> None:
        """Show a message now, or after those that wait; one on screen that leaves by itself makes room at once."""
        if self._current == message or message in self._waiting:
            return
        if self._current is not None and self._stay(self._current) == 0:
            self._waiting.append(message)
            return
        self._present(message)

    def dismiss(self) -> None:
        """Take the message away; the next one follows."""
        self._timer.stop()
        self._current = None
        if self._waiting:
            self._present(self._waiting.popleft())
            return
        self._slide.stop()
        self.hide()
        self.shown.emit(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if event.type() == QEvent.Type.Resize and self._current is not None:
            self._slide.stop()
            self._lay_out()
            self.move(self._place())
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        """Wait while somebody reads."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Leave after the usual time again."""
        self._start_timer()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a raised card with a stripe in the kind's colour."""
        tokens = self._icons.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._color()))
        painter.drawRoundedRect(5, 8, 3, self.height() - 16, 1.5, 1.5)
        painter.end()

    def _present(self, message: Message) -> None:
        self._current = message
        self._text.setText(message.text)
        self.action_button.setText(message.action_text)
        self.action_button.setVisible(bool(message.action_text))
        self._recolor()
        self._lay_out()
        self.show()
        self.raise_()
        self._slide.stop()
        self._slide.setStartValue(self._place() + QPoint(0, self.height() + MARGIN))
        self._slide.setEndValue(self._place())
        self._slide.start()
        self._start_timer()
        self.shown.emit(message)

    def _start_timer(self) -> None:
        self._timer.stop()  # the message before may have had less time than this one
        stay = 0 if self._current is None else self._stay(self._current)
        if stay:
            self._timer.start(stay)

    def _stay(self, message: Message) -> int:
        """Return for how many milliseconds a message stays; 0 until it is closed."""
        if message.kind == "warning" and message.action_text:
            return 0
        stay = self._stay_ms[message.kind]
        return min(stay, self._brief_ms) if message.brief else stay

    def _act(self) -> None:
        message = self._current
        self.dismiss()
        if message is not None and message.action is not None:
            message.action()

    def _lay_out(self) -> None:
        width = max(min(WIDTH, self._host.width() - 2 * MARGIN), 120)
        layout = self.layout()
        assert layout is not None
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        self.resize(width, max(height, 42))

    def _place(self) -> QPoint:
        return QPoint((self._host.width() - self.width()) // 2, self._host.height() - self.height() - MARGIN)

    def _color(self) -> str:
        tokens = self._icons.tokens
        kind = "info" if self._current is None else self._current.kind
        return {"error": tokens.error, "warning": tokens.warning, "success": tokens.success}.get(kind, tokens.accent)

    def _recolor(self) -> None:
        kind = "info" if self._current is None else self._current.kind
        self._picture.setPixmap(self._icons.get(kind, color=self._color()).pixmap(QSize(20, 20)))
        self.update()
