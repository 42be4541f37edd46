"""A pose estimator with known answers: joints evenly spaced along each box's diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.api import BackendInfo, BackendSpec, BoxPrompt, Image, KeypointCandidate


class FakePoseBackend:
    """Joint i of n lies at share (i + 0.5) / n of the way from the top-left to the bottom-right corner."""

    def __init__(self, spec: BackendSpec) -> None:
        """Make the backend that ``spec`` describes."""
        self._info = BackendInfo(spec.name, "pose", "cpu", weights_hash="fake-pose-1", version="1")

    @property
    def info(self) -> BackendInfo:
        """Name, device and the constant identity ``fake-pose-1``."""
        return self._info

    def close(self) -> None:
        """Nothing to free."""

    def predict(self, image: Image, boxes: Sequence[BoxPrompt], joints: Sequence[str]) -> list[KeypointCandidate]:
        """Return one pose a box, every joint with confidence 0.9, score 0.9."""
        shares = [(number + 0.5) / len(joints) for number in range(len(joints))]
        return [
            KeypointCandidate(
                tuple((box.x0 + s * (box.x1 - box.x0), box.y0 + s * (box.y1 - box.y0), 0.9) for s in shares), 0.9, box
            )
            for box in boxes
        ]


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> FakePoseBackend:
    """Make the backend; device and weights mean nothing to it."""
    return FakePoseBackend(spec)
