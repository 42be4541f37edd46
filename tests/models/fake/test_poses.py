from __future__ import annotations

import numpy as np

from models import registry
from models.api import BoxPrompt, PoseBackend


def test_joints_lie_along_the_diagonal():
    backend = registry.load("fake-pose")
    assert isinstance(backend, PoseBackend)
    (pose,) = backend.predict(np.zeros((9, 9, 3), np.uint8), [BoxPrompt(10, 20, 30, 60)], ["head", "foot"])
    assert pose.keypoints == ((15.0, 30.0, 0.9), (25.0, 50.0, 0.9))
