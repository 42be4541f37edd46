"""What a pose backend found, put into the order in which joints were asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.api import BoxPrompt, KeypointCandidate


def candidate(
    box: BoxPrompt, points: NDArray[np.floating], sure: NDArray[np.floating], places: Sequence[int | None]
) -> KeypointCandidate:
    """Return the pose of ``points`` (float[K, 2], image pixels) and ``sure`` (float[K], 0 to 1) in the order asked for.

    A joint whose place is None lies in the middle of the box with confidence 0; the score is the mean of the others.
    """
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, 0.0)
    keypoints = tuple(
        middle if at is None else (float(points[at, 0]), float(points[at, 1]), float(sure[at])) for at in places
    )
    known = [float(sure[at]) for at in places if at is not None]
    return KeypointCandidate(keypoints, sum(known) / len(known) if known else 0.0, box)
