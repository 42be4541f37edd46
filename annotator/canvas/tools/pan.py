"""Pan tool: the view itself drags the image; this gesture uses nothing."""

from __future__ import annotations

from annotator.canvas.tools.gesture import Gesture, Stage


def pan(stage: Stage) -> Gesture:
    """Run the tool."""
    stage.show(None)
    while True:
        yield False
