"""The canvas widget: shows a scene of instances over an image and turns mouse and keys into tool events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from annotator.canvas.mark_item import Mark
from annotator.canvas.motion import STEP, MovingView
from annotator.canvas.navigator import Navigator
from annotator.canvas.pose_figure import FigureView, PoseFigure
from annotator.canvas.scene import CanvasScene, whole
from annotator.canvas.scene_data import DraftView, InstanceView, Rgb
from annotator.canvas.shapes import Shape
from annotator.canvas.stage import CanvasStage
from annotator.canvas.tools.gesture import Event, Kind, Options, Runner
from annotator.canvas.tools.table import TOOLS
from annotator.intents import Intent, RadiusChanged
from annotator.tokens import DARK, Tokens
from engine.records import Box, Keypoints, Rle

WORK_S = 0.003
"""Compositing between two frames may take about this long; the rest follows after the next frame."""
FIRST_S = 0.03
DECIMALS = 3
"""Of a pixel, in what tools are told: beyond them is only the rounding of the zoom."""
HOVER_S = 0.0015
NAVIGATOR_MARGIN_PX = 12
WHEEL_NOTCH = 120.0
_CURSORS = {
    "cross": Qt.CursorShape.CrossCursor,
    "arrow": Qt.CursorShape.ArrowCursor,
    "hand": Qt.CursorShape.OpenHandCursor,
    "blank": Qt.CursorShape.BlankCursor,
}
_BUTTONS = {Qt.MouseButton.LeftButton: "left", Qt.MouseButton.RightButton: "right"}
_KEYS = {
    Qt.Key.Key_Return: "enter",
    Qt.Key.Key_Enter: "enter",
    Qt.Key.Key_Backspace: "backspace",
    Qt.Key.Key_Escape: "escape",
}
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
FAR = 10


class CanvasView(MovingView):
    """Knows no workspace and no thread. ``pointer`` gives image pixels or (None, None) outside the image."""

    intent = Signal(object)
    pointer = Signal(object, object)
    hovered = Signal(object)
    arrow = Signal(int, int)
    """An arrow key that no action took: right and down in steps of one, or ten with Shift."""

    def __init__(self, parent: QWidget | None = None, tokens: Tokens = DARK) -> None:
        """Start empty with the smart tool."""
        super().__init__(parent)
        self._scene = CanvasScene(self, tokens)
        self.setScene(self._scene)
        self._stage = CanvasStage(self._scene, self._emit, lambda: 1.0 / self.zoom)
        self._tool = "smart"
        self._runner = Runner(self._stage, TOOLS["smart"].run)
        self._space = False
        self._dragging: QPointF | None = None
        self._wheel_zooms = False
        self._navigator_wanted = True
        self._navigator = Navigator(self, tokens)
        self._navigator.moved.connect(self.center_at)
        self.figure = PoseFigure(self, tokens)
        self._work = QTimer(self)
        self._work.setSingleShot(True)
        self._work.setInterval(0)
        self._work.timeout.connect(self._composite)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAccessibleName("Canvas")
        self.zoom_changed.connect(self._on_moved)
        self.horizontalScrollBar().valueChanged.connect(self._on_moved)
        self.verticalScrollBar().valueChanged.connect(self._on_moved)
        self.set_tokens(tokens)
        self.set_tool("smart")

    # What is shown

    def show_image(self, levels: Sequence[NDArray[np.uint8]], *, keep_view: bool = False) -> None:
        """Show a pyramid of uint8[H, W, 3] RGB (level 0 the image, each half the one before); empty shows none.

        Instances, selection, hover and draft are cleared; the gesture in progress is dropped.
        """
        self._runner.change(TOOLS[self._tool].run)
        self._scene.set_image(levels)
        self._stage.set_pixels(levels[0] if levels else None)
        width, height = self._scene.image.size
        self._navigator.set_picture(self._scene.image.smallest(), width, height)
        self._set_image_rect(whole(self._scene), keep_view=keep_view)
        self._on_moved()

    def set_instances(self, views: Sequence[InstanceView], shapes: Mapping[int, Shape] | None = None) -> None:
        """Replace all instances; ``shapes`` (``prepare_shapes``, made in any thread) saves making them here."""
        self._scene.set_instances(views, shapes)
        self._composite(FIRST_S)

    def patch_instances(self, changed: Sequence[InstanceView], removed: Collection[int] = ()) -> None:
        """Change, add or remove some instances; composites only the boxes they touch."""
        self._scene.patch_instances(changed, removed)
        self._composite()

    def set_hidden(self, ids: Collection[int]) -> None:
        """Hide these instances (and show all others that are not)."""
        self._scene.set_hidden(ids, self._scene.isolated)
        self._composite()

    def set_coverage(self, pixels: NDArray[np.uint8] | None, width: int, height: int) -> None:
        """Lay what ``coverage_item.hatch`` made under the masks, stretched to ``width`` x ``height``; or nothing."""
        self._scene.coverage.set_pixels(pixels, width, height)

    def isolate(self, ids: Collection[int] | None) -> None:
        """Show only these instances; None shows all again."""
        self._scene.set_hidden(self._scene.hidden, ids)
        self._composite()

    def set_selection(self, ids: Collection[int]) -> None:
        """Mark instances as selected; one alone gets handles."""
        self._scene.set_selection(ids)
        self._composite()

    @property
    def has_vertices(self) -> bool:
        """Whether one instance alone is selected and shows vertex handles (which the select tool can drag)."""
        return self._scene.has_vertices

    def set_joint(self, chosen: tuple[int, int, str] | None) -> None:
        """Mark a joint of a stored pose by its instance, number and name; or none."""
        self._scene.set_joint(chosen)

    def preview_pose(self, instance_id: int, keypoints: Keypoints | None) -> None:
        """Draw a pose (image pixels) elsewhere until it is stored; None: where it is."""
        self._scene.preview_pose(instance_id, keypoints)

    def set_tag(self, text: str, color: Rgb = (255, 255, 255)) -> None:
        """Let a few words follow the pointer, or none."""
        self._scene.tag.set_text(text, color)

    def set_figure(self, figure: FigureView | None) -> None:
        """Show the skeleton's small figure in the corner, or none."""
        self.figure.set_figure(figure)
        self._on_moved()

    def set_hover(self, instance_id: int | None) -> None:
        """Brighten and name one instance; does not emit ``hovered``."""
        if instance_id != self._scene.hover:
            self._scene.set_hover(instance_id)
            self._composite(HOVER_S)

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the picture on the canvas."""
        return self._scene.image.size

    def set_spotlight(self, mask: Rle | None, box: Box | None = None) -> None:
        """Darken everything but a mask, else a box (x, y, w, h); with neither show all as usual."""
        self._scene.set_spotlight(mask, box)
        self._show_handles()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Mark places until the next picture; none takes them away."""
        self._scene.marks.set_marks(marks)

    def set_pairs(self, marks: Sequence[Mark]) -> None:
        """Show boxes beside the masks that were made from them."""
        self._scene.pairs.set_marks(marks)

    @property
    def marks(self) -> Sequence[Mark]:
        """The places that are marked."""
        return self._scene.marks.marks

    @property
    def pairs(self) -> Sequence[Mark]:
        """The boxes shown beside masks."""
        return self._scene.pairs.marks

    def set_opacity(self, fill: float) -> None:
        """Set the fill of masks, 0..1."""
        self._scene.set_opacity(fill)
        self._composite(FIRST_S)

    def set_navigator_shown(self, shown: bool) -> None:
        """Allow the navigator where the picture is larger than the view, or never show it."""
        self._navigator_wanted = shown
        self._on_moved()

    def reveal(self, box: tuple[float, float, float, float]) -> None:
        """Bring a box (x, y, w, h) into view without changing the zoom, where it is not in view already."""
        x, y, w, h = box
        if not self.seen.contains(QRectF(x, y, w, h)):
            self.center_at(x + w / 2, y + h / 2)

    def set_labels_shown(self, shown: bool) -> None:
        """Show or hide names at the instances."""
        self._scene.set_labels_shown(shown)

    def set_draft(self, draft: DraftView | None) -> None:
        """Show prompts not yet committed, or none."""
        self._scene.set_draft(draft)
        self._composite()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self.setBackgroundBrush(QColor(tokens.canvas))
        self._scene.set_tokens(tokens)
        self._navigator.set_tokens(tokens)
        self.figure.set_tokens(tokens)
        self._composite()

    # Tools

    @property
    def tool(self) -> str:
        """The name of the tool in hand."""
        return self._tool

    def set_tool(self, name: str, *, radius: float | None = None, hover_preview: bool | None = None) -> None:
        """Take a tool of ``tools.table.TOOLS`` in hand; raises KeyError for an unknown name."""
        spec = TOOLS[name]
        options = self._stage.options
        self._stage.options = Options(
            radius=options.radius if radius is None else radius,
            hover_preview=options.hover_preview if hover_preview is None else hover_preview,
        )
        self._tool = name
        self._runner.change(spec.run)
        self._scene.set_posing(name == "keypoints")
        self._show_cursor()
        self._show_handles()
        if not spec.hovers:
            self._hover(None)

    def set_brush_radius(self, radius: float) -> None:
        """Set the brush's radius in image pixels; the cursor follows at once."""
        self._stage.options = replace(self._stage.options, radius=max(0.5, radius))
        if TOOLS[self._tool].cursor == "blank" and self.viewport().underMouse():
            at = self.to_image(QPointF(self.viewport().mapFromGlobal(self.cursor().pos())))
            self._runner.send(Event(Kind.MOVE, at.x(), at.y()))

    def set_hover_preview(self, on: bool) -> None:
        """Let the smart tool say where the pointer rests, or not."""
        self._stage.options = replace(self._stage.options, hover_preview=on)

    def set_wheel_zooms(self, zooms: bool) -> None:
        """Let the plain wheel zoom and Ctrl+wheel scroll, or (default) the other way round."""
        self._wheel_zooms = zooms

    def gesture_key(self, key: str) -> bool:
        """Offer ``enter``, ``backspace`` or ``escape`` to the gesture in progress; True if it used it."""
        return self._runner.send(Event(Kind.KEY, key=key))

    # Pictures

    def settle(self) -> None:
        """Composite everything visible now, however long it takes."""
        self._composite(float("inf"))

    @property
    def navigator(self) -> Navigator:
        """The small map in the corner."""
        return self._navigator

    @property
    def compositing(self) -> bool:
        """Whether tiles of the visible part are still to come."""
        return self._work.isActive()

    def grab_image(self) -> QImage:
        """Return what the canvas shows, complete, at the screen's resolution."""
        self.settle()
        return self.viewport().grab().toImage()

    # Qt events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a pan or hand the press to the tool."""
        self._press(event, Kind.PRESS)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Hand the second press of a double click to the tool."""
        self._press(event, Kind.DOUBLE)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or tell the tool, the hover and the position display."""
        if self._dragging is not None:
            moved = event.position() - self._dragging
            self._dragging = event.position()
            self.pan(moved.x(), moved.y())
            return
        at = self.to_image(event.position())
        inside = whole(self._scene).contains(at)
        self._scene.tag.set_place((at.x(), at.y()) if inside and not event.buttons() else None)
        self.pointer.emit(at.x() if inside else None, at.y() if inside else None)
        self._runner.send(self._event(Kind.MOVE, event))
        if TOOLS[self._tool].hovers and event.buttons() == Qt.MouseButton.NoButton:
            self._hover(self._scene.at(at.x(), at.y()) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan or hand the release to the tool."""
        if self._dragging is not None:
            self._dragging = None
            self._show_cursor()
            return
        self._runner.send(self._event(Kind.RELEASE, event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl zooms at the cursor, Shift scrolls sideways, Alt sizes the brush, plain scrolls."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.AltModifier and TOOLS[self._tool].cursor == "blank":
            radius = max(0.5, self._stage.options.radius * 1.15 ** (turned / WHEEL_NOTCH))
            self.set_brush_radius(radius)
            self._emit(RadiusChanged(radius))
        elif bool(keys & Qt.KeyboardModifier.ControlModifier) != self._wheel_zooms:
            self.zoom_by(STEP ** (turned / WHEEL_NOTCH), event.position())
        else:
            step = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() * 0.5
            if keys & Qt.KeyboardModifier.ShiftModifier and step.x() == 0:
                step = QPoint(step.y(), 0)
            self.pan(step.x(), step.y())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Zoom by pinching a touchpad; everything else as usual."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(1.0 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space takes the hand; Enter, Backspace and Esc go to the gesture first."""
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
            event.accept()
            return
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None:
            far = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.arrow.emit(step[0] * far, step[1] * far)
            event.accept()
            return
        name = _KEYS.get(Qt.Key(event.key()))
        if name is not None and self.gesture_key(name):
            event.accept()
            return
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Put the hand away."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
            return
        event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002  # Qt's name
        """Keep the keys: Tab goes through candidates here, and where there is none it must not lead away."""
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key released elsewhere is never seen here: let go of Space."""
        self._space = False
        self._show_cursor()
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self.pointer.emit(None, None)
        self._scene.tag.set_place(None)
        self._runner.send(Event(Kind.LEAVE))
        self._hover(None)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the navigator in its corner."""
        super().resizeEvent(event)
        self._on_moved()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Fill with the canvas's grey."""
        painter.fillRect(rect, self.backgroundBrush())

    # Inside

    def _press(self, event: QMouseEvent, kind: Kind) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and (self._space or self._tool == "pan")):
            self._dragging = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        if event.button() in _BUTTONS and not whole(self._scene).isEmpty():
            self._runner.send(self._event(kind, event))

    def _event(self, kind: Kind, event: QMouseEvent) -> Event:
        at, keys, screen = self.to_image(event.position()), event.modifiers(), event.globalPosition()
        return Event(
            kind,
            round(at.x(), DECIMALS),
            round(at.y(), DECIMALS),
            button=_BUTTONS.get(event.button(), ""),
            shift=bool(keys & Qt.KeyboardModifier.ShiftModifier),
            ctrl=bool(keys & Qt.KeyboardModifier.ControlModifier),
            alt=bool(keys & Qt.KeyboardModifier.AltModifier),
            screen=(round(screen.x()), round(screen.y())),
        )

    def _emit(self, intent: Intent) -> None:
        self.intent.emit(intent)

    def _hover(self, instance_id: int | None) -> None:
        if instance_id != self._scene.hover:
            self.set_hover(instance_id)
            self.hovered.emit(instance_id)

    def _show_handles(self) -> None:
        # In the spotlight a border is judged, not dragged, unless a person takes the tool for that.
        self._scene.handles.setVisible(self._tool == "select" or not self._scene.veil.shown)

    def _show_cursor(self) -> None:
        name = "hand" if self._space else TOOLS[self._tool].cursor
        self.viewport().setCursor(_CURSORS[name])

    def _on_moved(self) -> None:
        self._scene.set_unit(1.0 / self.zoom, self.devicePixelRatioF())
        self._scene.image.ready(self.zoom * self.devicePixelRatioF())
        seen, image = self.seen, whole(self._scene)
        self._navigator.set_seen(seen)
        beyond = not image.isEmpty() and not seen.adjusted(-1, -1, 1, 1).contains(image)
        self._navigator.setVisible(beyond and self._navigator_wanted)
        corner = self.rect().bottomRight() - self._navigator.rect().bottomRight()
        self._navigator.move(corner - QPoint(NAVIGATOR_MARGIN_PX, NAVIGATOR_MARGIN_PX))
        left = self.width() - self.figure.width() - NAVIGATOR_MARGIN_PX
        self.figure.move(left, NAVIGATOR_MARGIN_PX)
        self._work.start()

    def _composite(self, budget_s: float = WORK_S) -> None:
        """Composite missing tiles, the lightest overlays first; come back after the next frame for the rest."""
        scale = self.zoom * self.devicePixelRatioF()
        done = [overlay.work(self.seen, scale, budget_s=budget_s) for overlay in self._scene.overlays]
        if not all(done):
            self._work.start()
