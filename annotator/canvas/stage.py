"""The canvas as tools see it: a narrow door to the scene and the view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from annotator.canvas.handle_item import FRAME_PX
from annotator.canvas.picking import grip_of_bones, grip_of_box, grip_of_frame, grip_of_joints, grip_of_rings
from annotator.canvas.scene import CanvasScene
from annotator.canvas.scene_data import InstanceView
from annotator.canvas.tools.gesture import NEAR_PX, Cutter, Grip, Options, Sketch, Xy
from annotator.intents import DRAFT, Intent, RingEdited
from engine.geometry.scissors import Scissors
from engine.records import Keypoints


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
        at = (x, y)
        found = grip_of_joints(chosen, view.keypoints or (), at, reach)
        rings = self._scene.editable_rings(chosen)
        on_rings = grip_of_rings(chosen, rings, at, reach) if found is None and rings else None
        if on_rings is not None and on_rings.part == "vertex":
            return on_rings
        box = self._scene.editable_box(chosen)
        on_box = grip_of_box(chosen, box, at, reach) if found is None and box is not None else None
        if on_box is not None and on_box.part == "corner":
            return on_box
        return found or self._whole_pose_at(view, at) or on_rings or on_box

    def pose_grip_at(self, x: float, y: float) -> Grip | None:
        """Return the joint of the draft or any shown pose under the pointer, else what drags the selected pose."""
        scene, reach, at = self._scene, NEAR_PX * self.unit, (x, y)
        found = grip_of_joints(DRAFT, scene.pose_of(DRAFT), at, reach)
        if found is not None:
            return found
        order = sorted(scene.instances.values(), key=lambda view: view.id not in scene.selection)
        grips = (
            grip_of_joints(view.id, view.keypoints, at, reach)
            for view in order
            if view.keypoints and not view.locked and view.id not in scene.invisible
        )
        joint = next((grip for grip in grips if grip is not None), None)
        if joint is not None:
            return joint
        chosen = scene.posed_selection
        return self._whole_pose_at(chosen, at) if chosen is not None else None

    def _whole_pose_at(self, view: InstanceView, at: Xy) -> Grip | None:
        """Return a handle of the frame or a bone of the selected pose."""
        reach = NEAR_PX * self.unit
        frame = self._scene.pose_frame
        found = None
        if frame is not None:
            grow = FRAME_PX * self.unit
            wide = (frame[0] - grow, frame[1] - grow, frame[2] + grow, frame[3] + grow)
            found = grip_of_frame(view.id, wide, at, reach)
        edges = view.skeleton.edges if view.skeleton is not None else ()
        return found or grip_of_bones(view.id, view.keypoints or (), edges, at, reach / 2)

    def pose_of(self, instance_id: int) -> Keypoints:
        """Return the joints of an instance, or of the pose being placed."""
        return self._scene.pose_of(instance_id)

    def show_pose(self, instance_id: int, keypoints: Keypoints | None) -> None:
        """Show a pose as the gesture would leave it; None: as it is."""
        self._scene.preview_pose(instance_id, keypoints)

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
