"""One pose that a machine proposes for an instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.records import Keypoints

UNKNOWN_JOINT = "unknown joint "
"""Begins the name under which a job's account counts a joint that the backend does not know."""


def unknown_joints(account: Mapping[str, float]) -> tuple[str, ...]:
    """Return the joints that a job's account counts as not known to its backend: a person has to place them."""
    return tuple(name.removeprefix(UNKNOWN_JOINT) for name in account if name.startswith(UNKNOWN_JOINT))


@dataclass(frozen=True, slots=True)
class AutoPose:
    """``keypoints`` (x, y, v) in the skeleton's joint order with a confidence in [0, 1] each (0 where v is 0).

    ``source`` is the id of the instance it is for; ``score`` is the mean confidence of the joints that were found;
    ``unknown`` are the joints that the backend does not know.
    """

    source: int
    keypoints: Keypoints
    scores: tuple[float, ...]
    score: float
    unknown: tuple[str, ...] = ()
