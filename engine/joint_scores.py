"""How sure a backend was of the joints of a pose, kept true while people correct it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BY_HAND = 1.0
"""Of a joint that a person has moved: nothing is surer."""


def score_values(keypoints: Sequence[Sequence[float]], scores: Sequence[float]) -> dict[str, Any]:
    """Return the columns of scores (0..1, one a joint): the least one is that of a labelled joint, None without any."""
    labelled = [float(score) for (_, _, v), score in zip(keypoints, scores, strict=True) if v]
    return {"joint_scores": [float(score) for score in scores], "least_joint": min(labelled, default=None)}


def carried_scores(row: Mapping[str, Any], keypoints: Sequence[Sequence[float]] | None) -> dict[str, Any]:
    """Return the columns of scores of an instance's ``row`` whose pose becomes ``keypoints`` by hand.

    Joints that stay where they are keep theirs; with another number of joints nobody can tell which is which.
    """
    before, scores = row["keypoints"], row["joint_scores"]
    if scores is None:
        return {}
    if keypoints is None or before is None or len(keypoints) != len(before):
        return {"joint_scores": None, "least_joint": None}
    pairs = zip(before, keypoints, scores, strict=True)
    return score_values(keypoints, [score if list(old) == list(new) else BY_HAND for old, new, score in pairs])
