"""The canvas as tools see it: a narrow door to the scene and the view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from annotator.canvas.picking import grip_of_box, grip_of_joints, grip_of_rings
from annotator.canvas.scene import CanvasScene
from annotator.canvas.tools.gesture import NEAR_PX, Cutter, Grip, Options, Sketch, Xy
from annotator.intents import Intent, RingEdited
from engine.geometry.scissors import Scissors


class CanvasStage:
    """Implements ``tools.gesture.Stage`` over one scene."""

    def __init__(self, scene: CanvasScene, emit: Callable[[Intent], None], unit: Callable[[], float]) -> None:
        """``emit`` receives the intents, ``unit`` tells the image pixels a screen pixel covers."""
        self._scene = scene
        self._emit = emit
        self._unit = unit
        self._pixels: NDArray[np.uint8] | None = None
        self._cutter: Scissors | None = None
        self.options = Options()

    def set_pixels(self, pixels: NDArray[np.uint8] | None) -> None:
        """Take the image (uint8[H, W, 3]) that the scissors work on."""
        self._pixels = pixels
        self._cutter = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image in pixels."""
        return self._scene.image.size

    @property
    def unit(self) -> float:
        """Image pixels a screen pixel covers."""
        return self._unit()

    def emit(self, intent: Intent) -> None:
        """Pass an intent on; the canvas keeps the vertices that a person set."""
        if isinstance(intent, RingEdited):
            self._scene.keep_rings(intent.instance_id, intent.rings)
        self._emit(intent)

    def show(self, sketch: Sketch | None) -> None:
        """Show the gesture in progress."""
        self._scene.sketch.set_sketch(sketch)

    def grip_at(self, x: float, y: float) -> Grip | None:
        """Return the handle of the one selected instance under the pointer."""
        if len(self._scene.selection) != 1:
            return None
        (chosen,) = self._scene.selection
        view = self._scene.instances.get(chosen)
        if view is None or view.locked or chosen in self._scene.invisible:
            return None
        reach = NEAR_PX * self.unit
        found = grip_of_joints(view, (x, y), reach)
        rings = self._scene.editable_rings(chosen)
        if found is None and rings:
            found = grip_of_rings(chosen, rings, (x, y), reach)
        box = self._scene.editable_box(chosen)
        if found is None and box is not None:
            found = grip_of_box(chosen, box, (x, y), reach)
        return found

    def joint_at(self, x: float, y: float) -> Grip | None:
        """Return the joint of a shown instance under the pointer, the selected ones' first."""
        scene = self._scene
        order = sorted(scene.instances.values(), key=lambda view: view.id not in scene.selection)
        grips = (
            grip_of_joints(view, (x, y), NEAR_PX * self.unit)
            for view in order
            if view.keypoints and not view.locked and view.id not in scene.invisible
        )
        return next((grip for grip in grips if grip is not None), None)

    def rings_of(self, instance_id: int) -> tuple[tuple[Xy, ...], ...]:
        """Return the editable outline of an instance."""
        return self._scene.editable_rings(instance_id)

    def box_of(self, instance_id: int) -> tuple[float, float, float, float] | None:
        """Return the editable box of an instance."""
        return self._scene.editable_box(instance_id)

    def cutter(self) -> Cutter | None:
        """Return the scissors over the image, made when first needed."""
        if self._cutter is None and self._pixels is not None:
            self._cutter = Scissors(self._pixels)
        return self._cutter
